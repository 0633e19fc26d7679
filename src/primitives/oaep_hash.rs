//! [`OaepHash`]: the hash of each RSAES-OAEP algorithm.

use sha1::Sha1;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::oaep;
use crate::key::EncryptionAlgorithm;
use crate::random::{Random, RandomnessUnavailable};
use crate::secret::Plaintext;

/// The hash of an OAEP padding.
///
/// No match here has a wildcard arm, so a new algorithm does not compile until its hash is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OaepHash {
    Sha1,
    Sha256,
}

/// The error for an algorithm that is not RSAES-OAEP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotOaep;

impl TryFrom<EncryptionAlgorithm> for OaepHash {
    type Error = NotOaep;

    fn try_from(algorithm: EncryptionAlgorithm) -> Result<Self, Self::Error> {
        match algorithm {
            EncryptionAlgorithm::RsaesOaepSha1 => Ok(Self::Sha1),
            EncryptionAlgorithm::RsaesOaepSha256 => Ok(Self::Sha256),
            EncryptionAlgorithm::SymmetricDefault | EncryptionAlgorithm::Sm2Pke => Err(NotOaep),
        }
    }
}

impl OaepHash {
    /// [`oaep::encode`] with this hash.
    pub(crate) fn encode(
        self,
        message: &[u8],
        len: usize,
        random: Random<'_>,
    ) -> Result<Zeroizing<Vec<u8>>, RandomnessUnavailable> {
        match self {
            Self::Sha1 => oaep::encode::<Sha1>(message, len, random),
            Self::Sha256 => oaep::encode::<Sha256>(message, len, random),
        }
    }

    /// [`oaep::decode`] with this hash.
    pub(crate) fn decode(self, block: &mut [u8]) -> Option<Plaintext> {
        match self {
            Self::Sha1 => oaep::decode::<Sha1>(block),
            Self::Sha256 => oaep::decode::<Sha256>(block),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::OaepHash;
    use crate::key::{EncryptionAlgorithm, KeySpec};

    #[test]
    fn rsa_keys_encrypt_by_every_oaep_algorithm_and_by_no_other() {
        let of_rsa = KeySpec::Rsa2048.encryption_algorithms();
        for algorithm in EncryptionAlgorithm::ALL {
            let is_oaep = OaepHash::try_from(*algorithm).is_ok();
            assert_eq!(of_rsa.contains(algorithm), is_oaep, "{algorithm}");
        }
    }
}
