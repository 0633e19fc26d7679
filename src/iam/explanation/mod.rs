//! [`explain`]: a decision, with the outcome of every statement.

mod data;
mod record;
mod text;

use super::{Layers, RequestContext, decision};
use record::Notes;

pub use data::{
    ExplainedGrant, ExplainedStatement, Explanation, GrantOutcome, MissingKey, Outcome,
};

/// Decides as [`decide`](super::decide) does, and explains the decision: for every statement, whether it applies, and
/// if not, the first element that does not match.
///
/// It covers the matched statements and missing context values of `SimulateCustomPolicy`, and more.
#[must_use]
pub fn explain(layers: &Layers<'_>, request: &dyn RequestContext) -> Explanation {
    let mut notes = Notes::default();
    let decision = decision::run(layers, request, &mut notes);
    Explanation {
        decision,
        action: request.action().to_owned(),
        statements: notes.statements,
        grants: Vec::new(),
        more_grants: false,
        missing_keys: notes.missing_keys,
    }
}
