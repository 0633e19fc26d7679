//! Imported key material.

use core::time::Duration;
use std::sync::Arc;
use std::time::SystemTime;

use zeroize::{Zeroize, Zeroizing};

use crate::access::Action;
use crate::error::{InvalidStateError, KmsError, ValidationError};
use crate::key::{KeyIdentifier, KeyMaterialId, KeyMetadata, KeySpec};
use crate::primitives::key_pair::KeyPair;
use crate::primitives::private_key::InvalidPrivateKey;
use crate::primitives::symmetric::SymmetricMaterial;
use crate::secret::boxed;

use super::imported_mac::ImportedMac;
use super::imported_pair::ImportedPair;
use super::key::{Secret, SoftwareKey, unsupported_kind_of_key};
use super::materials::Expiry;
use super::ring::Keyring;
use super::snapshot::Snapshot;

/// The longest time for which imported material may be valid.
const VALIDITY_MAX: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Key material to import into a key with the origin `EXTERNAL`: `ImportKeyMaterial`, without the wrapping that
/// protects it on its way to AWS.
///
/// ```
/// use kms_reencrypt::keyring::{ImportedMaterial, NewKey};
/// use kms_reencrypt::{KeyOrigin, KeySpec, KeyState, Keyring};
///
/// let keyring = Keyring::new("111122223333", "us-east-2")?;
/// let external = NewKey::new(KeySpec::SymmetricDefault).origin(KeyOrigin::External);
/// let key = keyring.create_key(external)?;
/// assert_eq!(keyring.describe_key(key)?.key_state(), KeyState::PendingImport);
///
/// keyring.import_key_material(key, ImportedMaterial::new([7; 32]))?;
/// assert_eq!(keyring.describe_key(key)?.key_state(), KeyState::Enabled);
/// # Ok::<(), kms_reencrypt::KmsError>(())
/// ```
///
/// The material of an asymmetric key is its private key. The first that is imported is the only one that the key can ever
/// have:
///
/// ```
/// use kms_reencrypt::keyring::{ImportedMaterial, NewKey};
/// use kms_reencrypt::{KeyOrigin, KeySpec, KeyUsage, Keyring};
/// # #[cfg(feature = "testing")]
/// # fn main() -> Result<(), kms_reencrypt::KmsError> {
/// # let private_key = kms_reencrypt::testing::insecure_private_key_pem(KeySpec::Rsa2048).expect("one");
///
/// let keyring = Keyring::new("111122223333", "us-east-2")?;
/// let external = NewKey::new(KeySpec::Rsa2048)
///     .key_usage(KeyUsage::EncryptDecrypt)
///     .origin(KeyOrigin::External);
/// let key = keyring.create_key(external)?;
/// keyring.import_key_material(key, ImportedMaterial::pkcs8_pem(private_key))?;
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "testing"))]
/// # fn main() {}
/// ```
#[derive(Debug)]
#[must_use]
pub struct ImportedMaterial {
    bytes: MuteBytes,
    valid_to: Option<SystemTime>,
    description: Option<String>,
    new: bool,
    expected_id: Option<KeyMaterialId>,
}

enum MuteBytes {
    Mac(Zeroizing<Vec<u8>>),
    Symmetric(Box<Zeroizing<[u8; 32]>>),
    Pkcs8Der(Zeroizing<Vec<u8>>),
    Pkcs8Pem(Zeroizing<String>),
}

impl MuteBytes {
    /// The key pair of a private key. `None` for other material.
    fn pair(&self, spec: KeySpec) -> Option<Result<KeyPair, InvalidPrivateKey>> {
        match self {
            Self::Mac(_) | Self::Symmetric(_) => None,
            Self::Pkcs8Der(der) => Some(KeyPair::from_pkcs8_der(spec, der)),
            Self::Pkcs8Pem(pem) => Some(KeyPair::from_pkcs8_pem(spec, pem)),
        }
    }
}

impl core::fmt::Debug for MuteBytes {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("..")
    }
}

impl ImportedMaterial {
    /// 32 bytes that do not expire: the first material of a symmetric encryption key, or one that the key had before
    /// (`EXISTING_KEY_MATERIAL`).
    pub fn new(mut bytes: [u8; 32]) -> Self {
        let boxed = boxed(&bytes);
        bytes.zeroize();
        Self::of(boxed)
    }

    /// The private key of an asymmetric key, as PKCS#8 in DER. It does not expire.
    pub fn pkcs8_der(der: impl Into<Vec<u8>>) -> Self {
        Self::with(MuteBytes::Pkcs8Der(Zeroizing::new(der.into())))
    }

    /// The private key of an asymmetric key, as PKCS#8 in PEM. It does not expire.
    pub fn pkcs8_pem(pem: impl Into<String>) -> Self {
        Self::with(MuteBytes::Pkcs8Pem(Zeroizing::new(pem.into())))
    }

    /// The bytes of an HMAC key: at least as many as its spec says (28, 32, 48 or 64), and at most 128. They do not expire.
    pub fn mac_key(bytes: impl Into<Vec<u8>>) -> Self {
        Self::with(MuteBytes::Mac(Zeroizing::new(bytes.into())))
    }

    pub(super) const fn of(bytes: Box<Zeroizing<[u8; 32]>>) -> Self {
        Self::with(MuteBytes::Symmetric(bytes))
    }

    const fn with(bytes: MuteBytes) -> Self {
        Self {
            bytes,
            valid_to: None,
            description: None,
            new: false,
            expected_id: None,
        }
    }

    /// Declares the material new (`NEW_KEY_MATERIAL`): it becomes current with the next rotation.
    pub const fn as_new_key_material(mut self) -> Self {
        self.new = true;
        self
    }

    /// `ValidTo`: the time at which the material expires by the ring's clock, at most 365 days from now.
    pub const fn valid_to(mut self, time: SystemTime) -> Self {
        self.valid_to = Some(time);
        self
    }

    /// Sets or removes `ValidTo`.
    pub const fn set_valid_to(mut self, time: Option<SystemTime>) -> Self {
        self.valid_to = time;
        self
    }

    /// `KeyMaterialDescription`: in AWS at most 256 letters, digits, spaces and `:/_.-`.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Sets or removes `KeyMaterialDescription`.
    pub fn set_description(mut self, description: Option<String>) -> Self {
        self.description = description;
        self
    }

    /// `KeyMaterialId`: the expected id of the material. Material with another id is refused.
    pub const fn key_material_id(mut self, id: KeyMaterialId) -> Self {
        self.expected_id = Some(id);
        self
    }

    /// Sets or removes `KeyMaterialId`.
    pub const fn set_key_material_id(mut self, id: Option<KeyMaterialId>) -> Self {
        self.expected_id = id;
        self
    }
}

/// Imported key material.
impl Keyring {
    /// Imports key material, and returns its id: `ImportKeyMaterial`. The material of an asymmetric or HMAC key has
    /// no id.
    ///
    /// New material of a multi-Region key goes into the primary first and then, as existing material, into each replica
    /// (DOC). Only then can the primary be rotated.
    ///
    /// # Errors
    ///
    /// - [`KmsError::NotFound`] if the key does not exist; [`KmsError::KmsInvalidState`] depending on the key's state,
    ///   or if the material is declared new and other new material waits for its rotation.
    /// - [`KmsError::UnsupportedOperation`] if the key has an origin other than `EXTERNAL`, if it is an ML-DSA or
    ///   ML-KEM key or on a curve for which this build has no key pairs, if it is pending deletion, or if it is a
    ///   replica and the material is declared new (DOC; GUESS 32 for the exception).
    /// - [`KmsError::IncorrectKeyMaterial`] if the key has other material and this one was not declared new, if this
    ///   one was declared new and the key already has it, if the material does not have the expected id, or if it does
    ///   not match the key's spec.
    /// - [`KmsError::Validation`] if `ValidTo` is in the past, if the material is declared new and is expected to have
    ///   an id, or if the key is asymmetric or an HMAC key and the material is declared new, described, or expected to
    ///   have an id.
    pub fn import_key_material(
        &self,
        key: impl Into<KeyIdentifier>,
        material: ImportedMaterial,
    ) -> Result<Option<KeyMaterialId>, KmsError> {
        if let Some((now, valid_to)) = self.now().zip(material.valid_to) {
            check_validity(valid_to.duration_since(now).unwrap_or_default())?;
        }
        let identifier = key.into();
        let pair = self.imported_pair(&identifier, &material.bytes);
        self.write(|snapshot| {
            let mut key = SoftwareKey::clone(self.named_in(snapshot, &identifier)?);
            key.require(Action::ImportKeyMaterial)?;
            let id = match &mut key.secret {
                Secret::Symmetric(_) => Some(put_symmetric(&mut key, material)?),
                Secret::Imported(imported) => {
                    put_pair(imported, pair, &material)?;
                    None
                }
                Secret::ImportedMac(imported) => {
                    put_mac(imported, &key.metadata, &material)?;
                    None
                }
                _ => return Err(unsupported_kind_of_key()),
            };
            put(snapshot, key);
            Ok(id)
        })
    }

    /// The pair of a private key to import, checked before the ring is locked, since that takes time. `None` if the key
    /// does not exist, or if the material is not a private key of its spec.
    fn imported_pair(&self, key: &KeyIdentifier, material: &MuteBytes) -> Option<Arc<KeyPair>> {
        let snapshot = self.snapshot();
        let key = self.named_in(&snapshot, key).ok()?;
        let pair = material.pair(key.metadata.key_spec())?;
        pair.ok().map(Arc::new)
    }

    /// Deletes imported key material, the current one if no id is given: `DeleteImportedKeyMaterial`. The key is
    /// unusable until the material is imported again.
    ///
    /// # Errors
    ///
    /// - [`KmsError::NotFound`] if the key does not exist; [`KmsError::KmsInvalidState`] depending on the key's state,
    ///   which may be pending deletion.
    /// - [`KmsError::UnsupportedOperation`] as for [`import_key_material`](Self::import_key_material).
    /// - [`KmsError::Validation`] if the key does not have the material, or if an id is given for an asymmetric or HMAC key.
    pub fn delete_imported_key_material(
        &self,
        key: impl Into<KeyIdentifier>,
        id: Option<KeyMaterialId>,
    ) -> Result<(), KmsError> {
        let identifier = key.into();
        self.write(|snapshot| {
            let mut key = SoftwareKey::clone(self.named_in(snapshot, &identifier)?);
            key.require(Action::DeleteImportedKeyMaterial)?;
            if id.is_some() && matches!(key.secret, Secret::Imported(_) | Secret::ImportedMac(_)) {
                return Err(only_symmetric("KeyMaterialId"));
            }
            match &mut key.secret {
                Secret::Imported(imported) => imported.take_away(),
                Secret::ImportedMac(imported) => imported.take_away(),
                _ => return take_symmetric(snapshot, key, id),
            }
            put(snapshot, key);
            Ok(())
        })
    }
}

/// Takes a material out of a symmetric encryption key: the current one if no id is given.
fn take_symmetric(
    snapshot: &mut Snapshot,
    mut key: SoftwareKey,
    id: Option<KeyMaterialId>,
) -> Result<(), KmsError> {
    let replica = key.is_replica();
    let materials = key.materials_mut().ok_or_else(unsupported_kind_of_key)?;
    let Some(id) = id.or_else(|| materials.current_id().copied()) else {
        // Nothing was imported yet, which counts as deleted.
        return Ok(());
    };
    if !materials.take_away(&id, replica) {
        return Err(ValidationError::other("the key has no such key material"));
    }
    put(snapshot, key);
    Ok(())
}

/// Puts material into a symmetric key, and returns its id.
fn put_symmetric(
    key: &mut SoftwareKey,
    material: ImportedMaterial,
) -> Result<KeyMaterialId, KmsError> {
    let ImportedMaterial {
        bytes,
        valid_to,
        description,
        new,
        expected_id,
    } = material;
    if new && key.is_replica() {
        return Err(unsupported_kind_of_key());
    }
    if new && expected_id.is_some() {
        return Err(ValidationError::other(
            "KeyMaterialId must not be set if the ImportType is NEW_KEY_MATERIAL",
        ));
    }
    let MuteBytes::Symmetric(bytes) = bytes else {
        return Err(KmsError::IncorrectKeyMaterial);
    };
    let arn = *key.metadata.arn();
    let material = SymmetricMaterial::new(arn.key_id(), &bytes);
    let id = *material.id();
    if expected_id.is_some_and(|expected| expected != id) {
        return Err(KmsError::IncorrectKeyMaterial);
    }
    let materials = key.materials_mut().ok_or_else(unsupported_kind_of_key)?;
    if new
        && !materials.has(&id)
        && let Some(pending) = materials.pending_id()
    {
        return Err(KmsError::KmsInvalidState(
            InvalidStateError::pending_rotation(arn, id, *pending),
        ));
    }
    let expiry = Expiry::at(valid_to);
    if materials.versions().is_empty() || (new && !materials.has(&id)) {
        materials.add(material, expiry, description);
    } else if new {
        // Material that is declared new must not already be the key's (DOC).
        return Err(KmsError::IncorrectKeyMaterial);
    } else if !materials.put_back(material, expiry, description) {
        return Err(KmsError::IncorrectKeyMaterial);
    }
    Ok(id)
}

/// Puts a pair into an asymmetric key.
fn put_pair(
    imported: &mut ImportedPair,
    pair: Option<Arc<KeyPair>>,
    material: &ImportedMaterial,
) -> Result<(), KmsError> {
    refuse_what_is_symmetric(material)?;
    let pair = pair.ok_or(KmsError::IncorrectKeyMaterial)?;
    if imported.put(pair, Expiry::at(material.valid_to)) {
        Ok(())
    } else {
        Err(KmsError::IncorrectKeyMaterial)
    }
}

/// Puts material into an HMAC key.
fn put_mac(
    imported: &mut ImportedMac,
    key: &KeyMetadata,
    material: &ImportedMaterial,
) -> Result<(), KmsError> {
    refuse_what_is_symmetric(material)?;
    let MuteBytes::Mac(bytes) = &material.bytes else {
        return Err(KmsError::IncorrectKeyMaterial);
    };
    let id = ImportedMac::lengths(key.key_spec())
        .filter(|lengths| lengths.contains(&bytes.len()))
        .map(|_| ImportedMac::id_of(key.arn().key_id(), bytes));
    match id {
        Some(id) if imported.put(id, Expiry::at(material.valid_to)) => Ok(()),
        _ => Err(KmsError::IncorrectKeyMaterial),
    }
}

/// Refuses members that only the material of symmetric encryption keys has (DOC).
fn refuse_what_is_symmetric(material: &ImportedMaterial) -> Result<(), KmsError> {
    let given = [
        ("ImportType", material.new),
        ("KeyMaterialDescription", material.description.is_some()),
        ("KeyMaterialId", material.expected_id.is_some()),
    ];
    match given.iter().find(|(_, given)| *given) {
        Some((member, _)) => Err(only_symmetric(member)),
        None => Ok(()),
    }
}

/// The refusal of a member that only symmetric keys have. GUESS 34 for the text.
pub(crate) fn only_symmetric(member: &str) -> KmsError {
    ValidationError::other(format!("{member} is for symmetric encryption keys only"))
}

/// Refuses material that would expire at once, or be valid for longer than AWS allows (DOC). GUESS 34 for the texts.
fn check_validity(validity: Duration) -> Result<(), KmsError> {
    if validity.is_zero() {
        return Err(ValidationError::other("ValidTo must be in the future"));
    }
    if validity > VALIDITY_MAX {
        return Err(ValidationError::other(
            "ValidTo must not be more than 365 days in the future",
        ));
    }
    Ok(())
}

/// Puts a key with changed materials back into the ring, and updates its related keys.
fn put(snapshot: &mut Snapshot, mut key: SoftwareKey) {
    let arn = *key.metadata.arn();
    key.settle();
    snapshot.put(key);
    snapshot.reconcile_pending_materials(&arn);
}
