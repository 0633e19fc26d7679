//! [`AwsLc`]: a ring whose keys compute with AWS-LC.

use std::time::SystemTime;

use kms_reencrypt::access::GrantId;
use kms_reencrypt::keyring::{RingProvider, RingView};
use kms_reencrypt::provider::{KeyProvider, KeyProviderError, KeyRef, KeyView};
use kms_reencrypt::{AliasArn, KeyArn, KeyMaterialId, Keyring, Place};

use crate::key::{OaepSeed, accelerated};

/// A ring whose symmetric and RSA keys compute with AWS-LC. Everything else is the ring's: metadata, states, policies,
/// grants, aliases, rotations, imported material, the clock, and every refusal.
///
/// It is a [`RingProvider`], so a [`Kms`](kms_reencrypt::Kms) over it has the control operations, too. Clones, and the
/// [`Keyring`] that it was made of, share the ring.
///
/// ```
/// use kms_reencrypt::{EncryptRequest, KeySpec, Keyring, Kms};
/// use kms_reencrypt_aws_lc::AwsLc;
///
/// let keyring = Keyring::new("111122223333", "us-east-2")?;
/// let key = keyring.create_key(KeySpec::SymmetricDefault)?;
/// let kms = Kms::new(AwsLc::over(keyring.clone()));
/// let request = EncryptRequest::builder().key_id(key).plaintext("data").build()?;
/// assert!(kms.encrypt(&request).is_ok());
///
/// keyring.disable_key(key)?;
/// let refusal = kms.encrypt(&request).unwrap_err();
/// assert_eq!(refusal.code(), "DisabledException");
/// # Ok::<(), kms_reencrypt::KmsError>(())
/// ```
#[derive(Clone, Debug)]
pub struct AwsLc {
    ring: Keyring,
    seed: OaepSeed,
}

impl AwsLc {
    /// The keys of a ring, with AWS-LC's arithmetic.
    #[must_use]
    pub const fn over(ring: Keyring) -> Self {
        Self {
            ring,
            seed: OaepSeed::RandomSource,
        }
    }

    /// Lets AWS-LC encrypt with RSA keys, too, and draw the seeds of the padding itself.
    ///
    /// Without it the ring's own arithmetic does that, because AWS-LC takes no seeds: it would not ask the
    /// [random source](kms_reencrypt::Kms::with_random_source) of the `Kms`. So with it, a ciphertext under an RSA key is
    /// not repeatable, and a random source that fails does not stop it.
    #[must_use]
    pub const fn with_aws_lc_seeds(mut self) -> Self {
        self.seed = OaepSeed::AwsLc;
        self
    }
}

impl From<Keyring> for AwsLc {
    fn from(ring: Keyring) -> Self {
        Self::over(ring)
    }
}

impl KeyProvider for AwsLc {
    fn home(&self) -> Place {
        self.ring.home()
    }

    fn now(&self) -> Option<SystemTime> {
        KeyProvider::now(&self.ring)
    }

    #[inline]
    fn view(&self, visit: &mut dyn FnMut(&dyn KeyView)) -> Result<(), KeyProviderError> {
        let seed = self.seed;
        self.ring.view_keys(|ring| visit(&AwsLcView { ring, seed }));
        Ok(())
    }

    fn associate_predefined_alias(&self, alias: &AliasArn) -> Result<(), KeyProviderError> {
        self.ring.associate_predefined_alias(alias)
    }
}

impl RingProvider for AwsLc {
    fn keyring(&self) -> &Keyring {
        &self.ring
    }
}

/// The ring at one moment.
struct AwsLcView<'v> {
    ring: &'v RingView<'v>,
    seed: OaepSeed,
}

impl KeyView for AwsLcView<'_> {
    fn key(&self, arn: &KeyArn) -> Result<KeyRef<'_>, KeyProviderError> {
        Ok(accelerated(self.ring.ring_key(arn)?, self.seed))
    }

    fn key_with_material(
        &self,
        place: &Place,
        id: &KeyMaterialId,
    ) -> Result<KeyRef<'_>, KeyProviderError> {
        let key = self.ring.ring_key_with_material(place, id)?;
        Ok(accelerated(key, self.seed))
    }

    fn alias_target(&self, alias: &AliasArn) -> Result<KeyArn, KeyProviderError> {
        self.ring.alias_target(alias)
    }

    fn grant_of_token(&self, token: &str) -> Result<GrantId, KeyProviderError> {
        self.ring.grant_of_token(token)
    }
}
