//! [`KeyIdentifier`]: a key as a request names it, in `KeyId`, `SourceKeyId` and `DestinationKeyId`.

use core::convert::Infallible;
use core::fmt;
use core::str::FromStr;

use super::arn::{AliasArn, ArnParts, KeyArn};
use super::id::{AliasName, KeyId, KeyIdText};
use super::place::Place;
use super::serde_text::serde_as_text;

/// A key as a request names it: in one of four forms, or as a malformed text.
///
/// Parsing never fails. KMS refuses a malformed identifier only when it resolves it, after other checks, and quotes it
/// in the message; so a malformed text is kept.
///
/// ```
/// use kms_reencrypt::KeyIdentifier;
///
/// assert!(matches!(KeyIdentifier::from("alias/app"), KeyIdentifier::AliasName(_)));
/// assert!(matches!(KeyIdentifier::from("mrk-1234"), KeyIdentifier::Malformed(_)));
/// assert_eq!(KeyIdentifier::from("mrk-1234").to_string(), "mrk-1234");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyIdentifier {
    /// An alias ARN. It may name another account and another Region.
    AliasArn(AliasArn),
    /// An alias name, for an alias of the caller's account in the endpoint's Region.
    AliasName(AliasName),
    /// A key ARN. It may name another account and another Region.
    KeyArn(KeyArn),
    /// A key id, for a key of the caller's account in the endpoint's Region.
    KeyId(KeyId),
    /// A KMS ARN of a key whose key id is malformed: `arn:aws:kms:us-east-2:111122223333:key/foo`.
    #[non_exhaustive]
    KeyArnWithMalformedId {
        /// The account and Region of the ARN.
        place: Place,
        /// The text as it was given.
        text: String,
    },
    /// A text that begins with `arn:` and is not the ARN of a KMS key or alias.
    MalformedArn(String),
    /// Any other text.
    Malformed(String),
}

impl KeyIdentifier {
    /// The alias name, if the identifier is an alias name or alias ARN.
    #[must_use]
    pub const fn alias_name(&self) -> Option<&AliasName> {
        match self {
            Self::AliasArn(arn) => Some(arn.name()),
            Self::AliasName(name) => Some(name),
            _ => None,
        }
    }

    fn of_arn(text: &str) -> Self {
        let Some(parts) = ArnParts::of(text) else {
            return Self::MalformedArn(text.to_owned());
        };
        let Some(id) = parts.resource.strip_prefix("key/") else {
            return match parts.resource.parse() {
                Ok(name) => Self::AliasArn(AliasArn::new(parts.place(), name)),
                Err(_) => Self::MalformedArn(text.to_owned()),
            };
        };
        match KeyIdText::new(id) {
            Some(id) => Self::KeyArn(KeyArn::new(parts.place(), id.into())),
            None => Self::KeyArnWithMalformedId {
                place: parts.place(),
                text: text.to_owned(),
            },
        }
    }
}

impl From<&str> for KeyIdentifier {
    fn from(text: &str) -> Self {
        if text.starts_with("arn:") {
            return Self::of_arn(text);
        }
        if let Ok(id) = text.parse() {
            return Self::KeyId(id);
        }
        if let Ok(name) = text.parse() {
            return Self::AliasName(name);
        }
        Self::Malformed(text.to_owned())
    }
}

impl From<String> for KeyIdentifier {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<&String> for KeyIdentifier {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<KeyArn> for KeyIdentifier {
    fn from(arn: KeyArn) -> Self {
        Self::KeyArn(arn)
    }
}

impl From<&KeyArn> for KeyIdentifier {
    fn from(arn: &KeyArn) -> Self {
        Self::KeyArn(*arn)
    }
}

impl From<KeyId> for KeyIdentifier {
    fn from(id: KeyId) -> Self {
        Self::KeyId(id)
    }
}

impl From<&KeyId> for KeyIdentifier {
    fn from(id: &KeyId) -> Self {
        Self::KeyId(*id)
    }
}

impl From<AliasArn> for KeyIdentifier {
    fn from(arn: AliasArn) -> Self {
        Self::AliasArn(arn)
    }
}

impl From<&AliasArn> for KeyIdentifier {
    fn from(arn: &AliasArn) -> Self {
        Self::AliasArn(arn.clone())
    }
}

impl From<AliasName> for KeyIdentifier {
    fn from(name: AliasName) -> Self {
        Self::AliasName(name)
    }
}

impl From<&AliasName> for KeyIdentifier {
    fn from(name: &AliasName) -> Self {
        Self::AliasName(name.clone())
    }
}

impl From<&Self> for KeyIdentifier {
    fn from(identifier: &Self) -> Self {
        identifier.clone()
    }
}

/// Reads as `From<&str>` does, and so never fails.
impl FromStr for KeyIdentifier {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self::from(text))
    }
}

impl fmt::Display for KeyIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AliasArn(arn) => arn.fmt(f),
            Self::AliasName(name) => name.fmt(f),
            Self::KeyArn(arn) => arn.fmt(f),
            Self::KeyId(id) => id.fmt(f),
            Self::KeyArnWithMalformedId { text, .. }
            | Self::MalformedArn(text)
            | Self::Malformed(text) => f.write_str(text),
        }
    }
}

serde_as_text!(KeyIdentifier);

#[cfg(test)]
mod tests {
    use super::KeyIdentifier;

    const ARN: &str = "arn:aws:kms:us-east-2:111122223333";

    #[test]
    fn every_text_is_read_as_one_form_and_prints_itself() {
        let cases = [
            ("1234abcd-12ab-34cd-56ef-1234567890ab".to_owned(), "KeyId"),
            ("1234ABCD-12AB-34CD-56EF-1234567890AB".to_owned(), "KeyId"),
            ("mrk-1234abcd12ab34cd56ef1234567890ab".to_owned(), "KeyId"),
            ("1234abcd12ab34cd56ef1234567890ab".to_owned(), "Malformed"),
            ("alias/app".to_owned(), "AliasName"),
            ("Alias/app".to_owned(), "Malformed"),
            (String::new(), "Malformed"),
            (
                format!("{ARN}:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
                "KeyArn",
            ),
            (format!("{ARN}:key/foo"), "KeyArnWithMalformedId"),
            (format!("{ARN}:key/alias/app"), "KeyArnWithMalformedId"),
            (format!("{ARN}:alias/app"), "AliasArn"),
            (format!("{ARN}:alias/a:b"), "AliasArn"),
            (format!("{ARN}:grant/foo"), "MalformedArn"),
            (ARN.to_owned(), "MalformedArn"),
            (
                "arn:aws-cn:kms:us-east-2:111122223333:alias/app".to_owned(),
                "MalformedArn",
            ),
            (
                "arn:aws:s3:us-east-2:111122223333:key/foo".to_owned(),
                "MalformedArn",
            ),
        ];
        for (text, form) in cases {
            let identifier = KeyIdentifier::from(text.as_str());
            assert_eq!(identifier.to_string(), text);
            let debug = format!("{identifier:?}");
            assert_eq!(debug.split(['(', ' ']).next(), Some(form), "{text}");
        }
    }
}
