//! The rules of AWS KMS for key policies, which come on top of IAM's rules for all policies.

use crate::error::KmsError;
use crate::iam::{Condition, ContextKey, Principal, Statement};
use crate::key::Region;

use super::{ConditionKey, KeyPolicy};

/// Condition keys that key policies must not use (QUOTED). With them, principals that may change the key's tags or
/// aliases could change who may use the key.
const FORBIDDEN: [&str; 3] = [
    "aws:resourcetag/",
    "kms:resourcetag/",
    "kms:resourcealiases",
];

/// Condition keys that have at most one value, and whose absence `ForAllValues` would let through (DOC): the family of
/// each, and what the refusal calls it.
const SINGLE_VALUED: [(&str, (&str, &str)); 2] = [
    (
        "kms:encryptioncontext:",
        ("EncryptionContext", "encryption context"),
    ),
    ("aws:requesttag/", ("RequestTag", "tag")),
];

impl KeyPolicy {
    /// The condition keys that AWS's tables do not have, often misspelled ones. Requests have them only if they are set
    /// for the caller. [`ConditionKey::unknown_in`] finds them in other policies.
    ///
    /// ```
    /// use kms_reencrypt::access::KeyPolicy;
    /// use kms_reencrypt::iam::{Condition, ConditionOperator, Principal, Statement};
    ///
    /// let mistaken =
    ///     Condition::new(ConditionOperator::StringEquals, "kms:KeySpecs", ["RSA_2048"]);
    /// let statement = Statement::allow().principal(Principal::Any).action("kms:*");
    /// let policy = KeyPolicy::new().statement(statement.condition(mistaken));
    /// assert_eq!(policy.unknown_condition_keys()[0].to_string(), "kms:KeySpecs");
    /// ```
    #[must_use]
    pub fn unknown_condition_keys(&self) -> Vec<&ContextKey> {
        ConditionKey::unknown_in(&self.policy)
    }

    /// Refuses a policy that AWS KMS does not accept for keys of a Region.
    ///
    /// Does not check that principals exist, since this crate has no directory of them.
    ///
    /// # Errors
    ///
    /// [`KmsError::MalformedPolicyDocument`] for the first statement that breaks a rule.
    pub(crate) fn check(&self, region: &Region) -> Result<(), KmsError> {
        self.policy
            .statements()
            .iter()
            .try_for_each(|statement| check(statement, region))
    }
}

fn check(statement: &Statement, region: &Region) -> Result<(), KmsError> {
    let principals = statement.principals();
    if principals.is_empty() {
        return Err(KmsError::policy_without_principal());
    }
    if statement.has_no_action() {
        return Err(KmsError::policy_without_action());
    }
    let is_taken = |principal: &Principal| match principal {
        Principal::Arn(arn) => arn.partition() == region.partition(),
        Principal::CanonicalUser(_) | Principal::UniqueId(_) => false,
        _ => true,
    };
    if !principals.iter().all(is_taken) {
        return Err(KmsError::policy_with_invalid_principals());
    }
    let conditions = statement.conditions();
    if conditions.iter().any(is_forbidden) {
        return Err(KmsError::policy_with_forbidden_condition_keys());
    }
    let permissive = conditions.iter().find_map(permits_absence);
    match permissive {
        Some((key, what)) => Err(KmsError::overly_permissive_policy(key, what)),
        None => Ok(()),
    }
}

fn is_forbidden(condition: &Condition) -> bool {
    let key = condition.key();
    FORBIDDEN.contains(&key.family()) || key.name() == "kms:resourcetag"
}

/// The key that the condition lets requests omit, as the refusal names it.
fn permits_absence(condition: &Condition) -> Option<(&'static str, &'static str)> {
    let mut keys = SINGLE_VALUED.into_iter();
    let (_, words) = keys.find(|(family, _)| *family == condition.key().family())?;
    condition.is_for_all_values().then_some(words)
}

#[cfg(test)]
mod tests {
    use crate::access::KeyPolicy;
    use crate::iam::{Condition, ConditionOperator, Principal, Statement};

    #[test]
    fn a_key_policy_is_refused_for_what_the_service_refuses() {
        let arn = |arn: &str| Principal::Arn(arn.parse().unwrap());
        let anybody = || Statement::allow().principal(Principal::Any);
        let allow = |principal| Statement::allow().principal(principal).action("kms:*");
        let with = |key: &str| {
            let is = Condition::new(ConditionOperator::StringEquals, key, ["x"]);
            (anybody().action("kms:*"), is)
        };
        let invalid = "Policy contains a statement with one or more invalid principals.";
        let forbidden = "These condition keys are not permitted in a key policy: \
                         aws:ResourceTag, kms:ResourceTag, kms:ResourceAliases";
        let conditional = |key: &str| {
            let (statement, is) = with(key);
            statement.condition(is)
        };
        let for_all = |key: &str| {
            let (statement, is) = with(key);
            statement.condition(is.for_all_values())
        };
        let permissive = |key: &str, name: &str, what: &str| {
            (
                for_all(key),
                format!(
                    "OverlyPermissiveCondition:{name}: Using the ForAllValues set operator with a \
                     single-valued condition key matches requests without the specified {what} or \
                     with an unspecified {what}. To fix, remove ForAllValues."
                ),
            )
        };
        #[rustfmt::skip]
        let refused = [
            (Statement::allow().action("kms:*"), "Policy contains a statement with no principal.".to_owned()),
            (anybody(), "Policy contains a statement with no action.".to_owned()),
            (allow(arn("arn:aws-cn:iam::111122223333:root")), invalid.to_owned()),
            (allow(Principal::UniqueId("AROACKCEVSQ6C2EXAMPLE".to_owned())), invalid.to_owned()),
            (conditional("aws:ResourceTag/team"), forbidden.to_owned()),
            (conditional("kms:ResourceAliases"), forbidden.to_owned()),
            (conditional("kms:ResourceTag"), forbidden.to_owned()),
            permissive("kms:EncryptionContext:tenant", "EncryptionContext", "encryption context"),
            permissive("aws:RequestTag/team", "RequestTag", "tag"),
        ];
        let region = "us-east-2".parse().unwrap();
        for (statement, message) in refused {
            let policy = KeyPolicy::default().statement(statement);
            let error = policy.check(&region).unwrap_err();
            assert_eq!(error.code(), "MalformedPolicyDocumentException");
            assert_eq!(error.to_string(), message);
        }
        #[rustfmt::skip]
        let taken = [
            allow(arn("arn:aws:iam::444455556666:role/Auditor")),
            allow(Principal::Account("444455556666".parse().unwrap())),
            allow(Principal::Service("sns.amazonaws.com".to_owned())),
            conditional("kms:EncryptionContext:tenant"),
            for_all("kms:EncryptionContextKeys"),
            Statement::deny_all_but([Principal::Any]).action("kms:*"),
        ];
        for statement in taken {
            let policy = KeyPolicy::default().statement(statement);
            assert_eq!(policy.check(&region), Ok(()));
        }
    }
}
