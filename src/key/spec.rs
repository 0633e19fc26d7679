//! What keys are made of and made for, and the one table of what fits what.

/// The most bytes that `Encrypt`, and so `ReEncrypt`, takes under a symmetric key (API page).
pub(crate) const SYMMETRIC_PLAINTEXT_MAX: usize = 4096;

/// The most bytes that SM2PKE takes (API page; in Regions of China only).
const SM2_PLAINTEXT_MAX: usize = 1024;

/// Writes an enum of the service model: its values, their wire names, and both directions between them.
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
    }
}

model_enum! {
    /// The operations that a key is for: `KeyUsage`.
    KeyUsage {
        SignVerify = "SIGN_VERIFY",
        EncryptDecrypt = "ENCRYPT_DECRYPT",
        GenerateVerifyMac = "GENERATE_VERIFY_MAC",
        KeyAgreement = "KEY_AGREEMENT",
    }
}

model_enum! {
    /// What state a key is in: `KeyState`.
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
    /// `SYMMETRIC_DEFAULT`, as where a request names none.
    fn default() -> Self {
        Self::SymmetricDefault
    }
}

impl EncryptionAlgorithm {
    /// Whether the algorithm encrypts with a public key, and so knows no encryption context.
    #[must_use]
    pub const fn is_asymmetric(self) -> bool {
        match self {
            Self::SymmetricDefault => false,
            Self::RsaesOaepSha1 | Self::RsaesOaepSha256 | Self::Sm2Pke => true,
        }
    }
}

/// The one compatibility table. Sources: `CreateKey` in the service model for the usages, the API page for algorithms,
/// RFC 8017 section 7.1.1 for the RSA sizes.
impl KeySpec {
    /// The usages that a key of this spec can have (`CreateKey`), `ENCRYPT_DECRYPT` first if it is one of them. A key has
    /// one of them, for good.
    #[must_use]
    pub const fn key_usages(self) -> &'static [KeyUsage] {
        use KeyUsage::{EncryptDecrypt, GenerateVerifyMac, KeyAgreement, SignVerify};
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
        }
    }

    /// The usage that is most likely meant where none is said: `ENCRYPT_DECRYPT` if the spec knows it, or else the first
    /// that it knows.
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

    /// The most plaintext bytes that a key of this spec encrypts with an algorithm, or `None` if it cannot use it.
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

    /// The bytes of an RSA key's modulus, which is also the length of its ciphertexts. `None` for any other key.
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

/// An algorithm that no spec lists could never be used: with one of those this does not compile.
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

/// A text is none of the values that the service model lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a value of the service model")]
pub struct UnknownValue(());

impl UnknownValue {
    pub(crate) const fn new() -> Self {
        Self(())
    }
}
