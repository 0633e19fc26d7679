//! [`NewKey`]: a key to create, and `CreateKey`.

use core::fmt;
use std::sync::Arc;

use zeroize::{Zeroize, Zeroizing};

use crate::access::KeyPolicy;
use crate::error::{KmsError, UnsupportedOperationError, ValidationError};
use crate::key::{
    KeyArn, KeyId, KeyMetadata, KeyOrigin, KeySpec, KeyUsage, MultiRegionConfiguration,
    MultiRegionKeyType,
};
use crate::primitives::MATERIAL_LEN;
use crate::primitives::key_pair::KeyPair;
use crate::primitives::private_key::InvalidPrivateKey;
use crate::primitives::symmetric::SymmetricMaterial;
use crate::random::Random;
use crate::secret::boxed;

use super::deferred_pair::DeferredPair;
use super::imported_mac::ImportedMac;
use super::imported_pair::ImportedPair;
use super::key::{Secret, SoftwareKey, shared_list, shared_policy};
use super::materials::{Expiry, Materials};
use super::ring::Keyring;
use super::snapshot::Snapshot;
use super::tag_rules;

/// A key to create: the members of `CreateKey`, and for tests also the key id and the key material.
///
/// ```
/// use kms_reencrypt::keyring::NewKey;
/// use kms_reencrypt::{Keyring, KeySpec, KeyUsage};
///
/// let keyring = Keyring::new("111122223333", "us-east-2")?;
/// let signing = NewKey::new(KeySpec::Rsa2048).key_usage(KeyUsage::SignVerify);
/// let arn = keyring.create_key(signing)?;
/// assert_eq!(keyring.describe_key(arn)?.key_usage(), KeyUsage::SignVerify);
/// # Ok::<(), kms_reencrypt::KmsError>(())
/// ```
#[derive(Debug)]
#[must_use]
pub struct NewKey {
    key_spec: KeySpec,
    key_usage: Option<KeyUsage>,
    key_id: Option<KeyId>,
    origin: KeyOrigin,
    multi_region: bool,
    description: String,
    policy: Option<KeyPolicy>,
    tags: Vec<(String, String)>,
    material: Option<GivenMaterial>,
}

/// Key material that the caller provides.
enum GivenMaterial {
    Pkcs8Der(Zeroizing<Vec<u8>>),
    Pkcs8Pem(Zeroizing<String>),
    Symmetric(Box<Zeroizing<[u8; MATERIAL_LEN]>>),
}

impl fmt::Debug for GivenMaterial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pkcs8Der(_) => "Pkcs8Der(..)",
            Self::Pkcs8Pem(_) => "Pkcs8Pem(..)",
            Self::Symmetric(_) => "Symmetric(..)",
        })
    }
}

impl NewKey {
    /// A single-Region key of this spec with fresh material.
    ///
    /// As in AWS, all but symmetric encryption keys need a [`key_usage`](Self::key_usage). A bare [`KeySpec`] converts
    /// into a `NewKey` with a default usage: `ENCRYPT_DECRYPT` if the spec allows it, or else the first that it allows.
    pub const fn new(key_spec: KeySpec) -> Self {
        Self {
            key_spec,
            key_usage: None,
            key_id: None,
            origin: KeyOrigin::AwsKms,
            multi_region: false,
            description: String::new(),
            policy: None,
            tags: Vec::new(),
            material: None,
        }
    }

    /// `KeyUsage`
    pub const fn key_usage(mut self, usage: KeyUsage) -> Self {
        self.key_usage = Some(usage);
        self
    }

    /// Sets or removes `KeyUsage`.
    pub const fn set_key_usage(mut self, usage: Option<KeyUsage>) -> Self {
        self.key_usage = usage;
        self
    }

    /// The key id, instead of a random one. An `mrk-` id makes a multi-Region key.
    pub fn key_id(mut self, id: KeyId) -> Self {
        self.multi_region |= id.is_multi_region();
        self.key_id = Some(id);
        self
    }

    /// `Origin`. A key with the origin `EXTERNAL` is `PendingImport` until its material is imported, unless it is
    /// created with its material. There is no import for ML-DSA and ML-KEM keys.
    pub const fn origin(mut self, origin: KeyOrigin) -> Self {
        self.origin = origin;
        self
    }

    /// `MultiRegion`: if `true`, the key is a multi-Region primary key, which can be replicated.
    pub const fn multi_region(mut self, multi_region: bool) -> Self {
        self.multi_region = multi_region;
        self
    }

    /// `Description`: in AWS at most 8192 characters.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// `Policy`: the key policy. The default lets the account decide, as in AWS for keys that are created by API.
    pub fn policy(mut self, policy: KeyPolicy) -> Self {
        self.policy = Some(policy);
        self
    }

    /// Adds one of at most 50 `Tags`. In AWS, a tag key has 1 to 128 characters, a value at most 256.
    pub fn tag(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.push((key.into(), value.into()));
        self
    }

    /// The material of a symmetric key: 32 bytes.
    pub fn symmetric_material(mut self, mut bytes: [u8; 32]) -> Self {
        self.material = Some(GivenMaterial::Symmetric(boxed(&bytes)));
        bytes.zeroize();
        self
    }

    /// The private key of an RSA or SM2 key, as PKCS#8 in DER; with the feature `data-key-pairs`, also that of a key on
    /// another curve.
    pub fn pkcs8_der(mut self, der: impl Into<Vec<u8>>) -> Self {
        self.material = Some(GivenMaterial::Pkcs8Der(Zeroizing::new(der.into())));
        self
    }

    /// The private key of an RSA or SM2 key, as PKCS#8 in PEM; with the feature `data-key-pairs`, also that of a key on
    /// another curve.
    pub fn pkcs8_pem(mut self, pem: impl Into<String>) -> Self {
        self.material = Some(GivenMaterial::Pkcs8Pem(Zeroizing::new(pem.into())));
        self
    }

    /// The usage of the new key.
    pub(crate) fn usage(&self) -> Result<KeyUsage, KmsError> {
        let usage = match self.key_usage {
            Some(usage) => usage,
            None if self.key_spec == KeySpec::SymmetricDefault => KeyUsage::EncryptDecrypt,
            None => return Err(ValidationError::UsageRequired.into()),
        };
        if self.key_spec.key_usages().contains(&usage) {
            Ok(usage)
        } else {
            Err(ValidationError::usage_not_compatible(usage, self.key_spec).into())
        }
    }
}

impl From<KeySpec> for NewKey {
    fn from(spec: KeySpec) -> Self {
        Self::new(spec).key_usage(spec.default_key_usage())
    }
}

impl Keyring {
    /// Creates a key in this account and Region: `CreateKey`. Its material is that of the [`NewKey`], or fresh.
    ///
    /// In an unoptimized build, generating an RSA key takes seconds, up to a minute for `RSA_4096`. A key that does not
    /// encrypt is ready at once: its key pair is generated when its public key is first asked for. Keys on curves other
    /// than SM2 have a key pair only with the feature `data-key-pairs`.
    ///
    /// # Errors
    ///
    /// - [`KmsError::Validation`] if the spec does not allow the usage, if a required usage is missing, if the given
    ///   material does not match the spec, or if the key id is taken. An `mrk-` id is taken if any Region of the
    ///   account has it, since it identifies related keys.
    /// - [`KmsError::UnsupportedOperation`] for SM2 outside of China.
    /// - [`KmsError::MalformedPolicyDocument`] if the service refuses the key policy.
    /// - [`KmsError::Tag`] for more than 50 tags, for a tag key that appears twice, and for tag keys that begin with
    ///   `aws:`.
    /// - [`KmsError::KmsInternal`] if the random source fails.
    #[doc(alias("CMK", "customer master key"))]
    pub fn create_key(&self, key: impl Into<NewKey>) -> Result<KeyArn, KmsError> {
        let created = self.make(key.into())?;
        let arn = *created.metadata.arn();
        let check = |snapshot: &Snapshot| addable(snapshot, created);
        self.write_checked(check, Snapshot::put)?;
        Ok(arn)
    }

    /// A key that is not in the ring yet.
    pub(super) fn make(&self, key: NewKey) -> Result<SoftwareKey, KmsError> {
        let place = *self.place();
        let key_usage = key.usage()?;
        if key.key_spec == KeySpec::Sm2 && !place.region.is_in_china() {
            let error = UnsupportedOperationError::KeySpecInRegion(key.key_spec);
            return Err(KmsError::UnsupportedOperation(error));
        }
        if let Some(policy) = &key.policy {
            policy.check(&place.region)?;
        }
        tag_rules::check(&key.tags)?;
        let key_id = match key.key_id {
            Some(id) if id.is_multi_region() == key.multi_region => id,
            Some(_) => {
                return Err(ValidationError::other(
                    "the id of a multi-Region key must begin with mrk-",
                ));
            }
            None => random_key_id(key.multi_region, self.random())?,
        };
        let arn = KeyArn::new(place, key_id);
        let secret = secret(&key, key_usage, &key_id, self.random())?;
        let multi_region = key.multi_region.then(|| {
            MultiRegionConfiguration::new(MultiRegionKeyType::Primary, place.region, Vec::new())
        });
        let metadata = KeyMetadata::builder(arn, key.key_spec, key_usage)
            .origin(key.origin)
            .description(key.description)
            .creation_date(self.now())
            .multi_region(multi_region)
            .build();
        let policy = shared_policy(key.policy.unwrap_or_default());
        let tags = shared_list(key.tags);
        Ok(SoftwareKey::new(metadata, policy, tags, secret))
    }
}

/// A new key as it can be put into the ring, where requests find it at once, or once the ring settles.
pub(super) fn addable(
    snapshot: &Snapshot,
    mut created: SoftwareKey,
) -> Result<SoftwareKey, KmsError> {
    require_free(snapshot, &created)?;
    created.visible = !snapshot.changes_are_slow();
    Ok(created)
}

/// Refuses a new key whose ARN, or whose id as a multi-Region key, is taken.
pub(super) fn require_free(snapshot: &Snapshot, created: &SoftwareKey) -> Result<(), KmsError> {
    let arn = *created.metadata.arn();
    if snapshot.get(&arn).is_some() {
        return Err(ValidationError::other(format!("key {arn} already exists")));
    }
    // In AWS key ids are random. Here the caller may choose one, and it identifies related keys.
    if created.metadata.multi_region().is_some()
        && let Some(related) = snapshot.related(&arn).first()
    {
        return Err(ValidationError::other(format!(
            "multi-Region key {related} already exists: replicate it instead"
        )));
    }
    Ok(())
}

/// The secret of a new key. A key whose material is still to be imported has none.
fn secret(
    key: &NewKey,
    usage: KeyUsage,
    key_id: &KeyId,
    random: Random<'_>,
) -> Result<Secret, KmsError> {
    match (key.key_spec, &key.material) {
        (KeySpec::SymmetricDefault, None) if key.origin == KeyOrigin::External => {
            Ok(Secret::Symmetric(Materials::default()))
        }
        (KeySpec::SymmetricDefault, None) => {
            let material =
                SymmetricMaterial::generate(key_id, random).map_err(KmsError::internal)?;
            Ok(Secret::Symmetric(Materials::of(material)))
        }
        (KeySpec::SymmetricDefault, Some(GivenMaterial::Symmetric(bytes))) => {
            let material = SymmetricMaterial::new(key_id, bytes);
            Ok(Secret::Symmetric(Materials::of(material)))
        }
        (spec, None) if key.origin == KeyOrigin::External => Ok(awaiting_import(spec)),
        (spec, None) => fresh_pair(spec, usage, random),
        (KeySpec::SymmetricDefault, Some(_)) | (_, Some(GivenMaterial::Symmetric(_))) => Err(
            ValidationError::other("the key material does not match the key spec"),
        ),
        (spec, Some(GivenMaterial::Pkcs8Der(der))) => {
            given(key.origin, KeyPair::from_pkcs8_der(spec, der))
        }
        (spec, Some(GivenMaterial::Pkcs8Pem(pem))) => {
            given(key.origin, KeyPair::from_pkcs8_pem(spec, pem))
        }
    }
}

/// A new key pair, if this build has pairs of the spec. An RSA key that does not encrypt gets its pair later.
pub(super) fn fresh_pair(
    spec: KeySpec,
    usage: KeyUsage,
    random: Random<'_>,
) -> Result<Secret, KmsError> {
    if !KeyPair::exists_for(spec) {
        return Ok(Secret::None);
    }
    if spec.modulus_len().is_some() && usage != KeyUsage::EncryptDecrypt {
        let pair = DeferredPair::new(spec, random).map_err(KmsError::internal)?;
        return Ok(Secret::Deferred(Arc::new(pair)));
    }
    let pair = KeyPair::generate(spec, random).map_err(KmsError::internal)?;
    Ok(Secret::KeyPair(Arc::new(pair)))
}

/// Whether this build imports the material of keys of a spec.
#[cfg(feature = "json")]
pub(crate) const fn imports(spec: KeySpec) -> bool {
    matches!(spec, KeySpec::SymmetricDefault)
        || ImportedMac::lengths(spec).is_some()
        || KeyPair::exists_for(spec)
}

/// The secret of an asymmetric or HMAC key whose material is to be imported. If this build has no pairs of the spec,
/// nothing can be imported.
pub(super) fn awaiting_import(spec: KeySpec) -> Secret {
    if ImportedMac::lengths(spec).is_some() {
        Secret::ImportedMac(ImportedMac::default())
    } else if KeyPair::exists_for(spec) {
        Secret::Imported(ImportedPair::default())
    } else {
        Secret::None
    }
}

/// The secret from a private key, or the reason why it was refused.
fn given(origin: KeyOrigin, pair: Result<KeyPair, InvalidPrivateKey>) -> Result<Secret, KmsError> {
    let pair = pair.map(Arc::new).map_err(ValidationError::other)?;
    Ok(match origin {
        KeyOrigin::External => Secret::Imported(ImportedPair::of(pair, Expiry::default())),
        _ => Secret::KeyPair(pair),
    })
}

/// A random UUID (version 4), or `mrk-` and 32 random digits.
fn random_key_id(multi_region: bool, random: Random<'_>) -> Result<KeyId, KmsError> {
    let bits = u128::from_be_bytes(random.array().map_err(KmsError::internal)?);
    let text = if multi_region {
        format!("mrk-{bits:032x}")
    } else {
        let bits = bits & !(0xf << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62);
        let digits = format!("{bits:032x}");
        let mut rest = digits.as_str();
        let mut part = |len| {
            let (part, behind) = rest.split_at_checked(len).unwrap_or_default();
            rest = behind;
            part
        };
        [part(8), part(4), part(4), part(4), part(12)].join("-")
    };
    text.parse().map_err(KmsError::internal)
}
