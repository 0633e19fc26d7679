//! The suite for [`KmsKey`].

use crate::key::{KeySpec, KeyState, KeyUsage};
use crate::provider::KmsKey;

use super::report::{Failures, Report};
use super::{asymmetric, foreign, symmetric};

/// Checks that a key does what the engine relies on.
///
/// If the key's usage is encryption and its state allows it, the suite encrypts and decrypts: plaintexts of all sizes,
/// ciphertexts with flipped bits, cut off and extended, other encryption contexts, nonces and key materials, paddings
/// that OAEP refuses, algorithms that the key does not support, and a random source that fails. For any other key it
/// checks only the metadata. It does not change the key.
///
/// The suite cannot check what is not visible from outside: that secrets are wiped, and that comparisons take constant
/// time. A key that encrypts and decrypts in a way of its own passes; [`check_same_key`] compares it with another
/// implementation.
///
/// ```
/// use kms_reencrypt::provider::{KeyProvider, KeyRef, KmsKey};
/// use kms_reencrypt::testing::conformance::{assert_key, check_key};
/// use kms_reencrypt::{KeyMetadata, KeySpec, Keyring};
///
/// /// A key that promises to encrypt and does not know how to.
/// #[derive(Debug)]
/// struct Hollow(KeyMetadata);
///
/// impl KmsKey for Hollow {
///     fn metadata(&self) -> &KeyMetadata {
///         &self.0
///     }
/// }
///
/// let keyring = Keyring::new("111122223333", "us-east-2")?;
/// let arn = keyring.create_key(KeySpec::SymmetricDefault)?;
/// let failures = check_key(&Hollow(keyring.describe_key(arn)?)).expect_err("it is hollow");
/// assert!(failures.to_string().contains("seal fails"));
///
/// // The keys of this crate's own ring pass.
/// keyring
///     .view(&mut |view| assert_key(&*view.key(&arn).expect("it was just created")))
///     .expect("a view");
/// # Ok::<(), kms_reencrypt::KmsError>(())
/// ```
///
/// # Errors
///
/// [`Failures`] with all failures.
pub fn check_key(key: &dyn KmsKey) -> Result<(), Failures> {
    report(key).finish()
}

/// Checks that two implementations of one key are compatible: each decrypts what the other encrypts, and for the same
/// nonces two symmetric ones make the same ciphertext.
///
/// As the other implementation, use a key of a [`Keyring`](crate::Keyring) with the same key id and material: see
/// [`NewKey::key_id`](crate::keyring::NewKey::key_id) and its neighbours.
///
/// # Errors
///
/// [`Failures`] with all failures.
pub fn check_same_key(one: &dyn KmsKey, other: &dyn KmsKey) -> Result<(), Failures> {
    let (metadata, other_metadata) = (one.metadata(), other.metadata());
    let mut report = Report::new(metadata.arn().to_string());
    if metadata.key_spec() != other_metadata.key_spec() {
        report.fail(format_args!(
            "it is of spec {}, and the other key of {}",
            metadata.key_spec(),
            other_metadata.key_spec()
        ));
    } else if metadata.key_spec() == KeySpec::SymmetricDefault {
        symmetric::compare(&mut report, one, other);
    } else {
        asymmetric::compare(&mut report, one, other);
    }
    report.finish()
}

/// [`check_key`] as an assertion.
///
/// # Panics
///
/// If there are failures, with the list of them.
#[track_caller]
pub fn assert_key(key: &dyn KmsKey) {
    if let Err(failures) = check_key(key) {
        panic!("{failures}");
    }
}

pub(super) fn report(key: &dyn KmsKey) -> Report {
    let metadata = key.metadata();
    let mut report = Report::new(metadata.arn().to_string());
    let (spec, usage) = (metadata.key_spec(), metadata.key_usage());
    report.require(
        spec.key_usages().contains(&usage),
        format_args!("a key of spec {spec} cannot have the usage {usage}"),
    );
    let symmetric = spec == KeySpec::SymmetricDefault;
    let material = metadata.current_key_material_id();
    if !symmetric {
        report.require(
            material.is_none(),
            "it names a current key material but is not a symmetric encryption key",
        );
    }
    let acts = matches!(metadata.key_state(), KeyState::Enabled | KeyState::Updating);
    if !acts || usage != KeyUsage::EncryptDecrypt {
        return report;
    }
    match material {
        Some(id) if symmetric => symmetric::check(&mut report, key, id),
        None if symmetric => report.fail("it names no current key material"),
        _ => asymmetric::check(&mut report, key),
    }
    foreign::check(&mut report, key);
    report
}
