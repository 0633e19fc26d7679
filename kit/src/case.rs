//! [`Case`]: a question to KMS and the answer that is expected.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A file of cases: one section.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sheet {
    /// The heading.
    pub section: String,
    /// What the cases have in common, in a sentence.
    pub about: String,
    /// The cases, in the order in which they are run.
    pub cases: Vec<Case>,
}

/// Keys and blobs that many cases share.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixture {
    /// What it is, in a sentence.
    pub about: String,
    /// What the fixture needs.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// The calls that make it. Names are unique among all fixtures.
    pub calls: Vec<Call>,
}

/// A question to KMS and the answer that is expected.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Its name, `section/what-it-is`.
    pub id: String,
    /// What it shows, in a sentence.
    pub shows: String,
    /// How well the answer is known; `None` for an open case.
    pub evidence: Option<Evidence>,
    /// Where it is known from.
    pub source: String,
    /// The number of the guess (docs/behaviour.md) that AWS's answer would settle.
    pub open: Option<u32>,
    /// What has to be there, beyond what its calls name.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// Results of fixtures that have to be there, though no value refers to them.
    #[serde(default)]
    pub uses: Vec<String>,
    /// Calls that have to succeed before.
    #[serde(default)]
    pub setup: Vec<Call>,
    /// The call whose answer counts.
    pub request: Call,
    /// The answer.
    pub expect: Expectation,
}

/// A call, with references to the results of calls before it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// The name of its result, for calls after it.
    pub name: Option<String>,
    /// The operation.
    pub call: String,
    /// The members of the request.
    #[serde(default)]
    pub with: Map<String, Value>,
    /// The body itself, in place of members.
    pub body: Option<String>,
    /// The header `X-Amz-Target`, if it is not that of the operation.
    pub target: Option<String>,
    /// The header `Content-Type`, if it is another than KMS's.
    pub content_type: Option<String>,
    /// Who calls.
    #[serde(default, rename = "as")]
    pub principal: Principal,
    /// The Region that is called.
    #[serde(default, rename = "in")]
    pub place: Place,
}

/// What must come back: a result, or an exception.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// The HTTP status. 200 for a result and 400 for an exception, if it is not given.
    pub status: Option<u16>,
    /// Members of the result.
    pub members: Option<Map<String, Value>>,
    /// Whether the result has no members but these.
    #[serde(default)]
    pub exactly: bool,
    /// The exception.
    pub code: Option<String>,
    /// Its message; `null` if it has none. Required with `code`.
    #[serde(default, deserialize_with = "present")]
    pub message: Option<Value>,
    /// Headers of the answer.
    #[serde(default)]
    pub headers: Map<String, Value>,
    /// A text that the body contains as it is, for a body that is not JSON or whose exact bytes matter.
    pub body_contains: Option<Value>,
}

/// Distinguishes `null` from an absent member.
fn present<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(value).map(Some)
}

/// How well an answer is known: the labels of docs/behaviour.md.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Evidence {
    /// An answer of AWS that a machine captured.
    #[serde(rename = "RECORDED")]
    Recorded,
    /// Its author says that it was measured on AWS.
    #[serde(rename = "RECORDED*")]
    Measured,
    /// Somebody pasted an error of AWS in public.
    #[serde(rename = "QUOTED")]
    Quoted,
    /// AWS's documentation or service model.
    #[serde(rename = "DOC")]
    Documented,
    /// Follows from what is recorded or documented.
    #[serde(rename = "INFERRED")]
    Inferred,
    /// Only an emulator does it.
    #[serde(rename = "PEER")]
    Peer,
}

impl Evidence {
    /// The label.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Recorded => "RECORDED",
            Self::Measured => "RECORDED*",
            Self::Quoted => "QUOTED",
            Self::Documented => "DOC",
            Self::Inferred => "INFERRED",
            Self::Peer => "PEER",
        }
    }
}

/// Who calls.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Principal {
    /// The owner of the keys: an administrator of KMS in its account.
    #[default]
    Owner,
    /// A user or role of the same account without any permission of its own.
    Second,
    /// An administrator of KMS in another account.
    Stranger,
}

impl Principal {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Owner, Self::Second, Self::Stranger];

    /// Its name in cases.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Second => "second",
            Self::Stranger => "stranger",
        }
    }
}

/// The Region that is called.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The Region of the run.
    #[default]
    Home,
    /// Another Region.
    Abroad,
}

/// What a case needs beyond an endpoint and its first principal.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// The second principal.
    Second,
    /// The principal of another account.
    Stranger,
    /// A Region in China, where there are SM2 keys.
    China,
    /// An endpoint that is not AWS: at AWS, what the case makes could never be deleted.
    NotAws,
    /// A Region that is not in China.
    NotChina,
}

impl Need {
    /// Why a case that needs it is skipped.
    #[must_use]
    pub const fn missing(self) -> &'static str {
        match self {
            Self::Second => "it needs a second principal",
            Self::Stranger => "it needs a principal of another account",
            Self::China => "it needs a Region in China",
            Self::NotAws => "it would leave something at AWS that nobody can delete",
            Self::NotChina => "it needs a Region outside of China",
        }
    }
}
