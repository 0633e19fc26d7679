//! The two permissions of ReEncrypt, through `Kms`: which callers are allowed, which are not, and with which refusal.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use core::time::Duration;

use kms_reencrypt::access::{Caller, GrantOperation, KeyPolicy};
use kms_reencrypt::iam::{
    Condition, ConditionOperator, Policy, Principal, PrincipalArn, Statement,
};
use kms_reencrypt::keyring::{ManualClock, NewKey};
use kms_reencrypt::{
    AccountId, AliasArn, EncryptRequest, KeyArn, KeyIdentifier, KeySpec, Keyring, Kms, KmsError,
    ReEncryptRequest, ReEncryptResponse,
};

const OURS: &str = "111122223333";
const THEIRS: &str = "444455556666";
const FROM: &str = "kms:ReEncryptFrom";
const TO: &str = "kms:ReEncryptTo";

/// A ring seen from our account, with a symmetric key in each of two accounts, and a blob under each key.
struct World {
    keyring: Keyring,
    theirs: Keyring,
    our_key: KeyArn,
    their_key: KeyArn,
}

impl World {
    fn new() -> Self {
        let keyring = Keyring::new(OURS, "us-east-2").unwrap();
        let theirs = keyring.in_account(THEIRS.parse().unwrap());
        let our_key = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
        let their_key = theirs.create_key(KeySpec::SymmetricDefault).unwrap();
        Self {
            keyring,
            theirs,
            our_key,
            their_key,
        }
    }

    /// A blob, made by the root of the key's own account.
    fn blob(&self, key: KeyArn) -> Vec<u8> {
        let owner = self.keyring.in_account(*key.account());
        let request = EncryptRequest::builder()
            .key_id(key)
            .plaintext("data")
            .build()
            .unwrap();
        Kms::new(owner)
            .encrypt(&request)
            .unwrap()
            .into_ciphertext_blob()
    }

    /// Lets everybody in our account use their key, as far as its key policy is concerned.
    fn share_their_key(&self) {
        let policy = KeyPolicy::default().statement(
            Statement::allow()
                .principal(account(OURS))
                .action("kms:ReEncrypt*")
                .resource("*"),
        );
        self.theirs.put_key_policy(self.their_key, policy).unwrap();
    }

    fn re_encrypt(
        &self,
        caller: Caller,
        blob: Vec<u8>,
        source: Option<KeyIdentifier>,
        destination: impl Into<KeyIdentifier>,
    ) -> Result<ReEncryptResponse, KmsError> {
        let mut request = ReEncryptRequest::builder()
            .ciphertext_blob(blob)
            .destination_key_id(destination);
        if let Some(source) = source {
            request = request.source_key_id(source);
        }
        Kms::new(self.keyring.clone())
            .as_caller(caller)
            .re_encrypt(&request.build().unwrap())
    }
}

fn account(id: &str) -> AccountId {
    id.parse().unwrap()
}

fn root() -> Caller {
    Caller::account_root(account(OURS))
}

/// A user of our account who may do these actions on these keys, as far as his own policy is concerned.
fn user(allowed: &[(&str, &str)]) -> Caller {
    let policy = allowed
        .iter()
        .fold(Policy::new(), |policy, (action, resource)| {
            policy.statement(Statement::allow().action(*action).resource(*resource))
        });
    Caller::user(account(OURS), "worker")
        .unwrap()
        .with_identity_policy(policy)
}

fn user_arn(name: &str) -> PrincipalArn {
    format!("arn:aws:iam::{OURS}:user/{name}").parse().unwrap()
}

/// T4, whatever the reason is.
fn hidden(caller: &Caller, action: &str) -> String {
    format!(
        "User: {caller} is not authorized to perform: {action} on this resource because the \
         resource does not exist in this Region, no resource-based policies allow access, or a \
         resource-based policy explicitly denies access"
    )
}

/// T5.
fn hidden_from_ciphertext(caller: &Caller, action: &str) -> String {
    format!(
        "User: {caller} is not authorized to perform: {action} on the resource associated with \
         this ciphertext because the resource does not exist in this Region, no resource-based \
         policies allow access, or a resource-based policy explicitly denies access"
    )
}

#[track_caller]
fn assert_denied(result: Result<ReEncryptResponse, KmsError>, message: &str) {
    let error = result.expect_err("this is denied");
    assert_eq!(error.code(), "AccessDeniedException", "{error}");
    assert_eq!(error.http_status(), 400);
    assert_eq!(error.to_string(), message);
}

#[test]
fn reencrypt_needs_both_permissions() {
    let world = World::new();
    let key = world.our_key.to_string();
    let both = user(&[(FROM, &key), (TO, &key)]);
    let blob = world.blob(world.our_key);
    assert!(
        world
            .re_encrypt(both, blob.clone(), None, world.our_key)
            .is_ok()
    );
    let wildcard = user(&[("kms:ReEncrypt*", "*")]);
    assert!(
        world
            .re_encrypt(wildcard, blob.clone(), None, world.our_key)
            .is_ok()
    );

    let from_only = user(&[(FROM, &key)]);
    assert_denied(
        world.re_encrypt(from_only.clone(), blob.clone(), None, world.our_key),
        &format!(
            "User: {from_only} is not authorized to perform: kms:ReEncryptTo on resource: {key} \
             because no identity-based policy allows the kms:ReEncryptTo action"
        ),
    );
    let to_only = user(&[(TO, &key)]);
    let source = Some(world.our_key.into());
    assert_denied(
        world.re_encrypt(to_only.clone(), blob.clone(), source, world.our_key),
        &format!(
            "User: {to_only} is not authorized to perform: kms:ReEncryptFrom on resource: {key} \
             because no identity-based policy allows the kms:ReEncryptFrom action"
        ),
    );
    assert_denied(
        world.re_encrypt(to_only.clone(), blob, None, world.our_key),
        &format!(
            "User: {to_only} is not authorized to perform: kms:ReEncryptFrom on the resource \
             associated with this ciphertext because no identity-based policy allows the \
             kms:ReEncryptFrom action"
        ),
    );
}

#[test]
fn there_is_no_permission_called_reencrypt() {
    let world = World::new();
    let blob = world.blob(world.our_key);
    let mistaken = user(&[
        ("kms:ReEncrypt", "*"),
        ("kms:Encrypt", "*"),
        ("kms:Decrypt", "*"),
    ]);
    assert!(
        world
            .re_encrypt(mistaken, blob, None, world.our_key)
            .is_err()
    );
}

#[test]
fn the_key_policy_has_a_say_of_its_own() {
    let world = World::new();
    let blob = world.blob(world.our_key);
    let admin = || Caller::administrator(account(OURS));

    let nobody = KeyPolicy::new().statement(
        Statement::allow()
            .principal(user_arn("somebody-else"))
            .action("kms:*")
            .resource("*"),
    );
    world.keyring.put_key_policy(world.our_key, nobody).unwrap();
    assert_denied(
        world.re_encrypt(
            admin(),
            blob.clone(),
            Some(world.our_key.into()),
            world.our_key,
        ),
        &format!(
            "User: {} is not authorized to perform: kms:ReEncryptFrom on resource: {} because no \
             resource-based policy allows the kms:ReEncryptFrom action",
            admin(),
            world.our_key
        ),
    );

    let denied = KeyPolicy::default().statement(
        Statement::deny()
            .principal(Principal::Any)
            .action(TO)
            .resource("*"),
    );
    world.keyring.put_key_policy(world.our_key, denied).unwrap();
    assert_denied(
        world.re_encrypt(admin(), blob, Some(world.our_key.into()), world.our_key),
        &format!(
            "User: {} is not authorized to perform: kms:ReEncryptTo on resource: {} with an \
             explicit deny in a resource-based policy",
            admin(),
            world.our_key
        ),
    );
}

#[test]
fn keys_may_be_in_another_account_on_either_side_and_on_both() {
    let world = World::new();
    world.share_their_key();
    world
        .theirs
        .create_alias("alias/shared", world.their_key)
        .unwrap();
    let alias = "arn:aws:kms:us-east-2:444455556666:alias/shared";
    let their_other = world.theirs.create_key(KeySpec::SymmetricDefault).unwrap();
    let policy = world.theirs.key_policy(world.their_key).unwrap();
    world.theirs.put_key_policy(their_other, policy).unwrap();

    let by_arn = |key: KeyArn| KeyIdentifier::from(key);
    for (name, source, named, destination) in [
        (
            "source by blob",
            world.their_key,
            None,
            by_arn(world.our_key),
        ),
        (
            "source by key ARN",
            world.their_key,
            Some(by_arn(world.their_key)),
            by_arn(world.our_key),
        ),
        (
            "source by alias ARN",
            world.their_key,
            Some(alias.into()),
            by_arn(world.our_key),
        ),
        (
            "source by bare id",
            world.their_key,
            Some((*world.their_key.key_id()).into()),
            by_arn(world.our_key),
        ),
        (
            "destination by key ARN",
            world.our_key,
            None,
            by_arn(world.their_key),
        ),
        (
            "destination by alias ARN",
            world.our_key,
            None,
            alias.into(),
        ),
        (
            "both",
            world.their_key,
            Some(by_arn(world.their_key)),
            by_arn(their_other),
        ),
    ] {
        let blob = world.blob(source);
        let response = world
            .re_encrypt(root(), blob, named, destination)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(response.source_key_id(), &source, "{name}");
    }
}

#[test]
fn a_bare_id_of_another_account_is_no_destination() {
    let world = World::new();
    world.share_their_key();
    let id = *world.their_key.key_id();
    let error = world
        .re_encrypt(root(), world.blob(world.our_key), None, id)
        .unwrap_err();
    let here = KeyArn::new(*world.our_key.place(), id);
    assert_eq!(error.to_string(), format!("Key '{here}' does not exist"));
}

#[test]
fn another_accounts_key_needs_both_accounts_consent() {
    let world = World::new();
    let blob = world.blob(world.our_key);
    let allowed_here = user(&[("kms:*", "*")]);
    assert_denied(
        world.re_encrypt(allowed_here.clone(), blob.clone(), None, world.their_key),
        &hidden(&allowed_here, TO),
    );
    world.share_their_key();
    assert!(
        world
            .re_encrypt(allowed_here, blob.clone(), None, world.their_key)
            .is_ok()
    );
    let not_allowed_here = user(&[("kms:*", &world.our_key.to_string())]);
    assert!(
        world
            .re_encrypt(not_allowed_here, blob, None, world.their_key)
            .is_err()
    );
}

#[test]
fn another_accounts_missing_key_and_forbidden_key_look_alike() {
    let world = World::new();
    world
        .theirs
        .create_alias("alias/private", world.their_key)
        .unwrap();
    let disabled = world.theirs.create_key(KeySpec::SymmetricDefault).unwrap();
    world.theirs.disable_key(disabled).unwrap();
    let hmac = world.theirs.create_key(KeySpec::Hmac256).unwrap();
    let missing = KeyArn::new(
        *world.their_key.place(),
        "1234abcd-12ab-34cd-56ef-1234567890ab".parse().unwrap(),
    );
    let destinations: [KeyIdentifier; 6] = [
        world.their_key.into(),
        disabled.into(),
        hmac.into(),
        missing.into(),
        "arn:aws:kms:us-east-2:444455556666:alias/private".into(),
        "arn:aws:kms:us-east-2:444455556666:alias/missing".into(),
    ];
    for destination in destinations {
        let as_destination =
            world.re_encrypt(root(), world.blob(world.our_key), None, destination.clone());
        assert_denied(as_destination, &hidden(&root(), TO));
        let as_source = world.re_encrypt(
            root(),
            world.blob(world.our_key),
            Some(destination),
            world.our_key,
        );
        assert_denied(as_source, &hidden(&root(), FROM));
    }
    let from_blob = world.re_encrypt(root(), world.blob(world.their_key), None, world.our_key);
    assert_denied(from_blob, &hidden_from_ciphertext(&root(), FROM));
}

#[test]
fn a_grant_gives_one_side_and_the_other_is_still_needed() {
    let world = World::new();
    let worker = user(&[]);
    let grant = |key: KeyArn, operation| {
        let ring = world.keyring.in_account(*key.account());
        ring.create_grant(key, worker.to_string(), |grant| grant.operation(operation))
            .unwrap()
    };
    let blob = || world.blob(world.their_key);
    let attempt = || world.re_encrypt(worker.clone(), blob(), None, world.our_key);

    assert_denied(attempt(), &hidden_from_ciphertext(&worker, FROM));
    grant(world.their_key, GrantOperation::ReEncryptFrom);
    let error = attempt().unwrap_err();
    assert!(
        error.to_string().contains("kms:ReEncryptTo on resource"),
        "{error}"
    );
    let second = grant(world.our_key, GrantOperation::ReEncryptTo);
    assert!(attempt().is_ok());
    world.keyring.retire_grant(&second.grant_token).unwrap();
    assert!(attempt().is_err());
}

#[test]
fn a_grant_token_is_an_identifier_and_is_shown_as_one() {
    let world = World::new();
    let grantee = user(&[]).to_string();
    let created = world
        .keyring
        .create_grant(world.our_key, grantee, |grant| {
            grant.operation(GrantOperation::ReEncryptTo)
        })
        .unwrap();
    let token = &created.grant_token;
    assert!(format!("{created:?}").contains(token));
    let request = ReEncryptRequest::builder()
        .ciphertext_blob(world.blob(world.their_key))
        .destination_key_id(world.our_key)
        .grant_tokens(token.as_str())
        .build()
        .unwrap();
    assert!(format!("{request:?}").contains(token));
}

#[test]
fn each_sides_grant_is_tested_against_its_own_encryption_context() {
    let world = World::new();
    let worker = user(&[]);
    for (operation, pairs) in [
        (GrantOperation::ReEncryptFrom, [("tenant", "blue")]),
        (GrantOperation::ReEncryptTo, [("tenant", "green")]),
    ] {
        world
            .keyring
            .create_grant(world.our_key, worker.to_string(), |grant| {
                grant.operation(operation).encryption_context_equals(pairs)
            })
            .unwrap();
    }
    let encrypt = EncryptRequest::builder()
        .key_id(world.our_key)
        .plaintext("data")
        .encryption_context("tenant", "blue");
    let kms = Kms::new(world.keyring.clone());
    let blob = kms
        .encrypt(&encrypt.build().unwrap())
        .unwrap()
        .into_ciphertext_blob();
    let attempt = |source: &str, destination: &str| {
        let request = ReEncryptRequest::builder()
            .ciphertext_blob(blob.clone())
            .source_encryption_context("tenant", source)
            .destination_encryption_context("tenant", destination)
            .destination_key_id(world.our_key)
            .build()
            .unwrap();
        kms.as_caller(worker.clone()).re_encrypt(&request)
    };
    assert!(attempt("blue", "green").is_ok());
    assert!(
        attempt("blue", "blue")
            .unwrap_err()
            .to_string()
            .contains(TO)
    );
    assert!(
        attempt("green", "green")
            .unwrap_err()
            .to_string()
            .contains(FROM)
    );
}

#[test]
fn a_policy_can_insist_on_the_same_key_or_on_the_alias_that_is_used() {
    let world = World::new();
    let other = world.keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    world
        .keyring
        .create_alias("alias/app", world.our_key)
        .unwrap();
    let same_key = Caller::user(account(OURS), "worker")
        .unwrap()
        .with_identity_policy(
            Policy::new().statement(
                Statement::allow()
                    .action("kms:ReEncrypt*")
                    .resource("*")
                    .condition(Condition::new(
                        ConditionOperator::Bool,
                        "kms:ReEncryptOnSameKey",
                        ["true"],
                    )),
            ),
        );
    let blob = || world.blob(world.our_key);
    assert!(
        world
            .re_encrypt(same_key.clone(), blob(), None, world.our_key)
            .is_ok()
    );
    assert!(
        world
            .re_encrypt(same_key.clone(), blob(), None, "alias/app")
            .is_ok()
    );
    // The request is refused on the source side, where the destination is known already.
    let refused = world.re_encrypt(same_key, blob(), None, other);
    assert!(refused.unwrap_err().to_string().contains(FROM));

    let by_alias =
        Caller::user(account(OURS), "worker")
            .unwrap()
            .with_identity_policy(
                Policy::new()
                    .statement(Statement::allow().action(FROM).resource("*"))
                    .statement(Statement::allow().action(TO).resource("*").condition(
                        Condition::new(
                            ConditionOperator::StringEquals,
                            "kms:RequestAlias",
                            ["alias/app"],
                        ),
                    )),
            );
    let alias_arn = AliasArn::new(*world.our_key.place(), "alias/app".parse().unwrap());
    for (destination, may) in [
        ("alias/app", true),
        (&*alias_arn.to_string(), true),
        (&*world.our_key.to_string(), false),
    ] {
        let answer = world.re_encrypt(by_alias.clone(), blob(), None, destination);
        assert_eq!(answer.is_ok(), may, "{destination}");
    }
}

/// Every subset of permissions on either side: a request succeeds exactly if each side alone would be allowed.
#[test]
fn no_request_succeeds_when_either_side_alone_would_be_refused() {
    let world = World::new();
    let second = world.keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let (first, second) = (world.our_key, second);
    let rights = [(FROM, first), (TO, first), (FROM, second), (TO, second)];
    let mut outcomes = (0, 0);
    for subset in 0..1 << rights.len() {
        let held: Vec<(&str, KeyArn)> = rights
            .iter()
            .enumerate()
            .filter(|(at, _)| subset >> at & 1 == 1)
            .map(|(_, right)| *right)
            .collect();
        for denied in [None, Some(rights[0]), Some(rights[3])] {
            let mut policy = held.iter().fold(Policy::new(), |policy, (action, key)| {
                policy.statement(Statement::allow().action(*action).resource(key.to_string()))
            });
            if let Some((action, key)) = denied {
                policy =
                    policy.statement(Statement::deny().action(action).resource(key.to_string()));
            }
            let caller = Caller::user(account(OURS), "worker")
                .unwrap()
                .with_identity_policy(policy);
            for (source, destination) in [
                (first, first),
                (first, second),
                (second, first),
                (second, second),
            ] {
                let may =
                    |action, key| held.contains(&(action, key)) && denied != Some((action, key));
                let expected = may(FROM, source) && may(TO, destination);
                let blob = world.blob(source);
                let result = world.re_encrypt(caller.clone(), blob, None, destination);
                assert_eq!(
                    result.is_ok(),
                    expected,
                    "{held:?} but {denied:?}: {result:?}"
                );
                if expected {
                    outcomes.0 += 1
                } else {
                    outcomes.1 += 1
                }
            }
        }
    }
    assert_eq!(outcomes.0 + outcomes.1, 16 * 3 * 4);
    assert!(outcomes.0 > 20 && outcomes.1 > 100, "{outcomes:?}");
}

#[test]
fn a_key_policy_given_at_creation_counts_from_the_start() {
    let keyring = Keyring::new(OURS, "us-east-2").unwrap();
    let only_alice = KeyPolicy::new().statement(
        Statement::allow()
            .principal(user_arn("alice"))
            .action("kms:*")
            .resource("*"),
    );
    let key = keyring
        .create_key(NewKey::new(KeySpec::SymmetricDefault).policy(only_alice))
        .unwrap();
    let request = EncryptRequest::builder()
        .key_id(key)
        .plaintext("data")
        .build()
        .unwrap();
    let kms = Kms::new(keyring);
    assert!(
        kms.encrypt(&request).is_err(),
        "not even the root of the account"
    );
    let alice = Caller::user(account(OURS), "alice").unwrap();
    assert!(
        kms.as_caller(alice.with_identity_policy(Policy::new()))
            .encrypt(&request)
            .is_ok()
    );
}

#[test]
fn a_policy_sees_the_tags_of_the_key_and_the_time_of_the_ring() {
    let clock = ManualClock::new();
    let keyring = Keyring::builder(OURS, "us-east-2").clock(clock.clone());
    let keyring = keyring.build().unwrap();
    let tagged = NewKey::new(KeySpec::SymmetricDefault).tag("team", "blue");
    let tagged = keyring.create_key(tagged).unwrap();
    let other = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let is = |operator, key, value| Condition::new(operator, key, [value]);
    let allow = Statement::allow()
        .action("kms:Encrypt")
        .condition(is(
            ConditionOperator::StringEquals,
            "aws:ResourceTag/team",
            "blue",
        ))
        .condition(is(
            ConditionOperator::DateLessThan,
            "aws:CurrentTime",
            "2026-01-02",
        ));
    let alice: Caller = "arn:aws:iam::111122223333:user/alice".parse().unwrap();
    let alice = alice.with_identity_policy(Policy::new().statement(allow));
    let kms = Kms::new(keyring).as_caller(alice);
    let encrypt = |key: KeyArn| {
        let request = EncryptRequest::builder().key_id(key).plaintext("data");
        kms.encrypt(&request.build().unwrap()).is_ok()
    };
    assert!(encrypt(tagged));
    assert!(!encrypt(other));
    clock.advance(Duration::from_secs(24 * 60 * 60));
    assert!(!encrypt(tagged));
}
