//! [`explain_access`]: why a request was allowed or denied, grants included.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::iam::{self, ExplainedGrant, Explanation, GrantOutcome, Match};

use super::grant_check::GrantTerm;
use super::{AccessRequest, Grant};

/// How many explanations are kept until they are taken.
const KEPT_MAX: usize = 1000;

/// Decides as [`authorize`](super::authorize) does, and explains the decision: for every statement and grant, whether
/// it applies, and if not, the first element that does not match.
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
        explanation.decision = request.within_accounts(explanation.decision);
        let grants = request.checked_grants();
        explanation.grants = grants
            .map(|(grant, outcome)| explained(grant, outcome, request))
            .collect();
        explanation
    })
}

fn explained(
    grant: &Grant,
    outcome: Result<Match, GrantTerm>,
    request: &AccessRequest<'_>,
) -> ExplainedGrant {
    let outcome = match outcome {
        Ok(names) => GrantOutcome::Applies(names),
        Err(term) => {
            let (of_grant, of_request) = term.values(grant, request);
            GrantOutcome::mismatch(term.name(), of_grant, of_request)
        }
    };
    ExplainedGrant::new(grant.id().to_string(), outcome)
}

/// The explanations of requests, in the order in which permissions were checked: see
/// [`Kms::explaining`](crate::Kms::explaining). Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Explanations(Arc<Mutex<VecDeque<Explanation>>>);

impl Explanations {
    /// Takes the explanations that were added since the last call, at most the latest thousand.
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

#[cfg(test)]
mod tests {
    use super::{Explanations, explain_access};
    use crate::access::{AccessRequest, Action, Caller, Parameters, Resource};
    use crate::key::Place;

    #[test]
    fn the_latest_thousand_explanations_are_kept() {
        let place = Place::new(
            "111122223333".parse().unwrap(),
            "us-east-2".parse().unwrap(),
        );
        let explanation = explain_access(&AccessRequest {
            caller: &Caller::service("sns.amazonaws.com"),
            action: Action::GenerateRandom,
            resource: Resource::Any(&place),
            parameters: Parameters::default(),
        });
        let explanations = Explanations::default();
        for (added, kept) in [(999, 999), (1_000, 1_000), (1_001, 1_000), (1_500, 1_000)] {
            (0..added).for_each(|_| explanations.add(explanation.clone()));
            assert_eq!(explanations.take().len(), kept);
        }
    }
}
