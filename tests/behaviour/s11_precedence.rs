//! behaviour §11: which of several faults in a request KMS reports. The rows are all pairs of faults, generated from
//! one order.

use kms_reencrypt::access::Caller;
use kms_reencrypt::iam::{Policy, Statement};
use kms_reencrypt::keyring::NewKey;
use kms_reencrypt::{KeySpec, KeyState};

use crate::ask::{Ask, decrypt, encrypt, re_encrypt};
use crate::common::encrypting;
use crate::section::Evidence::{self, Guess, Inferred, Recorded, RecordedByWord};
use crate::section::Section;
use crate::texts::{
    Expected, Success, context_not_supported, disabled, dry_run_succeeds, incorrect_key,
    invalid_ciphertext, invalid_grant_token, must_not_be_null, no_alias, no_identity_policy,
    no_key, too_long, validation, wrong_algorithm, wrong_usage,
};
use crate::world::{ACCOUNT, NO_KEY, World};

const BY: &str = "RSAES_OAEP_SHA_256";

/// A request with everything that it acts in, to be spoiled.
struct Scene {
    ask: Ask,
    /// Permissions that the caller lacks.
    denied: Vec<&'static str>,
    disabled: Vec<&'static str>,
}

/// One thing that is wrong. Two faults with a part in common cannot both be there.
struct Fault {
    /// How it is known that it comes where it does.
    evidence: Evidence,
    name: &'static str,
    parts: &'static [&'static str],
    spoil: fn(&World, &mut Scene),
    expected: fn() -> Expected,
}

/// What is wrong before any key is looked up.
const FIRST: [Fault; 2] = [
    Fault {
        evidence: RecordedByWord,
        name: "a constraint",
        parts: &["modifiers"],
        spoil: |_, scene| scene.ask.modifiers.push("FOO".to_owned()),
        expected: || {
            validation(
                "1 validation error detected: Value '[FOO]' at 'dryRunModifiers' failed to satisfy \
                 constraint: Member must satisfy constraint: [Member must satisfy enum value set: \
                 [IGNORE_CIPHERTEXT]]",
            )
        },
    },
    Fault {
        evidence: Guess(2),
        name: "a grant token",
        parts: &["tokens"],
        spoil: |_, scene| scene.ask.grant_tokens.push("none".to_owned()),
        expected: invalid_grant_token,
    },
];

const SYMMETRIC_SOURCE: [Fault; 5] = [
    Fault {
        evidence: Guess(7),
        name: "no blob",
        parts: &["ciphertext"],
        spoil: |_, scene| scene.ask.blob = Some(b"no blob".to_vec()),
        expected: invalid_ciphertext,
    },
    Fault {
        evidence: Guess(7),
        name: "no such source",
        parts: &["source id"],
        spoil: |_, scene| scene.ask.source.key_id = Some(NO_KEY.to_owned()),
        expected: || {
            no_key(&format!(
                "arn:<partition>:kms:<region>:<account>:key/{NO_KEY}"
            ))
        },
    },
    Fault {
        evidence: Recorded,
        name: "another source",
        parts: &["source id"],
        spoil: |_, scene| scene.ask.source.key_id = Some("<other>".to_owned()),
        expected: incorrect_key,
    },
    Fault {
        evidence: Guess(3),
        name: "no permission for the source",
        parts: &[],
        spoil: |_, scene| scene.denied.push("kms:ReEncryptFrom"),
        expected: || no_identity_policy("ReEncryptFrom", "<A>"),
    },
    Fault {
        evidence: RecordedByWord,
        name: "the state of the source",
        parts: &[],
        spoil: |_, scene| scene.disabled.push("A"),
        expected: || disabled("<A>"),
    },
];

const ASYMMETRIC_SOURCE: [Fault; 7] = [
    Fault {
        evidence: RecordedByWord,
        name: "no source named",
        parts: &["source id"],
        spoil: |_, scene| scene.ask.source.key_id = None,
        expected: || must_not_be_null("SourceKeyId"),
    },
    Fault {
        evidence: RecordedByWord,
        name: "no such source",
        parts: &["source id"],
        spoil: |_, scene| scene.ask.source.key_id = Some("alias/missing".to_owned()),
        expected: || no_alias("arn:<partition>:kms:<region>:<account>:alias/missing"),
    },
    Fault {
        evidence: Guess(3),
        name: "no permission for the source",
        parts: &["source usage"],
        spoil: |_, scene| scene.denied.push("kms:ReEncryptFrom"),
        expected: || no_identity_policy("ReEncryptFrom", "<large>"),
    },
    Fault {
        evidence: RecordedByWord,
        name: "the usage of the source",
        parts: &["source id", "source usage"],
        spoil: |_, scene| {
            scene.ask.source.key_id = Some("<signing>".to_owned());
        },
        expected: || wrong_usage("<signing>", "SIGN_VERIFY", "ReEncryptFrom"),
    },
    Fault {
        evidence: RecordedByWord,
        name: "the state of the source",
        parts: &[],
        spoil: |_, scene| scene.disabled.extend(["large", "signing"]),
        expected: || disabled("<large>"),
    },
    Fault {
        evidence: RecordedByWord,
        name: "the algorithm of the source",
        parts: &[],
        spoil: |_, scene| scene.ask.source.algorithm = Some("SM2PKE".to_owned()),
        expected: || wrong_algorithm("SM2PKE", "RSA_4096"),
    },
    Fault {
        evidence: Inferred,
        name: "a context for the source",
        parts: &[],
        spoil: |_, scene| {
            scene
                .ask
                .source
                .context
                .push(("k".to_owned(), "v".to_owned()))
        },
        expected: context_not_supported,
    },
];

/// The destination is an RSA key, of which most can be wrong.
const DESTINATION: [Fault; 6] = [
    Fault {
        evidence: RecordedByWord,
        name: "no such destination",
        parts: &["destination id"],
        spoil: |_, scene| scene.ask.destination.key_id = Some(NO_KEY.to_owned()),
        expected: || {
            no_key(&format!(
                "arn:<partition>:kms:<region>:<account>:key/{NO_KEY}"
            ))
        },
    },
    Fault {
        evidence: Guess(3),
        name: "no permission for the destination",
        parts: &["destination usage"],
        spoil: |_, scene| scene.denied.push("kms:ReEncryptTo"),
        expected: || no_identity_policy("ReEncryptTo", "<rsa>"),
    },
    Fault {
        evidence: Recorded,
        name: "the usage of the destination",
        parts: &["destination id", "destination usage"],
        spoil: |_, scene| scene.ask.destination.key_id = Some("<signing>".to_owned()),
        expected: || wrong_usage("<signing>", "SIGN_VERIFY", "ReEncryptTo"),
    },
    Fault {
        evidence: RecordedByWord,
        name: "the state of the destination",
        parts: &[],
        spoil: |_, scene| scene.disabled.extend(["rsa", "signing"]),
        expected: || disabled("<rsa>"),
    },
    Fault {
        evidence: RecordedByWord,
        name: "the algorithm of the destination",
        parts: &[],
        spoil: |_, scene| scene.ask.destination.algorithm = Some("SM2PKE".to_owned()),
        expected: || wrong_algorithm("SM2PKE", "RSA_2048"),
    },
    Fault {
        evidence: Inferred,
        name: "a context for the destination",
        parts: &[],
        spoil: |_, scene| {
            let pair = ("k".to_owned(), "v".to_owned());
            scene.ask.destination.context.push(pair);
        },
        expected: context_not_supported,
    },
];

/// What shows when the ciphertext is opened.
const OPENED: [Fault; 3] = [
    Fault {
        evidence: Guess(4),
        name: "a ciphertext that does not open",
        parts: &["ciphertext"],
        spoil: |_, scene| *scene.ask.blob.as_mut().unwrap().last_mut().unwrap() ^= 1,
        expected: invalid_ciphertext,
    },
    Fault {
        evidence: Inferred,
        name: "a plaintext that is too long",
        parts: &["ciphertext"],
        spoil: |world, scene| {
            let source = scene.ask.source.clone();
            let by = source
                .algorithm
                .unwrap_or_else(|| "SYMMETRIC_DEFAULT".to_owned());
            let key = if by == "SYMMETRIC_DEFAULT" {
                "<A>"
            } else {
                "<large>"
            };
            // In the order of the table the algorithm may be spoiled already.
            let by = if key == "<A>" { by.as_str() } else { BY };
            let ask = encrypt([7; 191]).destination(key).destination_by(by);
            scene.ask.blob = Some(world.encrypted(&ask));
        },
        expected: || too_long(BY, "RSA_2048", 190),
    },
    Fault {
        evidence: Inferred,
        name: "a dry run",
        parts: &[],
        spoil: |_, scene| scene.ask.dry_run = Some(true),
        expected: dry_run_succeeds,
    },
];

#[test]
fn of_two_faults_with_a_symmetric_source_the_first_is_told() {
    let world = world();
    let valid = re_encrypt()
        .blob(world.blob_of("A"))
        .source("<A>")
        .destination("<rsa>")
        .destination_by(BY);
    let order = || {
        let source = SYMMETRIC_SOURCE.into_iter();
        FIRST
            .into_iter()
            .chain(source)
            .chain(DESTINATION)
            .chain(OPENED)
    };
    every_pair(
        "symmetric source",
        &world,
        &valid,
        &order().collect::<Vec<_>>(),
    );
}

#[test]
fn of_two_faults_with_an_asymmetric_source_the_first_is_told() {
    let world = world();
    let blob = world.encrypted(&encrypt("hello").destination("<large>").destination_by(BY));
    let valid = re_encrypt()
        .blob(blob)
        .source("<large>")
        .source_by(BY)
        .destination("<rsa>")
        .destination_by(BY);
    let order = || {
        let source = ASYMMETRIC_SOURCE.into_iter();
        FIRST
            .into_iter()
            .chain(source)
            .chain(DESTINATION)
            .chain(OPENED)
    };
    every_pair(
        "asymmetric source",
        &world,
        &valid,
        &order().collect::<Vec<_>>(),
    );
}

/// Where the usage is wrong the caller learns it only with the permission, and before anything of state or algorithm.
#[test]
fn permission_usage_state_and_algorithm_of_one_key() {
    let world = world();
    let rsa = world.encrypted(&encrypt("-").destination("<rsa>").destination_by(BY));
    let to = || {
        re_encrypt()
            .blob(world.blob_of("A"))
            .destination("<signing>")
    };
    let from = || {
        re_encrypt()
            .blob(rsa.clone())
            .source("<signing>")
            .source_by(BY)
            .destination("<A>")
    };
    Section::run("11", "one key, everything wrong", &world, |section| {
        world.act_as_user(&["kms:Encrypt"]);
        world.set_state("signing", KeyState::Disabled);
        let denied = no_identity_policy("ReEncryptFrom", "<signing>");
        section.case(Guess(3), "permission of the source", from(), denied);
        world.act_as_user(&["kms:Encrypt", "kms:ReEncryptFrom"]);
        let usage = wrong_usage("<signing>", "SIGN_VERIFY", "ReEncryptFrom");
        section.case(RecordedByWord, "usage of the source", from(), usage);
        let denied = no_identity_policy("ReEncryptTo", "<signing>");
        section.case(Guess(3), "permission of the destination", to(), denied);
        world.act_as_root();
        let usage = wrong_usage("<signing>", "SIGN_VERIFY", "ReEncryptTo");
        section.case(Recorded, "usage of the destination", to(), usage);

        // The same order, as it was recorded for Encrypt and Decrypt.
        let ask = encrypt("-").destination("<signing>");
        let usage = wrong_usage("<signing>", "SIGN_VERIFY", "Encrypt");
        section.case(RecordedByWord, "Encrypt: usage before state", ask, usage);
        world.set_state("rsa", KeyState::Disabled);
        let ask = encrypt("-").destination("<rsa>");
        section.case(
            RecordedByWord,
            "Encrypt: state before algorithm",
            ask,
            disabled("<rsa>"),
        );
        let ask = encrypt([0; 4096]).destination("<rsa>").destination_by(BY);
        section.case(
            RecordedByWord,
            "Encrypt: state before size",
            ask,
            disabled("<rsa>"),
        );
        let ask = decrypt().blob(rsa.clone()).source("<rsa>");
        section.case(
            RecordedByWord,
            "Decrypt: state before algorithm",
            ask.source_by("SM2PKE"),
            disabled("<rsa>"),
        );
    });
}

/// What can be wrong with a key id does not come before what is wrong with the ciphertext, and the source comes first.
#[test]
fn the_source_comes_before_the_destination() {
    let world = world();
    let blob = world.blob_of("A");
    let valid = || re_encrypt().blob(blob.clone()).destination("<B>");
    Section::run("11", "source before destination", &world, |section| {
        for destination in [
            "foo",
            "alias/missing",
            NO_KEY,
            "<signing>",
            "arn:aws:kms:eu-west-1:111122223333:alias/a",
        ] {
            let ask = valid().source("<other>").destination(destination);
            section.case(
                Recorded,
                format!("IncorrectKey, {destination}"),
                ask,
                incorrect_key(),
            );
            let ask = valid().blob(b"no blob".to_vec()).destination(destination);
            section.case(
                Guess(4),
                format!("no blob, {destination}"),
                ask,
                invalid_ciphertext(),
            );
            let ask = valid().source_by(BY).destination(destination);
            let expected = must_not_be_null("SourceKeyId");
            section.case(
                Guess(4),
                format!("no SourceKeyId, {destination}"),
                ask,
                expected,
            );
        }
        for source in [
            "foo",
            "alias/missing",
            NO_KEY,
            "arn:aws:kms:eu-west-1:111122223333:alias/a",
        ] {
            let ask = valid().blob(b"no blob".to_vec()).source(source);
            section.case(
                Guess(7),
                format!("no blob, source {source}"),
                ask,
                invalid_ciphertext(),
            );
        }
    });
}

/// Each fault alone, and each pair of faults that can be there at once: the one that comes first in the order is told.
#[track_caller]
fn every_pair(title: &str, world: &World, valid: &Ask, order: &[Fault]) {
    Section::run("11", title, world, |section| {
        section.answer(Recorded, "nothing wrong", act(world, valid, &[]), Success);
        for (at, first) in order.iter().enumerate() {
            let answer = act(world, valid, &[first]);
            section.answer(first.evidence, first.name, answer, (first.expected)());
            for second in order.iter().skip(at + 1) {
                if first.parts.iter().any(|part| second.parts.contains(part)) {
                    continue;
                }
                // In both orders, in case one spoils what the other has spoiled.
                let name = format!("{} and {}", first.name, second.name);
                for faults in [[first, second], [second, first]] {
                    let answer = act(world, valid, &faults);
                    section.answer(first.evidence, &name, answer, (first.expected)());
                }
            }
        }
    });
}

fn act(
    world: &World,
    valid: &Ask,
    faults: &[&Fault],
) -> Result<crate::ask::Answer, kms_reencrypt::KmsError> {
    let mut scene = Scene {
        ask: valid.clone(),
        denied: Vec::new(),
        disabled: Vec::new(),
    };
    for fault in faults {
        (fault.spoil)(world, &mut scene);
    }
    for key in &scene.disabled {
        world.set_state(key, KeyState::Disabled);
    }
    let permitted = ["kms:ReEncryptFrom", "kms:ReEncryptTo"];
    let statement = permitted
        .iter()
        .filter(|action| !scene.denied.contains(action))
        .fold(
            Statement::allow().action("kms:Encrypt").resource("*"),
            |statement, action| statement.action(*action),
        );
    let user = Caller::user(ACCOUNT.parse().unwrap(), "alice").unwrap();
    let policy = Policy::new().statement(statement);
    world.act_as(user.with_identity_policy(policy));
    let answer = world.send(&scene.ask);
    for key in &scene.disabled {
        world.set_state(key, KeyState::Enabled);
    }
    answer
}

fn world() -> World {
    let world = World::with_keys();
    world.symmetric("other");
    world.signing("signing");
    let large =
        NewKey::from(KeySpec::Rsa4096).pkcs8_pem(crate::common::fixed_pem(KeySpec::Rsa4096));
    world.add("large", large);
    world.add("rsa", encrypting(KeySpec::Rsa2048));
    world
}
