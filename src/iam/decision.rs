//! [`decide`]: AWS's evaluation logic.

use crate::key::AccountId;

use super::evaluation::Evaluation;
use super::matching::account_match;
use super::statement::{Mismatch, Scope, Statement};
use super::{AllowedBy, Decision, Denial, Effect, Layer, Layers, Match, Policy, RequestContext};

/// Decides whether a request is allowed.
///
/// An explicit deny in any layer beats everything. Then every layer of a kind that limits has to allow: resource
/// control policies, service control policies, the VPC endpoint policy. Then one of these has to allow:
///
/// - in the resource's own account: its policy, if it names the principal; or its policy, if it names the account,
///   together with the principal's identity-based policies. What the policy allows a user, a session or everybody is
///   limited by nothing else; what it allows a role is limited by the permissions boundary and the session policies;
/// - from another account: the resource's policy, by naming the principal or its account, together with the principal's
///   identity-based policies;
/// - from everywhere: a grant for the principal. A grant for an account needs the identity-based policies too.
///
/// Identity-based policies allow only what the permissions boundary and the session policies allow as well.
/// Organizations' policies do not limit service-linked roles, and service control policies do not limit AWS services.
///
/// A grant for a principal of another account needs nothing else. This follows from how AWS's own services work: the
/// service-linked role of EC2 Auto Scaling, whose fixed policy allows nothing of KMS, uses keys of other accounts by a
/// grant alone (INFERRED). That a grant for an account needs identity-based policies is GUESS 24; that a grant for a role
/// is limited like a policy that names the role is GUESS 42. The rest is the IAM User Guide (policy evaluation logic).
///
/// The work is bounded: a request that would take more than a few milliseconds, which no real policy needs, is denied in
/// the name of the layer that takes too long.
#[must_use]
pub fn decide(layers: &Layers<'_>, request: &dyn RequestContext) -> Decision {
    run(layers, request, &mut Unrecorded)
}

/// Decides, and reports every evaluated statement to a recorder.
pub(super) fn run(
    layers: &Layers<'_>,
    request: &dyn RequestContext,
    recorder: &mut impl Recorder,
) -> Decision {
    let mut run = Run {
        evaluation: Evaluation::new(request),
        recorder,
        denial: None,
        steps_to_record: 0,
    };
    match run.decide(layers, request) {
        Ok(allowed) => Decision::Allowed(allowed),
        Err(denial) => Decision::Denied(denial),
    }
}

/// Receives the outcomes of statements.
pub(super) trait Recorder {
    /// Whether to evaluate even statements that can no longer change the decision.
    const IS_COMPLETE: bool;

    fn record(
        &mut self,
        place: Place<'_>,
        statement: &Statement,
        outcome: Result<Match, Mismatch<'_>>,
        evaluation: &Evaluation<'_>,
    );
}

/// The position of a statement.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) layer: Layer,
    /// The level of a control policy; 0 for others.
    pub(super) level: usize,
    /// The index of the policy in its level.
    pub(super) policy: usize,
    /// The ARN of the policy, if it has one.
    pub(super) arn: Option<&'a str>,
    /// The index of the statement in its policy; `None` for the default statement.
    pub(super) statement: Option<usize>,
}

/// Records nothing.
struct Unrecorded;

impl Recorder for Unrecorded {
    const IS_COMPLETE: bool = false;

    fn record(
        &mut self,
        _: Place<'_>,
        _: &Statement,
        _: Result<Match, Mismatch<'_>>,
        _: &Evaluation<'_>,
    ) {
    }
}

struct Run<'a, R> {
    evaluation: Evaluation<'a>,
    recorder: &'a mut R,
    /// The first explicit deny, or the layer that took too long.
    denial: Option<Denial>,
    /// The steps of statements that were evaluated for the recorder alone.
    steps_to_record: usize,
}

impl<R: Recorder> Run<'_, R> {
    fn decide(
        &mut self,
        layers: &Layers<'_>,
        request: &dyn RequestContext,
    ) -> Result<AllowedBy, Denial> {
        let requester = request.requester();
        let arn = requester.arn();
        let is_root = arn.is_some_and(super::PrincipalArn::is_root);
        let is_service_linked = arn.is_some_and(super::PrincipalArn::is_service_linked);
        let of_everybody = Scope::Everybody {
            has_boundary: layers.boundary.is_some(),
        };

        // Every layer is evaluated, since each may have an explicit deny.
        let service_control = is_service_linked
            || arn.is_none()
            || self.levels(Layer::ServiceControlPolicy, layers.service_control);
        let resource_control =
            is_service_linked || self.levels(Layer::ResourceControlPolicy, layers.resource_control);
        let endpoint = layers.endpoint.is_none_or(|policy| {
            let scope = Scope::Everybody {
                has_boundary: false,
            };
            self.policy(Layer::EndpointPolicy, policy, scope) > Match::None
        });
        let identity = self.policies(Layer::IdentityPolicy, 0, layers.identity) || is_root;
        let boundary = layers.boundary.is_none_or(|policy| {
            self.policy(Layer::PermissionsBoundary, policy, Scope::Requester) > Match::None
        });
        // A federated user has nothing without session policies (API page of GetFederationToken).
        let session = match layers.session {
            [] => !arn.is_some_and(super::PrincipalArn::is_federated_user),
            policies => self.policies(Layer::SessionPolicy, 0, policies),
        };
        let default = match request.resource_account() {
            Some(owner) if layers.account_decides => self.default_statement(owner),
            _ => Match::None,
        };
        let resource = match layers.resource {
            Some(policy) => default.max(self.policy(Layer::ResourcePolicy, policy, of_everybody)),
            None => default,
        };
        if let Some(denial) = self.denial {
            return Err(denial);
        }

        for (layer, allows) in [
            (Layer::ResourceControlPolicy, resource_control),
            (Layer::ServiceControlPolicy, service_control),
            (Layer::EndpointPolicy, endpoint),
        ] {
            if !allows {
                return Err(Denial::missing(layer));
            }
        }
        let limits = [
            (Layer::PermissionsBoundary, boundary),
            (Layer::SessionPolicy, session),
        ];
        let within_limits = || all_allow(&limits);
        let by_account =
            || all_allow(&[(Layer::IdentityPolicy, identity)]).and_then(|()| within_limits());

        let Some(owner) = request.resource_account() else {
            return by_account().map(|()| AllowedBy::IdentityPolicy);
        };
        if layers.resource.is_none() && !layers.account_decides {
            return by_account().map(|()| AllowedBy::IdentityPolicy);
        }
        let is_foreign = requester.account().is_some_and(|account| account != owner);
        let by_resource = match resource {
            Match::None => Err(Denial::missing(Layer::ResourcePolicy)),
            Match::Account => by_account().map(|()| AllowedBy::IdentityPolicy),
            Match::Role | Match::Direct if is_foreign => {
                by_account().map(|()| AllowedBy::ResourcePolicy)
            }
            Match::Role => within_limits().map(|()| AllowedBy::ResourcePolicy),
            Match::Direct => Ok(AllowedBy::ResourcePolicy),
        };
        let Err(denial) = by_resource else {
            return by_resource;
        };
        let granted = layers.grants.map_or(Match::None, |grants| grants());
        let by_grant = match granted {
            Match::None => return Err(denial),
            Match::Account => by_account(),
            Match::Role => within_limits(),
            Match::Direct => Ok(()),
        };
        by_grant.map(|()| AllowedBy::Grant)
    }

    /// How the default statement, which leaves everything to the account of the resource, allows the request.
    fn default_statement(&mut self, owner: &AccountId) -> Match {
        let allowed = account_match(owner, self.evaluation.requester());
        if R::IS_COMPLETE {
            let statement = Statement::allow().principal(*owner).action("*");
            let place = Place {
                layer: Layer::ResourcePolicy,
                level: 0,
                policy: 0,
                arn: None,
                statement: None,
            };
            let outcome = match allowed {
                Match::None => Err(Mismatch::Principal),
                names => Ok(names),
            };
            self.recorder
                .record(place, &statement, outcome, &self.evaluation);
        }
        allowed
    }

    /// Whether every level of control policies allows.
    fn levels(&mut self, layer: Layer, levels: &[Vec<Policy>]) -> bool {
        let mut all = true;
        for (level, policies) in levels.iter().enumerate() {
            all &= self.policies(layer, level, policies);
        }
        all
    }

    /// Whether one of several policies allows. They all apply to the requester, whatever their principals.
    fn policies(&mut self, layer: Layer, level: usize, policies: &[Policy]) -> bool {
        let mut any = false;
        for (policy, of_policy) in policies.iter().enumerate() {
            let place = Place {
                layer,
                level,
                policy,
                arn: None,
                statement: None,
            };
            any |= self.statements(place, of_policy, Scope::Requester) > Match::None;
        }
        any
    }

    /// How the only policy of a layer allows.
    fn policy(&mut self, layer: Layer, policy: &Policy, scope: Scope) -> Match {
        let place = Place {
            layer,
            level: 0,
            policy: 0,
            arn: None,
            statement: None,
        };
        self.statements(place, policy, scope)
    }

    /// How specifically a policy allows the request; [`Match::None`] once the request is denied.
    fn statements(&mut self, place: Place<'_>, policy: &Policy, scope: Scope) -> Match {
        let Place { layer, .. } = place;
        let mut allowed = Match::None;
        for (at, statement) in policy.statements().iter().enumerate() {
            let place = Place {
                arn: policy.arn(),
                statement: Some(at),
                ..place
            };
            let allows_no_more = statement.effect == Effect::Allow && allowed == Match::Direct;
            if self.denial.is_some() || allows_no_more {
                self.only_record(place, statement, scope);
                continue;
            }
            let outcome = statement.check(scope, &self.evaluation);
            self.recorder
                .record(place, statement, outcome, &self.evaluation);
            if self.evaluation.steps.are_exhausted() {
                self.denial.get_or_insert_with(|| Denial::missing(layer));
                continue;
            }
            match (statement.effect, outcome) {
                (_, Err(_)) => {}
                (Effect::Allow, Ok(names)) => allowed = allowed.max(names),
                (Effect::Deny, Ok(_)) => {
                    self.denial.get_or_insert(Denial {
                        layer,
                        explicit: true,
                    });
                }
            }
        }
        allowed
    }

    /// Evaluates a statement that cannot change the decision. Its steps are counted separately, so that explaining a
    /// request cannot exhaust the limit of deciding it.
    fn only_record(&mut self, place: Place<'_>, statement: &Statement, scope: Scope) {
        if !R::IS_COMPLETE {
            return;
        }
        let steps = self.evaluation.steps.replace(self.steps_to_record);
        if !self.evaluation.steps.are_exhausted() {
            let outcome = statement.check(scope, &self.evaluation);
            self.recorder
                .record(place, statement, outcome, &self.evaluation);
        }
        self.steps_to_record = self.evaluation.steps.replace(steps);
    }
}

fn all_allow(layers: &[(Layer, bool)]) -> Result<(), Denial> {
    match layers.iter().find(|(_, allows)| !allows) {
        Some((layer, _)) => Err(Denial::missing(*layer)),
        None => Ok(()),
    }
}
