//! The algorithms that a key is told to have: those of its usage.

use super::metadata::KeyMetadata;
use super::spec::{EncryptionAlgorithm, KeySpec, KeyUsage};

/// What `DescribeKey` and `GetPublicKey` say of algorithms (service model, developer guide). Only those that encrypt are
/// ever used here; the others are names.
impl KeyMetadata {
    /// `EncryptionAlgorithms`: empty unless the usage is `ENCRYPT_DECRYPT`.
    #[must_use]
    pub const fn encryption_algorithms(&self) -> &'static [EncryptionAlgorithm] {
        match self.key_usage() {
            KeyUsage::EncryptDecrypt => self.key_spec().encryption_algorithms(),
            _ => &[],
        }
    }

    /// `SigningAlgorithms`: empty unless the usage is `SIGN_VERIFY`.
    #[must_use]
    pub const fn signing_algorithms(&self) -> &'static [&'static str] {
        match (self.key_usage(), self.key_spec()) {
            (KeyUsage::SignVerify, KeySpec::Rsa2048 | KeySpec::Rsa3072 | KeySpec::Rsa4096) => &[
                "RSASSA_PKCS1_V1_5_SHA_256",
                "RSASSA_PKCS1_V1_5_SHA_384",
                "RSASSA_PKCS1_V1_5_SHA_512",
                "RSASSA_PSS_SHA_256",
                "RSASSA_PSS_SHA_384",
                "RSASSA_PSS_SHA_512",
            ],
            (KeyUsage::SignVerify, KeySpec::EccNistP256 | KeySpec::EccSecgP256k1) => {
                &["ECDSA_SHA_256"]
            }
            (KeyUsage::SignVerify, KeySpec::EccNistP384) => &["ECDSA_SHA_384"],
            (KeyUsage::SignVerify, KeySpec::EccNistP521) => &["ECDSA_SHA_512"],
            (KeyUsage::SignVerify, KeySpec::EccNistEdwards25519) => {
                &["ED25519_PH_SHA_512", "ED25519_SHA_512"]
            }
            (KeyUsage::SignVerify, KeySpec::MlDsa44 | KeySpec::MlDsa65 | KeySpec::MlDsa87) => {
                &["ML_DSA_SHAKE_256"]
            }
            (KeyUsage::SignVerify, KeySpec::Sm2) => &["SM2DSA"],
            _ => &[],
        }
    }

    /// `KeyAgreementAlgorithms`: empty unless the usage is `KEY_AGREEMENT`.
    #[must_use]
    pub const fn key_agreement_algorithms(&self) -> &'static [&'static str] {
        match self.key_usage() {
            KeyUsage::KeyAgreement => &["ECDH"],
            _ => &[],
        }
    }

    /// `MacAlgorithms`: empty unless the usage is `GENERATE_VERIFY_MAC`.
    #[must_use]
    pub const fn mac_algorithms(&self) -> &'static [&'static str] {
        match self.key_spec() {
            KeySpec::Hmac224 => &["HMAC_SHA_224"],
            KeySpec::Hmac256 => &["HMAC_SHA_256"],
            KeySpec::Hmac384 => &["HMAC_SHA_384"],
            KeySpec::Hmac512 => &["HMAC_SHA_512"],
            _ => &[],
        }
    }
}

impl KeySpec {
    /// Whether the spec is also a value of the deprecated `CustomerMasterKeySpec`. Newer ones are not.
    #[must_use]
    pub const fn is_customer_master_key_spec(self) -> bool {
        !matches!(
            self,
            Self::EccNistEdwards25519 | Self::MlDsa44 | Self::MlDsa65 | Self::MlDsa87
        )
    }
}
