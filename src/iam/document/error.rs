//! [`PolicyError`]: why a document is not a policy.

use crate::json::Problem;

/// What is wrong with a policy document, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", Place(place))]
pub struct PolicyError {
    place: String,
    problem: PolicyProblem,
}

impl PolicyError {
    pub(super) const fn new(place: String, problem: PolicyProblem) -> Self {
        Self { place, problem }
    }

    /// The path of the element, such as `Statement[0].Effect`; empty if the text is not JSON or too long.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// What is wrong.
    #[must_use]
    pub const fn problem(&self) -> &PolicyProblem {
        &self.problem
    }
}

impl From<Problem> for PolicyError {
    fn from(problem: Problem) -> Self {
        Self::new(problem.place, PolicyProblem::Structure(problem.problem))
    }
}

/// What is wrong with a policy document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyProblem {
    /// Neither a service, a colon and a name, nor `*`.
    #[error("{0:?} is not an action, such as kms:ReEncrypt*")]
    Action(String),
    /// Two elements that exclude each other.
    #[error("{0} is already present")]
    Conflict(&'static str),
    /// Neither `Allow` nor `Deny`.
    #[error("{0:?} is neither Allow nor Deny")]
    Effect(String),
    /// An element that a policy of this kind cannot have here.
    #[error("{0}")]
    Forbidden(&'static str),
    /// Not JSON, with line and column.
    #[error("{0}")]
    Json(String),
    /// A required element is missing.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// No principal, or an empty list of them.
    #[error("no principals")]
    NoPrincipal,
    /// Not an operator of conditions.
    #[error("no such condition operator")]
    Operator(String),
    /// An entry that is not a principal of the kind that it is listed under.
    #[error(
        "{0:?} is not a principal: *, an account id, a unique id, or the ARN of a root, user, role or session"
    )]
    Principal(String),
    /// Neither `*` nor an ARN.
    #[error("{0:?} is neither * nor an ARN")]
    Resource(String),
    /// A value of the wrong type, an unknown element, a duplicate element, or an empty list.
    #[error("{0}")]
    Structure(String),
    /// More than 131,072 bytes, the limit of IAM's API.
    #[error("longer than 131072 bytes")]
    TooLong,
    /// A value that the operator of its condition cannot read.
    #[error("{value:?} is not a value for {operator}")]
    Value {
        /// The operator.
        operator: String,
        /// The value.
        value: String,
    },
    /// Neither `2008-10-17` nor `2012-10-17`.
    #[error("{0:?} is not a version")]
    Version(String),
}

/// A place and a colon, or nothing.
struct Place<'a>(&'a str);

impl core::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self("") => Ok(()),
            Self(place) => write!(f, "{place}: "),
        }
    }
}
