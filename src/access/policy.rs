//! [`KeyPolicy`] and [`IdentityPolicy`]: statements, and what they come to.

#[cfg(feature = "json")]
use std::sync::Arc;

use crate::key::Place;

use super::condition::{Condition, ConditionOperator};
use super::principal::{Coverage, Principal, account_coverage};
use super::statement::{Effect, Statement};
use super::{AccessRequest, PrincipalArn};

/// A key policy: the resource-based policy that every key has.
///
/// There are three ways to one: [`account_decides`](Self::account_decides), AWS's default; statements, as in the example
/// of [`Statement`]; and, with the feature `json`, the JSON that AWS takes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct KeyPolicy {
    /// Whether there is AWS's default statement beside the others: it is about the key's account, whichever that is.
    pub(super) account_decides: bool,
    pub(super) id: Option<String>,
    pub(super) statements: Vec<Statement>,
    /// What the policy was read from: `GetKeyPolicy` gives it back as it came.
    #[cfg(feature = "json")]
    pub(super) text: Option<Arc<str>>,
}

impl KeyPolicy {
    /// A policy without statements: nobody may do anything, but by a grant.
    pub const fn new() -> Self {
        Self::without_statements(false)
    }

    /// The policy that AWS gives a key made by API: the account's root may do everything, so the account decides.
    ///
    /// [`KeyPolicy::default`] is the same by value: statements can be added to it.
    pub const fn account_decides() -> &'static Self {
        static ACCOUNT_DECIDES: KeyPolicy = KeyPolicy::without_statements(true);
        &ACCOUNT_DECIDES
    }

    /// The policy of the AWS managed key of a service (`alias/aws/s3`): whoever may use the service in the key's account
    /// may use the key, but only through the service. By itself nobody can do more with it than look at it.
    ///
    /// The actions are those of the services that create grants; some have fewer.
    pub fn aws_managed(service: &str, place: &Place) -> Self {
        let Place { account, region } = place;
        let root = PrincipalArn::root(*account).in_partition_of(region);
        let through_service = Statement::allow()
            .sid(format!(
                "Allow access through {service} for all principals in the account that are authorized to use {service}"
            ))
            .principal(Principal::Any)
            .action("kms:Encrypt")
            .action("kms:Decrypt")
            .action("kms:ReEncrypt*")
            .action("kms:GenerateDataKey*")
            .action("kms:CreateGrant")
            .action("kms:DescribeKey")
            .condition(Condition::new(
                ConditionOperator::StringEquals,
                "kms:CallerAccount",
                [account.as_str()],
            ))
            .condition(Condition::new(
                ConditionOperator::StringEquals,
                "kms:ViaService",
                [format!("{service}.{region}.amazonaws.com")],
            ));
        let metadata = Statement::allow()
            .sid("Allow direct access to key metadata to the account")
            .principal(root)
            .action("kms:Describe*")
            .action("kms:Get*")
            .action("kms:List*")
            .action("kms:RevokeGrant");
        Self::new()
            .id(format!("auto-{service}-1"))
            .statement(through_service)
            .statement(metadata)
    }

    /// `Id`: a name for the policy, which means nothing.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self.changed()
    }

    /// Adds a statement.
    pub fn statement(mut self, statement: Statement) -> Self {
        self.statements.push(statement);
        self.changed()
    }

    const fn without_statements(account_decides: bool) -> Self {
        Self {
            account_decides,
            id: None,
            statements: Vec::new(),
            #[cfg(feature = "json")]
            text: None,
        }
    }

    /// After a change the policy is no longer what it was read from.
    fn changed(self) -> Self {
        #[cfg(feature = "json")]
        let this = Self { text: None, ..self };
        #[cfg(not(feature = "json"))]
        let this = self;
        this
    }

    /// Whether it is AWS's default and nothing else: then nothing of a request matters but who sends it.
    pub(super) const fn leaves_all_to_the_account(&self) -> bool {
        self.account_decides && self.statements.is_empty()
    }

    /// How the policy allows a request.
    ///
    /// # Errors
    ///
    /// [`ExplicitDeny`] if a statement denies it.
    pub(super) fn evaluate(&self, request: &AccessRequest<'_>) -> Result<Coverage, ExplicitDeny> {
        let mut allowed = if self.account_decides {
            let account = request.resource.metadata.arn().account();
            account_coverage(account, request.caller.principal())
        } else {
            Coverage::None
        };
        for statement in &self.statements {
            let coverage = statement.coverage(request);
            match statement.effect {
                Effect::Allow => allowed = allowed.max(coverage),
                Effect::Deny if coverage > Coverage::None => return Err(ExplicitDeny),
                Effect::Deny => {}
            }
        }
        Ok(allowed)
    }
}

impl Default for KeyPolicy {
    /// AWS's: the account decides.
    fn default() -> Self {
        Self::account_decides().clone()
    }
}

/// The identity-based policies of a caller, as one: what its account lets it do.
///
/// ```
/// use kms_reencrypt::access::{Caller, IdentityPolicy, Statement};
///
/// let policy = IdentityPolicy::new().statement(
///     Statement::allow()
///         .action("kms:ReEncrypt*")
///         .resource("arn:aws:kms:*:111122223333:key/*"),
/// );
/// let alice = "arn:aws:iam::111122223333:user/alice".parse::<Caller>()?;
/// let alice = alice.with_identity_policy(policy);
/// # Ok::<(), kms_reencrypt::access::InvalidPrincipalArn>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct IdentityPolicy {
    pub(super) statements: Vec<Statement>,
}

impl IdentityPolicy {
    /// A policy without statements: it allows nothing, so that only a key policy that names the caller, or a grant,
    /// allows something.
    pub const fn new() -> Self {
        Self {
            statements: Vec::new(),
        }
    }

    /// Adds a statement.
    pub fn statement(mut self, statement: Statement) -> Self {
        self.statements.push(statement);
        self
    }

    /// Whether the policy allows a request.
    ///
    /// # Errors
    ///
    /// [`ExplicitDeny`] if a statement denies it.
    pub(super) fn evaluate(&self, request: &AccessRequest<'_>) -> Result<bool, ExplicitDeny> {
        self.evaluate_by(|statement| statement.applies_to(request))
    }

    /// Whether the policy allows a request that is about no key.
    ///
    /// # Errors
    ///
    /// [`ExplicitDeny`] if a statement denies it.
    #[cfg(feature = "json")]
    pub(super) fn evaluate_without_key(
        &self,
        request: &AccessRequest<'_>,
    ) -> Result<bool, ExplicitDeny> {
        self.evaluate_by(|statement| statement.applies_without_key(request))
    }

    fn evaluate_by(&self, applies: impl Fn(&Statement) -> bool) -> Result<bool, ExplicitDeny> {
        let mut allowed = false;
        for statement in &self.statements {
            if applies(statement) {
                match statement.effect {
                    Effect::Allow => allowed = true,
                    Effect::Deny => return Err(ExplicitDeny),
                }
            }
        }
        Ok(allowed)
    }
}

/// A statement with the effect `Deny` applies: nothing can allow the request any more.
#[derive(Clone, Copy, Debug)]
pub(super) struct ExplicitDeny;
