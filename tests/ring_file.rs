//! Seed files: the ring is what the file says, and an error in the file names its place.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use core::time::Duration;

use kms_reencrypt::access::{GrantOperation, KeyPolicy};
use kms_reencrypt::keyring::{Clock, ImportedMaterial, KeyMaterialState, ManualClock, NewKey};
use kms_reencrypt::testing::ring_file::{
    load_ring, load_ring_into, read_ring, read_ring_into, write_ring,
};
use kms_reencrypt::{
    DecryptRequest, EncryptRequest, EncryptionAlgorithm, KeyOrigin, KeySpec, KeyState, Keyring,
    Kms, KmsError,
};

const FIXTURE: &str = include_str!("fixtures/ring.json");

/// Base64 of 32 bytes, and no bytes that occur anywhere else.
const SECRET: &str = "U2VjcmV0U2VjcmV0U2VjcmV0U2VjcmV0U2VjcmV0U2U=";

/// A file with these keys.
fn file(keys: &str) -> String {
    format!(
        r#"{{"Format":"kms-reencrypt ring 1","Account":"111122223333","Region":"us-east-2","Keys":[{keys}]}}"#
    )
}

/// A file with one key, which has these members too.
fn key(members: &str) -> String {
    let id = r#""KeyId":"1234abcd-12ab-34cd-56ef-1234567890ab""#;
    file(&format!("{{{id}{members}}}"))
}

/// What a key encrypts, it decrypts.
#[track_caller]
fn assert_encrypts(keyring: &Keyring, key: &str, algorithm: EncryptionAlgorithm) {
    let kms = Kms::new(keyring.clone());
    let encrypt = EncryptRequest::builder()
        .key_id(key)
        .encryption_algorithm(algorithm)
        .plaintext(b"attack at dawn")
        .build()
        .unwrap();
    let sealed = kms.encrypt(&encrypt).unwrap();
    let decrypt = DecryptRequest::builder()
        .key_id(key)
        .encryption_algorithm(algorithm)
        .ciphertext_blob(sealed.ciphertext_blob())
        .build()
        .unwrap();
    assert_eq!(
        kms.decrypt(&decrypt).unwrap().plaintext().expose(),
        b"attack at dawn"
    );
}

#[test]
fn the_fixture_is_the_ring_that_it_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/ring.json");
    let keyring = load_ring(path).unwrap();
    assert_eq!(keyring.keys().len(), 5);
    assert_eq!(
        keyring.in_region("eu-west-1".parse().unwrap()).keys().len(),
        1
    );

    let tokens = keyring.describe_key("alias/tokens").unwrap();
    assert_eq!(tokens.description(), "tokens");
    assert_eq!(tokens.key_state(), KeyState::Enabled);
    let arn = *tokens.arn();
    let rotations = keyring.key_rotations(arn).unwrap();
    let states = rotations.iter().map(|rotation| rotation.key_material_state);
    assert!(states.eq([KeyMaterialState::NonCurrent, KeyMaterialState::Current]));
    assert_eq!(keyring.grants(arn).unwrap().len(), 1);
    let (of_token, grant) = keyring.grant_of_token("AQpAM2RhZTk1MGMy").unwrap();
    assert_eq!(
        (of_token, &grant),
        (arn, keyring.grants(arn).unwrap()[0].id())
    );

    let state = |key: &str| keyring.describe_key(key).unwrap().key_state();
    assert_eq!(state("alias/partner"), KeyState::Disabled);
    let import = "2222abcd-12ab-34cd-56ef-1234567890ab";
    assert_eq!(state(import), KeyState::PendingImport);
    assert_eq!(
        state("4444abcd-12ab-34cd-56ef-1234567890ab"),
        KeyState::Enabled
    );

    assert_encrypts(
        &keyring,
        "alias/tokens",
        EncryptionAlgorithm::SymmetricDefault,
    );
    keyring
        .enable_key("0987dcba-09fe-87dc-65ba-ab0987654321")
        .unwrap();
    assert_encrypts(
        &keyring,
        "alias/partner",
        EncryptionAlgorithm::RsaesOaepSha256,
    );
    let china = keyring.in_region("cn-north-1".parse().unwrap());
    assert_encrypts(
        &china,
        "3333abcd-12ab-34cd-56ef-1234567890ab",
        EncryptionAlgorithm::Sm2Pke,
    );
}

#[test]
fn two_rings_of_one_file_open_each_others_blobs() {
    let [one, other] = [(); 2].map(|()| Kms::new(read_ring(FIXTURE).unwrap()));
    let encrypt = EncryptRequest::builder()
        .key_id("alias/tokens")
        .plaintext(b"attack at dawn");
    let sealed = one.encrypt(&encrypt.build().unwrap()).unwrap();
    let decrypt = DecryptRequest::builder().ciphertext_blob(sealed.ciphertext_blob());
    let opened = other.decrypt(&decrypt.build().unwrap()).unwrap();
    assert_eq!(opened.plaintext().expose(), b"attack at dawn");
}

#[test]
fn what_was_read_is_written_and_read_again() {
    let keyring = read_ring(FIXTURE).unwrap();
    let written = write_ring(&keyring).unwrap();
    let again = read_ring(&written).unwrap();
    assert_eq!(write_ring(&again).unwrap(), written);
    for key in keyring.keys() {
        assert_eq!(keyring.describe_key(key), again.describe_key(key));
        assert_eq!(keyring.grants(key), again.grants(key));
        assert_eq!(keyring.key_policy(key), again.key_policy(key));
    }
}

#[test]
fn a_file_is_read_into_a_ring_with_a_clock() {
    let clock = ManualClock::new();
    let keyring = Keyring::builder("999999999999", "us-east-2").clock(clock.clone());
    let keyring = keyring.build().unwrap();
    let members = format!(
        r#","Origin":"EXTERNAL","KeyMaterials":[{{"KeyMaterial":"{SECRET}","ValidTo":"2026-01-01T00:01:00Z"}}]"#
    );
    read_ring_into(&keyring, &key(&members)).unwrap();
    let arn: kms_reencrypt::KeyArn =
        "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
            .parse()
            .unwrap();
    assert_eq!(
        keyring.describe_key(arn).unwrap().key_state(),
        KeyState::Enabled
    );
    let valid_to = keyring.describe_key(arn).unwrap().valid_to().unwrap();
    clock.advance(valid_to.duration_since(clock.now()).unwrap());
    assert_eq!(
        keyring.describe_key(arn).unwrap().key_state(),
        KeyState::PendingImport
    );

    // All or nothing.
    let two = r#"{"KeyId":"2222abcd-12ab-34cd-56ef-1234567890ab"},{"KeyId":"1234abcd-12ab-34cd-56ef-1234567890ab"}"#;
    let error = read_ring_into(&keyring, &file(two)).unwrap_err();
    assert_eq!(error.place(), "Keys[1]");
    let first = "arn:aws:kms:us-east-2:111122223333:key/2222abcd-12ab-34cd-56ef-1234567890ab";
    assert!(matches!(
        keyring.describe_key(first),
        Err(KmsError::NotFound(_))
    ));
}

/// Imports material into keys of a spec, and writes and reads their ring: the keys keep the end of the material, and know it
/// again, but not itself. Returns what was written.
fn assert_imports_are_remembered(
    spec: KeySpec,
    own: impl Fn() -> ImportedMaterial,
    other: impl Fn() -> ImportedMaterial,
) -> String {
    let clock = ManualClock::new();
    let ring = || Keyring::builder("111122223333", "us-east-2").clock(clock.clone());
    let keyring = ring().build().unwrap();
    let [until, without, never] = [(); 3].map(|()| {
        let key = NewKey::from(spec).origin(KeyOrigin::External);
        keyring.create_key(key).unwrap()
    });
    let end = clock.now() + Duration::from_secs(60);
    keyring
        .import_key_material(until, own().valid_to(end))
        .unwrap();
    keyring.import_key_material(without, own()).unwrap();
    keyring.delete_imported_key_material(without, None).unwrap();

    let written = write_ring(&keyring).unwrap();
    let again = ring().build().unwrap();
    read_ring_into(&again, &written).unwrap();
    assert_eq!(write_ring(&again).unwrap(), written);
    for key in [until, without, never] {
        assert_eq!(keyring.describe_key(key), again.describe_key(key));
        assert_eq!(keyring.public_key(key), again.public_key(key));
    }
    assert_eq!(again.describe_key(until).unwrap().valid_to(), Some(end));
    for key in [until, without] {
        assert_eq!(
            again.import_key_material(key, other()),
            Err(KmsError::IncorrectKeyMaterial)
        );
    }
    assert_eq!(again.import_key_material(without, own()), Ok(None));
    assert_eq!(again.import_key_material(never, other()), Ok(None));
    clock.advance(Duration::from_secs(60));
    let state = again.describe_key(until).unwrap().key_state();
    assert_eq!(state, KeyState::PendingImport);
    written
}

#[test]
fn an_imported_private_key_is_kept_with_its_end_and_remembered_without_itself() {
    let own = include_str!("../src/testing/keys/rsa_2048.pem");
    let other = include_str!("../src/testing/keys/rsa_2048_other.pem");
    assert_imports_are_remembered(
        KeySpec::Rsa2048,
        || ImportedMaterial::pkcs8_pem(own),
        || ImportedMaterial::pkcs8_pem(other),
    );
}

#[test]
fn the_imported_material_of_an_hmac_key_is_remembered_without_itself() {
    let written = assert_imports_are_remembered(
        KeySpec::Hmac256,
        || ImportedMaterial::mac_key(*b"32 bytes that nobody else knows."),
        || ImportedMaterial::mac_key([7; 32]),
    );
    assert!(!written.contains("nobody"));
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let material = |members: &str| key(&format!(r#","KeyMaterials":[{{{members}}}]"#));
    let id = "0".repeat(64);
    let mac = |members: &str| {
        let imported = r#","KeySpec":"HMAC_256","Origin":"EXTERNAL","KeyMaterialId":"#;
        key(&format!(r#"{imported}"{id}"{members}"#))
    };
    let alias = |members: &str| {
        let file = key("");
        let rest = format!(r#","Aliases":[{{"AliasName":"alias/a",{members}}}]}}"#);
        format!("{}{rest}", file.strip_suffix('}').unwrap())
    };
    let present = format!(r#""KeyMaterial":"{SECRET}""#);
    let id = "0c237476b39f8bc44e45212e08498fbe3151305030726c0590dd8d3e9f3d6a60";
    let grant = format!(
        r#"{{"GrantId":"{id}","GranteePrincipal":"arn:aws:iam::111122223333:root","Operations":["Decrypt"]}}"#
    );
    let token = format!(r#"{{"GrantToken":"AQpA","GrantId":"{id}"}}"#);
    let other_token = token.replace("0c", "1c");
    for (text, place) in [
        (file(r#"{"KeyId":"-"}"#), "Keys[0].KeyId"),
        (file("{}"), "Keys[0]"),
        (key(r#","KeySpecc":"RSA_2048""#), "Keys[0].KeySpecc"),
        (key(r#","KeySpec":"DES""#), "Keys[0].KeySpec"),
        (key(r#","KeyUsage":"SIGN_VERIFY""#), "Keys[0].KeyUsage"),
        (key(r#","KeyState":"Asleep""#), "Keys[0].KeyState"),
        (key(r#","KeySpec":"SM2""#), "Keys[0]"),
        (key(r#","Origin":"HERE""#), "Keys[0].Origin"),
        (
            key(r#","CreationDate":"yesterday""#),
            "Keys[0].CreationDate",
        ),
        (key(r#","Policy":{"Statement":3}"#), "Keys[0].Policy"),
        (key(r#","Policy":"{""#), "Keys[0].Policy"),
        (key(r#","Sealed":"AAAA""#), "Keys[0].Sealed"),
        (key(r#","Grants":[{"GrantId":"x"}]"#), "Keys[0].Grants[0]"),
        (
            key(&format!(r#","Grants":[{grant},{grant}]"#)),
            "Keys[0].Grants[1]",
        ),
        (
            material(&format!(
                r#"{present},"KeyMaterialId":"{}","KeyMaterialState":"CURRENT""#,
                "0".repeat(64)
            )),
            "Keys[0].KeyMaterials[0]",
        ),
        (
            file("").replace(
                r#""Keys""#,
                &format!(r#""GrantTokens":[{token},{token},{other_token}],"Keys""#),
            ),
            "GrantTokens[2]",
        ),
        (
            key(r#","MultiRegion":{"MultiRegionKeyType":"BOTH","PrimaryRegion":"us-east-2"}"#),
            "Keys[0].MultiRegion.MultiRegionKeyType",
        ),
        (
            key(r#","MultiRegion":{"MultiRegionKeyType":"PRIMARY","PrimaryRegion":"us-east-2"}"#),
            "Keys[0]",
        ),
        (
            key(r#","KeyState":"Enabled","Origin":"EXTERNAL""#),
            "Keys[0]",
        ),
        (key(r#","KeyState":"Enabled","Disabled":true"#), "Keys[0]"),
        (key(r#","PrivateKey":"AAAA""#), "Keys[0].PrivateKey"),
        (key(r#","PublicKey":"AAAA""#), "Keys[0].PublicKey"),
        (
            key(r#","KeySpec":"RSA_2048","Origin":"EXTERNAL","PublicKey":"AAAA""#),
            "Keys[0].PublicKey",
        ),
        (
            key(r#","KeySpec":"RSA_2048","PublicKey":"AAAA""#),
            "Keys[0].PublicKey",
        ),
        (
            key(r#","ValidTo":"2026-01-01T00:00:00Z""#),
            "Keys[0].ValidTo",
        ),
        (
            key(r#","KeySpec":"RSA_2048","ValidTo":"2026-01-01T00:00:00Z""#),
            "Keys[0].ValidTo",
        ),
        (
            key(r#","KeySpec":"RSA_2048","Origin":"EXTERNAL","ValidTo":"2026-01-01T00:00:00Z""#),
            "Keys[0].ValidTo",
        ),
        (
            key(r#","KeySpec":"RSA_2048","PrivateKey":"AAAA""#),
            "Keys[0]",
        ),
        (
            key(r#","KeySpec":"RSA_2048","PrivateKey":"-""#),
            "Keys[0].PrivateKey",
        ),
        (
            key(r#","KeySpec":"RSA_2048","OnDemandRotations":1"#),
            "Keys[0].OnDemandRotations",
        ),
        (
            key(r#","OnDemandRotations":26"#),
            "Keys[0].OnDemandRotations",
        ),
        (
            key(r#","OnDemandRotations":4294967295"#),
            "Keys[0].OnDemandRotations",
        ),
        (
            key(r#","OnDemandRotations":4294967296"#),
            "Keys[0].OnDemandRotations",
        ),
        (
            key(r#","KeyRotationEnabled":true,"RotationPeriodInDays":89"#),
            "Keys[0].RotationPeriodInDays",
        ),
        (
            key(r#","KeyRotationEnabled":true,"RotationPeriodInDays":2561"#),
            "Keys[0].RotationPeriodInDays",
        ),
        (
            key(r#","KeyRotationEnabled":true,"NextRotationDate":"tomorrow""#),
            "Keys[0].NextRotationDate",
        ),
        (
            key(r#","RotationPeriodInDays":365"#),
            "Keys[0].RotationPeriodInDays",
        ),
        (
            key(r#","NextRotationDate":"2026-01-01T00:00:00Z""#),
            "Keys[0].NextRotationDate",
        ),
        (
            key(r#","KeySpec":"RSA_2048","KeyRotationEnabled":true"#),
            "Keys[0]",
        ),
        (
            key(r#","Origin":"EXTERNAL","NoKeyMaterial":true,"KeyRotationEnabled":true"#),
            "Keys[0]",
        ),
        (
            key(&format!(r#","KeyMaterialId":"{id}""#)),
            "Keys[0].KeyMaterialId",
        ),
        (
            key(&format!(r#","KeySpec":"HMAC_256","KeyMaterialId":"{id}""#)),
            "Keys[0].KeyMaterialId",
        ),
        (
            key(&format!(
                r#","KeySpec":"RSA_2048","Origin":"EXTERNAL","KeyMaterialId":"{id}""#
            )),
            "Keys[0].KeyMaterialId",
        ),
        (
            key(r#","KeySpec":"HMAC_256","Origin":"EXTERNAL","KeyMaterialId":"x""#),
            "Keys[0].KeyMaterialId",
        ),
        (mac(r#","PrivateKey":"AAAA""#), "Keys[0].PrivateKey"),
        (mac(r#","PublicKey":"AAAA""#), "Keys[0].PublicKey"),
        (
            mac(r#","NoKeyMaterial":true,"ValidTo":"2026-01-01T00:00:00Z""#),
            "Keys[0].ValidTo",
        ),
        (
            key(r#","KeySpec":"HMAC_256","Origin":"EXTERNAL","PublicKey":"AAAA""#),
            "Keys[0].PublicKey",
        ),
        (
            key(r#","KeyLastUsage":{"Operation":"DescribeKey"}"#),
            "Keys[0].KeyLastUsage.Operation",
        ),
        (
            key(r#","KeyLastUsage":{"Operation":"Decrypt","Timestamp":"yesterday"}"#),
            "Keys[0].KeyLastUsage.Timestamp",
        ),
        (
            key(r#","PendingDeletionWindowInDays":6"#),
            "Keys[0].PendingDeletionWindowInDays",
        ),
        (
            key(r#","PendingDeletionWindowInDays":4294967295"#),
            "Keys[0].PendingDeletionWindowInDays",
        ),
        (
            key(r#","CreationDate":"10000-01-01T00:00:00Z""#),
            "Keys[0].CreationDate",
        ),
        (
            material(&format!(r#"{present},"ValidTo":"1969-12-31T23:59:59Z""#)),
            "Keys[0].KeyMaterials[0].ValidTo",
        ),
        (material(""), "Keys[0].KeyMaterials[0].KeyMaterial"),
        (
            material(r#""KeyMaterial":"AAAA""#),
            "Keys[0].KeyMaterials[0].KeyMaterial",
        ),
        (
            material(&format!(r#"{present},"Absent":true"#)),
            "Keys[0].KeyMaterials[0].KeyMaterial",
        ),
        (material(r#""Absent":true"#), "Keys[0].KeyMaterials[0]"),
        (
            material(&format!(r#"{present},"KeyMaterialState":"OLD""#)),
            "Keys[0].KeyMaterials[0].KeyMaterialState",
        ),
        (
            material(&format!("{present}}},{{{present}")),
            "Keys[0].KeyMaterials[1]",
        ),
        (alias(r#""TargetKeyId":"x""#), "Aliases[0].TargetKeyId"),
        (
            alias(r#""TargetKeyId":"2222abcd-12ab-34cd-56ef-1234567890ab""#),
            "Aliases[0]",
        ),
        (
            alias(
                r#""TargetKeyId":"arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab""#,
            ),
            "Aliases[0].TargetKeyId",
        ),
    ] {
        let error = read_ring(&text).expect_err(&text);
        assert_eq!(error.place(), place, "{error} in {text}");
        assert!(
            error.to_string().starts_with(&format!("{place}: ")),
            "{error}"
        );
    }
    let error = load_ring("no such file").unwrap_err();
    assert_eq!(error.place(), "no such file");
    assert!(std::error::Error::source(&error).is_some());
}

#[test]
fn a_file_is_loaded_into_a_ring_that_is_there_or_is_named() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/ring.json");
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    load_ring_into(&keyring, path).unwrap();
    assert_eq!(keyring.keys().len(), 6);
    let again = load_ring_into(&keyring, path).unwrap_err();
    assert_eq!(again.place(), format!("{path}: Keys[0]"));
    let missing = load_ring_into(&keyring, "no such file").unwrap_err();
    assert_eq!(missing.place(), "no such file");
}

/// AWS takes no such policy, but code can make one.
#[test]
fn a_text_that_is_too_long_is_told_with_its_place() {
    let long = |len: usize| "a".repeat(len);
    for (text, place) in [
        (
            key(&format!(r#","Description":"{}""#, long(8193))),
            "Keys[0].Description",
        ),
        (
            key(&format!(
                r#","Tags":[{{"TagKey":"{}","TagValue":""}}]"#,
                long(129)
            )),
            "Keys[0].Tags[0].TagKey",
        ),
        (
            key(&format!(
                r#","Tags":[{{"TagKey":"a","TagValue":"{}"}}]"#,
                long(257)
            )),
            "Keys[0].Tags[0].TagValue",
        ),
        (
            key(&format!(
                r#","KeyMaterials":[{{"KeyMaterial":"{SECRET}","KeyMaterialDescription":"{}"}}]"#,
                long(257)
            )),
            "Keys[0].KeyMaterials[0].KeyMaterialDescription",
        ),
        (
            key(&format!(r#","Policy":"{}""#, long(131_072))),
            "Keys[0].Policy",
        ),
        (
            key(&format!(r#","DepartedGrants":["{}"]"#, long(8193))),
            "Keys[0].DepartedGrants",
        ),
        (
            key(&format!(
                r#","KeySpec":"RSA_2048","PrivateKey":"{}""#,
                long(1024 * 1024 + 1)
            )),
            "Keys[0].PrivateKey",
        ),
    ] {
        let error = read_ring(&text).unwrap_err();
        assert_eq!(error.place(), place);
        assert!(error.to_string().contains("more than"), "{error}");
        assert!(!error.to_string().contains("aaa"));
    }
    // As long as it may be, in characters and not in bytes.
    let longest = "ü".repeat(8192);
    let ring = read_ring(&key(&format!(r#","Description":"{longest}""#))).unwrap();
    assert_eq!(ring.keys().len(), 1);
}

#[test]
fn a_ring_with_a_text_that_no_file_may_have_is_not_written() {
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    let new = NewKey::from(KeySpec::SymmetricDefault).description("a".repeat(8193));
    keyring.create_key(new).unwrap();
    let error = write_ring(&keyring).unwrap_err();
    assert_eq!(error.place(), "Keys[0].Description");
}

#[test]
fn a_file_that_is_too_long_is_not_read() {
    let path = std::env::temp_dir().join(format!("kms-reencrypt-long-{}", std::process::id()));
    let file = std::fs::File::create(&path).unwrap();
    // It takes no room on the disk, and would take it in memory.
    file.set_len(256 * 1024 * 1024 + 1).unwrap();
    let refused = load_ring(&path);
    std::fs::remove_file(&path).unwrap();
    let error = refused.unwrap_err();
    assert_eq!(error.place(), path.display().to_string());
    assert!(
        error.to_string().ends_with("more than 268435456 bytes"),
        "{error}"
    );
}

#[test]
fn a_policy_without_statements_is_read_again() {
    for policy in [KeyPolicy::new(), KeyPolicy::new().id("closed")] {
        let ring = Keyring::new("111122223333", "us-east-2").unwrap();
        let key = NewKey::new(KeySpec::SymmetricDefault).policy(policy.clone());
        let key = ring.create_key(key).unwrap();
        let again = read_ring(&write_ring(&ring).unwrap()).unwrap();
        assert_eq!(again.key_policy(key).unwrap(), policy);
    }
}

/// Related keys know each other by their id: strangers with one id would be rotated to one material.
#[test]
fn keys_with_one_mrk_id_have_one_primary() {
    let key = |region: &str, configuration: &str| {
        format!(
            r#"{{"KeyId":"mrk-1234abcd12ab34cd56ef1234567890ab","Region":"{region}"{configuration}}}"#
        )
    };
    let related = |key_type: &str, primary: &str| {
        format!(
            r#","MultiRegion":{{"MultiRegionKeyType":"{key_type}","PrimaryRegion":"{primary}","ReplicaRegions":["eu-west-1"]}}"#
        )
    };
    let primary = key("us-east-2", &related("PRIMARY", "us-east-2"));
    let replica = key("eu-west-1", &related("REPLICA", "us-east-2"));
    read_ring(&file(&format!("{primary},{replica}"))).unwrap();
    for (keys, place) in [
        (
            [key("us-east-2", ""), key("eu-west-1", "")].join(","),
            "Keys[1]",
        ),
        ([primary.clone(), key("eu-west-1", "")].join(","), "Keys[1]"),
        ([replica, key("us-west-2", "")].join(","), "Keys[1]"),
        (
            key("us-east-2", &related("REPLICA", "us-east-2")),
            "Keys[0]",
        ),
        (
            key("us-east-2", &related("PRIMARY", "eu-west-1")),
            "Keys[0]",
        ),
    ] {
        let text = file(&keys);
        let error = read_ring(&text).expect_err(&text);
        assert_eq!(error.place(), place, "{error} in {text}");
    }
    // What was in the ring before counts too.
    let ring = read_ring(&file(&primary)).unwrap();
    let stranger = file(&key("eu-west-1", ""));
    assert_eq!(
        read_ring_into(&ring, &stranger).unwrap_err().place(),
        "Keys[0]"
    );
}

#[test]
fn a_file_that_is_no_text_is_told_with_the_line() {
    let name = format!("kms-reencrypt-no-text-{}", std::process::id());
    let path = std::env::temp_dir().join(name);
    for (bytes, place) in [
        (&b"\xff"[..], "line 1, column 1"),
        (b"{\n  \"Format\": \"\xff\"}", "line 2, column 14"),
        (b"{}\n\n\xe2\x82", "line 3, column 1"),
    ] {
        std::fs::write(&path, bytes).unwrap();
        let error = load_ring(&path).unwrap_err();
        assert_eq!(error.place(), format!("{}: {place}", path.display()));
    }
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn no_error_repeats_a_secret() {
    let wrong = SECRET.replace("U2U=", "U2V*");
    let pem = format!("-----BEGIN PRIVATE KEY-----\\n{SECRET}\\n-----END PRIVATE KEY-----");
    for text in [
        key(&format!(r#","KeyMaterials":[{{"KeyMaterial":"{wrong}"}}]"#)),
        key(&format!(
            r#","KeyMaterials":[{{"KeyMaterial":"{SECRET}{SECRET}"}}]"#
        )),
        key(&format!(r#","KeyMaterials":["{SECRET}"]"#)),
        key(&format!(r#","KeyMaterials":"{SECRET}""#)),
        key(&format!(r#","KeyMaterials":[{{"Absent":"{SECRET}"}}]"#)),
        key(&format!(r#","KeyMaterials":[{{"{SECRET}":""}}]"#)),
        key(&format!(
            r#","KeyMaterials":[{{"ValidTo":"{SECRET}","KeyMaterial":"{SECRET}"}}]"#
        )),
        key(&format!(r#","KeySpec":"RSA_2048","PrivateKey":"{wrong}""#)),
        key(&format!(r#","KeySpec":"RSA_2048","PrivateKey":"{SECRET}""#)),
        key(&format!(r#","KeySpec":"RSA_2048","PrivateKey":"{pem}""#)),
        key(&format!(r#","KeySpec":"SM2","PrivateKey":"{SECRET}""#)),
        key(&format!(r#","PrivateKey":"{SECRET}""#)),
    ] {
        let error = read_ring(&text).expect_err(&text);
        let source = std::error::Error::source(&error).map(|source| format!("{source:?} {source}"));
        let all = format!("{error} {error:?} {source:?}");
        assert!(!all.contains("U2Vjc") && !all.contains("Secret"), "{all}");
    }
}

#[test]
fn a_damaged_file_is_refused_with_a_place_or_says_something_else() {
    // Reading keys of RSA is slow without optimization, and the same every time.
    let text = FIXTURE.replace("\"KeySpec\": \"RSA_2048\", ", "");
    let mut refused = 0;
    let mut taken = 0;
    for at in 0..text.len() {
        let mut flipped = text.clone().into_bytes();
        flipped[at] ^= 1;
        let (before, behind) = text.split_at(at);
        let flipped = String::from_utf8(flipped).unwrap();
        for damaged in [
            flipped,
            format!("{before}{}", &behind[1..]),
            before.to_owned(),
        ] {
            match read_ring(&damaged) {
                Ok(keyring) => {
                    let written = write_ring(&keyring).unwrap();
                    let again = write_ring(&read_ring(&written).unwrap()).unwrap();
                    assert_eq!(again, written);
                    taken += 1;
                }
                Err(error) => {
                    assert!(!error.place().is_empty(), "{damaged}");
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 3 * taken, "{refused} refused, {taken} taken");
}

#[test]
fn a_replica_that_a_file_puts_ahead_of_its_primary_rotates_and_is_saved() {
    let id = "mrk-1234abcd12ab34cd56ef1234567890ab";
    let related = r#""PrimaryRegion":"us-east-2","ReplicaRegions":["eu-west-1"]"#;
    let text = format!(
        r#"{{"Format":"kms-reencrypt ring 1","Account":"111122223333","Region":"us-east-2","Keys":[
            {{"KeyId":"{id}","MultiRegion":{{"MultiRegionKeyType":"PRIMARY",{related}}}}},
            {{"KeyId":"{id}","Region":"eu-west-1","OnDemandRotations":25,
              "MultiRegion":{{"MultiRegionKeyType":"REPLICA",{related}}}}}]}}"#
    );
    let keyring = read_ring(&text).unwrap();
    keyring.rotate_key_on_demand(id).unwrap();
    let replica = keyring.in_region("eu-west-1".parse().unwrap());
    assert_eq!(replica.key_rotations(id).unwrap().len(), 2);
    read_ring(&write_ring(&keyring).unwrap()).unwrap();
}

#[test]
fn a_policy_of_a_seed_file_is_held_to_what_the_service_holds_policies_to() {
    let statement = r#""Effect":"Allow","Action":"kms:*","Resource":"*""#;
    for (policy, expected) in [
        (
            format!(r#"{{"Statement":{{{statement},"Principal":"*","Effect":"Deny"}}}}"#),
            "Statement",
        ),
        (
            format!(r#"{{"Statement":{{{statement}}}}}"#),
            "no principal",
        ),
        (
            format!(
                r#"{{"Statement":{{{statement},"Principal":{{"AWS":"arn:aws-cn:iam::111122223333:root"}}}}}}"#
            ),
            "invalid principals",
        ),
    ] {
        let file = key(&format!(r#","Policy":{policy}"#));
        let error = read_ring(&file).unwrap_err().to_string();
        assert!(error.contains("Policy"), "{error}");
        assert!(error.contains(expected), "{error}");
    }
    // A number is what was written: 1.10 is not 1.1.
    let condition = r#""Condition":{"StringEquals":{"kms:EncryptionContext:version":1.10}}"#;
    let policy = format!(r#"{{"Statement":{{{statement},"Principal":"*",{condition}}}}}"#);
    let keyring = read_ring(&key(&format!(r#","Policy":{policy}"#))).unwrap();
    assert!(write_ring(&keyring).unwrap().contains(r#"\"1.10\""#));
}

#[test]
fn keys_of_a_file_are_rotated_by_the_clock_of_the_ring_that_reads_it() {
    let clock = ManualClock::new();
    let keyring = Keyring::builder("111122223333", "us-east-2").clock(clock.clone());
    let keyring = keyring.build().unwrap();
    let (own, dated) = (
        "1111abcd-12ab-34cd-56ef-1234567890ab",
        "2222abcd-12ab-34cd-56ef-1234567890ab",
    );
    let related = "mrk-1234abcd12ab34cd56ef1234567890ab";
    let text = file(&format!(
        r#"{{"KeyId":"{own}","KeyRotationEnabled":true}},
           {{"KeyId":"{dated}","KeyRotationEnabled":true,"RotationPeriodInDays":90,
             "NextRotationDate":"2025-10-03T00:00:00Z"}},
           {{"KeyId":"{related}","Region":"eu-west-1",
             "MultiRegion":{{"MultiRegionKeyType":"REPLICA","PrimaryRegion":"us-east-2"}}}},
           {{"KeyId":"{related}","KeyRotationEnabled":true,"RotationPeriodInDays":180}}"#
    ));
    read_ring_into(&keyring, &text).unwrap();
    let rotations = |keyring: &Keyring, key: &str| {
        let materials = keyring.key_rotations(key).unwrap().into_iter();
        materials
            .filter(|material| material.rotation_type.is_some())
            .count()
    };
    assert_eq!(rotations(&keyring, own), 0);
    // Due on the 3rd of October and on the 1st of January.
    assert_eq!(rotations(&keyring, dated), 2);
    let day = Duration::from_secs(24 * 60 * 60);
    clock.advance(day * 180);
    assert_eq!(rotations(&keyring, own), 0);
    let ireland = keyring.in_region("eu-west-1".parse().unwrap());
    assert_eq!(rotations(&ireland, related), 1);
    clock.advance(day * 185);
    assert_eq!(rotations(&keyring, own), 1);
    let again = write_ring(&keyring).unwrap();
    assert!(again.contains(r#""RotationType": "AUTOMATIC""#));
}

/// A ring remembers the tokens of a thousand ended grants. A token of a file is not one of them while its grant lasts.
#[test]
fn a_token_of_a_file_lasts_as_long_as_its_grant() {
    let grant = r#"{"GrantId":"grant-1","GranteePrincipal":"arn:aws:iam::111122223333:root","Operations":["Decrypt"]}"#;
    let tokens = r#""GrantTokens":[{"GrantToken":"token-1","GrantId":"grant-1"},{"GrantToken":"token-2","GrantId":"ended"}],"Keys""#;
    let text = key(&format!(r#","Grants":[{grant}]"#)).replace(r#""Keys""#, tokens);
    let keyring = read_ring(&text).unwrap();
    let id = "1234abcd-12ab-34cd-56ef-1234567890ab";
    for _ in 0..1_000 {
        let created = keyring.create_grant(id, "arn:aws:iam::111122223333:root", |grant| {
            grant.operation(GrantOperation::Decrypt)
        });
        let created = created.unwrap();
        keyring.revoke_grant(id, &created.grant_id).unwrap();
    }
    let code = |token: &str| keyring.retire_grant(token).map_err(|error| error.code());
    assert_eq!(code("token-2"), Err("InvalidGrantTokenException"));
    assert_eq!(code("token-1"), Ok(()));
}

#[test]
fn a_key_of_a_file_that_asks_for_no_rotation_is_not_rotated() {
    let clock = ManualClock::new();
    let keyring = Keyring::builder("111122223333", "us-east-2").clock(clock.clone());
    let keyring = keyring.build().unwrap();
    read_ring_into(&keyring, &key("")).unwrap();
    clock.advance(Duration::from_secs(400 * 24 * 60 * 60));
    let materials = keyring.key_rotations("1234abcd-12ab-34cd-56ef-1234567890ab");
    assert_eq!(materials.unwrap().len(), 1);
}

#[test]
fn a_replica_of_a_file_is_rotated_as_its_primary_is() {
    let id = "mrk-1234abcd12ab34cd56ef1234567890ab";
    let related = r#""PrimaryRegion":"us-east-2","ReplicaRegions":["eu-west-1"]"#;
    let primary = format!(
        r#"{{"KeyId":"{id}","KeyRotationEnabled":true,"RotationPeriodInDays":100,
            "MultiRegion":{{"MultiRegionKeyType":"PRIMARY",{related}}}}}"#
    );
    let replica = format!(
        r#"{{"KeyId":"{id}","Region":"eu-west-1","MultiRegion":{{"MultiRegionKeyType":"REPLICA",{related}}}}}"#
    );
    for keys in [
        format!("{primary},{replica}"),
        format!("{replica},{primary}"),
    ] {
        let keyring = read_ring(&file(&keys)).unwrap();
        let there = keyring.in_region("eu-west-1".parse().unwrap());
        for ring in [keyring, there] {
            let status = ring.key_rotation_status(id).unwrap();
            assert!(status.key_rotation_enabled);
            assert_eq!(status.rotation_period_in_days, Some(100));
        }
    }
}
