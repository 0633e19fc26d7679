//! [`KeyPolicy`]: the policy of a key.

use crate::iam::{Condition, ConditionOperator, Policy, Principal, PrincipalArn, Statement};
use crate::key::Place;

/// A key policy: the resource-based policy that every key has.
///
/// It can be AWS's default, [`account_decides`](Self::account_decides), be built of statements, as in the example of
/// [`Statement`], or, with the feature `json`, be read from the JSON that AWS accepts.
///
/// AWS's default statement, and another one that lets a role of another account move data here:
///
/// ```
/// use kms_reencrypt::access::KeyPolicy;
/// use kms_reencrypt::iam::{Principal, Statement};
/// use kms_reencrypt::{KeySpec, Keyring};
///
/// let importer = "arn:aws:iam::444455556666:role/Importer".parse()?;
/// let may_move = Statement::allow()
///     .principal(Principal::Arn(importer))
///     .action("kms:ReEncryptTo");
/// let policy = KeyPolicy::default().statement(may_move);
///
/// let keyring = Keyring::new("111122223333", "us-east-2")?;
/// let key = keyring.create_key(KeySpec::SymmetricDefault)?;
/// keyring.put_key_policy(key, policy.clone())?;
/// assert_eq!(keyring.key_policy(key)?, policy);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct KeyPolicy {
    /// Whether the policy has AWS's default statement as well, which names the account of the key, whatever that is.
    pub(super) account_decides: bool,
    pub(super) policy: Policy,
}

impl KeyPolicy {
    /// A policy without statements, which allows nothing: only grants do.
    pub const fn new() -> Self {
        Self::without_statements(false)
    }

    /// The policy that AWS gives a key that is created through the API: it allows everything to the account's root, and so
    /// leaves every decision to the account's identity-based policies.
    ///
    /// [`KeyPolicy::default`] is the same by value: statements can be added to it.
    pub const fn account_decides() -> &'static Self {
        static ACCOUNT_DECIDES: KeyPolicy = KeyPolicy::without_statements(true);
        &ACCOUNT_DECIDES
    }

    /// The policy of the AWS managed key of a service (`alias/aws/s3`): principals of the key's account that may use
    /// the service may use the key through the service. Directly, the account can only read the key's metadata and
    /// revoke its grants.
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

    /// `Id`: a name for the policy, which has no effect.
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

    /// Whether it is AWS's default alone, so that the identity-based policies of the account decide every request.
    pub(super) fn leaves_all_to_the_account(&self) -> bool {
        self.account_decides && self.policy.statements().is_empty()
    }
}

impl Default for KeyPolicy {
    /// AWS's default: the account decides.
    fn default() -> Self {
        Self::account_decides().clone()
    }
}
