//! A policy document in, element by element: what is not understood is refused, with its place.

use core::fmt;

use crate::access::condition::{Comparison, Condition};
use crate::access::principal::Principal;
use crate::access::statement::{Effect, Patterns, Principals, Statement};
use crate::access::{ConditionOperator, PrincipalArn};
use crate::error::KmsError;
use crate::json::{self, Element, Problem, Value};

/// How the operators begin that IAM has besides ours.
const OTHER_OPERATORS: [&str; 5] = ["Binary", "Date", "IpAddress", "NotIpAddress", "Numeric"];

/// Which of the two policies a document is: only a key policy has principals.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    IdentityPolicy,
    KeyPolicy,
}

/// A policy document.
pub(super) struct Document {
    pub(super) id: Option<String>,
    pub(super) statements: Vec<Statement>,
}

/// Reads a policy document.
///
/// # Errors
///
/// [`KmsError::MalformedPolicyDocument`], which says where.
pub(super) fn document(text: &str, kind: Kind) -> Result<Document, KmsError> {
    let value = json::parse(text).map_err(malformed)?;
    policy(&Element::root("the policy", &value), kind).map_err(malformed)
}

/// `MalformedPolicyDocumentException`
fn malformed(reason: impl fmt::Display) -> KmsError {
    KmsError::MalformedPolicyDocument {
        reason: reason.to_string(),
    }
}

fn policy(policy: &Element<'_>, kind: Kind) -> Result<Document, Problem> {
    let [version, id, statements] = policy.only_members(["Version", "Id", "Statement"])?;
    let has_variables = match version {
        None => false,
        Some(version) => match version.text()? {
            "2008-10-17" => false,
            "2012-10-17" => true,
            other => return version.refuse(format_args!("{other:?} is not a version")),
        },
    };
    let reader = Reader {
        kind,
        has_variables,
    };
    let Some(statements) = statements else {
        return policy.refuse("Statement is missing");
    };
    Ok(Document {
        id: optional_text(id)?,
        statements: statements
            .one_or_more()?
            .into_iter()
            .map(|statement| reader.statement(&statement))
            .collect::<Result<_, _>>()?,
    })
}

/// What has to be known of the document to read a statement.
struct Reader {
    kind: Kind,
    /// Whether the version of the language has policy variables: `${aws:username}`.
    has_variables: bool,
}

impl Reader {
    fn statement(&self, statement: &Element<'_>) -> Result<Statement, Problem> {
        let [
            sid,
            effect,
            principal,
            not_principal,
            action,
            not_action,
            resource,
            not_resource,
            condition,
        ] = statement.only_members([
            "Sid",
            "Effect",
            "Principal",
            "NotPrincipal",
            "Action",
            "NotAction",
            "Resource",
            "NotResource",
            "Condition",
        ])?;
        let Some(effect) = effect else {
            return statement.refuse("Effect is missing");
        };
        let effect = match effect.text()? {
            "Allow" => Effect::Allow,
            "Deny" => Effect::Deny,
            other => return effect.refuse(format_args!("{other:?} is neither Allow nor Deny")),
        };
        Ok(Statement {
            sid: optional_text(sid)?,
            effect,
            principals: self.principals(statement, effect, principal, not_principal)?,
            actions: match (action, not_action) {
                (Some(actions), None) => Patterns::Any(all(actions, read_action)?),
                (None, Some(actions)) => Patterns::None(all(actions, read_action)?),
                (Some(_), Some(both)) => return both.refuse("Action is there already"),
                (None, None) => return statement.refuse("Action is missing"),
            },
            resources: match (resource, not_resource) {
                (Some(list), None) => Patterns::Any(all(list, |one| self.resource(one))?),
                (None, Some(list)) => Patterns::None(all(list, |one| self.resource(one))?),
                (Some(_), Some(both)) => return both.refuse("Resource is there already"),
                (None, None) => return statement.refuse("Resource is missing"),
            },
            conditions: match condition {
                Some(condition) => self.conditions(&condition)?,
                None => Vec::new(),
            },
        })
    }

    fn principals(
        &self,
        statement: &Element<'_>,
        effect: Effect,
        principal: Option<Element<'_>>,
        not_principal: Option<Element<'_>>,
    ) -> Result<Principals, Problem> {
        match (self.kind, principal, not_principal) {
            (Kind::IdentityPolicy, None, None) => Ok(Principals::Only(Vec::new())),
            (Kind::IdentityPolicy, Some(any), _) | (Kind::IdentityPolicy, None, Some(any)) => {
                any.refuse("an identity-based policy has no principals")
            }
            (Kind::KeyPolicy, Some(principal), None) => {
                read_principals(&principal).map(Principals::Only)
            }
            (Kind::KeyPolicy, None, Some(excepted)) if effect == Effect::Deny => {
                read_principals(&excepted).map(Principals::AllBut)
            }
            (Kind::KeyPolicy, None, Some(excepted)) => {
                excepted.refuse("goes with the effect Deny only")
            }
            (Kind::KeyPolicy, Some(_), Some(both)) => both.refuse("Principal is there already"),
            (Kind::KeyPolicy, None, None) => statement.refuse("Principal is missing"),
        }
    }

    fn resource(&self, element: &Element<'_>) -> Result<String, Problem> {
        let resource = self.text_without_variables(element)?;
        if resource == "*" || resource.starts_with("arn:") {
            Ok(resource.to_owned())
        } else {
            element.refuse(format_args!("{resource:?} is neither * nor an ARN"))
        }
    }

    fn conditions(&self, element: &Element<'_>) -> Result<Vec<Condition>, Problem> {
        let mut conditions = Vec::new();
        for (operator, by_key) in element.members()? {
            let comparison = read_comparison(operator, &by_key)?;
            for (key, values) in by_key.members()? {
                let read = |value: &Element<'_>| self.condition_value(comparison.operator, value);
                conditions.push(Condition::of(comparison, key, all(values, read)?));
            }
        }
        Ok(conditions)
    }

    /// A value of a condition. JSON's own booleans and numbers are taken as text.
    fn condition_value(
        &self,
        operator: ConditionOperator,
        element: &Element<'_>,
    ) -> Result<String, Problem> {
        let value = match element.value() {
            Value::Flag(true) => "true",
            Value::Flag(false) => "false",
            Value::Number(number) => number,
            _ => self.text_without_variables(element)?,
        };
        let is_truth = value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false");
        let wants_truth = matches!(operator, ConditionOperator::Bool | ConditionOperator::Null);
        if wants_truth && !is_truth {
            return element.refuse(format_args!("{value:?} is neither true nor false"));
        }
        Ok(value.to_owned())
    }

    /// A text that means the same in every request.
    fn text_without_variables<'a>(&self, element: &Element<'a>) -> Result<&'a str, Problem> {
        let text = element.text()?;
        if self.has_variables && text.contains("${") {
            return element.refuse("policy variables are not supported");
        }
        Ok(text)
    }
}

fn optional_text(element: Option<Element<'_>>) -> Result<Option<String>, Problem> {
    element
        .map(|element| element.text().map(str::to_owned))
        .transpose()
}

/// Reads what may be one or a list.
fn all<T>(
    element: Element<'_>,
    read: impl Fn(&Element<'_>) -> Result<T, Problem>,
) -> Result<Vec<T>, Problem> {
    element.one_or_more()?.iter().map(read).collect()
}

fn read_action(element: &Element<'_>) -> Result<String, Problem> {
    let action = element.text()?;
    let is_complete = match action.split_once(':') {
        Some((service, name)) => !service.is_empty() && !name.is_empty() && !name.contains(':'),
        None => action == "*",
    };
    if is_complete {
        Ok(action.to_owned())
    } else {
        element.refuse(format_args!(
            "{action:?} is not an action, such as kms:ReEncrypt*"
        ))
    }
}

fn read_principals(element: &Element<'_>) -> Result<Vec<Principal>, Problem> {
    if let Value::Text(text) = element.value() {
        return match &**text {
            "*" => Ok(vec![Principal::Any]),
            text => element.refuse(format_args!("{text:?} is neither * nor an object")),
        };
    }
    let mut principals = Vec::new();
    for (kind, entries) in element.members()? {
        let read = match kind {
            "AWS" => read_aws_principal,
            "Federated" => |entry: &Element<'_>| Ok(Principal::Federated(entry.text()?.to_owned())),
            "Service" => |entry: &Element<'_>| Ok(Principal::Service(entry.text()?.to_owned())),
            _ => return entries.refuse("no such kind of principals for a key"),
        };
        principals.extend(all(entries, read)?);
    }
    if principals.is_empty() {
        return element.refuse("no principals");
    }
    Ok(principals)
}

fn read_aws_principal(element: &Element<'_>) -> Result<Principal, Problem> {
    let text = element.text()?;
    if text == "*" {
        Ok(Principal::Any)
    } else if let Ok(account) = text.parse() {
        Ok(Principal::Account(account))
    } else if let Ok(arn) = text.parse::<PrincipalArn>() {
        Ok(Principal::Arn(arn))
    } else {
        element.refuse(format_args!(
            "{text:?} is not a principal: *, an account id, or the ARN of a root, user, role or session"
        ))
    }
}

fn read_comparison(operator: &str, element: &Element<'_>) -> Result<Comparison, Problem> {
    let bare = operator.split_once(':').map_or(operator, |(_, bare)| bare);
    match operator.parse() {
        Ok(comparison) => Ok(comparison),
        Err(_) if OTHER_OPERATORS.iter().any(|other| bare.starts_with(other)) => {
            element.refuse("conditions on numbers, dates, addresses and bytes are not supported")
        }
        Err(_) => element.refuse("no such condition operator"),
    }
}

#[cfg(test)]
mod tests {
    use crate::access::{IdentityPolicy, KeyPolicy};

    /// A statement that is right but for what the test puts in the place of one of its elements.
    fn statement_with(name: &str, element: &str) -> String {
        let mut elements = vec![
            ("Effect", r#""Effect": "Allow""#.to_owned()),
            ("Principal", r#""Principal": "*""#.to_owned()),
            ("Action", r#""Action": "kms:*""#.to_owned()),
            ("Resource", r#""Resource": "*""#.to_owned()),
        ];
        elements.retain(|(other, _)| *other != name);
        elements.push((name, element.to_owned()));
        let elements: Vec<_> = elements
            .into_iter()
            .map(|(_, element)| element)
            .filter(|element| !element.is_empty())
            .collect();
        format!("{{{}}}", elements.join(", "))
    }

    #[track_caller]
    fn assert_refused(policy: &str, reason: &str) {
        let error = KeyPolicy::from_json(policy).expect_err(policy);
        assert_eq!(error.code(), "MalformedPolicyDocumentException");
        assert_eq!(error.to_string(), reason, "{policy}");
    }

    #[test]
    fn a_document_that_is_no_policy_is_refused() {
        for (policy, reason) in [
            ("", "unexpected end at line 1 column 1"),
            ("{", "unexpected end at line 1 column 2"),
            ("[]", "the policy: not an object"),
            ("{}", "the policy: Statement is missing"),
            (r#"{"Statement": []}"#, "Statement: an empty list"),
            (r#"{"Statement": "x"}"#, "Statement: not an object"),
            (r#"{"Statement": [{}]}"#, "Statement[0]: Effect is missing"),
            (
                r#"{"Version": "2012-10-18", "Statement": {}}"#,
                r#"Version: "2012-10-18" is not a version"#,
            ),
            (
                r#"{"Version": 1, "Statement": {}}"#,
                "Version: not a string",
            ),
            (
                r#"{"version": "2012-10-17", "Statement": {}}"#,
                "version: no such element",
            ),
            (
                r#"{"Statement": {"Effect": "Allow", "Effect": "Deny"}}"#,
                r#"Statement: duplicate element "Effect""#,
            ),
        ] {
            assert_refused(policy, reason);
        }
    }

    #[test]
    fn an_element_that_is_not_understood_is_refused_by_its_place() {
        for (name, element, reason) in [
            (
                "Effect",
                r#""Effect": "allow""#,
                r#"Statement.Effect: "allow" is neither Allow nor Deny"#,
            ),
            ("Principal", "", "Statement: Principal is missing"),
            (
                "Principal",
                r#""Principal": "111122223333""#,
                r#"Statement.Principal: "111122223333" is neither * nor an object"#,
            ),
            (
                "Principal",
                r#""Principal": {}"#,
                "Statement.Principal: no principals",
            ),
            (
                "Principal",
                r#""Principal": {"AWS": []}"#,
                "Statement.Principal.AWS: an empty list",
            ),
            (
                "Principal",
                r#""Principal": {"AWS": ["*", "arn:aws:iam::111122223333:user/*"]}"#,
                "Statement.Principal.AWS[1]: \"arn:aws:iam::111122223333:user/*\" is not a principal: *, an account id, \
                 or the ARN of a root, user, role or session",
            ),
            (
                "Principal",
                r#""Principal": {"CanonicalUser": "x"}"#,
                "Statement.Principal.CanonicalUser: no such kind of principals for a key",
            ),
            (
                "Principal",
                r#""NotPrincipal": "*""#,
                "Statement.NotPrincipal: goes with the effect Deny only",
            ),
            (
                "x",
                r#""NotPrincipal": "*""#,
                "Statement.NotPrincipal: Principal is there already",
            ),
            ("Action", "", "Statement: Action is missing"),
            (
                "Action",
                r#""Action": "ReEncrypt""#,
                r#"Statement.Action: "ReEncrypt" is not an action, such as kms:ReEncrypt*"#,
            ),
            (
                "Action",
                r#""Action": ["kms:*", 7]"#,
                "Statement.Action[1]: not a string",
            ),
            (
                "x",
                r#""NotAction": "kms:*""#,
                "Statement.NotAction: Action is there already",
            ),
            ("Resource", "", "Statement: Resource is missing"),
            (
                "Resource",
                r#""Resource": "key/1""#,
                r#"Statement.Resource: "key/1" is neither * nor an ARN"#,
            ),
            (
                "x",
                r#""NotResource": "*""#,
                "Statement.NotResource: Resource is there already",
            ),
            (
                "x",
                r#""Conditions": {}"#,
                "Statement.Conditions: no such element",
            ),
            (
                "x",
                r#""Condition": {"StringMatches": {}}"#,
                "Statement.Condition.StringMatches: no such condition operator",
            ),
            (
                "x",
                r#""Condition": {"ForAnyValue:NumericEquals": {"kms:x": 1}}"#,
                "Statement.Condition.ForAnyValue:NumericEquals: conditions on numbers, dates, addresses and bytes are not supported",
            ),
            (
                "x",
                r#""Condition": {"Bool": {"kms:MultiRegion": "yes"}}"#,
                r#"Statement.Condition.Bool.kms:MultiRegion: "yes" is neither true nor false"#,
            ),
            (
                "x",
                r#""Condition": {"StringLike": {"kms:x": [null]}}"#,
                "Statement.Condition.StringLike.kms:x[0]: not a string",
            ),
        ] {
            let statement = statement_with(name, element);
            assert_refused(&format!(r#"{{"Statement": {statement}}}"#), reason);
        }
    }

    #[test]
    fn a_policy_variable_is_refused_where_the_language_has_them() {
        let statement = statement_with(
            "x",
            r#""Condition": {"StringEquals": {"kms:EncryptionContext:user": "${aws:username}"}}"#,
        );
        let policy = |version| format!(r#"{{"Version": "{version}", "Statement": [{statement}]}}"#);
        assert_refused(
            &policy("2012-10-17"),
            "Statement[0].Condition.StringEquals.kms:EncryptionContext:user: \
             policy variables are not supported",
        );
        assert!(KeyPolicy::from_json(&policy("2008-10-17")).is_ok());
    }

    #[test]
    fn an_identity_based_policy_has_no_principals() {
        let policy = |statement| format!(r#"{{"Statement": {statement}}}"#);
        let without = policy(statement_with("Principal", ""));
        assert!(IdentityPolicy::from_json(&without).is_ok());
        let error = IdentityPolicy::from_json(&policy(statement_with("x", ""))).unwrap_err();
        assert_eq!(
            error.to_string(),
            "Statement.Principal: an identity-based policy has no principals"
        );
    }
}
