//! JSON with places: what a message needs to say where in a document something is wrong.

use core::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::error::KmsError;

/// A JSON value that keeps the order of an object's members and refuses two of one name, as IAM does.
pub(super) enum Json {
    Array(Vec<Self>),
    Null,
    Object(Vec<(String, Self)>),
    /// A boolean or a number, as it is written.
    Scalar(String),
    Text(String),
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Scalar(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Scalar(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Scalar(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Scalar(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Json, A::Error> {
        let mut array = Vec::new();
        while let Some(value) = values.next_element()? {
            array.push(value);
        }
        Ok(Json::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut object: Vec<(String, Json)> = Vec::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.iter().any(|(other, _)| *other == name) {
                return Err(A::Error::custom(format_args!("{name:?} stands twice")));
            }
            object.push((name, members.next_value()?));
        }
        Ok(Json::Object(object))
    }
}

/// A value and its place in the document.
pub(super) struct Element<'a> {
    path: String,
    value: &'a Json,
}

impl<'a> Element<'a> {
    /// The whole document.
    pub(super) const fn root(value: &'a Json) -> Self {
        Self {
            path: String::new(),
            value,
        }
    }

    pub(super) const fn value(&self) -> &'a Json {
        self.value
    }

    pub(super) fn text(&self) -> Result<&'a str, KmsError> {
        match self.value {
            Json::Text(text) => Ok(text),
            _ => self.refuse("not a string"),
        }
    }

    /// The members of an object, each with its name.
    pub(super) fn members(&self) -> Result<Vec<(&'a str, Self)>, KmsError> {
        let Json::Object(members) = self.value else {
            return self.refuse("not an object");
        };
        let member = |(name, value): &'a (String, Json)| {
            let path = if self.path.is_empty() {
                name.clone()
            } else {
                format!("{}.{name}", self.path)
            };
            (name.as_str(), Self { path, value })
        };
        Ok(members.iter().map(member).collect())
    }

    /// The members of an object that may have these and no others, in this order.
    pub(super) fn only_members<const N: usize>(
        &self,
        names: [&str; N],
    ) -> Result<[Option<Self>; N], KmsError> {
        let mut found = [const { None }; N];
        for (name, member) in self.members()? {
            match names.iter().zip(&mut found).find(|(n, _)| **n == name) {
                Some((_, slot)) => *slot = Some(member),
                None => return member.refuse("no such element in a policy"),
            }
        }
        Ok(found)
    }

    /// The elements of an array that is not empty, or the value itself.
    pub(super) fn one_or_more(self) -> Result<Vec<Self>, KmsError> {
        let Json::Array(values) = self.value else {
            return Ok(vec![self]);
        };
        if values.is_empty() {
            return self.refuse("an empty list");
        }
        let element = |(at, value)| Self {
            path: format!("{}[{at}]", self.path),
            value,
        };
        Ok(values.iter().enumerate().map(element).collect())
    }

    /// The refusal of the document, because of what is here.
    pub(super) fn refuse<T>(&self, problem: impl fmt::Display) -> Result<T, KmsError> {
        let path = if self.path.is_empty() {
            "the policy"
        } else {
            &self.path
        };
        malformed(format_args!("{path}: {problem}"))
    }
}

/// `MalformedPolicyDocumentException`
pub(super) fn malformed<T>(reason: impl fmt::Display) -> Result<T, KmsError> {
    Err(KmsError::MalformedPolicyDocument {
        reason: reason.to_string(),
    })
}
