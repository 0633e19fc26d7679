//! [`KeyPolicy`]: the policy of a key.

use crate::iam::{Condition, ConditionOperator, Policy, Principal, PrincipalArn, Statement};
use crate::key::Place;

/// A key policy: the resource-based policy that every key has.
///
/// There are three ways to one: [`account_decides`](Self::account_decides), AWS's default; statements, as in the example
/// of [`Statement`]; and, with the feature `json`, the JSON that AWS takes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct KeyPolicy {
    /// Whether there is AWS's default statement beside the others: it is about the key's account, whichever that is.
    pub(super) account_decides: bool,
    pub(super) policy: Policy,
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
        self.policy = self.policy.id(id);
        self
    }

    /// Adds a statement.
    pub fn statement(mut self, statement: Statement) -> Self {
        self.policy = self.policy.statement(statement);
        self
    }

    const fn without_statements(account_decides: bool) -> Self {
        Self {
            account_decides,
            policy: Policy::new(),
        }
    }

    /// Whether it is AWS's default and nothing else: then nothing of a request matters but who sends it.
    pub(super) fn leaves_all_to_the_account(&self) -> bool {
        self.account_decides && self.policy.statements().is_empty()
    }
}

impl Default for KeyPolicy {
    /// AWS's: the account decides.
    fn default() -> Self {
        Self::account_decides().clone()
    }
}
