//! Writes a policy in AWS's layout.

use std::borrow::Cow;

use crate::iam::actions::{ActionPattern, Actions};
use crate::iam::policy::Version;
use crate::iam::principals::Principals;
use crate::iam::resources::{ResourcePattern, Resources};
use crate::iam::{Condition, Effect, Policy, Principal, Statement};

/// A policy, with accounts as ARNs of their roots in a partition.
pub(super) fn policy(policy: &Policy, partition: &str) -> String {
    let version = policy.version().map(|version| match version {
        Version::V2008 => "2008-10-17",
        Version::V2012 => "2012-10-17",
    });
    let statements = policy.statements().iter();
    let statements = statements.map(|of_policy| statement(of_policy, partition));
    let members = [
        ("Version", version.map(Node::text)),
        ("Id", policy.document_id().map(Node::text)),
        ("Statement", Some(Node::List(statements.collect()))),
    ];
    let mut text = String::new();
    Node::object(members).write(&mut text, 0);
    text
}

fn statement<'a>(statement: &'a Statement, partition: &str) -> Node<'a> {
    let Statement {
        sid,
        effect,
        principals: by_principal,
        actions,
        resources,
        conditions: all_conditions,
    } = statement;
    let (principal, not_principal) = match by_principal {
        Principals::AllBut(list) => (None, Some(principals(list, partition))),
        Principals::Only(list) if list.is_empty() => (None, None),
        Principals::Only(list) => (Some(principals(list, partition)), None),
    };
    let actions_of = |list: &'a [ActionPattern]| {
        Some(Node::one_or_list(
            list.iter()
                .map(|one| Node::text(one.as_written()))
                .collect(),
        ))
    };
    let (action, not_action) = match actions {
        Actions::Any(list) => (actions_of(list), None),
        Actions::None(list) => (None, actions_of(list)),
    };
    let resources_of = |list: &'a [ResourcePattern]| {
        let resources = list.iter().map(|one| Node::text(&one.written));
        Some(Node::one_or_list(resources.collect()))
    };
    let (resource, not_resource) = match resources {
        Resources::All => (Some(Node::text("*")), None),
        Resources::Any(list) => (resources_of(list), None),
        Resources::None(list) => (None, resources_of(list)),
    };
    Node::object([
        ("Sid", sid.as_deref().map(Node::text)),
        (
            "Effect",
            Some(Node::text(match effect {
                Effect::Allow => "Allow",
                Effect::Deny => "Deny",
            })),
        ),
        ("Principal", principal),
        ("NotPrincipal", not_principal),
        ("Action", action),
        ("NotAction", not_action),
        ("Resource", resource),
        ("NotResource", not_resource),
        (
            "Condition",
            (!all_conditions.is_empty()).then(|| conditions(all_conditions)),
        ),
    ])
}

fn principals<'a>(list: &'a [Principal], partition: &str) -> Node<'a> {
    let mut by_kind: Vec<(Cow<'a, str>, Vec<Node<'a>>)> = Vec::new();
    for principal in list {
        let (kind, text) = match principal {
            Principal::Account(account) => {
                let root = format!("arn:{partition}:iam::{account}:root");
                ("AWS", Cow::Owned(root))
            }
            Principal::Any => ("AWS", Cow::Borrowed("*")),
            Principal::Arn(arn) => ("AWS", Cow::Owned(arn.to_string())),
            Principal::CanonicalUser(user) => ("CanonicalUser", Cow::Borrowed(&**user)),
            Principal::Federated(provider) => ("Federated", Cow::Borrowed(&**provider)),
            Principal::Service(service) => ("Service", Cow::Borrowed(&**service)),
            Principal::UniqueId(id) => ("AWS", Cow::Borrowed(&**id)),
        };
        add(&mut by_kind, kind.into(), Node::Text(text));
    }
    let members = by_kind.into_iter();
    Node::Object(
        members
            .map(|(kind, texts)| (kind, Node::one_or_list(texts)))
            .collect(),
    )
}

fn conditions(conditions: &[Condition]) -> Node<'_> {
    let mut by_operator = Vec::new();
    for condition in conditions {
        let values = condition.values().iter().map(|value| Node::text(value));
        let member = (
            condition.key().as_written().into(),
            Node::one_or_list(values.collect()),
        );
        add(&mut by_operator, condition.operator().into(), member);
    }
    let members = by_operator.into_iter();
    Node::Object(
        members
            .map(|(operator, members)| (operator, Node::Object(members)))
            .collect(),
    )
}

/// Adds an item to the group of its name. Groups keep the order in which their names first occurred.
fn add<'a, T>(groups: &mut Vec<(Cow<'a, str>, Vec<T>)>, name: Cow<'a, str>, item: T) {
    match groups.iter_mut().find(|(other, _)| *other == name) {
        Some((_, items)) => items.push(item),
        None => groups.push((name, vec![item])),
    }
}

/// A value of the document.
enum Node<'a> {
    List(Vec<Self>),
    Object(Vec<(Cow<'a, str>, Self)>),
    Text(Cow<'a, str>),
}

impl<'a> Node<'a> {
    const fn text(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    /// A list of one is written as its element.
    fn one_or_list(mut nodes: Vec<Self>) -> Self {
        match nodes.pop() {
            Some(only) if nodes.is_empty() => only,
            last => {
                nodes.extend(last);
                Self::List(nodes)
            }
        }
    }

    /// An object of the members that are present.
    fn object<const N: usize>(members: [(&'a str, Option<Self>); N]) -> Self {
        let members = members.into_iter();
        Self::Object(
            members
                .filter_map(|(name, node)| Some((name.into(), node?)))
                .collect(),
        )
    }

    /// Members on lines of their own, lists on one line (DOC: `GetKeyPolicy`).
    fn write(&self, text: &mut String, depth: usize) {
        match self {
            Self::List(nodes) => {
                text.push_str("[ ");
                for (at, node) in nodes.iter().enumerate() {
                    text.push_str(if at == 0 { "" } else { ", " });
                    node.write(text, depth);
                }
                text.push_str(" ]");
            }
            Self::Object(members) => {
                text.push('{');
                for (at, (name, node)) in members.iter().enumerate() {
                    text.push_str(if at == 0 { "" } else { "," });
                    new_line(text, depth + 1);
                    write_text(text, name);
                    text.push_str(" : ");
                    node.write(text, depth + 1);
                }
                new_line(text, depth);
                text.push('}');
            }
            Self::Text(node) => write_text(text, node),
        }
    }
}

fn new_line(text: &mut String, depth: usize) {
    text.push('\n');
    text.extend(core::iter::repeat_n("  ", depth));
}

/// A string, escaped.
fn write_text(text: &mut String, string: &str) {
    // A string can always be written.
    text.push_str(&serde_json::to_string(string).unwrap_or_default());
}
