//! [`Place`]: where a key is, that is its account and Region, and so its partition.

use core::fmt;
use core::str::FromStr;

use super::inline::{FixedText, InlineText};
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
pub struct AccountId(FixedText<12>);

impl AccountId {
    /// The account id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The text as bytes, which skips the check that they are UTF-8.
    #[cfg(feature = "json")]
    pub(crate) const fn as_bytes(&self) -> &[u8; 12] {
        self.0.as_bytes()
    }
}

/// The text of an account id.
#[derive(Clone, Copy)]
pub(super) struct AccountText<'a>(&'a [u8; 12]);

impl<'a> AccountText<'a> {
    pub(super) fn new(text: &'a [u8; 12]) -> Option<Self> {
        // Filled up to the width of a register, in which all bytes are checked at once.
        let mut filled = [b'0'; 16];
        *filled.first_chunk_mut()? = *text;
        let is_number = filled
            .iter()
            .fold(true, |all, byte| all & byte.is_ascii_digit());
        is_number.then_some(Self(text))
    }
}

impl From<AccountText<'_>> for AccountId {
    #[inline(always)]
    fn from(AccountText(text): AccountText<'_>) -> Self {
        Self(FixedText::of_ascii(text))
    }
}

impl FromStr for AccountId {
    type Err = InvalidAccountId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.as_bytes().try_into().ok();
        let text = text
            .and_then(AccountText::new)
            .ok_or(InvalidAccountId(()))?;
        Ok(text.into())
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
pub struct Region(InlineText<REGION_MAX>);

/// The longest name of a Region (service model).
const REGION_MAX: usize = 32;

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
        RegionText(self.0.as_bytes()).partition()
    }

    /// Whether the Region is in China: SM2 keys exist only there.
    #[must_use]
    pub fn is_in_china(&self) -> bool {
        self.partition() == "aws-cn"
    }
}

/// The text of a Region's name.
#[derive(Clone, Copy)]
pub(super) struct RegionText<'a>(&'a [u8]);

impl<'a> RegionText<'a> {
    fn new(text: &'a [u8]) -> Option<Self> {
        let (name, rest) = Self::at_start(text)?;
        rest.is_empty().then_some(name)
    }

    /// A name that ends with a colon, and what is after the colon.
    pub(super) fn before_colon(text: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (name, rest) = Self::at_start(text)?;
        Some((name, rest.strip_prefix(b":")?))
    }

    /// The name at the start, and what is behind its number.
    fn at_start(text: &'a [u8]) -> Option<(Self, &'a [u8])> {
        // Two or three words, each followed by a hyphen.
        let (mut hyphens, mut before) = (0, b'-');
        let mut len = 0;
        for byte in text {
            match *byte {
                b'a'..=b'z' => {}
                b'-' if before != b'-' => hyphens += 1,
                _ => break,
            }
            before = *byte;
            len += 1;
        }
        // Then a number.
        let behind = text.get(len..)?;
        let digits = behind
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let (name, rest) = text.split_at_checked(len + digits)?;
        let is_name = before == b'-' && digits > 0 && matches!(hyphens, 2 | 3);
        (is_name && name.len() <= REGION_MAX).then_some((Self(name), rest))
    }

    /// The partition that the Region belongs to.
    pub(super) fn partition(self) -> &'static str {
        match self.0 {
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
}

impl From<RegionText<'_>> for Region {
    #[inline(always)]
    fn from(RegionText(text): RegionText<'_>) -> Self {
        Self(InlineText::of_ascii(text))
    }
}

impl FromStr for Region {
    type Err = InvalidRegion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = RegionText::new(text.as_bytes()).ok_or(InvalidRegion(()))?;
        Ok(text.into())
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
            ("us-east-", false),
            ("us-2", false),
            ("us-2-east-2", false),
            ("us-east2-2", false),
            ("us-east-2a", false),
            ("us-east-2-", false),
            ("2-us-east", false),
            ("-us-east-2", false),
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
