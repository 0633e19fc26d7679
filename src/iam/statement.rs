//! [`Statement`]: one rule of a policy.

use super::actions::{ActionPattern, Actions};
use super::evaluation::Evaluation;
use super::principals::Principals;
use super::resources::{ResourcePattern, Resources};
use super::{Condition, ContextKey, Effect, Match, Principal};

/// A statement of a policy.
///
/// It applies to a request if all of its elements match: principal, action, resource and every condition. Its principals
/// count only in resource-based policies and VPC endpoint policies. Identity-based policies and the like apply to the
/// principal that they are attached to, resource control policies to everybody.
///
/// Resources and the values of conditions may have policy variables, such as `${aws:username}`.
///
/// ```
/// use kms_reencrypt::iam::{Condition, ConditionOperator, Principal, Statement};
///
/// let statement = Statement::allow()
///     .sid("Auditors may move the blue tenant's data")
///     .principal(Principal::Arn("arn:aws:iam::111122223333:role/Auditor".parse()?))
///     .action("kms:ReEncrypt*")
///     .condition(Condition::new(
///         ConditionOperator::StringEquals,
///         "kms:EncryptionContext:tenant",
///         ["blue"],
///     ));
/// # Ok::<(), kms_reencrypt::iam::InvalidPrincipalArn>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Statement {
    pub(super) sid: Option<String>,
    pub(super) effect: Effect,
    pub(super) principals: Principals,
    pub(super) actions: Actions,
    pub(super) resources: Resources,
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

    /// `"Effect": "Deny"` with `NotPrincipal`: denies to all principals but these. IAM has no such form of `Allow`.
    ///
    /// An exception needs both the account and the principal: for a session that is its account and its role. An
    /// account alone excepts its root user only. A principal with a permissions boundary is always denied (DOC: IAM
    /// User Guide, element NotPrincipal).
    pub fn deny_all_but<P: Into<Principal>>(principals: impl IntoIterator<Item = P>) -> Self {
        let excepted = principals.into_iter().map(Into::into).collect();
        Self::new(Effect::Deny, Principals::AllBut(excepted))
    }

    pub(super) const fn new(effect: Effect, principals: Principals) -> Self {
        Self {
            sid: None,
            effect,
            principals,
            actions: Actions::Any(Vec::new()),
            resources: Resources::All,
            conditions: Vec::new(),
        }
    }

    /// `Sid`: a name for the statement, which has no effect.
    pub fn sid(mut self, sid: impl Into<String>) -> Self {
        self.sid = Some(sid.into());
        self
    }

    /// `Principal`: adds a principal that the statement applies to; in a [`deny_all_but`](Self::deny_all_but), an
    /// exception. In a resource-based policy, a statement without principals applies to nobody.
    pub fn principal(mut self, principal: impl Into<Principal>) -> Self {
        let (Principals::Only(list) | Principals::AllBut(list)) = &mut self.principals;
        list.push(principal.into());
        self
    }

    /// `Action`: adds a permission or a pattern of them (`kms:ReEncrypt*`). Case does not matter.
    pub fn action(mut self, pattern: impl Into<String>) -> Self {
        let pattern = ActionPattern::new(pattern.into());
        match &mut self.actions {
            Actions::Any(patterns) => patterns.push(pattern),
            Actions::None(_) => self.actions = Actions::Any(vec![pattern]),
        }
        self
    }

    /// `NotAction`: every permission except these, replacing earlier ones.
    pub fn any_action_but<A: Into<String>>(
        mut self,
        patterns: impl IntoIterator<Item = A>,
    ) -> Self {
        let pattern = |pattern: A| ActionPattern::new(pattern.into());
        self.actions = Actions::None(patterns.into_iter().map(pattern).collect());
        self
    }

    /// `Resource`: adds an ARN or a pattern of them (`arn:aws:kms:*:111122223333:key/*`). Without one, the statement is
    /// about every resource; in a resource-based policy that is the resource that the policy is attached to.
    ///
    /// ```
    /// use kms_reencrypt::KeyArn;
    /// use kms_reencrypt::iam::Statement;
    ///
    /// let key: KeyArn =
    ///     "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab".parse()?;
    /// let by_arn = Statement::allow().action("kms:Decrypt").resource(key);
    /// let by_text = Statement::allow().action("kms:Decrypt").resource(key.to_string());
    /// assert_eq!(by_arn, by_text);
    /// # Ok::<(), kms_reencrypt::InvalidArn>(())
    /// ```
    pub fn resource(mut self, pattern: impl Into<String>) -> Self {
        let pattern = ResourcePattern::new(pattern.into(), true);
        match &mut self.resources {
            Resources::Any(patterns) => patterns.push(pattern),
            Resources::All | Resources::None(_) => self.resources = Resources::Any(vec![pattern]),
        }
        self
    }

    /// `NotResource`: every resource except these, replacing earlier ones.
    pub fn any_resource_but<R: Into<String>>(
        mut self,
        patterns: impl IntoIterator<Item = R>,
    ) -> Self {
        let pattern = |pattern: R| ResourcePattern::new(pattern.into(), true);
        self.resources = Resources::None(patterns.into_iter().map(pattern).collect());
        self
    }

    /// `Condition`: adds one. As in JSON, where each pair of operator and key occurs only once, another condition of the
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

    /// `Effect`
    #[must_use]
    pub const fn effect(&self) -> Effect {
        self.effect
    }

    /// The conditions.
    #[must_use]
    pub fn conditions(&self) -> &[Condition] {
        &self.conditions
    }

    /// The principals of `Principal` or `NotPrincipal`.
    #[must_use]
    pub fn principals(&self) -> &[Principal] {
        let (Principals::Only(list) | Principals::AllBut(list)) = &self.principals;
        list
    }

    /// Whether it names no action, so that it never applies.
    pub(crate) fn has_no_action(&self) -> bool {
        matches!(&self.actions, Actions::Any(list) if list.is_empty())
    }

    /// Whether it allows every action on every resource, as the policies FullAWSAccess and RCPFullAWSAccess do.
    #[cfg(feature = "json")]
    pub(super) fn allows_everything(&self) -> bool {
        self.effect == Effect::Allow
            && self.actions.are_everything()
            && self.resources.are_everything()
            && self.conditions.is_empty()
    }

    /// The same statement as part of a policy whose version has no variables.
    pub(super) fn without_variables(mut self) -> Self {
        self.resources = self.resources.without_variables();
        let conditions = self.conditions.into_iter();
        self.conditions = conditions.map(Condition::without_variables).collect();
        self
    }

    /// The condition keys that it asks for, those of policy variables included.
    pub(super) fn keys(&self) -> impl Iterator<Item = &ContextKey> {
        let of_conditions = self.conditions.iter().flat_map(Condition::keys);
        of_conditions.chain(self.resources.variables())
    }

    /// How specifically the statement names the requester, if it applies to the request.
    ///
    /// # Errors
    ///
    /// The first element that does not apply.
    pub(super) fn check(
        &self,
        scope: Scope,
        evaluation: &Evaluation<'_>,
    ) -> Result<Match, Mismatch<'_>> {
        // The principal first: it rules out most statements, by comparing a few bytes.
        let names = match scope {
            Scope::Requester => Match::Direct,
            Scope::Everybody { has_boundary } => self
                .principals
                .matches(evaluation.requester(), has_boundary),
        };
        if names == Match::None {
            return Err(Mismatch::Principal);
        }
        if !self.actions.match_action(evaluation) {
            return Err(Mismatch::Action);
        }
        if !self.resources.match_resource(evaluation) {
            return Err(Mismatch::Resource);
        }
        let mut conditions = self.conditions.iter();
        match conditions.find(|condition| !condition.holds(self.effect, evaluation)) {
            Some(condition) => Err(Mismatch::Condition(condition)),
            None => Ok(names),
        }
    }
}

/// The principals that the statements of a policy apply to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scope {
    /// Those that the statements name.
    Everybody {
        /// Whether the requester has a permissions boundary.
        has_boundary: bool,
    },
    /// The requester that has the policy.
    Requester,
}

/// The element of a statement that does not apply to a request.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mismatch<'s> {
    Action,
    Condition(&'s Condition),
    Principal,
    Resource,
}

#[cfg(test)]
mod tests {
    use super::Statement;
    use crate::iam::{Condition, ConditionOperator};

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
            .map(|condition| (condition.key().name(), condition.values().join(" or ")))
            .collect();
        assert_eq!(
            conditions,
            [("a", "blue or red".to_owned()), ("b", "blue".to_owned())]
        );
    }
}
