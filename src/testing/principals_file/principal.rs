//! Reads a member of `Principals`.

use std::collections::HashSet;

use crate::access::Caller;
use crate::iam::{Policy, PolicyKind, PrincipalArn};
use crate::json::{Element, Value};

use super::error::PrincipalsFileError;

/// The access key id of a principal, and its caller.
pub(super) fn read(principal: &Element<'_>) -> Result<(String, Caller), PrincipalsFileError> {
    let [id, arn, role, identity, boundary, session, tags, context] = principal.only_members([
        "AccessKeyId",
        "Arn",
        "RoleArn",
        "IdentityPolicies",
        "PermissionsBoundary",
        "SessionPolicies",
        "Tags",
        "Context",
    ])?;
    let Some(id) = id else {
        return Ok(principal.refuse("AccessKeyId is missing")?);
    };
    let id = access_key_id(&id)?;
    let Some(arn) = arn else {
        return Ok(principal.refuse("Arn is missing")?);
    };
    let mut caller = who(&arn)?;
    if let Some(role) = role {
        caller = of_role(caller, &role)?;
    }
    if let Some(list) = identity {
        let policies = policies(PolicyKind::IdentityBased, &list)?;
        caller = policies
            .into_iter()
            .fold(caller, Caller::with_identity_policy);
    }
    if let Some(policy) = boundary {
        let policy = self::policy(PolicyKind::IdentityBased, &policy)?;
        caller = caller.with_permissions_boundary(policy);
    }
    if let Some(list) = session {
        let policies = policies(PolicyKind::Session, &list)?;
        caller = policies
            .into_iter()
            .fold(caller, Caller::with_session_policy);
    }
    // Names of tags and condition keys are not case-sensitive, so duplicates may differ in case.
    let mut names = HashSet::new();
    if let Some(tags) = tags {
        for (tag, value) in tags.members()? {
            if !names.insert(format!("aws:principaltag/{}", tag.to_ascii_lowercase())) {
                return Ok(value.refuse("another tag has this name")?);
            }
            caller = caller.with_tag(tag, value.text()?);
        }
    }
    if let Some(context) = context {
        for (key, values) in context.members()? {
            if !names.insert(key.to_ascii_lowercase()) {
                return Ok(values.refuse("this condition key occurs twice")?);
            }
            caller = caller.with_context(key, context_values(&values)?);
        }
    }
    Ok((id, caller))
}

/// A list of policies.
pub(super) fn policies(
    kind: PolicyKind,
    list: &Element<'_>,
) -> Result<Vec<Policy>, PrincipalsFileError> {
    let policies = list.items()?;
    let policies = policies.iter();
    policies.map(|element| policy(kind, element)).collect()
}

/// A policy: its document, or its document with its ARN.
pub(super) fn policy(
    kind: PolicyKind,
    element: &Element<'_>,
) -> Result<Policy, PrincipalsFileError> {
    let members = element.members()?;
    let has_arn = |name: &str| ["PolicyArn", "PolicyDocument"].contains(&name);
    if !members.iter().any(|(name, _)| has_arn(name)) {
        return Ok(Policy::from_element(kind, element)?);
    }
    let [arn, document] = element.only_members(["PolicyArn", "PolicyDocument"])?;
    let Some(arn) = arn else {
        return Ok(element.refuse("PolicyArn is missing")?);
    };
    let Some(document) = document else {
        return Ok(element.refuse("PolicyDocument is missing")?);
    };
    let text = arn.text()?;
    if !text.starts_with("arn:") || text.split(':').count() < 6 {
        return Ok(arn.refuse("it is not the ARN of a policy")?);
    }
    Ok(Policy::from_element(kind, &document)?.with_arn(text))
}

/// Reads an access key id: AWS allows `\w+`.
fn access_key_id(element: &Element<'_>) -> Result<String, PrincipalsFileError> {
    let id = element.text()?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if !id.is_empty() && id.bytes().all(allowed) {
        Ok(id.to_owned())
    } else {
        Ok(element.refuse("an access key id has only letters, digits and underscores")?)
    }
}

/// The caller of an ARN or of a service's name, without policies.
fn who(element: &Element<'_>) -> Result<Caller, PrincipalsFileError> {
    let name = element.text()?;
    let service = name.strip_suffix(".cn").unwrap_or(name);
    if let Some(service) = service.strip_suffix(".amazonaws.com") {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
        if !service.is_empty() && service.bytes().all(allowed) {
            return Ok(Caller::service(name));
        }
    }
    match name.parse() {
        Ok(caller) => Ok(caller),
        Err(error) => Ok(element.refuse(error)?),
    }
}

fn of_role(caller: Caller, element: &Element<'_>) -> Result<Caller, PrincipalsFileError> {
    let role = match element.text()?.parse::<PrincipalArn>() {
        Ok(role) => role,
        Err(error) => return Ok(element.refuse(error)?),
    };
    let caller = caller.of_role(&role);
    let principal = caller.principal();
    if principal.map(PrincipalArn::without_session).as_ref() == Some(&role) {
        Ok(caller)
    } else {
        Ok(element.refuse(format_args!("{caller} is not a session of this role"))?)
    }
}

/// One value or several. JSON's own booleans and numbers are taken as they are written.
fn context_values(element: &Element<'_>) -> Result<Vec<String>, PrincipalsFileError> {
    let values = element.one_or_more()?;
    let values = values.iter().map(|value| {
        Ok(match value.value() {
            Value::Flag(true) => "true",
            Value::Flag(false) => "false",
            Value::Number(number) => number,
            _ => value.text()?,
        }
        .to_owned())
    });
    values.collect()
}
