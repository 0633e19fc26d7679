//! [`Outcome`]: how a case went.

use serde::{Deserialize, Serialize};

/// How a case went.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Outcome {
    /// The case.
    pub id: String,
    /// The judgement.
    pub verdict: Verdict,
    /// Each difference between the answer and what is expected; or why there is no judgement.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The answer, without what identifies an account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Shown>,
}

impl Outcome {
    /// Whether the answer is as expected except for the wording of its message.
    #[must_use]
    pub fn differs_in_words(&self) -> bool {
        let is_message = |note: &String| note.starts_with(MESSAGE);
        self.verdict == Verdict::Disagrees && self.notes.iter().all(is_message)
    }
}

/// What a note about a message begins with.
pub(crate) const MESSAGE: &str = "the message";

/// The judgement on an answer.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The answer is as expected.
    Agrees,
    /// It is not.
    Disagrees,
    /// Nobody knew the answer. This one is as guessed.
    OpenAsGuessed,
    /// Nobody knew the answer. This one differs from the guess.
    OpenOtherwise,
    /// The set-up failed, so that the question was not asked.
    NotReached,
    /// Something that the case needs is missing.
    Skipped,
}

/// An answer, as it is shown: account ids, key ids and ciphertexts are replaced.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Shown {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: serde_json::Value,
}
