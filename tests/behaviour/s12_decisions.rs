//! behaviour §12: the decisions of this crate where no evidence was found. One row per decision, by its number.

use kms_reencrypt::keyring::NewKey;
use kms_reencrypt::{KeySpec, KeyState};

use crate::ask::{encrypt, re_encrypt};
use crate::common::encrypting;
use crate::section::Evidence::Guess;
use crate::section::Section;
use crate::texts::{
    ASCII, AT_LEAST_1, MODIFIERS, NOT_NULL, Success, TOKEN_LENGTHS, denied_by_ciphertext, disabled,
    dry_run_succeeds, invalid_arn, invalid_ciphertext, invalid_grant_token, must_not_be_null,
    no_identity_policy, no_key, too_long, violation, violations, wrong_usage,
};
use crate::world::{NO_KEY, World};

#[test]
fn every_decision_is_as_it_was_taken() {
    let world = World::in_china();
    world.symmetric("A");
    world.symmetric("B");
    world.symmetric("off");
    world.signing("signing");
    world.add("rsa", encrypting(KeySpec::Rsa2048));
    world.add("sm2", encrypting(KeySpec::Sm2));
    let by = "RSAES_OAEP_SHA_256";
    let blob = world.blob_of("A");
    let of_off = world.blob_of("off");
    world.set_state("off", KeyState::Disabled);
    let rsa = world.encrypted(&encrypt("-").destination("<rsa>").destination_by(by));
    let valid = || re_encrypt().blob(blob.clone()).destination("<B>");
    let no_such_key = || {
        no_key(&format!(
            "arn:<partition>:kms:<region>:<account>:key/{NO_KEY}"
        ))
    };

    Section::run("12", "decisions", &world, |section| {
        let mut decision = |number: u32, what: &str, ask, expected| {
            section.case(Guess(number), what, ask, expected);
        };

        let ask = re_encrypt()
            .blob(rsa.clone())
            .source_by(by)
            .destination("<B>");
        decision(1, "no SourceKeyId", ask, must_not_be_null("SourceKeyId"));

        let ask = valid().grant_token("unknown");
        decision(2, "a token that is not needed", ask, invalid_grant_token());
        let ask = valid().grant_token("unknown").destination(NO_KEY);
        decision(2, "before any look-up", ask, invalid_grant_token());
        let ask = valid().grant_token("unknown").blob(b"no blob".to_vec());
        decision(2, "before the ciphertext", ask, invalid_grant_token());

        world.act_as_user(&["kms:ReEncryptTo"]);
        let ask = re_encrypt()
            .blob(rsa.clone())
            .source("<signing>")
            .source_by(by);
        let denied = no_identity_policy("ReEncryptFrom", "<signing>");
        decision(3, "before the usage", ask.destination("<B>"), denied);
        let ask = valid().blob(of_off.clone()).source("<off>");
        let denied = no_identity_policy("ReEncryptFrom", "<off>");
        decision(3, "before the state", ask, denied);
        world.act_as_root();

        let mut altered = blob.clone();
        *altered.last_mut().unwrap() ^= 1;
        let ask = valid().blob(altered).destination("<signing>");
        let usage = wrong_usage("<signing>", "SIGN_VERIFY", "ReEncryptTo");
        decision(4, "both keys before anything is decrypted", ask, usage);
        let ask = valid().blob(of_off.clone()).destination("<signing>");
        decision(4, "the source first", ask, disabled("<off>"));

        let tokens = violations(&[violation("'[]'", "grantTokens", TOKEN_LENGTHS)]);
        decision(5, "grantTokens", valid().grant_token(""), tokens);
        let modifiers = violations(&[violation("'[FOO]'", "dryRunModifiers", MODIFIERS)]);
        decision(5, "dryRunModifiers", valid().modifier("FOO"), modifiers);

        let ask = re_encrypt().destination("").modifier("FOO");
        let order = violations(&[
            violation("null", "ciphertextBlob", NOT_NULL),
            violation("''", "destinationKeyId", AT_LEAST_1),
            violation("''", "destinationKeyId", ASCII),
            violation("'[FOO]'", "dryRunModifiers", MODIFIERS),
        ]);
        decision(6, "the order of the service model", ask, order);

        let ask = valid().source(NO_KEY);
        decision(
            7,
            "a source that does not exist",
            ask.clone(),
            no_such_key(),
        );
        let ask = ask.blob(b"no blob".to_vec());
        decision(7, "and no blob", ask, invalid_ciphertext());

        for arn in [
            "arn:aws:kms:us-east-2:111122223333:alias/a",
            "arn:aws-cn:s3:::bucket",
            "arn:aws-cn:kms",
        ] {
            decision(8, arn, valid().destination(arn), invalid_arn(arn));
        }

        let ask = re_encrypt()
            .blob(rsa.clone())
            .source("<signing>")
            .source_by(by);
        let usage = wrong_usage("<signing>", "SIGN_VERIFY", "ReEncryptFrom");
        decision(9, "the word for the source", ask.destination("<B>"), usage);

        let ignoring = || {
            re_encrypt()
                .destination("<B>")
                .dry_run(true)
                .modifier("IGNORE_CIPHERTEXT")
        };
        decision(
            10,
            "no SourceKeyId",
            ignoring(),
            must_not_be_null("SourceKeyId"),
        );
        decision(
            10,
            "without DryRun",
            valid().modifier("IGNORE_CIPHERTEXT"),
            Success,
        );
        decision(10, "states", ignoring().source("<off>"), disabled("<off>"));

        decision(11, "all is well", valid().dry_run(true), dry_run_succeeds());
        let long = world.encrypted(&encrypt([7; 191]).destination("<A>"));
        let to_rsa = valid().blob(long).destination("<rsa>").destination_by(by);
        let limit = || too_long(by, "RSA_2048", 190);
        decision(11, "the size", to_rsa.clone().dry_run(true), limit());
        let ask = valid().dry_run(true).source_context(&[("k", "v")]);
        decision(11, "the ciphertext", ask, invalid_ciphertext());

        decision(12, "RSA", to_rsa, limit());
        let long = world.encrypted(&encrypt([7; 1025]).destination("<A>"));
        let ask = valid()
            .blob(long)
            .destination("<sm2>")
            .destination_by("SM2PKE");
        decision(12, "SM2PKE", ask, too_long("SM2PKE", "SM2", 1024));

        let value = "v".repeat(100_000);
        let ask = valid().destination_context(&[("k", &value)]);
        decision(13, "no limit on a context", ask, Success);

        let ask = valid().blob(of_off.clone()).source_context(&[("k", "v")]);
        decision(16, "disabled and the wrong context", ask, disabled("<off>"));

        let elsewhere = World::in_china();
        elsewhere.add("A", NewKey::new(KeySpec::SymmetricDefault));
        let ask = valid().blob(elsewhere.blob_of("A"));
        let denied = denied_by_ciphertext("ReEncryptFrom");
        decision(17, "a key that nobody knows", ask, denied);
    });
}
