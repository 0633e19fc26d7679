//! behaviour §18: data keys.

use kms_reencrypt::{
    DataKeyPairSpec, DataKeySpec, GenerateDataKeyPairRequest, GenerateDataKeyPairRequestBuilder,
    GenerateDataKeyRequest, GenerateDataKeyRequestBuilder, KeySpec, KeyState, Kms,
};

use crate::section::Evidence::{Doc, Guess, Inferred, Recorded, RecordedByWord};
use crate::section::Section;
use crate::texts::{
    Success, asymmetric_data_key, disabled, dry_run_succeeds, invalid_state, no_data_key_pair,
    not_in_this_region, validation, violation, violations, wrong_usage,
};
use crate::world::World;

const LENGTH: &str = "Please specify either number of bytes or key spec.";

const SPECS: &str = "Member must satisfy enum value set: [RSA_2048, RSA_3072, RSA_4096, \
    ECC_NIST_P256, ECC_NIST_P384, ECC_NIST_P521, ECC_SECG_P256K1, ECC_NIST_EDWARDS25519, \
    SYMMETRIC_DEFAULT, HMAC_224, HMAC_256, HMAC_384, HMAC_512, SM2, ML_DSA_44, ML_DSA_65, ML_DSA_87]";

type Length = fn(GenerateDataKeyRequestBuilder) -> GenerateDataKeyRequestBuilder;

#[test]
fn a_data_key_has_one_length_and_a_symmetric_key() {
    let world = World::with_keys();
    world.signing("signing");
    world.symmetric("off");
    world.set_state("off", KeyState::Disabled);
    let neither: Length = |request| request;
    let both: Length = |request| request.number_of_bytes(8).key_spec(DataKeySpec::Aes256);
    let bytes: Length = |request| request.number_of_bytes(8);
    let spec: Length = |request| request.key_spec(DataKeySpec::Aes128);
    let foo: Length = |request| request.key_spec("FOO");
    let no_spec = violations(&[violation("'FOO'", "keySpec", SPECS)]);
    let kms = Kms::new(world.keyring.clone());
    Section::run("18", "data keys", &world, |section| {
        for (evidence, name, key, length, expected) in [
            (RecordedByWord, "neither", "A", neither, validation(LENGTH)),
            (RecordedByWord, "both", "A", both, validation(LENGTH)),
            (
                RecordedByWord,
                "before the usage",
                "signing",
                neither,
                validation(LENGTH),
            ),
            (
                RecordedByWord,
                "before the state",
                "off",
                both,
                validation(LENGTH),
            ),
            (RecordedByWord, "KeySpec FOO", "A", foo, no_spec),
            (RecordedByWord, "RSA", "rsa", bytes, asymmetric_data_key()),
            (RecordedByWord, "disabled", "off", bytes, disabled("<off>")),
            (RecordedByWord, "bytes", "A", bytes, Success),
            (RecordedByWord, "spec", "A", spec, Success),
        ] {
            let request = || {
                let request = GenerateDataKeyRequest::builder().key_id(world.key(key));
                length(request).build()
            };
            let answer = request().and_then(|request| kms.generate_data_key(&request));
            section.answer(evidence, name, answer, expected.clone());
            let answer =
                request().and_then(|request| kms.generate_data_key_without_plaintext(&request));
            let name = format!("{name}, WithoutPlaintext");
            section.answer(evidence, name, answer, expected);
        }
        let request = GenerateDataKeyRequest::builder()
            .key_id(world.key("signing"))
            .number_of_bytes(8);
        let answer = kms.generate_data_key(&request.build().unwrap());
        let usage = wrong_usage("<signing>", "SIGN_VERIFY", "GenerateDataKey");
        section.answer(Inferred, "a key for signatures", answer, usage);
    });
}

const PAIR_SPECS: &str = "Member must satisfy enum value set: [RSA_2048, RSA_3072, RSA_4096, \
    ECC_NIST_P256, ECC_NIST_P384, ECC_NIST_P521, ECC_SECG_P256K1, SM2, ECC_NIST_EDWARDS25519, \
    ML_KEM_512, ML_KEM_768, ML_KEM_1024]";

type Pair = fn(GenerateDataKeyPairRequestBuilder) -> GenerateDataKeyPairRequestBuilder;

#[test]
fn a_pair_of_data_keys_has_a_type_and_a_symmetric_key() {
    let world = World::with_keys();
    world.signing("signing");
    world.add("mac", KeySpec::Hmac256);
    for (name, state) in [
        ("off", KeyState::Disabled),
        ("leaving", KeyState::PendingDeletion),
        ("waiting", KeyState::PendingImport),
    ] {
        world.symmetric(name);
        world.set_state(name, state);
    }
    let none: Pair = |request| request;
    let foo: Pair = |request| request.key_pair_spec("FOO");
    let rsa: Pair = |request| request.key_pair_spec(DataKeyPairSpec::Rsa2048);
    let dry: Pair = |request| {
        request
            .key_pair_spec(DataKeyPairSpec::Rsa4096)
            .dry_run(true)
    };
    let sm2: Pair = |request| request.key_pair_spec(DataKeyPairSpec::Sm2);
    let ml_kem: Pair = |request| {
        request
            .key_pair_spec(DataKeyPairSpec::MlKem768)
            .dry_run(true)
    };
    let curve: Pair = |request| request.key_pair_spec(DataKeyPairSpec::EccNistP256);
    let null = "Member must not be null";
    let of_curve = if cfg!(feature = "data-key-pairs") {
        Success
    } else {
        let reason = "this build of kms-reencrypt has no key pairs of ECC_NIST_P256. \
                      Its feature data-key-pairs adds them.";
        no_data_key_pair("ECC_NIST_P256", reason)
    };
    let kms = Kms::new(world.keyring.clone());
    Section::run("18", "pairs of data keys", &world, |section| {
        for (evidence, name, key, pair, expected) in [
            (
                Inferred,
                "no type",
                "A",
                none,
                violations(&[violation("null", "keyPairSpec", null)]),
            ),
            (
                Doc,
                "KeyPairSpec FOO",
                "A",
                foo,
                violations(&[violation("'FOO'", "keyPairSpec", PAIR_SPECS)]),
            ),
            (Doc, "RSA_2048", "A", rsa, Success),
            (Recorded, "dry run", "A", dry, dry_run_succeeds()),
            (Inferred, "RSA", "rsa", rsa, asymmetric_data_key()),
            (Doc, "disabled", "off", rsa, disabled("<off>")),
            (
                Doc,
                "pending deletion",
                "leaving",
                rsa,
                invalid_state("<leaving>", "pending deletion"),
            ),
            (
                Doc,
                "pending import",
                "waiting",
                rsa,
                invalid_state("<waiting>", "pending import"),
            ),
            (
                Inferred,
                "SM2 outside of China",
                "A",
                sm2,
                not_in_this_region("SM2"),
            ),
            (
                Guess(57),
                "ML-KEM",
                "A",
                ml_kem,
                no_data_key_pair(
                    "ML_KEM_768",
                    "kms-reencrypt has no key pairs of ML_KEM_768.",
                ),
            ),
            (Guess(57), "a curve", "A", curve, of_curve),
        ] {
            let request = || {
                let request = GenerateDataKeyPairRequest::builder().key_id(world.key(key));
                pair(request).build()
            };
            let answer = request().and_then(|request| kms.generate_data_key_pair(&request));
            section.answer(evidence, name, answer, expected.clone());
            let answer = request()
                .and_then(|request| kms.generate_data_key_pair_without_plaintext(&request));
            let name = format!("{name}, WithoutPlaintext");
            section.answer(evidence, name, answer, expected);
        }
        for (key, usage) in [("signing", "SIGN_VERIFY"), ("mac", "GENERATE_VERIFY_MAC")] {
            let request = GenerateDataKeyPairRequest::builder().key_id(world.key(key));
            let answer = kms.generate_data_key_pair(&rsa(request).build().unwrap());
            let expected = wrong_usage(&format!("<{key}>"), usage, "GenerateDataKeyPair");
            section.answer(Inferred, format!("a key for {usage}"), answer, expected);
        }
    });
}
