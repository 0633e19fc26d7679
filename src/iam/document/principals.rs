//! Reads `Principal` and `NotPrincipal`.

use crate::iam::principals::Principals;
use crate::iam::{Effect, PolicyKind, Principal, PrincipalArn};
use crate::json::{Element, Value};

use super::element::{all, refuse};
use super::{PolicyError, PolicyProblem};

/// Reads the principals of a statement, in the form that this kind of policy allows.
pub(super) fn read(
    kind: PolicyKind,
    effect: Effect,
    statement: &Element<'_>,
    principal: Option<Element<'_>>,
    not_principal: Option<Element<'_>>,
) -> Result<Principals, PolicyError> {
    let forbid =
        |element: &Element<'_>, problem| refuse(element, PolicyProblem::Forbidden(problem));
    match (kind, principal, not_principal) {
        (_, Some(_), Some(both)) => refuse(&both, PolicyProblem::Conflict("Principal")),
        (PolicyKind::ResourceControl, Some(principal), None) => {
            let principals = read_principals(&principal)?;
            if principals == [Principal::Any] {
                Ok(Principals::Only(principals))
            } else {
                forbid(
                    &principal,
                    "a resource control policy is about everybody: *",
                )
            }
        }
        (PolicyKind::ResourceControl, None, Some(any)) => {
            forbid(&any, "a resource control policy has no NotPrincipal")
        }
        (PolicyKind::ResourceBased | PolicyKind::VpcEndpoint, Some(principal), None) => {
            read_principals(&principal).map(Principals::Only)
        }
        (PolicyKind::ResourceBased | PolicyKind::VpcEndpoint, None, Some(excepted)) => {
            if effect == Effect::Deny {
                read_principals(&excepted).map(Principals::AllBut)
            } else {
                forbid(&excepted, "is allowed only with the effect Deny")
            }
        }
        (
            PolicyKind::ResourceBased | PolicyKind::ResourceControl | PolicyKind::VpcEndpoint,
            None,
            None,
        ) => refuse(statement, PolicyProblem::Missing("Principal")),
        (_, Some(any), None) | (_, None, Some(any)) => forbid(
            &any,
            match kind {
                PolicyKind::ServiceControl => "a service control policy has no principals",
                PolicyKind::Session => "a session policy has no principals",
                _ => "an identity-based policy has no principals",
            },
        ),
        (_, None, None) => Ok(Principals::Only(Vec::new())),
    }
}

fn read_principals(element: &Element<'_>) -> Result<Vec<Principal>, PolicyError> {
    if let Value::Text(text) = element.value() {
        return match text {
            "*" => Ok(vec![Principal::Any]),
            other => refuse(element, PolicyProblem::Principal(other.to_owned())),
        };
    }
    let mut principals = Vec::new();
    for (kind, entries) in element.members()? {
        let read = match kind {
            "AWS" => read_aws_principal,
            "CanonicalUser" => {
                |entry: &Element<'_>| Ok(Principal::CanonicalUser(entry.text()?.to_owned()))
            }
            "Federated" => |entry: &Element<'_>| Ok(Principal::Federated(entry.text()?.to_owned())),
            "Service" => |entry: &Element<'_>| Ok(Principal::Service(entry.text()?.to_owned())),
            _ => {
                return Ok(entries.refuse("no such kind of principals")?);
            }
        };
        if matches!(entries.value(), Value::List(list) if list.is_empty()) {
            return refuse(&entries, PolicyProblem::NoPrincipal);
        }
        principals.extend(all(&entries, read)?);
    }
    if principals.is_empty() {
        return refuse(element, PolicyProblem::NoPrincipal);
    }
    Ok(principals)
}

fn read_aws_principal(element: &Element<'_>) -> Result<Principal, PolicyError> {
    let text = element.text()?;
    if text == "*" {
        Ok(Principal::Any)
    } else if let Ok(account) = text.parse() {
        Ok(Principal::Account(account))
    } else if let Ok(arn) = text.parse::<PrincipalArn>() {
        Ok(Principal::Arn(arn))
    } else if is_unique_id(text) {
        Ok(Principal::UniqueId(text.to_owned()))
    } else {
        refuse(element, PolicyProblem::Principal(text.to_owned()))
    }
}

/// Whether a text has the form of a user's or role's unique id (DOC: IAM identifiers; 21 characters in all examples).
fn is_unique_id(text: &str) -> bool {
    let is_id = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    (16..=128).contains(&text.len())
        && (text.starts_with("AIDA") || text.starts_with("AROA"))
        && text.bytes().all(is_id)
}
