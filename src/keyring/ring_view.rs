//! [`RingView`] and [`RingKey`]: the keys of a ring together with the key material that they compute with.

use crate::access::GrantId;
use crate::key::{AliasArn, KeyArn, KeyMaterialId, Place};
use crate::primitives::key_pair::KeyPair;
use crate::primitives::symmetric::SymmetricMaterial;
use crate::provider::{KeyProviderError, KeyRef, KeyView, KmsKey};

use super::key::SoftwareKey;
use super::materials::Materials;
use super::ring::Keyring;
use super::snapshot::Snapshot;

/// For providers that compute with another library.
impl Keyring {
    /// Calls `visit` with the keys as they are at one moment, as [`view`](crate::provider::KeyProvider::view) does, and
    /// with the key material that they compute with.
    ///
    /// It is for a provider that takes everything from a ring but the arithmetic: metadata, states, policies, grants,
    /// aliases and materials are the ring's, and a [`KmsKey`] of its own seals, opens, encrypts and decrypts. The package
    /// `kms-reencrypt-aws-lc` is such a provider.
    ///
    /// **It lends secrets:** see [`RingKey`].
    ///
    /// ```
    /// use kms_reencrypt::provider::{KeyProvider, KeyProviderError, KeyRef, KeyView};
    /// use kms_reencrypt::keyring::{RingKey, RingView};
    /// # use kms_reencrypt::access::GrantId;
    /// use kms_reencrypt::{AliasArn, KeyArn, KeyMaterialId, Keyring, Place};
    ///
    /// struct Accelerated(Keyring);
    ///
    /// impl KeyProvider for Accelerated {
    ///     fn home(&self) -> Place {
    ///         self.0.home()
    ///     }
    ///
    ///     fn view(&self, visit: &mut dyn FnMut(&dyn KeyView)) -> Result<(), KeyProviderError> {
    ///         self.0.view_keys(|view| visit(&AcceleratedView(view)));
    ///         Ok(())
    ///     }
    /// }
    ///
    /// struct AcceleratedView<'v>(&'v RingView<'v>);
    ///
    /// /// Where a `KmsKey` of your own takes the place of the ring's: return
    /// /// `KeyRef::Owned(Box::new(YourKey(key)))`.
    /// fn accelerated(key: RingKey<'_>) -> KeyRef<'_> {
    ///     KeyRef::Borrowed(key.as_key())
    /// }
    ///
    /// impl KeyView for AcceleratedView<'_> {
    ///     fn key(&self, arn: &KeyArn) -> Result<KeyRef<'_>, KeyProviderError> {
    ///         self.0.ring_key(arn).map(accelerated)
    ///     }
    ///
    ///     fn key_with_material(
    ///         &self,
    ///         place: &Place,
    ///         id: &KeyMaterialId,
    ///     ) -> Result<KeyRef<'_>, KeyProviderError> {
    ///         self.0.ring_key_with_material(place, id).map(accelerated)
    ///     }
    ///
    ///     fn alias_target(&self, alias: &AliasArn) -> Result<KeyArn, KeyProviderError> {
    ///         self.0.alias_target(alias)
    ///     }
    ///
    ///     fn grant_of_token(&self, token: &str) -> Result<GrantId, KeyProviderError> {
    ///         self.0.grant_of_token(token)
    ///     }
    /// }
    /// # use kms_reencrypt::{EncryptRequest, KeySpec, Kms, KmsError};
    /// # let ring = Keyring::new("111122223333", "us-east-2")?;
    /// # let key = ring.create_key(KeySpec::SymmetricDefault)?;
    /// # let request = EncryptRequest::builder().key_id(key).plaintext("data").build()?;
    /// # Kms::new(Accelerated(ring)).encrypt(&request)?;
    /// # Ok::<(), KmsError>(())
    /// ```
    #[inline]
    pub fn view_keys<T>(&self, visit: impl FnOnce(&RingView<'_>) -> T) -> T {
        visit(&RingView(&self.snapshot()))
    }
}

/// The keys of a ring at one moment, together with the key material that they compute with: see [`Keyring::view_keys`].
///
/// As a [`KeyView`] it gives the ring's own keys.
#[derive(Clone, Copy)]
pub struct RingView<'v>(&'v Snapshot);

impl<'v> RingView<'v> {
    /// The key with this ARN.
    ///
    /// # Errors
    ///
    /// [`KeyProviderError::NotFound`] if no key matches.
    #[inline]
    pub fn ring_key(&self, arn: &KeyArn) -> Result<RingKey<'v>, KeyProviderError> {
        self.0.visible(arn).map(RingKey)
    }

    /// The key that has, or once had, this material, as [`KeyView::key_with_material`] finds it.
    ///
    /// # Errors
    ///
    /// [`KeyProviderError::NotFound`] if no key matches.
    #[inline]
    pub fn ring_key_with_material(
        &self,
        place: &Place,
        id: &KeyMaterialId,
    ) -> Result<RingKey<'v>, KeyProviderError> {
        self.0.visible_owner(place, id).map(RingKey)
    }
}

impl KeyView for RingView<'_> {
    fn key(&self, arn: &KeyArn) -> Result<KeyRef<'_>, KeyProviderError> {
        self.0.key(arn)
    }

    fn key_with_material(
        &self,
        place: &Place,
        id: &KeyMaterialId,
    ) -> Result<KeyRef<'_>, KeyProviderError> {
        self.0.key_with_material(place, id)
    }

    fn alias_target(&self, alias: &AliasArn) -> Result<KeyArn, KeyProviderError> {
        self.0.alias_target(alias)
    }

    fn grant_of_token(&self, token: &str) -> Result<GrantId, KeyProviderError> {
        self.0.grant_of_token(token)
    }
}

impl core::fmt::Debug for RingView<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("RingView(..)")
    }
}

/// A key of a ring at one moment, together with the key material that it computes with: see [`Keyring::view_keys`].
///
/// It lends a symmetric key's materials, which give out the keys of single messages
/// ([`with_message_key`](SymmetricMaterial::with_message_key)) and never their own bytes, and the pair of an asymmetric
/// key, which gives out its private key ([`to_pkcs8_der`](KeyPair::to_pkcs8_der)). Material that was deleted or has
/// expired is not lent, so it cannot be used.
///
/// It checks neither permissions nor states. The engine has checked both when it lets a key act.
#[derive(Clone, Copy, Debug)]
pub struct RingKey<'v>(&'v SoftwareKey);

impl<'v> RingKey<'v> {
    /// The ring's own key, which describes itself, and computes as the ring does.
    #[must_use]
    pub const fn as_key(self) -> &'v dyn KmsKey {
        self.0
    }

    /// The current material of a symmetric key. `None` if it is not present, and for other keys.
    #[inline]
    #[must_use]
    pub fn current_material(self) -> Option<&'v SymmetricMaterial> {
        self.0.materials().and_then(Materials::current)
    }

    /// A material of a symmetric key. `None` if it is not present, and for other keys.
    #[inline]
    #[must_use]
    pub fn material(self, id: &KeyMaterialId) -> Option<&'v SymmetricMaterial> {
        self.0.materials()?.get(id)
    }

    /// The pair of an asymmetric key. `None` if it is not present, and for other keys.
    ///
    /// The pair of an RSA key that does not encrypt is generated when it is first asked for, which takes a while.
    #[must_use]
    pub fn key_pair(self) -> Option<&'v KeyPair> {
        self.0.key_pair()
    }
}
