//! How key material is wrapped for an import: algorithms, wrapping keys, and which of them fit which keys.

use crate::key::{KeySpec, Region, model_enum, serde_as_text};

model_enum! {
    /// The algorithm by which key material is wrapped: `WrappingAlgorithm`.
    WrappingAlgorithm {
        RsaesPkcs1V15 = "RSAES_PKCS1_V1_5",
        RsaesOaepSha1 = "RSAES_OAEP_SHA_1",
        RsaesOaepSha256 = "RSAES_OAEP_SHA_256",
        RsaAesKeyWrapSha1 = "RSA_AES_KEY_WRAP_SHA_1",
        RsaAesKeyWrapSha256 = "RSA_AES_KEY_WRAP_SHA_256",
        Sm2Pke = "SM2PKE",
    }
}

model_enum! {
    /// The spec of the key pair for which material is wrapped: `WrappingKeySpec`.
    WrappingKeySpec {
        Rsa2048 = "RSA_2048",
        Rsa3072 = "RSA_3072",
        Rsa4096 = "RSA_4096",
        Sm2 = "SM2",
    }
}

serde_as_text!(WrappingAlgorithm, WrappingKeySpec);

impl WrappingKeySpec {
    /// The same as the spec of a key.
    pub(super) const fn key_spec(self) -> KeySpec {
        match self {
            Self::Rsa2048 => KeySpec::Rsa2048,
            Self::Rsa3072 => KeySpec::Rsa3072,
            Self::Rsa4096 => KeySpec::Rsa4096,
            Self::Sm2 => KeySpec::Sm2,
        }
    }
}

impl WrappingAlgorithm {
    /// Whether a key pair of this spec unwraps with the algorithm.
    pub(super) fn is_for(self, spec: WrappingKeySpec) -> bool {
        (self == Self::Sm2Pke) == (spec == WrappingKeySpec::Sm2)
    }

    /// Whether a Region has the algorithm: SM2PKE exists only in China, and RSA_AES_KEY_WRAP does not exist there
    /// (DOC).
    pub(super) fn is_in(self, region: &Region) -> bool {
        match self {
            Self::RsaesPkcs1V15 | Self::RsaesOaepSha1 | Self::RsaesOaepSha256 => true,
            Self::RsaAesKeyWrapSha1 | Self::RsaAesKeyWrapSha256 => !region.is_in_china(),
            Self::Sm2Pke => region.is_in_china(),
        }
    }

    /// Whether wrapped material can have this length in bytes. RSAES_OAEP produces exactly as many bytes as the modulus
    /// has; RSA_AES_KEY_WRAP appends more, in blocks of eight (RFC 5649).
    pub(super) fn fits(self, spec: WrappingKeySpec, len: usize) -> bool {
        let modulus = spec.key_spec().modulus_len();
        match self {
            Self::RsaesPkcs1V15 | Self::RsaesOaepSha1 | Self::RsaesOaepSha256 => {
                modulus == Some(len)
            }
            Self::RsaAesKeyWrapSha1 | Self::RsaAesKeyWrapSha256 => modulus
                .and_then(|modulus| len.checked_sub(modulus))
                .is_some_and(|wrapped| wrapped >= 16 && wrapped.is_multiple_of(8)),
            Self::Sm2Pke => true,
        }
    }

    /// Whether the algorithm, with a wrapping key of spec `spec`, wraps the material of keys of spec `material` (DOC:
    /// the table in the developer guide).
    pub(super) const fn wraps(self, material: KeySpec, spec: WrappingKeySpec) -> bool {
        match self {
            Self::RsaesPkcs1V15 => false,
            Self::RsaesOaepSha1 | Self::RsaesOaepSha256 => match material {
                // Too long for the block of RSA_2048.
                KeySpec::EccNistP521 => !matches!(spec, WrappingKeySpec::Rsa2048),
                KeySpec::Rsa2048 | KeySpec::Rsa3072 | KeySpec::Rsa4096 => false,
                _ => true,
            },
            Self::RsaAesKeyWrapSha1 | Self::RsaAesKeyWrapSha256 => matches!(
                material,
                KeySpec::Rsa2048
                    | KeySpec::Rsa3072
                    | KeySpec::Rsa4096
                    | KeySpec::EccNistP256
                    | KeySpec::EccNistP384
                    | KeySpec::EccNistP521
                    | KeySpec::EccSecgP256K1
                    | KeySpec::EccNistEdwards25519
            ),
            Self::Sm2Pke => !matches!(
                material,
                KeySpec::SymmetricDefault
                    | KeySpec::Hmac224
                    | KeySpec::Hmac256
                    | KeySpec::Hmac384
                    | KeySpec::Hmac512
            ),
        }
    }
}
