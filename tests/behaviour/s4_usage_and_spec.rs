//! behaviour §4: every combination of key usage, key spec and algorithm, and the maximum length of a plaintext.

use kms_reencrypt::keyring::NewKey;
use kms_reencrypt::{
    DataKeySpec, EncryptionAlgorithm, GenerateDataKeyRequest, KeySpec, KeyUsage, Kms,
};

use crate::ask::{decrypt, encrypt, re_encrypt};
use crate::common::{encrypting, fixed_pem};
use crate::section::Evidence::{Doc, Inferred, Recorded, RecordedByWord};
use crate::section::Section;
use crate::texts::{
    Expected, Success, incorrect_key, invalid_ciphertext, too_long, validation, wrong_algorithm,
    wrong_usage,
};
use crate::world::World;

/// The document's table, written down a second time: each spec, its usages, and the algorithms that it encrypts with.
const TABLE: &str = "
    SYMMETRIC_DEFAULT     | ENCRYPT_DECRYPT                          | SYMMETRIC_DEFAULT
    RSA_2048              | ENCRYPT_DECRYPT SIGN_VERIFY              | RSAES_OAEP_SHA_1 RSAES_OAEP_SHA_256
    RSA_3072              | ENCRYPT_DECRYPT SIGN_VERIFY              | RSAES_OAEP_SHA_1 RSAES_OAEP_SHA_256
    RSA_4096              | ENCRYPT_DECRYPT SIGN_VERIFY              | RSAES_OAEP_SHA_1 RSAES_OAEP_SHA_256
    SM2                   | ENCRYPT_DECRYPT SIGN_VERIFY KEY_AGREEMENT | SM2PKE
    ECC_NIST_P256         | SIGN_VERIFY KEY_AGREEMENT                |
    ECC_NIST_P384         | SIGN_VERIFY KEY_AGREEMENT                |
    ECC_NIST_P521         | SIGN_VERIFY KEY_AGREEMENT                |
    ECC_SECG_P256K1       | SIGN_VERIFY                              |
    ECC_NIST_EDWARDS25519 | SIGN_VERIFY                              |
    ML_DSA_44             | SIGN_VERIFY                              |
    ML_DSA_65             | SIGN_VERIFY                              |
    ML_DSA_87             | SIGN_VERIFY                              |
    ML_KEM_512            | ENCAPSULATE_DECAPSULATE                  |
    ML_KEM_768            | ENCAPSULATE_DECAPSULATE                  |
    ML_KEM_1024           | ENCAPSULATE_DECAPSULATE                  |
    HMAC_224              | GENERATE_VERIFY_MAC                      |
    HMAC_256              | GENERATE_VERIFY_MAC                      |
    HMAC_384              | GENERATE_VERIFY_MAC                      |
    HMAC_512              | GENERATE_VERIFY_MAC                      |
";

/// The most bytes: spec, algorithm, number.
const LIMITS: [(&str, &str, usize); 8] = [
    ("SYMMETRIC_DEFAULT", "SYMMETRIC_DEFAULT", 4096),
    ("RSA_2048", "RSAES_OAEP_SHA_1", 214),
    ("RSA_2048", "RSAES_OAEP_SHA_256", 190),
    ("RSA_3072", "RSAES_OAEP_SHA_1", 342),
    ("RSA_3072", "RSAES_OAEP_SHA_256", 318),
    ("RSA_4096", "RSAES_OAEP_SHA_1", 470),
    ("RSA_4096", "RSAES_OAEP_SHA_256", 446),
    ("SM2", "SM2PKE", 1024),
];

/// A line of the document's table.
fn row(spec: &str) -> (Vec<&'static str>, Vec<&'static str>) {
    let line = TABLE.lines().find_map(|line| {
        let mut columns = line.split('|');
        let words =
            |column: Option<&'static str>| column.unwrap_or_default().split_whitespace().collect();
        (columns.next()?.trim() == spec).then(|| (words(columns.next()), words(columns.next())))
    });
    line.unwrap_or_else(|| panic!("the table has no {spec}"))
}

/// What the table says to a key that is used by an algorithm.
fn of_table(spec: &str, usage: &str, algorithm: &str, operation: &str) -> Expected {
    let (_, algorithms) = row(spec);
    if usage != "ENCRYPT_DECRYPT" {
        wrong_usage("<key>", usage, operation)
    } else if !algorithms.contains(&algorithm) {
        wrong_algorithm(algorithm, spec)
    } else {
        Success
    }
}

/// Every key that can be made: the product of specs and usages, as far as the crate's own table lets it.
fn keys() -> impl Iterator<Item = (KeySpec, KeyUsage, NewKey)> {
    KeySpec::ALL.iter().flat_map(|spec| {
        spec.key_usages().iter().map(|usage| {
            let key = match usage {
                KeyUsage::EncryptDecrypt => encrypting(*spec),
                usage => NewKey::new(*spec).key_usage(*usage),
            };
            (*spec, *usage, key)
        })
    })
}

#[test]
fn the_whole_product_of_spec_usage_algorithm_and_side() {
    let world = World::in_china();
    world.symmetric("A");
    let blob = world.blob_of("A");
    Section::run("4", "spec x usage x algorithm x side", &world, |section| {
        for (spec, usage, key) in keys() {
            world.add("key", key);
            for algorithm in EncryptionAlgorithm::ALL {
                let (by, spec, usage) = (algorithm.as_str(), spec.as_str(), usage.as_str());
                let name = |operation| format!("{operation} {spec} {usage} {by}");
                let expected = |operation| of_table(spec, usage, by, operation);

                let to = re_encrypt()
                    .blob(blob.clone())
                    .destination("<key>")
                    .destination_by(by);
                let evidence = match (usage, by) {
                    ("SIGN_VERIFY", "SYMMETRIC_DEFAULT") if spec == "ECC_NIST_P256" => Recorded,
                    _ => Inferred,
                };
                section.case(evidence, name("ReEncryptTo"), to, expected("ReEncryptTo"));

                let ask = encrypt("hello").destination("<key>").destination_by(by);
                let encrypted = world.send(&ask).map(|answer| answer.blob);
                let own = encrypted.as_ref().cloned().unwrap_or_else(|_| blob.clone());
                section.answer(Recorded, name("Encrypt"), encrypted, expected("Encrypt"));

                // A symmetric blob says itself whose it is: any other key is just not the one (4.3).
                let from_expected = |operation| match expected(operation) {
                    Success => Success,
                    _ if by == "SYMMETRIC_DEFAULT" => incorrect_key(),
                    refusal => refusal,
                };
                let from = re_encrypt()
                    .blob(own.clone())
                    .source("<key>")
                    .source_by(by)
                    .destination("<A>");
                let expected = from_expected("ReEncryptFrom");
                section.case(Inferred, name("ReEncryptFrom"), from, expected);
                let ask = decrypt().blob(own).source("<key>").source_by(by);
                section.case(
                    RecordedByWord,
                    name("Decrypt"),
                    ask,
                    from_expected("Decrypt"),
                );
            }
        }
    });
}

#[test]
fn keys_can_be_made_just_as_the_table_says() {
    let world = World::in_china();
    Section::run("4.2", "spec x usage in CreateKey", &world, |section| {
        for spec in KeySpec::ALL {
            for usage in KeyUsage::ALL {
                let (usages, _) = row(spec.as_str());
                let fits = usages.contains(&usage.as_str());
                let key = match (fits, usage) {
                    (true, KeyUsage::EncryptDecrypt) => encrypting(*spec),
                    _ => NewKey::new(*spec).key_usage(*usage),
                };
                let message = format!("KeyUsage {usage} is not compatible with KeySpec {spec}");
                let expected = if fits { Success } else { validation(message) };
                let answer = world.keyring.create_key(key);
                section.answer(Recorded, format!("{spec} {usage}"), answer, expected);
            }
            let required = validation(
                "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.",
            );
            let expected = match spec {
                KeySpec::SymmetricDefault => Success,
                _ => required,
            };
            let answer = world.keyring.create_key(NewKey::new(*spec));
            section.answer(
                Recorded,
                format!("{spec} without a usage"),
                answer,
                expected,
            );
        }
        let world = World::new();
        let outside = world
            .keyring
            .create_key(encrypting(KeySpec::Sm2))
            .unwrap_err();
        section.compare(
            RecordedByWord,
            "SM2 outside of China",
            &(outside.code(), outside.to_string()),
            &(
                "UnsupportedOperationException",
                "KeySpec SM2 is not supported in this Region".to_owned(),
            ),
        );
    });
}

#[test]
fn a_plaintext_has_to_fit_the_destination() {
    let world = World::in_china();
    world.symmetric("A");
    world.name_key("SYMMETRIC_DEFAULT", world.key("A"));
    for spec in [
        KeySpec::Rsa2048,
        KeySpec::Rsa3072,
        KeySpec::Rsa4096,
        KeySpec::Sm2,
    ] {
        let key = NewKey::new(spec)
            .key_usage(KeyUsage::EncryptDecrypt)
            .pkcs8_pem(fixed_pem(spec));
        world.add(spec.as_str(), key);
    }
    Section::run("4.4", "sizes", &world, |section| {
        for (spec, by, max) in LIMITS {
            let key = format!("<{spec}>");
            for len in [1, max, max + 1] {
                if len > 4096 {
                    // No request brings a plaintext that long: behaviour §1.2 has the row.
                    continue;
                }
                let expected = || match len > max {
                    true => too_long(by, spec, max),
                    false => Success,
                };
                let name = |operation: &str| format!("{operation} {len} bytes, {spec} {by}");
                let evidence = if spec == "SM2" { Doc } else { Recorded };
                let ask = encrypt(vec![7; len]).destination(&key).destination_by(by);
                section.case(evidence, name("Encrypt"), ask, expected());
                let blob = world.encrypted(&encrypt(vec![7; len]).destination("<A>"));
                let ask = re_encrypt().blob(blob).destination(&key).destination_by(by);
                section.case(Inferred, name("ReEncrypt"), ask, expected());
            }
        }
        for (spec, len) in [("RSA_2048", 256), ("RSA_3072", 384), ("RSA_4096", 512)] {
            let to = re_encrypt()
                .blob(world.blob_of("A"))
                .destination(format!("<{spec}>"))
                .destination_by("RSAES_OAEP_SHA_1");
            let name = format!("a ciphertext of {spec} is as long as the modulus");
            section.response(Doc, name, to, |_, answer| answer.blob.len() == len);
        }
        let data_key = GenerateDataKeyRequest::builder()
            .key_id(world.key("A"))
            .key_spec(DataKeySpec::Aes256);
        let data_key = Kms::new(world.keyring.clone())
            .generate_data_key(&data_key.build().unwrap())
            .unwrap();
        let blob = data_key.ciphertext_blob().to_vec();
        let ask = re_encrypt()
            .blob(blob)
            .destination("<RSA_2048>")
            .destination_by("RSAES_OAEP_SHA_256");
        section.case(Doc, "a data key moves on", ask, Success);
        // What GenerateDataKeyPair encrypts, private keys, is longer than any RSA key takes, and shorter than 4096.
        let blob = world.encrypted(&encrypt(vec![7; 2400]).destination("<A>"));
        let ask = re_encrypt().blob(blob).destination("<A>");
        section.case(Inferred, "a private key moves on", ask, Success);
        let ask = re_encrypt().blob(b"no blob".to_vec()).destination("<A>");
        section.case(
            Inferred,
            "nothing to be measured",
            ask,
            invalid_ciphertext(),
        );
    });
}
