//! Ring files: neither reading nor saving a ring leaves a secret behind, whether of the ring or of the file's text.

use kms_reencrypt::testing::ring_file::{
    Protection, load_ring, load_snapshot, read_ring, save_snapshot,
};
use kms_reencrypt_secrets::{Secret, watch};

use crate::support::{DATA_KEY, rsa_numbers, sm2_scalar};
use crate::{assert_nothing_found, material};

/// `MATERIAL` as it stands in a file.
const MATERIAL_BASE64: &str = "Ny1VeTIubWF0ZXJpYWwsa1E5IW9mXzMyKGJ5dGVzKVo=";

/// A ring with one key of that material.
fn seed_file() -> String {
    let key = r#"{"KeyId":"1234abcd-12ab-34cd-56ef-1234567890ab","KeyMaterials":[{"KeyMaterial":"#;
    format!(
        r#"{{"Format":"kms-reencrypt ring 1","Account":"111122223333","Region":"us-east-2","Keys":[{key}"{MATERIAL_BASE64}"}}]}}],"Aliases":[]}}"#
    )
}

/// A ring with these private keys.
fn seed_file_of(keys: &[(&str, &str)]) -> String {
    let keys: Vec<_> = keys
        .iter()
        .zip(1..)
        .map(|((spec, key), id)| {
            format!(
                r#"{{"KeyId":"{id}234abcd-12ab-34cd-56ef-1234567890ab","KeySpec":"{spec}","PrivateKey":"{key}"}}"#
            )
        })
        .collect();
    format!(
        r#"{{"Format":"kms-reencrypt ring 1","Account":"111122223333","Region":"cn-north-1","Keys":[{}]}}"#,
        keys.join(",")
    )
}

/// The DER in a PEM, still in base64.
fn base64_of(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with('-')).collect()
}

#[test]
fn reading_and_saving_leave_no_material_behind() {
    let text = seed_file();
    let mut secrets = material();
    secrets.push(Secret::new(
        "material in base64",
        MATERIAL_BASE64.as_bytes(),
    ));
    assert_nothing_found(&secrets, "a seed file", || {
        read_ring(&text).expect("a ring");
    });
    // Refused at several depths: in the text, in the base64, in what the ring says.
    for (what, old, new) in [
        ("text", "\"KeyMaterials\"", "\"KeyMaterialss\""),
        ("later text", "\"Aliases\":[]", "\"Aliases\":[3]"),
        ("base64", "=\"", "*\""),
        (
            "the ring",
            "\"Aliases\":[]",
            "\"Aliases\":[{\"AliasName\":\"alias/a\",\"TargetKeyId\":\"2222abcd-12ab-34cd-56ef-1234567890ab\"}]",
        ),
        (
            "the id",
            "\"KeyMaterial\"",
            "\"KeyMaterialId\":\"00\",\"KeyMaterial\"",
        ),
    ] {
        let broken = text.replace(old, new);
        assert_nothing_found(&secrets, what, || {
            read_ring(&broken).expect_err(what);
        });
    }

    let name = format!("kms-reencrypt-secrets-{}", std::process::id());
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, &text).expect("written");
    assert_nothing_found(&secrets, "a seed file from the disk", || {
        load_ring(&path).expect("a ring");
    });
    std::fs::write(&path, [text.as_bytes(), b"\xff"].concat()).expect("written");
    assert_nothing_found(&secrets, "a file that is no text", || {
        load_ring(&path).expect_err("no text");
    });
    for protection in [
        || Protection::key(*DATA_KEY),
        || {
            let passphrase = str::from_utf8(DATA_KEY).expect("text");
            Protection::passphrase(passphrase).expect("not empty")
        },
    ] {
        let mut secrets = material();
        secrets.push(Secret::new("key or passphrase", DATA_KEY));
        assert_nothing_found(&secrets, "a snapshot", || {
            let keyring = read_ring(&text).expect("a ring");
            save_snapshot(&keyring, &path, &protection()).expect("saved");
            load_snapshot(&path, &protection()).expect("loaded");
            let snapshot = std::fs::read_to_string(&path).expect("text");
            let damaged = snapshot.replace("us-east-2", "us-east-1");
            std::fs::write(&path, damaged).expect("written");
            load_snapshot(&path, &protection()).expect_err("damaged");
        });
    }
    std::fs::remove_file(&path).expect("removed");
}

#[test]
fn reading_and_saving_leave_no_private_keys_behind() {
    let (pem, _, scalar) = sm2_scalar();
    let (rsa_pem, numbers) = rsa_numbers();
    let secrets = [
        Secret::new("scalar", &scalar),
        Secret::new("private exponent", &numbers.exponent),
        Secret::new("scalar in base64", &base64_of(pem).as_bytes()[..64]),
    ];
    let text = seed_file_of(&[("SM2", &base64_of(pem)), ("RSA_2048", &base64_of(rsa_pem))]);
    let path = std::env::temp_dir().join(format!("kms-reencrypt-private-{}", std::process::id()));
    assert_nothing_found(&secrets, "DER", || {
        let keyring = read_ring(&text).expect("a ring");
        let protection = Protection::key(*DATA_KEY);
        save_snapshot(&keyring, &path, &protection).expect("saved");
        load_snapshot(&path, &protection).expect("loaded");
    });
    std::fs::remove_file(&path).expect("removed");
    for refused in [
        text.replace("SM2", "RSA_2048"),
        text.replace("RSA_2048", "RSA_4096"),
        text.replace("cn-north-1", "us-east-2"),
        text.replace("\"}]", "*\"}]"),
    ] {
        assert_nothing_found(&secrets, "what is refused", || {
            read_ring(&refused).expect_err("refused");
        });
    }
}

// If this fails, serde_json has improved: then say so in SECURITY.md and in `src/testing/ring_file/mod.rs`.

#[test]
fn pem_in_a_seed_file_stays_behind_as_documented() {
    let (pem, _, _) = sm2_scalar();
    let text = seed_file_of(&[("SM2", &pem.replace('\n', "\\n"))]);
    let secrets = [Secret::new(
        "scalar in base64",
        &base64_of(pem).as_bytes()[..64],
    )];
    let found = watch(&secrets, || {
        read_ring(&text).expect("a ring");
    });
    assert_eq!(found.len(), 1, "{found:?}");
}
