//! [`explain_access`]: why a request was allowed or denied, grants included.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::iam::{self, Decision, ExplainedGrant, Explanation, GrantOutcome};

use super::grant::GrantTerm;
use super::{AccessRequest, Action, Grant, Resource};

/// How many explanations are kept for somebody who does not take them.
const KEPT_MAX: usize = 1000;

/// Decides as [`authorize`](super::authorize) does, and tells why: of every statement and grant whether it applies, and if
/// not, what is the first thing that does not match.
///
/// ```
/// use kms_reencrypt::access::{AccessRequest, Action, Caller, KeyPolicy, KeyResource, Parameters, Resource, explain_access};
/// use kms_reencrypt::{KeyMetadata, KeySpec, KeyUsage};
///
/// let arn = "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
/// let key = KeyMetadata::builder(arn.parse()?, KeySpec::SymmetricDefault, KeyUsage::EncryptDecrypt).build();
/// let alice: Caller = "arn:aws:iam::111122223333:user/alice".parse()?;
/// let explanation = explain_access(&AccessRequest {
///     caller: &alice,
///     action: Action::ReEncryptTo,
///     resource: Resource::Key(KeyResource::new(&key, KeyPolicy::account_decides())),
///     parameters: Parameters::default(),
/// });
/// assert!(!explanation.decision.is_allowed());
/// assert!(explanation.to_string().starts_with("kms:ReEncryptTo is denied: no identity-based policy allows it"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn explain_access(request: &AccessRequest<'_>) -> Explanation {
    request.with_layers(|layers| {
        let mut explanation = iam::explain(layers, request);
        if let Err(denial) = request.only_where_it_works(explanation.decision) {
            explanation.decision = Decision::Denied(denial);
        }
        explanation.grants = grants(request);
        explanation
    })
}

fn grants(request: &AccessRequest<'_>) -> Vec<ExplainedGrant> {
    if request.action == Action::RetireGrant {
        let retired = request.parameters.retired_grant.into_iter();
        return retired
            .map(|grant| {
                let outcome = grant.check_retiring(request.caller);
                explained(grant, outcome.map_err(|term| (term, request)))
            })
            .collect();
    }
    let Resource::Key(key) = request.resource else {
        return Vec::new();
    };
    let grants = key.grants.iter();
    grants
        .map(|grant| {
            let outcome = grant.check(request);
            explained(grant, outcome.map_err(|term| (term, request)))
        })
        .collect()
}

fn explained(
    grant: &Grant,
    outcome: Result<iam::Match, (GrantTerm, &AccessRequest<'_>)>,
) -> ExplainedGrant {
    ExplainedGrant::new(
        grant.id().to_string(),
        match outcome {
            Ok(names) => GrantOutcome::Applies(names),
            Err((term, request)) => {
                let (of_grant, of_request) = term.values(grant, request);
                GrantOutcome::mismatch(term.name(), of_grant, of_request)
            }
        },
    )
}

/// The explanations of requests, in the order in which permissions were asked for: see
/// [`Kms::explaining`](crate::Kms::explaining). Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Explanations(Arc<Mutex<VecDeque<Explanation>>>);

impl Explanations {
    /// Takes what has been explained since the last time; the latest thousand.
    #[must_use]
    pub fn take(&self) -> Vec<Explanation> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.drain(..).collect()
    }

    pub(crate) fn add(&self, explanation: Explanation) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back(explanation);
        if kept.len() > KEPT_MAX {
            kept.pop_front();
        }
    }
}
