//! [`KeyMaterialId`]: identifies one of the key materials of a symmetric key.

use core::fmt;
use core::hash::{Hash, Hasher};
use core::str::FromStr;

use crate::hex;

use super::serde_text::serde_as_text;

/// The identifier of one key material: 32 bytes, written as 64 lower-case hexadecimal digits.
///
/// A response has it as `SourceKeyMaterialId` and `DestinationKeyMaterialId`, and the clear part of every symmetric
/// ciphertext blob has the same bytes. It depends on the key id as well as on the material, so the same bytes imported
/// into two keys have two ids, and related multi-Region keys share theirs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(align(8))]
pub struct KeyMaterialId([u8; 32]);

impl KeyMaterialId {
    /// The id with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The id's bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The id as text.
    pub(crate) fn digits(&self) -> [[u8; 2]; 32] {
        hex::digits(self.0)
    }
}

/// Hashes only the first bytes, since the id is the output of a MAC.
impl Hash for KeyMaterialId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        state.write_u64(u64::from_le_bytes([a, b, c, d, e, f, g, h]));
    }
}

impl FromStr for KeyMaterialId {
    type Err = InvalidKeyMaterialId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digit = |byte: &u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != 32 || !rest.is_empty() {
            return Err(InvalidKeyMaterialId(()));
        }
        let mut bytes = [0; 32];
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            let (high, low) = digit(high)
                .zip(digit(low))
                .ok_or(InvalidKeyMaterialId(()))?;
            *byte = high << 4 | low;
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for KeyMaterialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Written in one piece: formatting 32 numbers costs more than all the cryptography of a small message.
        f.write_str(core::str::from_utf8(self.digits().as_flattened()).unwrap_or_default())
    }
}

impl fmt::Debug for KeyMaterialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyMaterialId({self})")
    }
}

/// The error for a text that is not 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key material id has 64 lower-case hexadecimal digits")]
pub struct InvalidKeyMaterialId(());

serde_as_text!(KeyMaterialId);

#[cfg(test)]
mod tests {
    use super::KeyMaterialId;

    #[test]
    fn every_digit_of_an_id_is_read_as_it_is_written() {
        let text = "0123456789abcdef".repeat(4);
        let id: KeyMaterialId = text.parse().unwrap();
        assert_eq!(id.to_string(), text);
        assert_eq!(format!("{id:?}"), format!("KeyMaterialId({text})"));
        let bytes = [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef];
        assert_eq!(id.as_bytes().as_chunks().0, [bytes; 4]);
    }

    #[test]
    fn another_length_and_other_digits_are_refused() {
        let text = "0123456789abcdef".repeat(4);
        for refused in [
            "",
            text.get(1..).unwrap(),
            text.get(2..).unwrap(),
            &format!("{text}0"),
            &format!("{text}00"),
            &text.to_uppercase(),
            &text.replace('0', "/"),
            &text.replace('9', ":"),
            &text.replace('a', "`"),
            &text.replace('f', "g"),
        ] {
            assert!(refused.parse::<KeyMaterialId>().is_err(), "{refused:?}");
        }
    }
}
