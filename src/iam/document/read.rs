//! Reads a policy document, element by element.

use crate::iam::actions::{ActionPattern, Actions};
use crate::iam::condition::Condition;
use crate::iam::operand::Operands;
use crate::iam::operator::Comparison;
use crate::iam::policy::Version;
use crate::iam::resources::{ResourcePattern, Resources};
use crate::iam::{Effect, Policy, PolicyKind, Statement};
use crate::json::{self, Element, Value};

use super::element::{all, optional_text, refuse};
use super::{PolicyError, PolicyProblem, principals};

/// The limit of IAM's API for any document (DOC: `CreatePolicy`). The limits of the policies themselves are lower, and
/// differ by kind.
const MAX_BYTES: usize = 131_072;

/// Reads a policy of a kind.
pub(super) fn policy(kind: PolicyKind, text: &str) -> Result<Policy, PolicyError> {
    let problem = |problem| PolicyError::new(String::new(), problem);
    if text.len() > MAX_BYTES {
        return Err(problem(PolicyProblem::TooLong));
    }
    let document =
        json::parse(text).map_err(|error| problem(PolicyProblem::Json(error.to_string())))?;
    policy_at(kind, &Element::root("the policy", document.value()))
}

/// Reads a policy of a kind from a part of a document.
pub(super) fn policy_at(kind: PolicyKind, policy: &Element<'_>) -> Result<Policy, PolicyError> {
    let [version, id, statements] = policy.only_members(["Version", "Id", "Statement"])?;
    let version = match version {
        None => None,
        Some(version) => match version.text()? {
            "2008-10-17" => Some(Version::V2008),
            "2012-10-17" => Some(Version::V2012),
            other => return refuse(&version, PolicyProblem::Version(other.to_owned())),
        },
    };
    let reader = Reader {
        kind,
        variables: version == Some(Version::V2012),
    };
    let Some(statements) = statements else {
        return refuse(policy, PolicyProblem::Missing("Statement"));
    };
    let statements = all(&statements, |statement| reader.statement(statement))?;
    Ok(Policy::of(version, optional_text(id)?, statements))
}

/// The properties of the document that are needed to read a statement.
struct Reader {
    kind: PolicyKind,
    /// Whether the version of the language has policy variables: `${aws:username}`.
    variables: bool,
}

impl Reader {
    fn statement(&self, statement: &Element<'_>) -> Result<Statement, PolicyError> {
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
            return refuse(statement, PolicyProblem::Missing("Effect"));
        };
        let effect = match effect.text()? {
            "Allow" => Effect::Allow,
            "Deny" => Effect::Deny,
            other => return refuse(&effect, PolicyProblem::Effect(other.to_owned())),
        };
        let is_control = self.kind == PolicyKind::ResourceControl;
        let actions = match (action, not_action) {
            (Some(actions), None) => Actions::Any(all(&actions, read_action)?),
            (None, Some(actions)) if is_control => {
                let problem = "a resource control policy has no NotAction";
                return refuse(&actions, PolicyProblem::Forbidden(problem));
            }
            (None, Some(actions)) => Actions::None(all(&actions, read_action)?),
            (Some(_), Some(both)) => return refuse(&both, PolicyProblem::Conflict("Action")),
            (None, None) => return refuse(statement, PolicyProblem::Missing("Action")),
        };
        let resources = match (resource, not_resource) {
            (Some(list), None) => Resources::Any(all(&list, |one| self.resource(one))?),
            (None, Some(list)) => Resources::None(all(&list, |one| self.resource(one))?),
            (Some(_), Some(both)) => return refuse(&both, PolicyProblem::Conflict("Resource")),
            (None, None) => return refuse(statement, PolicyProblem::Missing("Resource")),
        };
        let read = Statement {
            sid: optional_text(sid)?,
            effect,
            principals: principals::read(self.kind, effect, statement, principal, not_principal)?,
            actions,
            resources,
            conditions: match condition {
                Some(condition) => self.conditions(&condition)?,
                None => Vec::new(),
            },
        };
        if is_control && effect == Effect::Allow && !read.allows_everything() {
            let problem =
                "a resource control policy can only deny; RCPFullAWSAccess is the exception";
            return refuse(statement, PolicyProblem::Forbidden(problem));
        }
        Ok(read)
    }

    fn resource(&self, element: &Element<'_>) -> Result<ResourcePattern, PolicyError> {
        let resource = element.text()?;
        let parts = resource.split(':').count();
        let is_whole = parts >= 6 || self.kind != PolicyKind::Session;
        if resource == "*" || (resource.starts_with("arn:") && is_whole) {
            Ok(ResourcePattern::new(resource.to_owned(), self.variables))
        } else {
            refuse(element, PolicyProblem::Resource(resource.to_owned()))
        }
    }

    fn conditions(&self, element: &Element<'_>) -> Result<Vec<Condition>, PolicyError> {
        let mut conditions = Vec::new();
        for (operator, by_key) in element.members()? {
            let Ok(comparison) = operator.parse::<Comparison>() else {
                return refuse(&by_key, PolicyProblem::Operator(operator.to_owned()));
            };
            for (key, values) in by_key.members()? {
                let values = all(&values, |value| self.condition_value(comparison, value))?;
                conditions.push(Condition::of(comparison, key, values, self.variables));
            }
        }
        Ok(conditions)
    }

    /// A value of a condition. JSON's own booleans and numbers are taken as they are written.
    fn condition_value(
        &self,
        comparison: Comparison,
        element: &Element<'_>,
    ) -> Result<String, PolicyError> {
        let value = match element.value() {
            Value::Flag(true) => "true",
            Value::Flag(false) => "false",
            Value::Number(number) => number,
            _ => element.text()?,
        };
        if Operands::can_read(comparison.operator, value, self.variables) {
            Ok(value.to_owned())
        } else {
            let problem = PolicyProblem::Value {
                operator: comparison.to_string(),
                value: value.to_owned(),
            };
            refuse(element, problem)
        }
    }
}

fn read_action(element: &Element<'_>) -> Result<ActionPattern, PolicyError> {
    let action = element.text()?;
    let is_complete = match action.split_once(':') {
        Some((service, name)) => !service.is_empty() && !name.is_empty() && !name.contains(':'),
        None => action == "*",
    };
    if is_complete {
        Ok(ActionPattern::new(action.to_owned()))
    } else {
        refuse(element, PolicyProblem::Action(action.to_owned()))
    }
}
