//! behaviour §18: data keys.

use kms_reencrypt::{
    DataKeySpec, GenerateDataKeyRequest, GenerateDataKeyRequestBuilder, KeyState, Kms,
};

use crate::section::Evidence::{Inferred, RecordedByWord};
use crate::section::Section;
use crate::texts::{
    Success, asymmetric_data_key, disabled, validation, violation, violations, wrong_usage,
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
