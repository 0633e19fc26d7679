//! The words of refusals: one for each type of policies, denying or not allowing.

use kms_reencrypt::access::{Caller, KeyPolicy};
use kms_reencrypt::iam::{Policy, Principal, Statement};
use kms_reencrypt::{DecryptRequest, EncryptRequest, KeyArn, KeySpec, Keyring, Kms, KmsError};

const OURS: &str = "111122223333";

fn all() -> Policy {
    Policy::administrator_access()
}

/// Everything for everybody, as a VPC endpoint's policy or a resource control policy has it.
fn all_for_everybody() -> Policy {
    let statement = Statement::allow().principal(Principal::Any).action("*");
    Policy::new().statement(statement)
}

fn none() -> Policy {
    Policy::new().statement(Statement::allow().action("s3:*").resource("*"))
}

fn deny() -> Policy {
    let statement = Statement::deny().principal(Principal::Any).action("kms:*");
    all_for_everybody().statement(statement)
}

/// A session of a role of the key's account, limited in one way.
fn session(limit: impl FnOnce(Caller) -> Caller) -> Caller {
    let session = Caller::assumed_role(OURS.parse().unwrap(), "Auditor", "alice").unwrap();
    limit(session)
}

struct World {
    keyring: Keyring,
    key: KeyArn,
    blob: Vec<u8>,
}

impl World {
    fn new(policy: KeyPolicy) -> Self {
        let keyring = Keyring::new(OURS, "us-east-2").unwrap();
        let key = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
        let request = EncryptRequest::builder().key_id(key).plaintext("data");
        let blob = Kms::new(keyring.clone()).encrypt(&request.build().unwrap());
        keyring.put_key_policy(key, policy).unwrap();
        Self {
            blob: blob.unwrap().into_ciphertext_blob(),
            keyring,
            key,
        }
    }

    /// What Encrypt and Decrypt say, of which only the first names the key.
    fn answers(&self, caller: Caller, resource_control: Option<Policy>) -> [String; 2] {
        let mut kms = Kms::new(self.keyring.clone());
        if let Some(policy) = resource_control {
            kms = kms.with_resource_control_policies(OURS.parse().unwrap(), vec![vec![policy]]);
        }
        let kms = kms.as_caller(caller);
        let encrypt = EncryptRequest::builder().key_id(self.key).plaintext("data");
        let decrypt = DecryptRequest::builder().ciphertext_blob(self.blob.as_slice());
        let say = |error: KmsError| {
            assert_eq!(error.code(), "AccessDeniedException");
            error.to_string()
        };
        [
            say(kms.encrypt(&encrypt.build().unwrap()).unwrap_err()),
            say(kms.decrypt(&decrypt.build().unwrap()).unwrap_err()),
        ]
    }
}

#[test]
fn every_type_of_policies_refuses_in_its_own_words() {
    let default = KeyPolicy::default;
    let denying = || {
        let statement = Statement::deny().principal(Principal::Any).action("kms:*");
        KeyPolicy::default().statement(statement)
    };
    let admin = || session(Caller::as_administrator);
    #[rustfmt::skip]
    let rows = [
        (default(), session(|caller| caller), None, "because no identity-based policy allows the {} action", false),
        (default(), session(|caller| caller.with_identity_policy(deny())), None, "with an explicit deny in an identity-based policy", false),
        (KeyPolicy::new(), admin(), None, "because no resource-based policy allows the {} action", true),
        (denying(), admin(), None, "with an explicit deny in a resource-based policy", true),
        (default(), admin().with_permissions_boundary(none()), None, "because no permissions boundary allows the {} action", false),
        (default(), admin().with_permissions_boundary(deny()), None, "with an explicit deny in a permissions boundary", false),
        (default(), admin().with_session_policy(none()), None, "because no session policy allows the {} action", false),
        (default(), admin().with_session_policy(deny()), None, "with an explicit deny in a session policy", false),
        (default(), admin().with_service_control_policies(vec![vec![all()], vec![none()]]), None, "because no service control policy allows the {} action", false),
        (default(), admin().with_service_control_policies(vec![vec![all(), deny()]]), None, "with an explicit deny in a service control policy", false),
        (default(), admin().with_vpc_endpoint_policy(none()), None, "because no VPC endpoint policy allows the {} action", false),
        (default(), admin().with_vpc_endpoint_policy(deny()), None, "with an explicit deny in a VPC endpoint policy", false),
        (default(), admin(), Some(none()), "because no resource control policy allows the {} action", true),
        (default(), admin(), Some(deny()), "with an explicit deny in a resource control policy", true),
    ];
    for (policy, caller, resource_control, reason, is_keys) in rows {
        let world = World::new(policy);
        let [encrypt, decrypt] = world.answers(caller.clone(), resource_control);
        let because = |action: &str| reason.replace("{}", action);
        let expected = format!(
            "User: {caller} is not authorized to perform: kms:Encrypt on resource: {} {}",
            world.key,
            because("kms:Encrypt")
        );
        assert_eq!(encrypt, expected);
        let because = if is_keys {
            "because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access".to_owned()
        } else {
            because("kms:Decrypt")
        };
        let expected = format!(
            "User: {caller} is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext {because}"
        );
        assert_eq!(decrypt, expected);
    }
}

#[test]
fn the_policy_that_denies_is_named_by_its_arn() {
    const GUARD: &str =
        "arn:aws:organizations::444455556666:policy/o-example/service_control_policy/p-guard";
    const LIMIT: &str = "arn:aws:iam::111122223333:policy/limit";
    let guard = || deny().with_arn(GUARD);
    let limit = || deny().with_arn(LIMIT);
    let admin = || session(Caller::as_administrator);
    let default = KeyPolicy::default;
    let denying = || {
        let statement = Statement::deny().principal(Principal::Any).action("kms:*");
        default().statement(statement)
    };
    #[rustfmt::skip]
    let rows = [
        (default(), admin().with_identity_policy(limit()), None, format!("an identity-based policy: {LIMIT}"), true),
        (default(), admin().with_permissions_boundary(limit()), None, format!("a permissions boundary: {LIMIT}"), true),
        (default(), admin().with_session_policy(limit()), None, format!("a session policy: {LIMIT}"), true),
        (default(), admin().with_service_control_policies(vec![vec![all(), guard()]]), None, format!("a service control policy: {GUARD}"), true),
        // T5 says nothing of resource control policies.
        (default(), admin(), Some(guard()), format!("a resource control policy: {GUARD}"), false),
        (default(), admin().with_vpc_endpoint_policy(limit()), None, "a VPC endpoint policy".to_owned(), true),
        // The first that denies is named, and another type of policies never.
        (default(), admin().with_identity_policy(deny()).with_identity_policy(limit()), None, "an identity-based policy".to_owned(), true),
        (default(), admin().with_identity_policy(all().with_arn(LIMIT)).with_identity_policy(deny()), None, "an identity-based policy".to_owned(), true),
        (denying(), admin().with_identity_policy(all().with_arn(LIMIT)), None, "a resource-based policy".to_owned(), false),
    ];
    for (policy, caller, resource_control, reason, in_both) in rows {
        let world = World::new(policy);
        let ending = format!(" with an explicit deny in {reason}");
        let [encrypt, decrypt] = world.answers(caller, resource_control);
        assert!(encrypt.ends_with(&ending), "{encrypt}");
        assert_eq!(decrypt.ends_with(&ending), in_both, "{decrypt}");
    }
    // A policy that does not allow is not named: there may be many.
    let world = World::new(default());
    let without = admin().with_permissions_boundary(none().with_arn(LIMIT));
    let [encrypt, _] = world.answers(without, None);
    assert!(encrypt.ends_with(" because no permissions boundary allows the kms:Encrypt action"));

    // The key of another account: the caller's own policies deny, and are not named.
    let stranger = "arn:aws:iam::444455556666:user/bob".parse::<Caller>();
    let stranger = stranger.unwrap().as_administrator();
    let open =
        KeyPolicy::new().statement(Statement::allow().principal(Principal::Any).action("kms:*"));
    let world = World::new(open);
    for answer in world.answers(stranger.with_identity_policy(limit()), None) {
        assert!(
            answer.ends_with(" with an explicit deny in an identity-based policy"),
            "{answer}"
        );
    }
}

#[test]
fn nothing_is_told_of_the_policies_of_another_account() {
    let world = World::new(KeyPolicy::new());
    let stranger = "arn:aws:iam::444455556666:user/bob".parse::<Caller>();
    let stranger = stranger.unwrap().as_administrator();
    for resource_control in [None, Some(deny())] {
        let [encrypt, _] = world.answers(stranger.clone(), resource_control);
        assert_eq!(
            encrypt,
            format!(
                "User: {stranger} is not authorized to perform: kms:Encrypt on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access"
            )
        );
    }
}

#[test]
fn a_service_is_named_by_its_principal() {
    let world = World::new(KeyPolicy::default());
    let [encrypt, _] = world.answers(Caller::service("sns.amazonaws.com"), None);
    let expected = format!(
        "User: sns.amazonaws.com is not authorized to perform: kms:Encrypt on resource: {} because no resource-based policy allows the kms:Encrypt action",
        world.key
    );
    assert_eq!(encrypt, expected);
}

#[test]
fn resource_control_policies_do_not_reach_aws_managed_keys() {
    let keyring = Keyring::new(OURS, "us-east-2").unwrap();
    keyring.create_aws_managed_key("s3").unwrap();
    let through = session(|caller| caller.with_via_service("s3.us-east-2.amazonaws.com"));
    let kms = Kms::new(keyring)
        .with_resource_control_policies(OURS.parse().unwrap(), vec![vec![deny()]])
        .as_caller(through);
    let request = EncryptRequest::builder()
        .key_id("alias/aws/s3")
        .plaintext("data");
    kms.encrypt(&request.build().unwrap()).unwrap();
}
