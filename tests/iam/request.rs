//! A request, as the tables write it.

use std::borrow::Cow;

use kms_reencrypt::AccountId;
use kms_reencrypt::iam::{ContextKey, Policy, Presence, RequestContext, Requester, Statement};

/// A request for `kms:Decrypt` of a key in account 111122223333.
#[derive(Debug)]
pub(crate) struct Request {
    requester: Requester,
    owner: Option<AccountId>,
    values: Vec<(&'static str, Vec<String>)>,
}

impl Request {
    /// By somebody of account 111122223333, or of account 444455556666 if the name begins with `other:`, or by a service.
    pub(crate) fn by(name: &str) -> Self {
        Self {
            requester: requester(name),
            owner: "111122223333".parse().ok(),
            values: Vec::new(),
        }
    }

    /// That is about no resource.
    pub(crate) fn without_resource(self) -> Self {
        Self {
            owner: None,
            ..self
        }
    }

    pub(crate) fn with(mut self, key: &'static str, values: &[&str]) -> Self {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        self.values.push((key, values));
        self
    }
}

impl RequestContext for Request {
    fn requester(&self) -> &Requester {
        &self.requester
    }

    fn action(&self) -> &'static str {
        "kms:Decrypt"
    }

    fn resource(&self) -> Cow<'_, str> {
        match self.owner {
            Some(_) => "arn:aws:kms:us-east-2:111122223333:key/alice-1".into(),
            None => "*".into(),
        }
    }

    fn resource_account(&self) -> Option<&AccountId> {
        self.owner.as_ref()
    }

    fn values(&self, key: &ContextKey, visit: &mut dyn FnMut(&str)) -> Presence {
        let mut of_key = self.values.iter();
        match of_key.find(|(name, _)| name.eq_ignore_ascii_case(key.name())) {
            Some((_, values)) => {
                values.iter().for_each(|value| visit(value));
                Presence::Present
            }
            None if key.name().starts_with("unknown:") => Presence::Unknown,
            None if key.name() == "aws:sourceip" => Presence::NotProvided,
            None => Presence::Absent,
        }
    }
}

pub(crate) fn requester(name: &str) -> Requester {
    if name.ends_with(".amazonaws.com") {
        return Requester::service(name);
    }
    Requester::principal(arn(name).parse().unwrap())
}

pub(crate) fn arn(name: &str) -> String {
    let (account, name) = match name.strip_prefix("other:") {
        Some(name) => ("444455556666", name),
        None => ("111122223333", name),
    };
    let is_temporary = name.starts_with("assumed-role/") || name.starts_with("federated-user/");
    let service = if is_temporary { "sts" } else { "iam" };
    format!("arn:aws:{service}::{account}:{name}")
}

pub(crate) fn of(statement: Statement) -> Policy {
    Policy::new().statement(statement)
}

/// A policy that allows what is asked.
pub(crate) fn allows() -> Policy {
    of(Statement::allow().action("kms:Decrypt"))
}

/// A policy that denies what is asked.
pub(crate) fn denies() -> Policy {
    of(Statement::deny().action("kms:Decrypt"))
}

/// A policy that says nothing of what is asked.
pub(crate) fn silent() -> Policy {
    of(Statement::allow().action("kms:Encrypt"))
}
