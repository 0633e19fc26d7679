//! The algorithms that `DescribeKey` and `GetPublicKey` list for a key: those of its usage.

use super::metadata::KeyMetadata;
use super::spec::{EncryptionAlgorithm, KeySpec, KeyUsage};

/// The lists of algorithms in `DescribeKey` and `GetPublicKey` (service model, developer guide). This crate uses only
/// the encryption algorithms; the others are just names.
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
            (KeyUsage::SignVerify, KeySpec::EccNistP256 | KeySpec::EccSecgP256K1) => {
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

    /// `EncapsulationAlgorithms`: empty unless the usage is `ENCAPSULATE_DECAPSULATE`.
    #[must_use]
    pub const fn encapsulation_algorithms(&self) -> &'static [&'static str] {
        match self.key_usage() {
            KeyUsage::EncapsulateDecapsulate => &["ML_KEM"],
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
    /// Whether the spec is also a value of the deprecated `CustomerMasterKeySpec`, which has none of the newer specs.
    #[must_use]
    pub const fn is_customer_master_key_spec(self) -> bool {
        !matches!(
            self,
            Self::EccNistEdwards25519
                | Self::MlDsa44
                | Self::MlDsa65
                | Self::MlDsa87
                | Self::MlKem512
                | Self::MlKem768
                | Self::MlKem1024
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{KeyMetadata, KeySpec, KeyUsage};

    const RSA_SIGNATURES: [&str; 6] = [
        "RSASSA_PKCS1_V1_5_SHA_256",
        "RSASSA_PKCS1_V1_5_SHA_384",
        "RSASSA_PKCS1_V1_5_SHA_512",
        "RSASSA_PSS_SHA_256",
        "RSASSA_PSS_SHA_384",
        "RSASSA_PSS_SHA_512",
    ];

    /// The five lists of algorithms of a key.
    fn algorithms(spec: KeySpec, usage: KeyUsage) -> [Vec<String>; 5] {
        let arn = "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
        let key = KeyMetadata::builder(arn.parse().unwrap(), spec, usage).build();
        let texts = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        [
            key.encryption_algorithms()
                .iter()
                .map(ToString::to_string)
                .collect(),
            texts(key.signing_algorithms()),
            texts(key.key_agreement_algorithms()),
            texts(key.mac_algorithms()),
            texts(key.encapsulation_algorithms()),
        ]
    }

    #[test]
    fn a_key_has_the_algorithms_of_its_spec_in_the_list_of_its_usage() {
        use KeySpec::*;
        use KeyUsage::*;

        const ENCRYPTION: usize = 0;
        const SIGNING: usize = 1;
        const AGREEMENT: usize = 2;
        const MAC: usize = 3;
        const ENCAPSULATION: usize = 4;
        let oaep = &["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"][..];
        let ed25519 = &["ED25519_PH_SHA_512", "ED25519_SHA_512"][..];
        for (spec, usage, list, expected) in [
            (
                SymmetricDefault,
                EncryptDecrypt,
                ENCRYPTION,
                &["SYMMETRIC_DEFAULT"][..],
            ),
            (Rsa2048, EncryptDecrypt, ENCRYPTION, oaep),
            (Rsa3072, EncryptDecrypt, ENCRYPTION, oaep),
            (Rsa4096, EncryptDecrypt, ENCRYPTION, oaep),
            (Sm2, EncryptDecrypt, ENCRYPTION, &["SM2PKE"]),
            (Rsa2048, SignVerify, SIGNING, &RSA_SIGNATURES),
            (Rsa3072, SignVerify, SIGNING, &RSA_SIGNATURES),
            (Rsa4096, SignVerify, SIGNING, &RSA_SIGNATURES),
            (EccNistP256, SignVerify, SIGNING, &["ECDSA_SHA_256"]),
            (EccSecgP256K1, SignVerify, SIGNING, &["ECDSA_SHA_256"]),
            (EccNistP384, SignVerify, SIGNING, &["ECDSA_SHA_384"]),
            (EccNistP521, SignVerify, SIGNING, &["ECDSA_SHA_512"]),
            (EccNistEdwards25519, SignVerify, SIGNING, ed25519),
            (MlDsa44, SignVerify, SIGNING, &["ML_DSA_SHAKE_256"]),
            (MlDsa65, SignVerify, SIGNING, &["ML_DSA_SHAKE_256"]),
            (MlDsa87, SignVerify, SIGNING, &["ML_DSA_SHAKE_256"]),
            (Sm2, SignVerify, SIGNING, &["SM2DSA"]),
            (EccNistP256, KeyAgreement, AGREEMENT, &["ECDH"]),
            (EccNistP384, KeyAgreement, AGREEMENT, &["ECDH"]),
            (EccNistP521, KeyAgreement, AGREEMENT, &["ECDH"]),
            (Sm2, KeyAgreement, AGREEMENT, &["ECDH"]),
            (Hmac224, GenerateVerifyMac, MAC, &["HMAC_SHA_224"]),
            (Hmac256, GenerateVerifyMac, MAC, &["HMAC_SHA_256"]),
            (Hmac384, GenerateVerifyMac, MAC, &["HMAC_SHA_384"]),
            (Hmac512, GenerateVerifyMac, MAC, &["HMAC_SHA_512"]),
            (MlKem512, EncapsulateDecapsulate, ENCAPSULATION, &["ML_KEM"]),
            (MlKem768, EncapsulateDecapsulate, ENCAPSULATION, &["ML_KEM"]),
            (
                MlKem1024,
                EncapsulateDecapsulate,
                ENCAPSULATION,
                &["ML_KEM"],
            ),
        ] {
            let mut of_lists: [&[&str]; 5] = [&[]; 5];
            of_lists[list] = expected;
            assert_eq!(algorithms(spec, usage), of_lists, "{spec} {usage}");
        }
    }

    #[test]
    fn the_deprecated_member_has_all_specs_but_the_newest() {
        for (spec, is_one) in [
            (KeySpec::SymmetricDefault, true),
            (KeySpec::Rsa2048, true),
            (KeySpec::EccSecgP256K1, true),
            (KeySpec::Hmac512, true),
            (KeySpec::Sm2, true),
            (KeySpec::EccNistEdwards25519, false),
            (KeySpec::MlDsa44, false),
            (KeySpec::MlDsa65, false),
            (KeySpec::MlDsa87, false),
            (KeySpec::MlKem512, false),
            (KeySpec::MlKem768, false),
            (KeySpec::MlKem1024, false),
        ] {
            assert_eq!(spec.is_customer_master_key_spec(), is_one, "{spec}");
        }
    }
}
