//! Reads callers from a text.

use std::collections::BTreeMap;

use crate::iam::PolicyKind;
use crate::json::{self, Element, Problem, Value};
use crate::key::AccountId;

use super::error::PrincipalsFileError;
use super::file::{Levels, PrincipalsFile};
use super::principal;

/// How many bytes a name or a text may have: as many as the largest policy, which is that of a key.
const TEXT_MAX: usize = 32_768;

/// Reads the whole document.
pub(super) fn file(json: &str) -> Result<PrincipalsFile, PrincipalsFileError> {
    let document =
        json::parse(json).map_err(|error| PrincipalsFileError::new("the document", error))?;
    let root = Element::root("the document", document.value());
    bound(&root)?;
    let [principals, service_control, resource_control, endpoint] = root.only_members([
        "Principals",
        "ServiceControlPolicies",
        "ResourceControlPolicies",
        "VpcEndpointPolicy",
    ])?;
    let mut file = PrincipalsFile::default();
    if let Some(accounts) = service_control {
        file.service_control = by_account(PolicyKind::ServiceControl, &accounts)?;
    }
    if let Some(accounts) = resource_control {
        file.resource_control = by_account(PolicyKind::ResourceControl, &accounts)?;
    }
    if let Some(policy) = endpoint {
        file.endpoint = Some(principal::policy(PolicyKind::VpcEndpoint, &policy)?);
    }
    let Some(principals) = principals else {
        return Ok(root.refuse("Principals is missing")?);
    };
    for element in principals.items()? {
        let (id, caller) = principal::read(&element)?;
        let caller = file.limit(caller);
        if file.callers.insert(id.clone(), caller).is_some() {
            return Ok(element.refuse(format_args!("another principal has AccessKeyId {id:?}"))?);
        }
    }
    Ok(file)
}

/// Refuses a name or a text that is too long. The parser limits the depth of nesting.
fn bound(element: &Element<'_>) -> Result<(), Problem> {
    match element.value() {
        Value::Text(text) if text.len() > TEXT_MAX => {
            element.refuse(format_args!("it has more than {TEXT_MAX} bytes"))
        }
        Value::List(_) => element.items()?.iter().try_for_each(bound),
        Value::Object(object) => {
            if object.iter().any(|(name, _)| name.len() > TEXT_MAX) {
                return element.refuse(format_args!("a name has more than {TEXT_MAX} bytes"));
            }
            let members = element.members()?;
            members.iter().try_for_each(|(_, member)| bound(member))
        }
        _ => Ok(()),
    }
}

/// Control policies by account.
fn by_account(
    kind: PolicyKind,
    accounts: &Element<'_>,
) -> Result<BTreeMap<AccountId, Levels>, PrincipalsFileError> {
    let mut read = BTreeMap::new();
    for (account, levels) in accounts.members()? {
        let Ok(id) = account.parse::<AccountId>() else {
            return Ok(levels.refuse("an account id has twelve digits")?);
        };
        let levels: Result<Levels, _> = levels
            .items()?
            .iter()
            .map(|level| principal::policies(kind, level))
            .collect();
        read.insert(id, levels?);
    }
    Ok(read)
}
