//! [`KeyId`] and [`AliasName`]: the two short names of a key.

use core::fmt;
use core::str::FromStr;
use std::sync::Arc;

use super::inline::FixedText;
use super::serde_text::serde_as_text;

/// A key id: a UUID (`1234abcd-12ab-34cd-56ef-1234567890ab`), or `mrk-` and 32 hexadecimal digits for a multi-Region
/// key.
///
/// KMS accepts upper-case digits and compares ids as they were given (RECORDED\*, Floci); so does this type.
///
/// ```
/// use kms_reencrypt::KeyId;
///
/// let id: KeyId = "mrk-1234abcd12ab34cd56ef1234567890ab".parse()?;
/// assert!(id.is_multi_region());
/// assert!(!"1234abcd-12ab-34cd-56ef-1234567890ab".parse::<KeyId>()?.is_multi_region());
/// assert!("1234abcd12ab34cd56ef1234567890ab".parse::<KeyId>().is_err());
/// # Ok::<(), kms_reencrypt::InvalidKeyId>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct KeyId(FixedText<36>);

impl KeyId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The id as bytes, which skips the check that they are UTF-8.
    pub(crate) const fn as_bytes(&self) -> &[u8; 36] {
        self.0.as_bytes()
    }

    /// Whether the id is that of a multi-Region key.
    #[must_use]
    pub fn is_multi_region(&self) -> bool {
        self.as_bytes().starts_with(b"mrk-")
    }
}

/// The text of a key id.
#[derive(Clone, Copy)]
pub(super) struct KeyIdText<'a>(&'a [u8; 36]);

impl<'a> KeyIdText<'a> {
    pub(super) fn new(text: &'a str) -> Option<Self> {
        let text = text.as_bytes().try_into().ok()?;
        (is_uuid(text) || is_multi_region_id(text)).then_some(Self(text))
    }
}

impl From<KeyIdText<'_>> for KeyId {
    #[inline(always)]
    fn from(KeyIdText(text): KeyIdText<'_>) -> Self {
        Self(FixedText::of_ascii(text))
    }
}

impl FromStr for KeyId {
    type Err = InvalidKeyId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = KeyIdText::new(text).ok_or(InvalidKeyId(()))?;
        Ok(text.into())
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The error for a text that is neither a UUID nor a multi-Region key id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key id is a UUID, or `mrk-` and 32 hexadecimal digits")]
pub struct InvalidKeyId(());

/// An alias name, `alias/` included.
///
/// The name that `CreateAlias` takes has 1 to 256 characters out of `a-z A-Z 0-9 : / _ -` (service model). A request
/// may name anything that begins with `alias/`: a name that no alias can have is simply not found.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AliasName(Arc<str>);

impl AliasName {
    /// The alias name as text, `alias/` included.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the name is reserved for the keys that AWS services manage: `alias/aws/…`.
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        self.as_str().starts_with("alias/aws/")
    }

    /// Whether `CreateAlias` would accept the name: its length, its characters, and that something follows `alias/`.
    #[must_use]
    pub fn is_creatable(&self) -> bool {
        let allowed =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'/' | b'_' | b'-');
        (7..=256).contains(&self.0.len()) && self.0.bytes().all(allowed) && !self.is_reserved()
    }
}

impl FromStr for AliasName {
    type Err = InvalidAliasName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.starts_with("alias/") {
            Ok(Self(text.into()))
        } else {
            Err(InvalidAliasName(()))
        }
    }
}

impl fmt::Display for AliasName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The error for a text that does not begin with `alias/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an alias name begins with `alias/`")]
pub struct InvalidAliasName(());

/// 8-4-4-4-12 hexadecimal digits.
fn is_uuid(text: &[u8; 36]) -> bool {
    let mut text = *text;
    // The hyphens are checked apart, and replaced, so that one loop without a branch can check all digits.
    let hyphens = [8, 13, 18, 23].map(|at| {
        text.get_mut(at)
            .map(|place| core::mem::replace(place, b'0'))
    });
    hyphens == [Some(b'-'); 4] && are_hex_digits(&text)
}

fn is_multi_region_id(text: &[u8; 36]) -> bool {
    text.strip_prefix(b"mrk-").is_some_and(are_hex_digits)
}

/// Looks at all bytes without a branch.
fn are_hex_digits(text: &[u8]) -> bool {
    text.iter()
        .fold(true, |all, byte| all & byte.is_ascii_hexdigit())
}

serde_as_text!(AliasName, KeyId);

#[cfg(test)]
mod tests {
    use super::KeyId;

    #[test]
    fn a_key_id_is_a_uuid_or_mrk_and_32_digits() {
        for (text, is_multi_region) in [
            ("1234abcd-12ab-34cd-56ef-1234567890ab", Some(false)),
            ("1234ABCD-12AB-34CD-56EF-1234567890AB", Some(false)),
            ("mrk-1234abcd12ab34cd56ef1234567890ab", Some(true)),
            ("mrk-1234ABCD12ab34cd56ef1234567890ab", Some(true)),
            ("MRK-1234abcd12ab34cd56ef1234567890ab", None),
            ("mrk-1234abcd12ab34cd56ef1234567890ag", None),
            ("mrk-1234abcd-12ab-34cd-56ef-12345678", None),
            ("1234abcd-12ab-34cd-56ef-1234567890ag", None),
            ("g234abcd-12ab-34cd-56ef-1234567890ab", None),
            ("1234abcd012ab-34cd-56ef-1234567890ab", None),
            ("1234abcd-12ab034cd-56ef-1234567890ab", None),
            ("1234abcd-12ab-34cd056ef-1234567890ab", None),
            ("1234abcd-12ab-34cd-56ef01234567890ab", None),
            ("1234abcd-12ab-34cd-56e-f1234567890ab", None),
            ("1234abcd-12ab-34cd-56ef-1234567890a", None),
            ("1234abcd-12ab-34cd-56ef-1234567890abc", None),
            ("", None),
        ] {
            let id = text.parse::<KeyId>().ok();
            assert_eq!(
                id.map(|id| id.is_multi_region()),
                is_multi_region,
                "{text:?}"
            );
        }
    }
}
