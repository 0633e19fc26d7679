//! [`explain_access`]: why a request was allowed or denied, grants included.

use core::ops::ControlFlow;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::iam::{self, ExplainedGrant, Explanation, GrantOutcome};

use super::{AccessRequest, Action, Grant};

/// How many grants an explanation lists. A key may have 50,000.
const GRANTS_MAX: usize = 100;

/// How many explanations are kept until they are taken.
const KEPT_MAX: usize = 1000;

/// Decides as [`authorize`](super::authorize) does, and explains the decision: for every statement and grant, whether
/// it applies, and if not, the first element that does not match.
///
/// ```
/// use kms_reencrypt::access::{
///     AccessRequest, Action, Caller, KeyPolicy, KeyResource, Parameters, Resource,
///     explain_access,
/// };
/// use kms_reencrypt::{KeyMetadata, KeySpec, KeyUsage};
///
/// let arn = "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
/// let (spec, usage) = (KeySpec::SymmetricDefault, KeyUsage::EncryptDecrypt);
/// let key = KeyMetadata::builder(arn.parse()?, spec, usage).build();
/// let alice: Caller = "arn:aws:iam::111122223333:user/alice".parse()?;
/// let explanation = explain_access(&AccessRequest {
///     caller: &alice,
///     action: Action::ReEncryptTo,
///     resource: Resource::Key(KeyResource::new(&key, KeyPolicy::account_decides())),
///     parameters: Parameters::default(),
/// });
/// assert!(!explanation.decision.is_allowed());
/// let why = explanation.to_string();
/// assert!(why.starts_with("kms:ReEncryptTo is denied: no identity-based policy allows it"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn explain_access(request: &AccessRequest<'_>) -> Explanation {
    request.with_layers(|layers| {
        let mut explanation = iam::explain(layers, request);
        explanation.decision = request.within_accounts(explanation.decision);
        explain_grants(request, &mut explanation);
        explanation
    })
}

/// Adds the grants that may name the caller, and then others.
fn explain_grants(request: &AccessRequest<'_>, explanation: &mut Explanation) {
    let mut listed: Vec<&Grant> = Vec::new();
    let mut list = |grant| {
        if listed.contains(&grant) {
            return ControlFlow::Continue(());
        }
        if listed.len() == GRANTS_MAX {
            explanation.more_grants = true;
            return ControlFlow::Break(());
        }
        listed.push(grant);
        ControlFlow::Continue(())
    };
    request.visit_grants(&mut list);
    if request.action != Action::RetireGrant
        && let Some(key) = request.resource.key()
    {
        key.grants.visit(&mut list);
    }
    let explained = listed.into_iter().map(|grant| explained(grant, request));
    explanation.grants = explained.collect();
}

fn explained(grant: &Grant, request: &AccessRequest<'_>) -> ExplainedGrant {
    let outcome = match request.check_grant(grant) {
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
