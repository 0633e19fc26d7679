//! [`Statement`]: one rule of a policy.

use super::condition::Condition;
use super::principal::{Coverage, Principal};
use super::{AccessRequest, pattern};

/// A statement of a key policy or of an identity-based policy.
///
/// It applies to a request if all of it does: principal, action, resource and every condition. What it says of
/// principals counts in a key policy only: an identity-based policy is about the one who has it.
///
/// ```
/// use kms_reencrypt::access::{Condition, ConditionOperator, KeyPolicy, Principal, Statement};
///
/// let key_policy = KeyPolicy::new().statement(
///     Statement::allow()
///         .sid("Auditors may move the blue tenant's data")
///         .principal(Principal::Arn("arn:aws:iam::111122223333:role/Auditor".parse()?))
///         .action("kms:ReEncrypt*")
///         .condition(Condition::new(
///             ConditionOperator::StringEquals,
///             "kms:EncryptionContext:tenant",
///             ["blue"],
///         )),
/// );
/// # Ok::<(), kms_reencrypt::access::InvalidPrincipalArn>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Statement {
    pub(super) sid: Option<String>,
    pub(super) effect: Effect,
    pub(super) principals: Principals,
    pub(super) actions: Patterns,
    pub(super) resources: Patterns,
    pub(super) conditions: Vec<Condition>,
}

impl Statement {
    /// `"Effect": "Allow"`. Allows nothing yet: it names no action.
    pub const fn allow() -> Self {
        Self::new(Effect::Allow, Principals::Only(Vec::new()))
    }

    /// `"Effect": "Deny"`. Denies nothing yet: it names no action.
    pub const fn deny() -> Self {
        Self::new(Effect::Deny, Principals::Only(Vec::new()))
    }

    /// `"Effect": "Deny"` with `NotPrincipal`: denies it to all principals but these. IAM has no such form of `Allow`.
    ///
    /// An account among them excepts its root user only. AWS may want the account and the role named beside a principal
    /// to except it; here the principal, or the role of a session, is enough (GUESS 25: IAM says that it depends on the
    /// service).
    pub fn deny_all_but<P: Into<Principal>>(principals: impl IntoIterator<Item = P>) -> Self {
        let excepted = principals.into_iter().map(Into::into).collect();
        Self::new(Effect::Deny, Principals::AllBut(excepted))
    }

    pub(super) const fn new(effect: Effect, principals: Principals) -> Self {
        Self {
            sid: None,
            effect,
            principals,
            actions: Patterns::Any(Vec::new()),
            resources: Patterns::All,
            conditions: Vec::new(),
        }
    }

    /// `Sid`: a name for the statement, which means nothing.
    pub fn sid(mut self, sid: impl Into<String>) -> Self {
        self.sid = Some(sid.into());
        self
    }

    /// `Principal`: adds one whom the statement is about; an exception in a [`deny_all_but`](Self::deny_all_but). A key
    /// policy's statement without any is about nobody.
    pub fn principal(mut self, principal: impl Into<Principal>) -> Self {
        let (Principals::Only(list) | Principals::AllBut(list)) = &mut self.principals;
        list.push(principal.into());
        self
    }

    /// `Action`: adds a permission or a pattern of them (`kms:ReEncrypt*`), not distinguished by case.
    pub fn action(mut self, pattern: impl Into<String>) -> Self {
        self.actions = self.actions.with(pattern.into());
        self
    }

    /// `NotAction`: every permission but these, instead of all that was said of actions before.
    pub fn any_action_but<A: Into<String>>(
        mut self,
        patterns: impl IntoIterator<Item = A>,
    ) -> Self {
        self.actions = Patterns::none_of(patterns);
        self
    }

    /// `Resource`: adds the ARN of a key or a pattern of them (`arn:aws:kms:*:111122223333:key/*`). Without one, the
    /// statement is about every key; in a key policy that is the key that has the policy.
    pub fn resource(mut self, pattern: impl Into<String>) -> Self {
        self.resources = self.resources.with(pattern.into());
        self
    }

    /// `NotResource`: every key but these, instead of all that was said of resources before.
    pub fn any_resource_but<R: Into<String>>(
        mut self,
        patterns: impl IntoIterator<Item = R>,
    ) -> Self {
        self.resources = Patterns::none_of(patterns);
        self
    }

    /// `Condition`: adds one. As in JSON, where an operator and a key stand together only once, another condition of the
    /// same operator and key adds its values to the first.
    pub fn condition(mut self, condition: Condition) -> Self {
        let unrelated = self
            .conditions
            .iter_mut()
            .try_fold(condition, |condition, other| {
                other.absorb(condition).ok_or(())
            });
        self.conditions.extend(unrelated.ok());
        self
    }

    /// How the statement takes the caller in, if the rest of it applies to the request: for key policies.
    pub(super) fn coverage(&self, request: &AccessRequest<'_>) -> Coverage {
        // The principal first: it decides most often, and by a few bytes.
        let coverage = self.principals.coverage(request);
        if coverage > Coverage::None && self.applies_to(request) {
            coverage
        } else {
            Coverage::None
        }
    }

    /// Whether the statement applies to a request, principals left aside: for identity-based policies.
    pub(super) fn applies_to(&self, request: &AccessRequest<'_>) -> bool {
        self.is_about_action(request) && self.is_about_key(request) && self.has_conditions(request)
    }

    /// Whether the statement applies to a request that is about no key: it has to be about every resource.
    #[cfg(feature = "json")]
    pub(super) fn applies_without_key(&self, request: &AccessRequest<'_>) -> bool {
        self.is_about_action(request)
            && self.resources.match_by(|pattern| pattern == "*")
            && self.has_conditions(request)
    }

    fn is_about_action(&self, request: &AccessRequest<'_>) -> bool {
        let action = request.action.as_str();
        self.actions
            .match_by(|pattern| pattern::matches_ignoring_case(pattern, action))
    }

    fn has_conditions(&self, request: &AccessRequest<'_>) -> bool {
        let mut conditions = self.conditions.iter();
        conditions.all(|condition| condition.holds(request))
    }

    fn is_about_key(&self, request: &AccessRequest<'_>) -> bool {
        if self.resources.are_everything() {
            // Spares writing out the ARN, which nearly no key policy needs.
            return true;
        }
        let arn = request.resource.metadata.arn().to_string();
        self.resources
            .match_by(|pattern| pattern::matches_arn(pattern, &arn))
    }
}

/// Whether a statement allows or denies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    Allow,
    Deny,
}

/// `Principal`, or `NotPrincipal`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Principals {
    AllBut(Vec<Principal>),
    Only(Vec<Principal>),
}

impl Principals {
    fn coverage(&self, request: &AccessRequest<'_>) -> Coverage {
        let (Self::AllBut(list) | Self::Only(list)) = self;
        let coverage = list
            .iter()
            .map(|principal| principal.coverage(request.caller.principal()))
            .max()
            .unwrap_or(Coverage::None);
        match self {
            Self::AllBut(_) if coverage == Coverage::Direct => Coverage::None,
            Self::AllBut(_) => Coverage::Direct,
            Self::Only(_) => coverage,
        }
    }
}

/// `Action` or `Resource`, or one of them with `Not`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Patterns {
    /// Whatever there is.
    All,
    /// What matches one of them.
    Any(Vec<String>),
    /// What matches none of them.
    None(Vec<String>),
}

impl Patterns {
    fn none_of<T: Into<String>>(patterns: impl IntoIterator<Item = T>) -> Self {
        Self::None(patterns.into_iter().map(Into::into).collect())
    }

    fn with(self, pattern: String) -> Self {
        match self {
            Self::Any(mut patterns) => {
                patterns.push(pattern);
                Self::Any(patterns)
            }
            Self::All | Self::None(_) => Self::Any(vec![pattern]),
        }
    }

    fn are_everything(&self) -> bool {
        match self {
            Self::All => true,
            Self::Any(patterns) => patterns.iter().any(|pattern| pattern == "*"),
            Self::None(_) => false,
        }
    }

    fn match_by(&self, matches: impl Fn(&str) -> bool) -> bool {
        match self {
            Self::All => true,
            Self::Any(patterns) => patterns.iter().any(|pattern| matches(pattern)),
            Self::None(patterns) => !patterns.iter().any(|pattern| matches(pattern)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Statement;
    use crate::access::{Condition, ConditionOperator};

    #[test]
    fn conditions_of_one_operator_on_one_key_are_one() {
        let is_blue = |key| Condition::new(ConditionOperator::StringEquals, key, ["blue"]);
        let is_red = Condition::new(ConditionOperator::StringEquals, "a", ["red"]);
        let statement = Statement::allow()
            .condition(is_blue("a"))
            .condition(is_blue("b"))
            .condition(is_red);
        let conditions: Vec<_> = statement
            .conditions
            .iter()
            .map(|condition| (condition.key(), condition.values().join(" or ")))
            .collect();
        assert_eq!(
            conditions,
            [("a", "blue or red".to_owned()), ("b", "blue".to_owned())]
        );
    }
}
