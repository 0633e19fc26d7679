//! A request for unit tests.

use std::borrow::Cow;

use crate::key::AccountId;

use super::{ContextKey, Presence, RequestContext, Requester};

/// The session `alice` of the role `Auditor` asks for `kms:Decrypt` of a key in its own account.
pub(super) struct Request {
    pub(super) requester: Requester,
    pub(super) action: String,
    pub(super) resource: String,
    owner: Option<AccountId>,
    values: Vec<(ContextKey, Vec<String>)>,
}

impl Default for Request {
    fn default() -> Self {
        let session = "arn:aws:sts::111122223333:assumed-role/Auditor/alice";
        Self {
            requester: Requester::principal(session.parse().unwrap()),
            action: "kms:Decrypt".to_owned(),
            resource: "arn:aws:kms:us-east-2:111122223333:key/1234abcd".to_owned(),
            owner: "111122223333".parse().ok(),
            values: Vec::new(),
        }
    }
}

impl Request {
    pub(super) fn with(mut self, key: &str, values: &[&str]) -> Self {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        self.values.push((ContextKey::new(key), values));
        self
    }
}

impl RequestContext for Request {
    fn requester(&self) -> &Requester {
        &self.requester
    }

    fn action(&self) -> &str {
        &self.action
    }

    fn resource(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.resource)
    }

    fn resource_account(&self) -> Option<&AccountId> {
        self.owner.as_ref()
    }

    fn values(&self, key: &ContextKey, visit: &mut dyn FnMut(&str)) -> Presence {
        match self.values.iter().find(|(other, _)| other == key) {
            Some((_, values)) => {
                values.iter().for_each(|value| visit(value));
                Presence::Present
            }
            None => Presence::Absent,
        }
    }
    fn is_multivalued(&self, key: &ContextKey) -> bool {
        key.name() == "aws:tagkeys"
    }
}
