//! A policy out, in the order and with the spaces of AWS's own.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use serde_json::{Map, Value};

use crate::access::condition::Condition;
use crate::access::principal::Principal;
use crate::access::statement::{Effect, Patterns, Principals, Statement};
use crate::access::{IdentityPolicy, KeyPolicy, PrincipalArn};
use crate::key::KeyArn;

/// The `Id` of the policy that AWS gives a key made by API (DOC: `GetKeyPolicy`).
const DEFAULT_ID: &str = "key-default-1";

/// The `Sid` of its statement.
const DEFAULT_SID: &str = "Enable IAM User Permissions";

/// A key policy, for a key: the default statement names the account.
pub(super) fn key_policy(policy: &KeyPolicy, key: &KeyArn) -> String {
    let default_statement = policy.account_decides.then(|| {
        Statement::allow()
            .sid(DEFAULT_SID)
            .principal(PrincipalArn::root(*key.account()).in_partition_of(key.region()))
            .action("kms:*")
    });
    let default_id = policy.account_decides.then_some(DEFAULT_ID);
    document(&DocumentOut {
        version: "2012-10-17",
        id: policy.id.as_deref().or(default_id),
        statement: default_statement
            .iter()
            .chain(&policy.statements)
            .map(StatementOut::new)
            .collect(),
    })
}

/// An identity-based policy.
pub(super) fn identity_policy(policy: &IdentityPolicy) -> String {
    let without_principals = |statement| StatementOut {
        principal: None,
        not_principal: None,
        ..StatementOut::new(statement)
    };
    document(&DocumentOut {
        version: "2012-10-17",
        id: None,
        statement: policy.statements.iter().map(without_principals).collect(),
    })
}

fn document(document: &DocumentOut<'_>) -> String {
    let mut text = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut text, AwsLayout::default());
    // Writing to memory does not fail, and the names in an object are all strings.
    document
        .serialize(&mut serializer)
        .ok()
        .and_then(|()| String::from_utf8(text).ok())
        .unwrap_or_default()
}

/// How `GetKeyPolicy` lays out a policy that AWS wrote (DOC): members on lines of their own, lists on one line.
#[derive(Default)]
struct AwsLayout {
    depth: usize,
}

impl AwsLayout {
    fn new_line<W: ?Sized + Write>(&self, writer: &mut W) -> io::Result<()> {
        write!(writer, "\n{:1$}", "", 2 * self.depth)
    }
}

impl Formatter for AwsLayout {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b"[ ")
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b" ]")
    }

    fn begin_array_value<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        writer.write_all(if first { b"" } else { b", " })
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth += 1;
        writer.write_all(b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth -= 1;
        self.new_line(writer)?;
        writer.write_all(b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        writer.write_all(if first { b"" } else { b"," })?;
        self.new_line(writer)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b" : ")
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DocumentOut<'a> {
    version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    statement: Vec<StatementOut<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct StatementOut<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<&'a str>,
    effect: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    principal: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_principal: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_action: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_resource: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<Value>,
}

impl<'a> StatementOut<'a> {
    fn new(statement: &'a Statement) -> Self {
        let Statement {
            sid,
            effect,
            principals: by_principal,
            actions,
            resources,
            conditions: all_conditions,
        } = statement;
        let (principal, not_principal) = match by_principal {
            Principals::AllBut(list) => (None, Some(principals(list))),
            Principals::Only(list) => (Some(principals(list)), None),
        };
        let (action, not_action) = patterns(actions);
        let (resource, not_resource) = patterns(resources);
        Self {
            sid: sid.as_deref(),
            effect: match effect {
                Effect::Allow => "Allow",
                Effect::Deny => "Deny",
            },
            principal,
            not_principal,
            action,
            not_action,
            resource,
            not_resource,
            condition: (!all_conditions.is_empty()).then(|| conditions(all_conditions)),
        }
    }
}

fn principals(list: &[Principal]) -> Value {
    let mut by_kind = Map::new();
    for principal in list {
        let (kind, text) = match principal {
            Principal::Account(account) => ("AWS", account.to_string()),
            Principal::Any => ("AWS", "*".to_owned()),
            Principal::Arn(arn) => ("AWS", arn.to_string()),
            Principal::Federated(provider) => ("Federated", provider.clone()),
            Principal::Service(service) => ("Service", service.clone()),
        };
        add(&mut by_kind, kind, text);
    }
    Value::Object(by_kind)
}

/// The element, and the one with `Not`.
fn patterns(patterns: &Patterns) -> (Option<Value>, Option<Value>) {
    match patterns {
        Patterns::All => (Some(Value::from("*")), None),
        Patterns::Any(list) => (Some(one_or_list(list)), None),
        Patterns::None(list) => (None, Some(one_or_list(list))),
    }
}

fn conditions(conditions: &[Condition]) -> Value {
    let mut by_operator = Map::new();
    for condition in conditions {
        let by_key = by_operator
            .entry(condition.operator())
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(by_key) = by_key {
            by_key.insert(condition.key().to_owned(), one_or_list(condition.values()));
        }
    }
    Value::Object(by_operator)
}

/// One text as it is, several as a list.
fn one_or_list(list: &[String]) -> Value {
    match list {
        [one] => Value::from(one.as_str()),
        several => Value::from(several),
    }
}

/// Adds a text to what an object has under a name: one text as it is, several as a list.
fn add(object: &mut Map<String, Value>, name: &str, text: String) {
    match object.get_mut(name) {
        None => {
            object.insert(name.to_owned(), Value::String(text));
        }
        Some(Value::Array(list)) => list.push(Value::String(text)),
        Some(other) => *other = Value::Array(vec![other.take(), Value::String(text)]),
    }
}

#[cfg(test)]
mod tests {
    use crate::access::{
        Condition, ConditionOperator, IdentityPolicy, KeyPolicy, Principal, Statement,
    };
    use crate::key::KeyArn;

    fn key() -> KeyArn {
        "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
            .parse()
            .unwrap()
    }

    #[test]
    fn the_default_policy_is_written_as_aws_writes_it() {
        let text = KeyPolicy::account_decides().to_json(&key());
        let aws = r#"{
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "arn:aws:iam::111122223333:root"
    },
    "Action" : "kms:*",
    "Resource" : "*"
  } ]
}"#;
        assert_eq!(text, aws);
    }

    #[test]
    fn a_policy_that_was_read_comes_back_as_it_was_until_it_is_changed() {
        let text = r#"{"Statement":{"Effect":"Deny","NotPrincipal":{"AWS":"111122223333"},"Action":"*","Resource":"*"}}"#;
        let policy = KeyPolicy::from_json(text).unwrap();
        assert_eq!(policy.to_json(&key()), text);
        let changed = policy.statement(Statement::allow().action("kms:Decrypt"));
        assert_ne!(changed.to_json(&key()), text);
    }

    #[test]
    fn what_is_written_reads_as_the_same_policy() {
        let statement = Statement::deny_all_but([Principal::Any])
            .principal(Principal::Account("111122223333".parse().unwrap()))
            .principal(Principal::Service("s3.amazonaws.com".to_owned()))
            .principal(Principal::Federated(
                "cognito-identity.amazonaws.com".to_owned(),
            ))
            .sid("everything")
            .any_action_but(["kms:Decrypt", "kms:Encrypt"])
            .resource("*")
            .condition(
                Condition::new(
                    ConditionOperator::StringLike,
                    "kms:RequestAlias",
                    ["alias/*"],
                )
                .for_any_value()
                .if_exists(),
            )
            .condition(Condition::new(
                ConditionOperator::Bool,
                "kms:MultiRegion",
                ["true"],
            ))
            .condition(Condition::new(
                ConditionOperator::Bool,
                "kms:ReEncryptOnSameKey",
                ["true", "false"],
            ));
        let policy = KeyPolicy::new().id("all").statement(statement);
        let written = policy.to_json(&key());
        let read = KeyPolicy::from_json(&written).unwrap();
        assert_eq!(read.to_json(&key()), written);
        assert_eq!(read.id("all").to_json(&key()), written);

        let statement = Statement::allow()
            .action("kms:ReEncrypt*")
            .any_resource_but(["arn:aws:kms:*:111122223333:key/*"]);
        let policy = IdentityPolicy::new().statement(statement);
        let written = policy.to_json();
        assert_eq!(IdentityPolicy::from_json(&written).unwrap(), policy);
    }

    #[test]
    fn the_policy_of_an_aws_managed_key_is_readable() {
        let written = KeyPolicy::aws_managed("s3", key().place()).to_json(&key());
        let read = KeyPolicy::from_json(&written).unwrap();
        assert_eq!(read.to_json(&key()), written);
    }
}
