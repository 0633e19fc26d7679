//! The members of control operations, and their constraints in the service model.

use core::fmt;
use core::str::FromStr;
use std::borrow::Cow;

use crate::constraints::{CIPHERTEXT_BLOB_MAX, Constraints, NAME_PATTERN, Pattern, Text, listed};
use crate::error::{Constraint, RejectedValue};
use crate::key::{KeyIdentifier, Region, UnknownValue};

/// A tag as a request gives it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TagMember<'a> {
    pub(crate) key: Option<&'a str>,
    pub(crate) value: Option<&'a str>,
}

/// `AliasNameType`
pub(super) const ALIAS_NAME: Text = Text {
    min: 1,
    max: 256,
    pattern: Some(NAME_PATTERN),
};

/// `CustomKeyStoreIdType`
pub(super) const CUSTOM_KEY_STORE_ID: Text = Text {
    min: 1,
    max: 64,
    pattern: None,
};

/// `CustomKeyStoreNameType`
pub(super) const CUSTOM_KEY_STORE_NAME: Text = Text {
    min: 1,
    max: 256,
    pattern: None,
};

/// `DescriptionType`
pub(super) const DESCRIPTION: Text = Text {
    min: 0,
    max: 8192,
    pattern: None,
};

/// `GrantIdType`
pub(super) const GRANT_ID: Text = Text {
    min: 1,
    max: 128,
    pattern: None,
};

/// `GrantTokenType`
pub(super) const GRANT_TOKEN: Text = Text {
    min: 1,
    max: 8192,
    pattern: None,
};

/// `BackingKeyIdType`
pub(super) const KEY_MATERIAL_ID: Text = Text {
    min: 64,
    max: 64,
    pattern: Some(Pattern {
        text: "^[a-f0-9]+$",
        allows: |c| c.is_ascii_digit() || ('a'..='f').contains(&c),
    }),
};

/// `KeyMaterialDescriptionType`
pub(super) const KEY_MATERIAL_DESCRIPTION: Text = Text {
    min: 0,
    max: 256,
    pattern: Some(Pattern {
        text: r"^[a-zA-Z0-9:/_\s.-]+$",
        allows: |c| c.is_ascii_alphanumeric() || c.is_ascii_whitespace() || ":/_.-".contains(c),
    }),
};

/// `MarkerType`
pub(super) const MARKER: Text = Text {
    min: 1,
    max: 1024,
    pattern: Some(Pattern {
        text: r"[\u0020-\u00FF]*",
        allows: |c| (' '..='\u{ff}').contains(&c),
    }),
};

/// `PolicyType`
pub(super) const POLICY: Text = Text {
    min: 1,
    max: 131_072,
    pattern: Some(Pattern {
        text: r"[\u0009\u000A\u000D\u0020-\u00FF]+",
        allows: |c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{ff}'),
    }),
};

/// `PolicyNameType`
pub(super) const POLICY_NAME: Text = Text {
    min: 1,
    max: 128,
    pattern: Some(Pattern {
        text: r"[\w]+",
        allows: |c| c.is_ascii_alphanumeric() || c == '_',
    }),
};

/// The pattern of `RegionType`.
const REGION_PATTERN: &str = r"^([a-z]+-){2,3}\d+$";

/// `RegionType`, except its pattern.
const REGION: Text = Text {
    min: 1,
    max: 32,
    pattern: None,
};

/// `TagKeyType`
pub(super) const TAG_KEY: Text = Text {
    min: 1,
    max: 128,
    pattern: None,
};

/// `TagValueType`
pub(super) const TAG_VALUE: Text = Text {
    min: 0,
    max: 256,
    pattern: None,
};

/// `XksKeyIdType`
pub(super) const XKS_KEY_ID: Text = Text {
    min: 1,
    max: 128,
    pattern: Some(Pattern {
        text: "^[a-zA-Z0-9-_.]+$",
        allows: |c| c.is_ascii_alphanumeric() || "-_.".contains(c),
    }),
};

/// The checks of members that only control operations have.
impl Constraints {
    /// A required key identifier.
    pub(super) fn key(
        &mut self,
        member: &'static str,
        key_id: Option<&str>,
    ) -> Option<KeyIdentifier> {
        self.required_key_id(member, key_id.map(KeyIdentifier::from))
    }

    /// An optional key identifier.
    pub(super) fn optional_key(
        &mut self,
        member: &'static str,
        key_id: Option<&str>,
    ) -> Option<KeyIdentifier> {
        let key_id = key_id.map(KeyIdentifier::from);
        self.key_id(member, key_id.as_ref());
        key_id
    }

    /// A required string.
    pub(super) fn text<'t>(
        &mut self,
        member: impl Into<Cow<'static, str>>,
        text: Option<&'t str>,
        model: &Text,
    ) -> Option<&'t str> {
        let member = member.into();
        self.optional_text(member.clone(), text, model);
        self.required(member, text)
    }

    /// A required Region.
    pub(super) fn region<'t>(
        &mut self,
        member: &'static str,
        region: Option<&'t str>,
    ) -> Option<&'t str> {
        let region = self.text(member, region, &REGION);
        self.pattern(member, region, REGION_PATTERN, |text| {
            text.parse::<Region>().is_ok()
        });
        region
    }

    /// A required value of an enum.
    pub(super) fn value<T: FromStr<Err = UnknownValue> + fmt::Display>(
        &mut self,
        member: &'static str,
        text: Option<&str>,
        all: &[T],
    ) -> Option<T> {
        let text = self.required(member, text);
        self.optional_value(member, text, all)
    }

    /// An optional value of an enum.
    pub(super) fn optional_value<T: FromStr<Err = UnknownValue> + fmt::Display>(
        &mut self,
        member: &'static str,
        text: Option<&str>,
        all: &[T],
    ) -> Option<T> {
        let text = text?;
        let value = text.parse().ok();
        if value.is_none() {
            let rejected = RejectedValue::Text(text.to_owned());
            self.add(member, rejected, value_set(all));
        }
        value
    }

    /// A required list of values of an enum.
    pub(super) fn values<T: FromStr<Err = UnknownValue> + fmt::Display>(
        &mut self,
        member: &'static str,
        texts: Option<&[&str]>,
        all: &[T],
    ) -> Option<Vec<T>> {
        let texts = self.required(member, texts)?;
        let values: Option<Vec<T>> = texts.iter().map(|text| text.parse().ok()).collect();
        if values.is_none() {
            let constraint = Constraint::Members(vec![value_set(all)]);
            self.add(member, listed(texts), constraint);
        }
        values
    }

    /// A required blob of 1 to 6144 bytes.
    pub(super) fn blob<'b>(
        &mut self,
        member: &'static str,
        blob: Option<&'b [u8]>,
    ) -> Option<&'b [u8]> {
        let blob = self.required(member, blob)?;
        self.blob_len(member, blob.len(), CIPHERTEXT_BLOB_MAX);
        Some(blob)
    }

    /// `Tags`: checks the lengths of keys and values. The path of a violation names the element (RECORDED).
    pub(super) fn tags(&mut self, tags: &[TagMember<'_>]) -> Option<Vec<(String, String)>> {
        let check = |(number, tag): (usize, &TagMember<'_>)| {
            let key = self.text(format!("tags.{number}.member.tagKey"), tag.key, &TAG_KEY);
            let value = format!("tags.{number}.member.tagValue");
            let value = self.text(value, tag.value, &TAG_VALUE);
            key.map(str::to_owned).zip(value.map(str::to_owned))
        };
        // Checks all tags before an invalid one ends the iteration, since every violation is reported.
        let checked: Vec<_> = (1..).zip(tags).map(check).collect();
        checked.into_iter().collect()
    }

    /// `TagKeys`: a required list of keys of 1 to 128 characters.
    pub(super) fn tag_keys<'t>(&mut self, keys: Option<&'t [&'t str]>) -> Option<&'t [&'t str]> {
        const MEMBER: &str = "tagKeys";
        let keys = self.required(MEMBER, keys)?;
        self.element_len(MEMBER, keys, (TAG_KEY.min, TAG_KEY.max));
        Some(keys)
    }
}

fn value_set(all: &[impl fmt::Display]) -> Constraint {
    let names: Vec<String> = all.iter().map(ToString::to_string).collect();
    Constraint::EnumValueSet(names.join(", ").into())
}
