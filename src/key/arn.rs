//! Amazon Resource Names of keys and aliases.

use core::fmt;
use core::hash::{Hash, Hasher};
use core::str::FromStr;

use super::id::{AliasName, KeyId};
use super::place::{AccountId, AccountText, Place, Region, RegionText};
use super::serde_text::serde_as_text;

/// A key ARN: `arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab`.
///
/// The value holds the parts of the ARN in place, so a copy allocates nothing and threads share nothing. `Display`
/// writes the ARN; the partition follows from the Region.
///
/// ```
/// use kms_reencrypt::KeyArn;
///
/// let text = "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
/// let arn: KeyArn = text.parse()?;
/// assert_eq!(arn.region().as_str(), "us-east-2");
/// assert_eq!(arn.account().as_str(), "111122223333");
/// assert_eq!(arn.key_id().as_str(), "1234abcd-12ab-34cd-56ef-1234567890ab");
/// assert_eq!(arn.to_string(), text);
/// # Ok::<(), kms_reencrypt::InvalidArn>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(align(8))]
pub struct KeyArn {
    place: Place,
    key_id: KeyId,
}

impl KeyArn {
    /// The ARN of a key id in an account and Region.
    #[must_use]
    pub const fn new(place: Place, key_id: KeyId) -> Self {
        Self { place, key_id }
    }

    /// The account and Region of the key.
    #[must_use]
    pub const fn place(&self) -> &Place {
        &self.place
    }

    /// The account that owns the key.
    #[must_use]
    pub const fn account(&self) -> &AccountId {
        &self.place.account
    }

    /// The Region of the key.
    #[must_use]
    pub const fn region(&self) -> &Region {
        &self.place.region
    }

    /// The key id.
    #[must_use]
    pub const fn key_id(&self) -> &KeyId {
        &self.key_id
    }

    /// The ARN of the same key id in another Region: that of a related multi-Region key.
    #[must_use]
    pub const fn in_region(&self, region: Region) -> Self {
        Self::new(Place::new(self.place.account, region), self.key_id)
    }
}

/// Hashes both ends of the key id, which is practically unique: a look-up hashes 16 bytes instead of 80.
impl Hash for KeyArn {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let id = self.key_id.as_bytes();
        for end in [id.first_chunk(), id.last_chunk()] {
            state.write_u64(end.map_or(0, |end| u64::from_le_bytes(*end)));
        }
    }
}

impl FromStr for KeyArn {
    type Err = InvalidArn;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = ArnParts::of(text).ok_or(InvalidArn(()))?;
        let id = parts.resource.strip_prefix("key/").ok_or(InvalidArn(()))?;
        let key_id = id.parse().map_err(|_| InvalidArn(()))?;
        Ok(Self::new(parts.place(), key_id))
    }
}

impl fmt::Display for KeyArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, key_id } = self;
        let Place { account, region } = place;
        let partition = region.partition();
        write!(f, "arn:{partition}:kms:{region}:{account}:key/{key_id}")
    }
}

/// The ARN as text, for functions that take an ARN pattern.
impl From<KeyArn> for String {
    fn from(arn: KeyArn) -> Self {
        arn.to_string()
    }
}

/// The ARN as text, for functions that take an ARN pattern.
impl From<&KeyArn> for String {
    fn from(arn: &KeyArn) -> Self {
        arn.to_string()
    }
}

impl fmt::Debug for KeyArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyArn({self})")
    }
}

/// An alias ARN: `arn:aws:kms:us-east-2:111122223333:alias/ExampleAlias`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AliasArn {
    place: Place,
    name: AliasName,
}

impl AliasArn {
    /// The ARN of an alias in an account and Region.
    #[must_use]
    pub const fn new(place: Place, name: AliasName) -> Self {
        Self { place, name }
    }

    /// The account and Region of the alias.
    #[must_use]
    pub const fn place(&self) -> &Place {
        &self.place
    }

    /// The alias name, `alias/` included.
    #[must_use]
    pub const fn name(&self) -> &AliasName {
        &self.name
    }
}

impl FromStr for AliasArn {
    type Err = InvalidArn;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = ArnParts::of(text).ok_or(InvalidArn(()))?;
        let name = parts.resource.parse().map_err(|_| InvalidArn(()))?;
        Ok(Self::new(parts.place(), name))
    }
}

impl fmt::Display for AliasArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, name } = self;
        let Place { account, region } = place;
        let partition = region.partition();
        write!(f, "arn:{partition}:kms:{region}:{account}:{name}")
    }
}

/// The ARN as text, for functions that take an ARN pattern.
impl From<&AliasArn> for String {
    fn from(arn: &AliasArn) -> Self {
        arn.to_string()
    }
}

impl fmt::Debug for AliasArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AliasArn({self})")
    }
}

/// The error for a text that is not a key ARN or alias ARN, as required, or whose partition is not that of its Region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an AWS KMS ARN is arn:<partition>:kms:<Region>:<account>:key/<key id> or …:alias/<name>")]
pub struct InvalidArn(());

/// A KMS ARN in parts. They are borrowed, since a [`Place`] is large and best made where it stays.
pub(super) struct ArnParts<'a> {
    account: AccountText<'a>,
    region: RegionText<'a>,
    /// What follows the account.
    pub(super) resource: &'a str,
}

impl<'a> ArnParts<'a> {
    /// The parts of a text, if it is a KMS ARN whose partition is that of its Region.
    pub(super) fn of(text: &'a str) -> Option<Self> {
        let rest = text.as_bytes().strip_prefix(b"arn:")?;
        let (partition, rest) = until_colon(rest)?;
        let (region, rest) = RegionText::before_colon(rest.strip_prefix(b"kms:")?)?;
        let (account, rest) = rest.split_first_chunk()?;
        let rest = rest.strip_prefix(b":")?;
        let account = AccountText::new(account)?;
        let resource = text.get(text.len() - rest.len()..)?;
        (region.partition().as_bytes() == partition).then_some(Self {
            account,
            region,
            resource,
        })
    }

    #[inline(always)]
    pub(super) fn place(&self) -> Place {
        Place::new(self.account.into(), self.region.into())
    }
}

/// What is before the first colon, and what is after it.
#[inline]
fn until_colon(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = text.iter().position(|byte| *byte == b':')?;
    let (part, rest) = text.split_at_checked(at)?;
    Some((part, rest.strip_prefix(b":")?))
}

serde_as_text!(AliasArn, KeyArn);

#[cfg(test)]
mod tests {
    use super::{AliasArn, KeyArn};

    #[test]
    fn arns_are_shown_to_a_programmer_as_what_they_are() {
        let key = "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
        let alias = "arn:aws:kms:us-east-2:111122223333:alias/app";
        let [key_arn, alias_arn] = [
            format!("{:?}", key.parse::<KeyArn>().unwrap()),
            format!("{:?}", alias.parse::<AliasArn>().unwrap()),
        ];
        assert_eq!(key_arn, format!("KeyArn({key})"));
        assert_eq!(alias_arn, format!("AliasArn({alias})"));
    }
}
