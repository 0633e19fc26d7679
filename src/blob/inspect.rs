//! [`BlobInspection`]: a diagnosis of bytes that KMS refuses, for people.

use core::fmt;

use crate::key::KeyMaterialId;

use super::content::CONTENT_HEADER_LEN;
use super::envelope::{BlobVersion, CiphertextBlob};

/// What some bytes look like. `Display` writes it as a phrase.
///
/// The inspection looks at nothing but the bytes. It needs no key, reveals no secret and does not promise that the
/// bytes decrypt.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BlobInspection {
    /// What the bytes are, or seem to be.
    pub resemblance: Resemblance,
    /// How many bytes there are.
    pub len: usize,
}

/// The kinds of things that people take for a ciphertext blob.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resemblance {
    /// Base64 text: most often a blob that was encoded twice or not decoded.
    Base64Text,
    /// No bytes at all.
    Empty,
    /// A message of the AWS Encryption SDK, whose own library has to open it.
    EncryptionSdkMessage,
    /// As long as the ciphertext of an RSA key: 256, 384 or 512 bytes. It needs `SourceKeyId` and an RSAES_OAEP
    /// algorithm.
    RsaCiphertext,
    /// The DER of an SM2 ciphertext. It needs `SourceKeyId` and the algorithm SM2PKE.
    Sm2Ciphertext,
    /// A well-formed symmetric ciphertext blob. Whether it decrypts cannot be seen without its key.
    #[non_exhaustive]
    SymmetricBlob {
        /// The layout.
        version: BlobVersion,
        /// The key material that it names.
        key_material_id: KeyMaterialId,
        /// The length of the plaintext, if it has AWS's 11 bytes before it.
        plaintext_len: Option<usize>,
    },
    /// Begins like a symmetric ciphertext blob but is not well-formed: it was cut off or altered.
    SymmetricBlobDamaged,
    /// Anything else.
    Unknown,
}

impl CiphertextBlob<'_> {
    /// Says what some bytes look like, for a person who wonders why KMS refuses them. It needs no key and reveals no
    /// secret; the service itself never says more than `InvalidCiphertextException`.
    ///
    /// ```
    /// use kms_reencrypt::blob::CiphertextBlob;
    ///
    /// let encoded_twice =
    ///     b"AQICAHhRYf5WytIc0C857tFSnBaPn2F8DgfmThbJlGfR8P3WlwFzsZIEc8bZ98orxM9YZPHA";
    /// assert_eq!(
    ///     CiphertextBlob::inspect(encoded_twice).to_string(),
    ///     "base64 text, perhaps of a ciphertext blob: decode it once more (72 bytes)",
    /// );
    /// ```
    #[must_use]
    pub fn inspect(bytes: &[u8]) -> BlobInspection {
        BlobInspection {
            resemblance: resemblance(bytes),
            len: bytes.len(),
        }
    }
}

impl fmt::Display for BlobInspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.resemblance {
            Resemblance::Base64Text => {
                f.write_str("base64 text, perhaps of a ciphertext blob: decode it once more")
            }
            Resemblance::Empty => f.write_str("nothing"),
            Resemblance::EncryptionSdkMessage => {
                f.write_str("a message of the AWS Encryption SDK, which KMS cannot open")
            }
            Resemblance::RsaCiphertext => f.write_str(
                "as long as an RSA ciphertext, which needs SourceKeyId and an RSAES_OAEP algorithm",
            ),
            Resemblance::Sm2Ciphertext => {
                f.write_str("an SM2 ciphertext, which needs SourceKeyId and the algorithm SM2PKE")
            }
            Resemblance::SymmetricBlob {
                version,
                key_material_id,
                plaintext_len,
            } => {
                write!(f, "a symmetric ciphertext blob, version ")?;
                f.write_str(match version {
                    BlobVersion::V1 => "1",
                    BlobVersion::V2 => "2",
                })?;
                write!(f, ", of key material {key_material_id}")?;
                match plaintext_len {
                    Some(len) => write!(f, ", plaintext of {len} bytes"),
                    None => f.write_str(", too short for a plaintext"),
                }
            }
            Resemblance::SymmetricBlobDamaged => {
                f.write_str("a symmetric ciphertext blob that is cut off or altered")
            }
            Resemblance::Unknown => f.write_str("nothing that KMS makes"),
        }?;
        write!(f, " ({} bytes)", self.len)
    }
}

fn resemblance(bytes: &[u8]) -> Resemblance {
    if let Ok(blob) = CiphertextBlob::parse(bytes) {
        return Resemblance::SymmetricBlob {
            version: blob.version(),
            key_material_id: *blob.key_material_id(),
            plaintext_len: blob.ciphertext().len().checked_sub(CONTENT_HEADER_LEN),
        };
    }
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=-_\r\n".contains(byte);
    match bytes {
        [] => Resemblance::Empty,
        [1, 1 | 2, 1..=3, 0, 0x78, ..] => Resemblance::SymmetricBlobDamaged,
        // Version 1 and the type byte of a customer message; version 2 and a committing algorithm suite.
        [1, 0x80, ..] | [2, 0x04 | 0x05, ..] => Resemblance::EncryptionSdkMessage,
        text if text.len() >= 16 && text.iter().all(is_base64) => Resemblance::Base64Text,
        // SEQUENCE, then INTEGER x: a coordinate has at most 33 bytes, so its tag and its length take one byte each.
        [0x30, 0..=0x7f, 0x02, ..] | [0x30, 0x81, _, 0x02, ..] | [0x30, 0x82, _, _, 0x02, ..] => {
            Resemblance::Sm2Ciphertext
        }
        other if matches!(other.len(), 256 | 384 | 512) => Resemblance::RsaCiphertext,
        _ => Resemblance::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::{CiphertextBlob, Resemblance};

    #[test]
    fn common_slips_are_named() {
        let cases: [(&[u8], Resemblance); 8] = [
            (b"", Resemblance::Empty),
            (b"AQICAHhRYf5WytIc0C857tFSnBaP", Resemblance::Base64Text),
            (b"\x01\x80\x00\x14", Resemblance::EncryptionSdkMessage),
            (b"\x02\x04\x78", Resemblance::EncryptionSdkMessage),
            (
                b"\x01\x02\x02\x00\x78\x00",
                Resemblance::SymmetricBlobDamaged,
            ),
            (&[0x30, 0x79, 0x02, 0x21], Resemblance::Sm2Ciphertext),
            (&[0x99; 384], Resemblance::RsaCiphertext),
            (b"hello", Resemblance::Unknown),
        ];
        for (bytes, expected) in cases {
            assert_eq!(
                CiphertextBlob::inspect(bytes).resemblance,
                expected,
                "{bytes:02x?}"
            );
        }
    }
}
