//! [`ImportToken`]: what links a wrapping key pair to the call that made it, and the ring's key for tokens.

use core::fmt;
use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use zeroize::Zeroizing;

use crate::error::KmsError;
use crate::key::{KeyArn, KeyId};
use crate::primitives::key_pair::KeyPair;
use crate::primitives::symmetric::SymmetricMaterial;
use crate::provider::MessageNonces;
use crate::random::Random;

use super::wrapping::{WrappingAlgorithm, WrappingKeySpec};

/// The key id with which the ring's key for tokens is derived. No key has it.
const NO_KEY: &str = "00000000-0000-0000-0000-000000000000";

/// An import token. It contains the private key that unwraps the material, sealed under the ring's key for tokens, so
/// that the ring need not remember the pairs.
#[derive(Debug)]
pub(super) struct ImportToken {
    pub(super) key_id: KeyArn,
    pub(super) algorithm: WrappingAlgorithm,
    pub(super) spec: WrappingKeySpec,
    pub(super) valid_to: Option<SystemTime>,
    pub(super) pair: KeyPair,
}

impl ImportToken {
    /// The token: both nonces, the tag, the length of the public parts, the public parts as text separated by spaces,
    /// and the sealed private key.
    pub(super) fn seal(
        &self,
        token_key: &SymmetricMaterial,
        random: Random<'_>,
    ) -> Result<Vec<u8>, KmsError> {
        let Self {
            key_id,
            algorithm,
            spec,
            valid_to,
            pair,
        } = self;
        let valid_to = valid_to
            .and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok())
            .map_or_else(|| "-".to_owned(), |since| since.as_millis().to_string());
        let public = format!("{key_id} {algorithm} {spec} {valid_to}");
        let len = u16::try_from(public.len()).map_err(KmsError::internal)?;
        let mut private = pair.to_pkcs8_der().map_err(KmsError::internal)?;
        let nonces: [u8; 28] = random.array().map_err(KmsError::internal)?;
        let tag = token_key
            .seal(
                &MessageNonces::from_bytes(&nonces),
                public.as_bytes(),
                &mut private,
            )
            .map_err(KmsError::internal)?;
        Ok([
            nonces.as_slice(),
            &tag,
            &len.to_be_bytes(),
            public.as_bytes(),
            &private,
        ]
        .concat())
    }

    /// Parses a token, if it was sealed under the same key.
    pub(super) fn open(bytes: &[u8], token_key: &SymmetricMaterial) -> Option<Self> {
        let (nonces, rest) = bytes.split_first_chunk::<28>()?;
        let (tag, rest) = rest.split_first_chunk::<16>()?;
        let (len, rest) = rest.split_first_chunk::<2>()?;
        let (public, sealed) = rest.split_at_checked(u16::from_be_bytes(*len).into())?;
        let mut private = Zeroizing::new(sealed.to_vec());
        let nonces = MessageNonces::from_bytes(nonces);
        token_key.open(&nonces, public, &mut private, tag).ok()?;
        let mut parts = core::str::from_utf8(public).ok()?.split(' ');
        let mut part = || parts.next();
        let key_id = part()?.parse().ok()?;
        let algorithm = part()?.parse().ok()?;
        let spec: WrappingKeySpec = part()?.parse().ok()?;
        let valid_to = match part()? {
            "-" => None,
            millis => {
                let since = Duration::from_millis(millis.parse().ok()?);
                Some(SystemTime::UNIX_EPOCH.checked_add(since)?)
            }
        };
        Some(Self {
            key_id,
            algorithm,
            spec,
            valid_to,
            pair: KeyPair::from_pkcs8_der(spec.key_spec(), &private).ok()?,
        })
    }
}

/// The key that seals a ring's import tokens, generated when it is first needed.
#[derive(Default)]
pub(super) struct TokenKey(Mutex<Option<Arc<SymmetricMaterial>>>);

impl TokenKey {
    /// Returns the same key every time.
    ///
    /// It is generated before the lock is taken, since the random source is foreign code. Threads that need it at the same
    /// time each generate one, and the first to finish is kept.
    pub(super) fn get(&self, random: Random<'_>) -> Result<Arc<SymmetricMaterial>, KmsError> {
        let made = self.lock().clone();
        if let Some(key) = made {
            return Ok(key);
        }
        let key_id: KeyId = NO_KEY.parse().map_err(KmsError::internal)?;
        let fresh = SymmetricMaterial::generate(&key_id, random).map_err(KmsError::internal)?;
        Ok(Arc::clone(self.lock().get_or_insert(fresh)))
    }

    /// Ignores poisoning: the key is put in whole, so a panic leaves nothing half done.
    fn lock(&self) -> MutexGuard<'_, Option<Arc<SymmetricMaterial>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::{ImportToken, TokenKey};
    use crate::key::KeySpec;
    use crate::keyring::wrapping::{WrappingAlgorithm, WrappingKeySpec};
    use crate::primitives::fixtures::{flipped, os_random};
    use crate::primitives::key_pair::KeyPair;

    #[test]
    fn a_token_opens_whole_and_under_its_key_only() {
        let key_id =
            "arn:aws-cn:kms:cn-north-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
        let token = ImportToken {
            key_id: key_id.parse().unwrap(),
            algorithm: WrappingAlgorithm::Sm2Pke,
            spec: WrappingKeySpec::Sm2,
            valid_to: None,
            pair: KeyPair::generate(KeySpec::Sm2, os_random()).unwrap(),
        };
        let [own, other] = [(); 2].map(|()| TokenKey::default().get(os_random()).unwrap());
        let sealed = token.seal(&own, os_random()).unwrap();
        let opened = ImportToken::open(&sealed, &own).unwrap();
        assert_eq!(opened.key_id, token.key_id);
        assert_eq!(opened.pair.public_key(), token.pair.public_key());
        assert!(ImportToken::open(&sealed, &other).is_none());
        for bit in 0..sealed.len() * 8 {
            assert!(ImportToken::open(&flipped(&sealed, bit), &own).is_none());
        }
        for len in 0..sealed.len() {
            assert!(ImportToken::open(sealed.get(..len).unwrap(), &own).is_none());
        }
    }

    #[test]
    fn the_key_for_tokens_is_the_same_every_time() {
        let keys = TokenKey::default();
        let [one, other] = [(); 2].map(|()| keys.get(os_random()).unwrap());
        assert_eq!(one.id(), other.id());
    }
}
