//! [`Place`]: where a key is, that is its account and Region, and so its partition.

use core::fmt;
use core::str::FromStr;

use super::inline::InlineText;
use super::serde_text::serde_as_text;

/// An AWS account id: 12 decimal digits.
///
/// ```
/// use kms_reencrypt::AccountId;
///
/// let account: AccountId = "111122223333".parse()?;
/// assert_eq!(account.as_str(), "111122223333");
/// assert!("1111-2222-3333".parse::<AccountId>().is_err());
/// # Ok::<(), kms_reencrypt::InvalidAccountId>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId(InlineText<12>);

impl AccountId {
    /// The account id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The text as bytes, which skips the check that they are UTF-8.
    #[cfg(feature = "json")]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl FromStr for AccountId {
    type Err = InvalidAccountId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
        digits
            .then(|| InlineText::concat(&[text]))
            .flatten()
            .map(Self)
            .ok_or(InvalidAccountId(()))
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The error for a text that is not 12 decimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an AWS account id has 12 decimal digits")]
pub struct InvalidAccountId(());

/// An AWS Region, such as `us-east-2`.
///
/// Parsing checks the form that the service model gives (`^([a-z]+-){2,3}\d+$`, at most 32 characters), not whether AWS
/// has such a Region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Region(InlineText<32>);

impl Region {
    /// The Region's name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The text as bytes, which skips the check that they are UTF-8.
    #[cfg(feature = "json")]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The partition that the Region belongs to: `aws`, `aws-cn`, `aws-us-gov` or one of the isolated ones.
    ///
    /// ```
    /// use kms_reencrypt::Region;
    ///
    /// let region: Region = "cn-north-1".parse()?;
    /// assert_eq!(region.partition(), "aws-cn");
    /// # Ok::<(), kms_reencrypt::InvalidRegion>(())
    /// ```
    #[must_use]
    pub fn partition(&self) -> &'static str {
        match self.0.as_bytes() {
            name if name.starts_with(b"cn-") => "aws-cn",
            name if name.starts_with(b"us-gov-") => "aws-us-gov",
            name if name.starts_with(b"us-iso-") => "aws-iso",
            name if name.starts_with(b"us-isob-") => "aws-iso-b",
            name if name.starts_with(b"eu-isoe-") => "aws-iso-e",
            name if name.starts_with(b"us-isof-") => "aws-iso-f",
            name if name.starts_with(b"eusc-") => "aws-eusc",
            _ => "aws",
        }
    }

    /// Whether the Region is in China: SM2 keys exist only there.
    #[must_use]
    pub fn is_in_china(&self) -> bool {
        self.partition() == "aws-cn"
    }
}

impl FromStr for Region {
    type Err = InvalidRegion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let words = text.trim_end_matches(|c: char| c.is_ascii_digit());
        // Two or three words, each followed by a hyphen, and a number.
        let (mut hyphens, mut before) = (0, b'-');
        for byte in words.bytes() {
            match byte {
                b'a'..=b'z' => {}
                b'-' if before != b'-' => hyphens += 1,
                _ => return Err(InvalidRegion(())),
            }
            before = byte;
        }
        let is_region = words.len() < text.len() && before == b'-' && matches!(hyphens, 2 | 3);
        is_region
            .then(|| InlineText::concat(&[text]))
            .flatten()
            .map(Self)
            .ok_or(InvalidRegion(()))
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The error for a text that does not have the form of a Region name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "an AWS Region is two or three lower-case words and a number, joined by hyphens, such as us-east-2"
)]
pub struct InvalidRegion(());

/// An account in a Region. A bare key id or alias name is completed with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Place {
    /// The account.
    pub account: AccountId,
    /// The Region.
    pub region: Region,
}

impl Place {
    /// The place with this account and Region.
    #[must_use]
    pub const fn new(account: AccountId, region: Region) -> Self {
        Self { account, region }
    }
}

serde_as_text!(AccountId, Region);

#[cfg(test)]
mod tests {
    use super::Region;

    #[test]
    fn a_region_has_the_form_of_the_service_model() {
        for (text, valid) in [
            ("us-east-2", true),
            ("us-gov-west-1", true),
            ("ap-southeast-10", true),
            ("us-east", false),
            ("us-2", false),
            ("us--2", false),
            ("US-EAST-2", false),
            ("us-east-2 ", false),
            ("", false),
            ("a-b-c-d-1", false),
            ("abcdefghijklmnop-abcdefghijklmnop-1", false),
        ] {
            assert_eq!(text.parse::<Region>().is_ok(), valid, "{text:?}");
        }
    }
}
