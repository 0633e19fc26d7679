//! behaviour §2: how a request may name a key, and the refusals of names that do not resolve.

use kms_reencrypt::KeySpec;
use kms_reencrypt::access::Caller;
use kms_reencrypt::keyring::NewKey;

use crate::ask::{decrypt, encrypt, re_encrypt};
use crate::section::Evidence::{self, Doc, Guess, Inferred, Recorded, RecordedByWord};
use crate::section::Section;
use crate::texts::{
    Expected, Success, denied_by_ciphertext, denied_elsewhere, incorrect_key, invalid_arn,
    no_alias, no_key, no_key_policy, not_found,
};
use crate::world::{ACCOUNT, NO_KEY, OTHER_ACCOUNT, World};

/// What a request calls a key, and the answer. `<A>` is a key of the account, `<there>` one in another Region, `<theirs>`
/// one of another account that lets the caller do what it wants, `<secret>` one that does not.
///
/// Where the source is named like this, a blob of A is opened: what names another key that may be used is
/// `IncorrectKeyException`.
fn identifiers() -> Vec<(Evidence, &'static str, &'static str, Found)> {
    use Found::{A, Denied, Not, Other};
    const HERE: &str = "arn:<partition>:kms:<region>:<account>";
    let here = |rest: &str| format!("{HERE}:{rest}");
    vec![
        (Doc, "a key id", "<A.id>", A),
        (Recorded, "a key ARN", "<A>", A),
        (Doc, "an alias name", "alias/a", A),
        (
            Doc,
            "an alias ARN",
            "arn:<partition>:kms:<region>:<account>:alias/a",
            A,
        ),
        (Doc, "an mrk- key id", "<multi.id>", Other),
        (Doc, "the ARN of an mrk- key", "<multi>", Other),
        (
            Recorded,
            "a key id that no key has",
            NO_KEY,
            Not(no_key(&here(&format!("key/{NO_KEY}")))),
        ),
        (
            Recorded,
            "a key ARN that no key has",
            "arn:<partition>:kms:<region>:<account>:key/00000000-0000-4000-8000-000000000000",
            Not(no_key(&here(&format!("key/{NO_KEY}")))),
        ),
        (
            RecordedByWord,
            "a key id in upper case is well-formed, and given back as it came",
            "AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA",
            Not(no_key(&here("key/AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA"))),
        ),
        (
            Recorded,
            "an mrk- key id that no key has",
            "mrk-00000000000000000000000000000000",
            Not(no_key(&here("key/mrk-00000000000000000000000000000000"))),
        ),
        (
            Recorded,
            "a word",
            "foo",
            Not(not_found("Invalid keyId 'foo'")),
        ),
        (
            Recorded,
            "32 hexadecimal digits without hyphens",
            "00000000000040008000000000000000",
            Not(not_found(
                "Invalid keyId '00000000000040008000000000000000'",
            )),
        ),
        (
            Recorded,
            "an mrk- key id that is too short",
            "mrk-1234",
            Not(not_found("Invalid keyId 'mrk-1234'")),
        ),
        (
            Recorded,
            "an mrk- key id that is too long",
            "mrk-000000000000000000000000000000000",
            Not(not_found(
                "Invalid keyId 'mrk-000000000000000000000000000000000'",
            )),
        ),
        (
            Recorded,
            "a key id with hyphens at other places",
            "000000000-000-4000-8000-000000000000",
            Not(not_found(
                "Invalid keyId '000000000-000-4000-8000-000000000000'",
            )),
        ),
        (
            Recorded,
            "a key id with a letter that is no digit",
            "g0000000-0000-4000-8000-000000000000",
            Not(not_found(
                "Invalid keyId 'g0000000-0000-4000-8000-000000000000'",
            )),
        ),
        (
            Recorded,
            "an alias name without its prefix",
            "a",
            Not(not_found("Invalid keyId 'a'")),
        ),
        (
            RecordedByWord,
            "a key ARN with a malformed key id: without quotes",
            "arn:<partition>:kms:<region>:<account>:key/foo",
            Not(not_found("Invalid keyId foo")),
        ),
        (
            RecordedByWord,
            "a key ARN with an alias in it",
            "arn:<partition>:kms:<region>:<account>:key/alias/a",
            Not(not_found("Invalid keyId alias/a")),
        ),
        (
            Recorded,
            "a key ARN of another Region, where the key exists",
            "<there>",
            Not(invalid_arn("eu-west-1")),
        ),
        (
            Recorded,
            "a key ARN of another Region, where no key exists",
            "arn:aws:kms:eu-north-1:111122223333:key/00000000-0000-4000-8000-000000000000",
            Not(invalid_arn("eu-north-1")),
        ),
        (
            RecordedByWord,
            "an alias ARN of another Region",
            "arn:aws:kms:eu-west-1:111122223333:alias/a",
            Not(invalid_arn("eu-west-1")),
        ),
        (
            Inferred,
            "a malformed key ARN of another Region",
            "arn:aws:kms:eu-west-1:111122223333:key/foo",
            Not(invalid_arn("eu-west-1")),
        ),
        (
            Inferred,
            "a key ARN of another Region and account",
            "arn:aws:kms:eu-west-1:444455556666:key/00000000-0000-4000-8000-000000000000",
            Not(invalid_arn("eu-west-1")),
        ),
        (
            Recorded,
            "a key id that exists in another Region only",
            "<there.id>",
            Not(no_key(&here("key/<there.id>"))),
        ),
        (
            RecordedByWord,
            "an alias name that there is not",
            "alias/missing",
            Not(no_alias(&here("alias/missing"))),
        ),
        (
            RecordedByWord,
            "an alias ARN that there is not",
            "arn:<partition>:kms:<region>:<account>:alias/missing",
            Not(no_alias(&here("alias/missing"))),
        ),
        (
            RecordedByWord,
            "aliases are case-sensitive",
            "alias/A",
            Not(no_alias(&here("alias/A"))),
        ),
        (
            Inferred,
            "an alias that nothing can be called",
            "alias/",
            Not(no_alias(&here("alias/"))),
        ),
        (
            RecordedByWord,
            "the alias of an AWS managed key that there is not",
            "alias/aws/missing",
            Not(no_alias(&here("alias/aws/missing"))),
        ),
        (
            Doc,
            "an alias of another account, by its name alone",
            "alias/theirs",
            Not(no_alias(&here("alias/theirs"))),
        ),
        (
            Doc,
            "a key id of another account",
            "<theirs.id>",
            Not(no_key(&here("key/<theirs.id>"))),
        ),
        (Doc, "a key ARN of another account", "<theirs>", Other),
        (
            Doc,
            "an alias ARN of another account",
            "arn:aws:kms:us-east-2:444455556666:alias/theirs",
            Other,
        ),
        (
            Doc,
            "a key ARN of another account that permits nothing",
            "<secret>",
            Denied,
        ),
        (
            Doc,
            "a key ARN of another account that no key has",
            "arn:aws:kms:us-east-2:444455556666:key/00000000-0000-4000-8000-000000000000",
            Denied,
        ),
        (
            Inferred,
            "an alias ARN of another account that there is not",
            "arn:aws:kms:us-east-2:444455556666:alias/missing",
            Denied,
        ),
        (
            Guess(8),
            "an ARN of another partition",
            "arn:aws-cn:kms:cn-north-1:111122223333:alias/a",
            Not(invalid_arn(
                "arn:aws-cn:kms:cn-north-1:111122223333:alias/a",
            )),
        ),
        (
            Guess(8),
            "an ARN whose partition is not its Region's",
            "arn:aws-cn:kms:us-east-2:111122223333:alias/a",
            Not(invalid_arn("arn:aws-cn:kms:us-east-2:111122223333:alias/a")),
        ),
        (
            Guess(8),
            "an ARN of another service",
            "arn:aws:s3:::bucket",
            Not(invalid_arn("arn:aws:s3:::bucket")),
        ),
        (
            Guess(8),
            "an ARN of something else in KMS",
            "arn:aws:kms:us-east-2:111122223333:grant/a",
            Not(invalid_arn("arn:aws:kms:us-east-2:111122223333:grant/a")),
        ),
        (
            Guess(8),
            "half an ARN",
            "arn:aws:kms",
            Not(invalid_arn("arn:aws:kms")),
        ),
        (
            Guess(8),
            "an ARN without an account",
            "arn:aws:kms:us-east-2::alias/a",
            Not(invalid_arn("arn:aws:kms:us-east-2::alias/a")),
        ),
    ]
}

/// What an identifier leads to.
enum Found {
    A,
    /// A key that may be used and is not A.
    Other,
    /// Nothing that the caller may know of.
    Denied,
    Not(Expected),
}

#[test]
fn every_way_to_name_the_destination() {
    let world = world();
    let blob = world.blob_of("A");
    Section::run("2", "destination of ReEncrypt", &world, |section| {
        for (evidence, name, identifier, found) in identifiers() {
            let ask = re_encrypt().blob(blob.clone()).destination(identifier);
            section.case(evidence, name, ask, usable(found, "ReEncryptTo"));
        }
    });
}

#[test]
fn every_way_to_name_the_source() {
    let world = world();
    let blob = world.blob_of("A");
    Section::run("2", "source of ReEncrypt", &world, |section| {
        for (evidence, name, identifier, found) in identifiers() {
            let ask = re_encrypt()
                .blob(blob.clone())
                .source(identifier)
                .destination("<B>");
            let expected = match found {
                Found::Other => incorrect_key(),
                found => usable(found, "ReEncryptFrom"),
            };
            section.case(evidence, name, ask, expected);
        }
    });
}

#[test]
fn every_way_to_name_the_key_of_encrypt_and_decrypt() {
    let world = world();
    let blob = world.blob_of("A");
    Section::run("2", "key of Encrypt and Decrypt", &world, |section| {
        for (evidence, name, identifier, found) in identifiers() {
            let ask = encrypt("-").destination(identifier);
            section.case(evidence, name, ask, usable(found, "Encrypt"));
        }
        for (evidence, name, identifier, found) in identifiers() {
            let ask = decrypt().blob(blob.clone()).source(identifier);
            let expected = match found {
                Found::Other => incorrect_key(),
                found => usable(found, "Decrypt"),
            };
            section.case(evidence, name, ask, expected);
        }
    });
}

#[test]
fn a_response_names_keys_by_their_arns() {
    let world = world();
    let blob = world.blob_of("A");
    Section::run("2", "keys in responses", &world, |section| {
        for form in [
            "<A>",
            "<A.id>",
            "alias/a",
            "arn:<partition>:kms:<region>:<account>:alias/a",
        ] {
            let ask = re_encrypt()
                .blob(blob.clone())
                .source(form)
                .destination(form);
            section.response(Recorded, form, ask, |world, answer| {
                let arn = world.named("<A>");
                answer.source.0 == arn && answer.destination.0 == arn
            });
        }
        let ask = re_encrypt().blob(blob.clone()).destination("<B>");
        section.response(Recorded, "no SourceKeyId", ask, |world, answer| {
            answer.source.0 == world.named("<A>")
        });
    });
}

#[test]
fn an_alias_means_what_it_points_to_at_the_time() {
    let world = world();
    let blob = world.encrypted(&encrypt("-").destination("alias/a"));
    let by_alias = || {
        re_encrypt()
            .blob(blob.clone())
            .source("alias/a")
            .destination("alias/a")
    };
    Section::run("2", "aliases over time", &world, |section| {
        section.case(Doc, "the alias of then", by_alias(), Success);

        world
            .keyring
            .update_alias("alias/a", world.key("B"))
            .unwrap();
        let name = "an alias that points elsewhere now";
        section.case(Inferred, name, by_alias(), incorrect_key());
        let to_b = re_encrypt().blob(blob.clone()).destination("alias/a");
        section.response(Inferred, "its new target", to_b, |world, answer| {
            answer.destination.0 == world.named("<B>")
        });

        world.keyring.delete_alias("alias/a").unwrap();
        let gone = no_alias("arn:<partition>:kms:<region>:<account>:alias/a");
        section.case(Inferred, "an alias that is gone", by_alias(), gone);
    });
}

#[test]
fn a_bare_key_id_is_enough_for_a_source_in_another_account() {
    let world = world();
    let theirs = world.blob_of("theirs");
    let ask = |key: &str| {
        re_encrypt()
            .blob(theirs.clone())
            .source(key)
            .destination("<B>")
    };
    Section::run("2", "foreign source by its key id", &world, |section| {
        section.case(Doc, "the key id", ask("<theirs.id>"), Success);
        section.case(Doc, "the ARN", ask("<theirs>"), Success);
        let no_such_key = no_key(&format!(
            "arn:<partition>:kms:<region>:<account>:key/{NO_KEY}"
        ));
        section.case(Inferred, "another key id", ask(NO_KEY), no_such_key);
        section.case(Inferred, "an own key", ask("<A>"), incorrect_key());
        let denied = denied_elsewhere("ReEncryptFrom");
        section.case(
            Inferred,
            "a key that permits nothing",
            ask("<secret>"),
            denied,
        );
    });
}

#[test]
fn the_key_of_an_aws_service_is_used_through_the_service_only() {
    let world = world();
    world.name_key("s3", world.keyring.create_aws_managed_key("s3").unwrap());
    let user = Caller::user(ACCOUNT.parse().unwrap(), "alice").unwrap();
    let user = user.as_administrator();
    let through = |service: &str| user.clone().with_via_service(service);
    world.act_as(through("s3.us-east-2.amazonaws.com"));
    let blob = world.encrypted(&encrypt("-").destination("alias/aws/s3"));
    let from = || re_encrypt().blob(blob.clone()).destination("<B>");
    let to = || {
        re_encrypt()
            .blob(world.blob_of("A"))
            .destination("alias/aws/s3")
    };
    Section::run("2", "AWS managed keys", &world, |section| {
        section.case(Doc, "from it, through the service", from(), Success);
        section.case(Doc, "to it, through the service", to(), Success);

        world.act_as(user.clone());
        let denied = no_key_policy("ReEncryptTo", "<s3>");
        section.case(Doc, "to it, directly", to(), denied);
        let denied = no_key_policy("ReEncryptFrom", "<s3>");
        section.case(
            Doc,
            "from it by name",
            from().source("alias/aws/s3"),
            denied,
        );
        let denied = denied_by_ciphertext("ReEncryptFrom");
        section.case(Doc, "from it, directly", from(), denied);

        world.act_as(through("s3.eu-west-1.amazonaws.com"));
        let denied = denied_by_ciphertext("ReEncryptFrom");
        section.case(Doc, "from it, through another Region", from(), denied);
    });
    assert!(world.keyring.create_aws_managed_key("s3").is_err());
    for service in ["", "a b", "é"] {
        let error = world.keyring.create_aws_managed_key(service).unwrap_err();
        assert_eq!(error.code(), "InvalidAliasNameException", "{service}");
    }
}

#[test]
fn an_alias_points_to_a_key_of_its_own_account() {
    let world = world();
    let theirs = world.key("theirs");
    let error = world.keyring.create_alias("alias/x", theirs).unwrap_err();
    assert_eq!(error.code(), "NotFoundException");
    let error = world.keyring.update_alias("alias/a", theirs).unwrap_err();
    assert_eq!(error.code(), "NotFoundException");
    let ask = encrypt("-").destination("alias/a");
    assert_eq!(world.send(&ask).unwrap().destination.0, world.named("<A>"));
}

fn usable(found: Found, action: &str) -> Expected {
    match found {
        Found::A | Found::Other => Success,
        Found::Denied => denied_elsewhere(action),
        Found::Not(expected) => expected,
    }
}

fn world() -> World {
    use kms_reencrypt::access::KeyPolicy;
    use kms_reencrypt::iam::{Principal, Statement};

    let world = World::new();
    world.symmetric("A");
    world.symmetric("B");
    world.add(
        "multi",
        NewKey::new(KeySpec::SymmetricDefault).multi_region(true),
    );
    world
        .keyring
        .create_alias("alias/a", world.key("A"))
        .unwrap();

    let ireland = world.keyring.in_region("eu-west-1".parse().unwrap());
    let there = ireland.create_key(KeySpec::SymmetricDefault).unwrap();
    ireland.create_alias("alias/a", there).unwrap();
    world.name_key("there", there);

    let their_ring = world.keyring.in_account(OTHER_ACCOUNT.parse().unwrap());
    let anybody = Statement::allow().principal(Principal::Any).action("kms:*");
    let open = NewKey::new(KeySpec::SymmetricDefault).policy(KeyPolicy::new().statement(anybody));
    let theirs = their_ring.create_key(open).unwrap();
    their_ring.create_alias("alias/theirs", theirs).unwrap();
    world.name_key("theirs", theirs);
    let secret = their_ring.create_key(KeySpec::SymmetricDefault).unwrap();
    world.name_key("secret", secret);
    world
}
