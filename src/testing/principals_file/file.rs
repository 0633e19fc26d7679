//! [`PrincipalsFile`]: what a file says.

use std::collections::BTreeMap;

use crate::access::Caller;
use crate::iam::Policy;
use crate::key::AccountId;
use crate::kms::Kms;
use crate::provider::KeyProvider;

/// Levels of control policies, from the root of the organization to the account.
pub(super) type Levels = Vec<Vec<Policy>>;

/// The callers of a file, by access key id, and the policies of their organizations.
///
/// ```
/// use kms_reencrypt::testing::principals_file::read_principals;
/// use kms_reencrypt::{Keyring, KeySpec, Kms};
///
/// let keyring = Keyring::new("111122223333", "us-east-2")?;
/// let principals = read_principals(
///     r#"{
///         "Principals": [
///             {"AccessKeyId": "AKIAALICE", "Arn": "arn:aws:iam::111122223333:user/alice"}
///         ]
///     }"#,
/// )?;
/// let alice = principals.caller("AKIAALICE").unwrap();
/// let kms = Kms::new(keyring).as_caller(alice.clone());
/// assert_eq!(kms.caller().to_string(), "arn:aws:iam::111122223333:user/alice");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct PrincipalsFile {
    pub(super) callers: BTreeMap<String, Caller>,
    pub(super) service_control: BTreeMap<AccountId, Levels>,
    pub(super) resource_control: BTreeMap<AccountId, Levels>,
    pub(super) endpoint: Option<Policy>,
}

impl PrincipalsFile {
    /// The caller of an access key id, with everything that the file says of it.
    #[must_use]
    pub fn caller(&self, access_key_id: &str) -> Option<&Caller> {
        self.callers.get(access_key_id)
    }

    /// The access key ids of the file and their callers.
    pub fn callers(&self) -> impl Iterator<Item = (&str, &Caller)> {
        self.callers
            .iter()
            .map(|(id, caller)| (id.as_str(), caller))
    }

    /// A caller that the file does not list, under the file's policies for everybody: the service control policies of its
    /// account and the VPC endpoint policy.
    #[must_use]
    pub fn limit(&self, mut caller: Caller) -> Caller {
        let levels = caller
            .account()
            .and_then(|account| self.service_control.get(account));
        if let Some(levels) = levels {
            caller = caller.with_service_control_policies(levels.clone());
        }
        match &self.endpoint {
            Some(policy) => caller.with_vpc_endpoint_policy(policy.clone()),
            None => caller,
        }
    }

    /// The same keys under the resource control policies of the file.
    #[must_use]
    pub fn limit_resources<P: KeyProvider>(&self, kms: Kms<P>) -> Kms<P> {
        let accounts = self.resource_control.iter();
        accounts.fold(kms, |kms, (account, levels)| {
            kms.with_resource_control_policies(*account, levels.clone())
        })
    }
}
