//! Specs, usages, states and algorithms of keys, and the table that says which of them go together.

use super::serde_text::serde_as_text;

/// The maximum length in bytes of a plaintext under a symmetric key, for `Encrypt` and `ReEncrypt` (API page).
pub(crate) const SYMMETRIC_PLAINTEXT_MAX: usize = 4096;

/// The maximum length in bytes of a plaintext for SM2PKE (API page; in Regions of China only).
const SM2_PLAINTEXT_MAX: usize = 1024;

/// Defines an enum of the service model: its values, and the conversions to and from their names on the wire.
macro_rules! model_enum {
    (
        $(#[$meta:meta])*
        $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $text:literal,)+ }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* #[doc = concat!("`", $text, "`")] $variant,)+
        }

        impl $name {
            /// Every value, in the order of the service model.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The name that AWS gives the value.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }

        impl core::str::FromStr for $name {
            type Err = $crate::key::UnknownValue;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err($crate::key::UnknownValue::new()),
                }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use model_enum;

model_enum! {
    /// The type of key material in a key: `KeySpec`.
    KeySpec {
        Rsa2048 = "RSA_2048",
        Rsa3072 = "RSA_3072",
        Rsa4096 = "RSA_4096",
        EccNistP256 = "ECC_NIST_P256",
        EccNistP384 = "ECC_NIST_P384",
        EccNistP521 = "ECC_NIST_P521",
        EccSecgP256K1 = "ECC_SECG_P256K1",
        SymmetricDefault = "SYMMETRIC_DEFAULT",
        Hmac224 = "HMAC_224",
        Hmac256 = "HMAC_256",
        Hmac384 = "HMAC_384",
        Hmac512 = "HMAC_512",
        Sm2 = "SM2",
        MlDsa44 = "ML_DSA_44",
        MlDsa65 = "ML_DSA_65",
        MlDsa87 = "ML_DSA_87",
        EccNistEdwards25519 = "ECC_NIST_EDWARDS25519",
        MlKem512 = "ML_KEM_512",
        MlKem768 = "ML_KEM_768",
        MlKem1024 = "ML_KEM_1024",
    }
}

model_enum! {
    /// The type of a pair of data keys: `DataKeyPairSpec`.
    DataKeyPairSpec {
        Rsa2048 = "RSA_2048",
        Rsa3072 = "RSA_3072",
        Rsa4096 = "RSA_4096",
        EccNistP256 = "ECC_NIST_P256",
        EccNistP384 = "ECC_NIST_P384",
        EccNistP521 = "ECC_NIST_P521",
        EccSecgP256K1 = "ECC_SECG_P256K1",
        Sm2 = "SM2",
        EccNistEdwards25519 = "ECC_NIST_EDWARDS25519",
        MlKem512 = "ML_KEM_512",
        MlKem768 = "ML_KEM_768",
        MlKem1024 = "ML_KEM_1024",
    }
}

impl From<DataKeyPairSpec> for KeySpec {
    /// The spec of KMS keys of the same type.
    fn from(spec: DataKeyPairSpec) -> Self {
        match spec {
            DataKeyPairSpec::Rsa2048 => Self::Rsa2048,
            DataKeyPairSpec::Rsa3072 => Self::Rsa3072,
            DataKeyPairSpec::Rsa4096 => Self::Rsa4096,
            DataKeyPairSpec::EccNistP256 => Self::EccNistP256,
            DataKeyPairSpec::EccNistP384 => Self::EccNistP384,
            DataKeyPairSpec::EccNistP521 => Self::EccNistP521,
            DataKeyPairSpec::EccSecgP256K1 => Self::EccSecgP256K1,
            DataKeyPairSpec::Sm2 => Self::Sm2,
            DataKeyPairSpec::EccNistEdwards25519 => Self::EccNistEdwards25519,
            DataKeyPairSpec::MlKem512 => Self::MlKem512,
            DataKeyPairSpec::MlKem768 => Self::MlKem768,
            DataKeyPairSpec::MlKem1024 => Self::MlKem1024,
        }
    }
}

model_enum! {
    /// The operations that a key is for: `KeyUsage`.
    KeyUsage {
        SignVerify = "SIGN_VERIFY",
        EncryptDecrypt = "ENCRYPT_DECRYPT",
        GenerateVerifyMac = "GENERATE_VERIFY_MAC",
        KeyAgreement = "KEY_AGREEMENT",
        EncapsulateDecapsulate = "ENCAPSULATE_DECAPSULATE",
    }
}

model_enum! {
    /// The state of a key: `KeyState`.
    KeyState {
        Creating = "Creating",
        Enabled = "Enabled",
        Disabled = "Disabled",
        PendingDeletion = "PendingDeletion",
        PendingImport = "PendingImport",
        PendingReplicaDeletion = "PendingReplicaDeletion",
        Unavailable = "Unavailable",
        Updating = "Updating",
    }
}

model_enum! {
    /// An encryption algorithm: `EncryptionAlgorithmSpec`.
    EncryptionAlgorithm {
        SymmetricDefault = "SYMMETRIC_DEFAULT",
        RsaesOaepSha1 = "RSAES_OAEP_SHA_1",
        RsaesOaepSha256 = "RSAES_OAEP_SHA_256",
        Sm2Pke = "SM2PKE",
    }
}

impl Default for EncryptionAlgorithm {
    /// `SYMMETRIC_DEFAULT`, the algorithm of a request that names none.
    fn default() -> Self {
        Self::SymmetricDefault
    }
}

impl EncryptionAlgorithm {
    /// Whether the algorithm encrypts with a public key, and so does not support an encryption context.
    #[must_use]
    pub const fn is_asymmetric(self) -> bool {
        match self {
            Self::SymmetricDefault => false,
            Self::RsaesOaepSha1 | Self::RsaesOaepSha256 | Self::Sm2Pke => true,
        }
    }
}

/// The compatibility table. Sources: `CreateKey` in the service model for the usages, the API page for algorithms, RFC
/// 8017 section 7.1.1 for the RSA sizes.
impl KeySpec {
    /// The usages that a key of this spec can have (`CreateKey`), `ENCRYPT_DECRYPT` first if it is one of them. A key
    /// has exactly one usage, which never changes.
    #[must_use]
    pub const fn key_usages(self) -> &'static [KeyUsage] {
        use KeyUsage::{
            EncapsulateDecapsulate, EncryptDecrypt, GenerateVerifyMac, KeyAgreement, SignVerify,
        };
        match self {
            Self::SymmetricDefault => &[EncryptDecrypt],
            Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096 => &[EncryptDecrypt, SignVerify],
            Self::EccNistP256 | Self::EccNistP384 | Self::EccNistP521 => {
                &[SignVerify, KeyAgreement]
            }
            Self::Sm2 => &[EncryptDecrypt, SignVerify, KeyAgreement],
            Self::EccSecgP256K1
            | Self::EccNistEdwards25519
            | Self::MlDsa44
            | Self::MlDsa65
            | Self::MlDsa87 => &[SignVerify],
            Self::Hmac224 | Self::Hmac256 | Self::Hmac384 | Self::Hmac512 => &[GenerateVerifyMac],
            Self::MlKem512 | Self::MlKem768 | Self::MlKem1024 => &[EncapsulateDecapsulate],
        }
    }

    /// The usage of a key that is created without one: `ENCRYPT_DECRYPT` if the spec allows it, or else the first that
    /// it allows.
    pub(crate) const fn default_key_usage(self) -> KeyUsage {
        match self.key_usages() {
            [first, ..] => *first,
            [] => KeyUsage::EncryptDecrypt,
        }
    }

    /// The algorithms with which a key of this spec encrypts, if its usage is `ENCRYPT_DECRYPT`.
    #[must_use]
    pub const fn encryption_algorithms(self) -> &'static [EncryptionAlgorithm] {
        use EncryptionAlgorithm::{RsaesOaepSha1, RsaesOaepSha256, Sm2Pke, SymmetricDefault};
        match self {
            Self::SymmetricDefault => &[SymmetricDefault],
            Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096 => &[RsaesOaepSha1, RsaesOaepSha256],
            Self::Sm2 => &[Sm2Pke],
            _ => &[],
        }
    }

    /// The maximum length in bytes of a plaintext that a key of this spec encrypts with an algorithm. `None` if the
    /// spec does not support the algorithm.
    ///
    /// ```
    /// use kms_reencrypt::{EncryptionAlgorithm, KeySpec};
    ///
    /// let max = KeySpec::Rsa2048.plaintext_max(EncryptionAlgorithm::RsaesOaepSha256);
    /// assert_eq!(max, Some(190));
    /// ```
    #[must_use]
    pub fn plaintext_max(self, algorithm: EncryptionAlgorithm) -> Option<usize> {
        if !self.encryption_algorithms().contains(&algorithm) {
            return None;
        }
        match algorithm {
            EncryptionAlgorithm::SymmetricDefault => Some(SYMMETRIC_PLAINTEXT_MAX),
            EncryptionAlgorithm::Sm2Pke => Some(SM2_PLAINTEXT_MAX),
            EncryptionAlgorithm::RsaesOaepSha1 => self.modulus_len().map(|len| len - 2 * 20 - 2),
            EncryptionAlgorithm::RsaesOaepSha256 => self.modulus_len().map(|len| len - 2 * 32 - 2),
        }
    }

    /// The length in bytes of an RSA key's modulus, and so of its ciphertexts. `None` for any other key.
    #[must_use]
    pub const fn modulus_len(self) -> Option<usize> {
        match self {
            Self::Rsa2048 => Some(256),
            Self::Rsa3072 => Some(384),
            Self::Rsa4096 => Some(512),
            _ => None,
        }
    }
}

/// Does not compile if no spec lists one of the algorithms, since that algorithm could never be used.
const _: () = {
    let mut algorithms = EncryptionAlgorithm::ALL;
    while let [algorithm, rest @ ..] = algorithms {
        assert!(
            is_listed(*algorithm),
            "an algorithm is missing from KeySpec::encryption_algorithms"
        );
        algorithms = rest;
    }
};

#[expect(
    clippy::as_conversions,
    reason = "== is not const; the discriminants are"
)]
const fn is_listed(algorithm: EncryptionAlgorithm) -> bool {
    let mut specs = KeySpec::ALL;
    while let [spec, other_specs @ ..] = specs {
        let mut listed = spec.encryption_algorithms();
        while let [one, others @ ..] = listed {
            if *one as u8 == algorithm as u8 {
                return true;
            }
            listed = others;
        }
        specs = other_specs;
    }
    false
}

/// The error for a text that is not a value of the service model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a value of the service model")]
pub struct UnknownValue(());

impl UnknownValue {
    pub(crate) const fn new() -> Self {
        Self(())
    }
}

serde_as_text!(
    DataKeyPairSpec,
    EncryptionAlgorithm,
    KeySpec,
    KeyState,
    KeyUsage
);
