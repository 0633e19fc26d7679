//! What every user of the API relies on: threads, causes of errors, setters and conversions.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;

use kms_reencrypt::error::InfrastructureError;
use kms_reencrypt::iam::{ContextKey, Layers, Match, PrincipalArn};
use kms_reencrypt::provider::{
    KeyActionError, KeyProvider, KeyProviderError, KeyRef, KeyView, KmsKey, MessageNonces,
};
use kms_reencrypt::{
    AliasArn, AliasName, DataKeyPairSpec, DataKeySpec, DecryptRequest, DecryptResponse,
    DescribeKeyRequest, DescribeKeyResponse, DryRunModifier, EncryptRequest, EncryptResponse,
    EncryptionAlgorithm, GenerateDataKeyPairRequest, GenerateDataKeyPairResponse,
    GenerateDataKeyPairWithoutPlaintextResponse, GenerateDataKeyRequest, GenerateDataKeyResponse,
    GenerateDataKeyWithoutPlaintextResponse, GetPublicKeyRequest, GetPublicKeyResponse, KeyArn,
    KeyId, KeyIdentifier, KeyMaterialId, KeyMetadata, KeySpec, KeyUsage, Keyring, Kms, KmsError,
    ModelValue, Place, Plaintext, ReEncryptRequest, ReEncryptResponse,
};

const ARN: &str = "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

/// The public types are `Send` and `Sync`, and a new field must not change that.
const _: () = {
    const fn crosses_threads<T: Send + Sync + 'static>() {}
    crosses_threads::<Kms<Keyring>>();
    crosses_threads::<Keyring>();
    crosses_threads::<DecryptRequest>();
    crosses_threads::<DecryptResponse>();
    crosses_threads::<DescribeKeyRequest>();
    crosses_threads::<DescribeKeyResponse>();
    crosses_threads::<EncryptRequest>();
    crosses_threads::<EncryptResponse>();
    crosses_threads::<GenerateDataKeyRequest>();
    crosses_threads::<GenerateDataKeyResponse>();
    crosses_threads::<GenerateDataKeyWithoutPlaintextResponse>();
    crosses_threads::<GenerateDataKeyPairRequest>();
    crosses_threads::<GenerateDataKeyPairResponse>();
    crosses_threads::<GenerateDataKeyPairWithoutPlaintextResponse>();
    crosses_threads::<GetPublicKeyRequest>();
    crosses_threads::<GetPublicKeyResponse>();
    crosses_threads::<ReEncryptRequest>();
    crosses_threads::<ReEncryptResponse>();
    crosses_threads::<KmsError>();
    crosses_threads::<KeyProviderError>();
    crosses_threads::<KeyActionError>();
};

/// The error of a provider from outside this crate.
#[derive(Debug, PartialEq)]
struct SessionLost(u32);

impl fmt::Display for SessionLost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "session {} is lost", self.0)
    }
}

impl Error for SessionLost {}

fn lost() -> InfrastructureError {
    InfrastructureError::new("the HSM does not answer").with_source(SessionLost(7))
}

/// An HSM that finds its key, which then fails.
struct Hsm(HsmKey);

#[derive(Debug)]
struct HsmKey {
    metadata: KeyMetadata,
    failure: KeyProviderError,
}

impl KmsKey for HsmKey {
    fn metadata(&self) -> &KeyMetadata {
        &self.metadata
    }

    fn seal(&self, _: &MessageNonces, _: &[u8], _: &mut [u8]) -> Result<[u8; 16], KeyActionError> {
        Err(self.failure.clone().into())
    }
}

impl KeyProvider for Hsm {
    fn home(&self) -> Place {
        *self.0.metadata.arn().place()
    }

    fn view(&self, visit: &mut dyn FnMut(&dyn KeyView)) -> Result<(), KeyProviderError> {
        visit(self);
        Ok(())
    }
}

impl KeyView for Hsm {
    fn key(&self, _: &KeyArn) -> Result<KeyRef<'_>, KeyProviderError> {
        Ok(KeyRef::Borrowed(&self.0))
    }

    fn key_with_material(
        &self,
        _: &Place,
        _: &KeyMaterialId,
    ) -> Result<KeyRef<'_>, KeyProviderError> {
        Ok(KeyRef::Borrowed(&self.0))
    }

    fn alias_target(&self, _: &AliasArn) -> Result<KeyArn, KeyProviderError> {
        Err(self.0.failure.clone())
    }
}

/// The causes of an error, from the nearest on.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> Vec<&'a (dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause| (*cause).source()).collect()
}

#[test]
fn the_cause_of_a_failure_is_found_from_the_top() {
    for failure in [
        KeyProviderError::DependencyTimeout(lost()),
        KeyProviderError::Internal(lost()),
        KeyProviderError::KeyUnavailable(lost()),
    ] {
        let is_the_only_cause = |error: &(dyn Error + 'static)| {
            assert_eq!(error.to_string(), "the HSM does not answer");
            match causes(error)[..] {
                [cause] => assert_eq!(cause.downcast_ref(), Some(&SessionLost(7))),
                ref causes => panic!("{causes:?}"),
            }
        };
        is_the_only_cause(&failure);
        is_the_only_cause(&KeyActionError::from(failure.clone()));

        let arn: KeyArn = ARN.parse().unwrap();
        let metadata =
            KeyMetadata::builder(arn, KeySpec::SymmetricDefault, KeyUsage::EncryptDecrypt)
                .current_key_material_id(Some("00".repeat(32).parse().unwrap()))
                .build();
        let kms = Kms::new(Hsm(HsmKey { metadata, failure }));
        let refusal = |key: KeyIdentifier| {
            let request = EncryptRequest::builder().key_id(key).plaintext("data");
            kms.encrypt(&request.build().unwrap()).unwrap_err()
        };
        is_the_only_cause(&refusal(arn.into()));
        is_the_only_cause(&refusal("alias/app".into()));
    }
}

#[test]
fn a_setter_with_an_option_sets_what_the_plain_one_does_and_takes_it_back() {
    let key = || Some(KeyIdentifier::from("alias/app"));
    let context = || Some(HashMap::from([("tenant".to_owned(), "blue".to_owned())]));
    let tokens = || Some(vec!["token".to_owned()]);
    let algorithm = || Some(ModelValue::from(EncryptionAlgorithm::RsaesOaepSha256));

    let plain = ReEncryptRequest::builder()
        .ciphertext_blob([1])
        .source_key_id("alias/app")
        .source_encryption_context("tenant", "blue")
        .source_encryption_algorithm(EncryptionAlgorithm::RsaesOaepSha256)
        .destination_key_id("alias/app")
        .destination_encryption_context("tenant", "blue")
        .destination_encryption_algorithm(EncryptionAlgorithm::RsaesOaepSha256)
        .grant_tokens("token")
        .dry_run(true)
        .dry_run_modifiers(DryRunModifier::IgnoreCiphertext);
    let set = ReEncryptRequest::builder()
        .set_ciphertext_blob(Some(vec![1]))
        .set_source_key_id(key())
        .set_source_encryption_context(context())
        .set_source_encryption_algorithm(algorithm())
        .set_destination_key_id(key())
        .set_destination_encryption_context(context())
        .set_destination_encryption_algorithm(algorithm())
        .set_grant_tokens(tokens())
        .set_dry_run(Some(true))
        .set_dry_run_modifiers(Some(vec![DryRunModifier::IgnoreCiphertext.into()]));
    assert_eq!(plain.build(), set.clone().build());
    let nothing = set
        .set_ciphertext_blob(None)
        .set_source_key_id(None)
        .set_source_encryption_context(None)
        .set_source_encryption_algorithm(None)
        .set_destination_key_id(None)
        .set_destination_encryption_context(None)
        .set_destination_encryption_algorithm(None)
        .set_grant_tokens(None)
        .set_dry_run(None)
        .set_dry_run_modifiers(None);
    assert_eq!(nothing.build(), ReEncryptRequest::builder().build());

    let plain = DecryptRequest::builder()
        .ciphertext_blob([1])
        .key_id("alias/app")
        .encryption_algorithm(EncryptionAlgorithm::RsaesOaepSha256);
    let set = DecryptRequest::builder()
        .set_ciphertext_blob(Some(vec![1]))
        .set_key_id(key())
        .set_encryption_algorithm(algorithm());
    assert_eq!(plain.build(), set.build());

    let plain = GenerateDataKeyRequest::builder()
        .key_id("alias/app")
        .number_of_bytes(7);
    let set = GenerateDataKeyRequest::builder()
        .set_key_id(key())
        .set_key_spec(Some(DataKeySpec::Aes256.into()))
        .set_key_spec(None)
        .set_number_of_bytes(Some(7));
    assert_eq!(plain.build(), set.build());

    let plain = GenerateDataKeyPairRequest::builder()
        .key_id("alias/app")
        .key_pair_spec("RSA_2048");
    let set = GenerateDataKeyPairRequest::builder()
        .set_key_id(key())
        .set_key_pair_spec(Some(DataKeyPairSpec::Rsa2048.into()));
    assert_eq!(plain.build(), set.build());

    let plaintext = Plaintext::from_slice(b"data");
    let set = EncryptRequest::builder()
        .set_key_id(key())
        .set_plaintext(Some(plaintext));
    assert_eq!(set.build().unwrap().key_id(), &key().unwrap());
}

#[test]
fn every_form_of_identifier_converts_from_a_reference_too() {
    let arn: KeyArn = ARN.parse().unwrap();
    let id: KeyId = *arn.key_id();
    let name: AliasName = "alias/app".parse().unwrap();
    let alias = AliasArn::new(*arn.place(), name.clone());
    let text = ARN.to_owned();
    for (by_reference, by_value) in [
        (KeyIdentifier::from(&arn), KeyIdentifier::from(arn)),
        (KeyIdentifier::from(&id), KeyIdentifier::from(id)),
        (KeyIdentifier::from(&name), KeyIdentifier::from(name)),
        (KeyIdentifier::from(&alias), KeyIdentifier::from(alias)),
        (KeyIdentifier::from(&text), KeyIdentifier::from(text)),
    ] {
        assert_eq!(by_reference, by_value);
        assert_eq!(KeyIdentifier::from(&by_value), by_value);
    }
}

#[test]
fn a_data_key_and_its_ciphertext_are_taken_without_a_copy() {
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    let key = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let kms = Kms::new(keyring);
    let request = GenerateDataKeyRequest::builder()
        .key_id(key)
        .key_spec(DataKeySpec::Aes256);
    let request = request.build().unwrap();

    let response = kms.generate_data_key(&request).unwrap();
    let (plaintext, blob) = (
        response.plaintext().expose().as_ptr(),
        response.ciphertext_blob().to_vec(),
    );
    let data_key = response.into_plaintext();
    assert_eq!(data_key.expose().as_ptr(), plaintext);

    let decrypt = DecryptRequest::builder()
        .ciphertext_blob(blob)
        .build()
        .unwrap();
    assert_eq!(
        kms.decrypt(&decrypt).unwrap().plaintext().expose(),
        data_key.expose()
    );

    let response = kms.generate_data_key(&request).unwrap();
    let blob = response.ciphertext_blob().as_ptr();
    let taken = response.into_ciphertext_blob();
    assert_eq!(taken.as_ptr(), blob);
    let response = kms.generate_data_key_without_plaintext(&request).unwrap();
    let blob = response.ciphertext_blob().as_ptr();
    let taken = response.into_ciphertext_blob();
    assert_eq!(taken.as_ptr(), blob);
}

#[test]
#[cfg(feature = "testing")]
fn a_kms_with_a_recorder_does_not_print_its_log() {
    let recorder = kms_reencrypt::testing::Recorder::new();
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    let key = keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let kms = Kms::new(keyring).with_observer(recorder.clone());
    let request = EncryptRequest::builder().key_id(key).plaintext("data");
    let request = request
        .encryption_context("tenant", "blue")
        .build()
        .unwrap();
    kms.encrypt(&request).unwrap();
    for printed in [format!("{kms:?}"), format!("{recorder:?}")] {
        assert!(!printed.contains("tenant"), "{printed}");
        assert!(printed.contains("Recorder { calls: 1, .. }"), "{printed}");
    }
    assert_eq!(recorder.calls().iter().count(), 1);
    for call in &recorder.calls() {
        assert_eq!(call.destination().unwrap().key_arn(), Some(&key));
    }
}

#[test]
fn a_ring_shows_where_it_is_and_how_many_keys_it_has() {
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    keyring.create_key(KeySpec::SymmetricDefault).unwrap();
    let shown = format!("{keyring:?}");
    assert!(shown.starts_with("Keyring { place: "), "{shown}");
    assert!(shown.ends_with("keys: 1, .. }"), "{shown}");
}

#[test]
fn a_failed_assertion_shows_names_as_policies_write_them() {
    let alice = "arn:aws:iam::111122223333:user/alice";
    let arn: PrincipalArn = alice.parse().unwrap();
    assert_eq!(format!("{arn:?}"), format!("PrincipalArn({alice})"));
    let key = ContextKey::new("kms:KeySpec");
    assert_eq!(format!("{key:?}"), "ContextKey(kms:KeySpec)");
    let grants = || Match::Direct;
    let layers = Layers {
        grants: Some(&grants),
        account_decides: true,
        ..Layers::default()
    };
    let layers = format!("{layers:?}");
    assert!(
        layers.contains(r#"account_decides: true, grants: Some("..")"#),
        "{layers}"
    );
}
