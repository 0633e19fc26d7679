//! Where the values of condition keys come from. `not_provided` and `absent` are for keys that can only be set for a
//! caller.

use core::fmt::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::access::{AccessRequest, GrantConstraint, GrantTerms};
use crate::context::EncryptionContext;
use crate::iam::{Presence, PrincipalArn};
use crate::key::{DataKeyPairSpec, KeyMetadata};

type Visit<'v> = &'v mut dyn FnMut(&str);

/// A key that AWS's request has or could have. This crate does not know whether it does.
pub(super) fn not_provided(_: &AccessRequest<'_>, _: &str, _: Visit<'_>) -> Presence {
    Presence::NotProvided
}

/// A key that AWS's request would not have either.
pub(super) fn absent(_: &AccessRequest<'_>, _: &str, _: Visit<'_>) -> Presence {
    Presence::Absent
}

pub(super) fn yes(_: &AccessRequest<'_>, _: &str, visit: Visit<'_>) -> Presence {
    one("true", visit)
}

// The caller.

/// A key that only principals of an account have.
pub(super) fn of_account(request: &AccessRequest<'_>, _: &str, _: Visit<'_>) -> Presence {
    match request.caller.requester().arn() {
        Some(_) => Presence::NotProvided,
        None => Presence::Absent,
    }
}

/// A key that only services with credentials of their own have.
pub(super) fn of_service(request: &AccessRequest<'_>, _: &str, _: Visit<'_>) -> Presence {
    match request.caller.requester().arn() {
        Some(_) => Presence::Absent,
        None => Presence::NotProvided,
    }
}

/// A key that only temporary credentials have. A user or root user may use temporary credentials too.
pub(super) fn of_temporary_credentials(
    request: &AccessRequest<'_>,
    name: &str,
    visit: Visit<'_>,
) -> Presence {
    of_account(request, name, visit)
}

pub(super) fn account(request: &AccessRequest<'_>, _: &str, visit: Visit<'_>) -> Presence {
    let account = request.caller.requester().account();
    maybe(account.map(|account| account.as_str()), visit)
}

pub(super) fn principal_arn(request: &AccessRequest<'_>, _: &str, visit: Visit<'_>) -> Presence {
    maybe(request.caller.requester().principal_arn(), visit)
}

pub(super) fn is_service(request: &AccessRequest<'_>, _: &str, visit: Visit<'_>) -> Presence {
    one(truth(request.caller.requester().arn().is_none()), visit)
}

pub(super) fn service_name(request: &AccessRequest<'_>, _: &str, visit: Visit<'_>) -> Presence {
    maybe(request.caller.requester().service_names().next(), visit)
}

pub(super) fn service_names(request: &AccessRequest<'_>, _: &str, visit: Visit<'_>) -> Presence {
    all(request.caller.requester().service_names(), visit)
}

/// IAM User Guide, "Principal key values".
pub(super) fn principal_type(request: &AccessRequest<'_>, _: &str, visit: Visit<'_>) -> Presence {
    let arn = request.caller.requester().arn();
    maybe(arn.map(type_of), visit)
}

fn type_of(arn: &PrincipalArn) -> &'static str {
    if arn.is_root() {
        "Account"
    } else if arn.is_federated_user() {
        "FederatedUser"
    } else if arn.user_name().is_some() {
        "User"
    } else {
        "AssumedRole"
    }
}

/// IAM User Guide, "Principal key values".
pub(super) fn user_id(request: &AccessRequest<'_>, _: &str, visit: Visit<'_>) -> Presence {
    let requester = request.caller.requester();
    let Some(arn) = requester.arn() else {
        return Presence::Absent;
    };
    let id = requester.unique_id();
    let text = arn.to_string();
    let session = text.rsplit('/').next().unwrap_or_default();
    let user_id = if arn.is_root() {
        Some(arn.account().to_string())
    } else if arn.is_federated_user() {
        Some(format!("{}:{session}", arn.account()))
    } else if type_of(arn) == "AssumedRole" {
        id.map(|id| format!("{id}:{session}"))
    } else {
        id.map(ToOwned::to_owned)
    };
    match user_id {
        Some(user_id) => one(user_id.as_str(), visit),
        None => Presence::NotProvided,
    }
}

pub(super) fn user_name(request: &AccessRequest<'_>, _: &str, visit: Visit<'_>) -> Presence {
    let arn = request.caller.requester().arn();
    maybe(arn.and_then(PrincipalArn::user_name), visit)
}

// The connection.

pub(super) fn is_via_service(request: &AccessRequest<'_>, _: &str, visit: Visit<'_>) -> Presence {
    one(truth(request.caller.via_service().is_some()), visit)
}

/// Whether a service that works with AWS KMS sends the request, for a principal or on its own (INFERRED).
pub(super) fn is_for_service(request: &AccessRequest<'_>, _: &str, visit: Visit<'_>) -> Presence {
    let caller = request.caller;
    let is_for_service = caller.via_service().is_some() || caller.requester().arn().is_none();
    one(truth(is_for_service), visit)
}

/// Only some services add their names, and `kms:ViaService` does not tell which ones did.
pub(super) fn called_via(request: &AccessRequest<'_>, _: &str, _: Visit<'_>) -> Presence {
    match request.caller.via_service() {
        Some(_) => Presence::NotProvided,
        None => Presence::Absent,
    }
}

pub(super) fn called_via_first(
    request: &AccessRequest<'_>,
    name: &str,
    visit: Visit<'_>,
) -> Presence {
    match request.caller.called_via().first() {
        Some(service) => one(service, visit),
        None => called_via(request, name, visit),
    }
}

pub(super) fn called_via_last(
    request: &AccessRequest<'_>,
    name: &str,
    visit: Visit<'_>,
) -> Presence {
    match request.caller.called_via().last() {
        Some(service) => one(service, visit),
        None => called_via(request, name, visit),
    }
}

// The clock.

pub(super) fn current_time(request: &AccessRequest<'_>, _: &str, visit: Visit<'_>) -> Presence {
    maybe(date(now(request)).as_deref(), visit)
}

pub(super) fn epoch_time(request: &AccessRequest<'_>, _: &str, visit: Visit<'_>) -> Presence {
    let seconds = now(request).duration_since(UNIX_EPOCH).unwrap_or_default();
    one(&seconds.as_secs().to_string(), visit)
}

/// AWS always knows the time, so the system's clock is used where none was set.
fn now(request: &AccessRequest<'_>) -> SystemTime {
    request.parameters.now.unwrap_or_else(SystemTime::now)
}

// The resource.

pub(super) fn region(request: &AccessRequest<'_>, _: &str, visit: Visit<'_>) -> Presence {
    one(request.resource.region().as_str(), visit)
}

pub(super) fn resource_account(request: &AccessRequest<'_>, _: &str, visit: Visit<'_>) -> Presence {
    one(request.resource.account().as_str(), visit)
}

pub(super) fn resource_tag(request: &AccessRequest<'_>, name: &str, visit: Visit<'_>) -> Presence {
    let tags = request.resource.key().map_or(&[][..], |key| key.tags);
    tag(tags, name, visit)
}

pub(super) fn resource_aliases(request: &AccessRequest<'_>, _: &str, visit: Visit<'_>) -> Presence {
    let aliases = request.resource.key().map_or(&[][..], |key| key.aliases);
    all(aliases.iter().map(|alias| alias.as_str()), visit)
}

pub(super) fn key_origin(request: &AccessRequest<'_>, _: &str, visit: Visit<'_>) -> Presence {
    of_key(request, visit, |key| Some(key.origin().as_str()))
}

pub(super) fn key_spec(request: &AccessRequest<'_>, _: &str, visit: Visit<'_>) -> Presence {
    of_key(request, visit, |key| Some(key.key_spec().as_str()))
}

pub(super) fn key_usage(request: &AccessRequest<'_>, _: &str, visit: Visit<'_>) -> Presence {
    of_key(request, visit, |key| Some(key.key_usage().as_str()))
}

pub(super) fn multi_region(request: &AccessRequest<'_>, _: &str, visit: Visit<'_>) -> Presence {
    of_key(request, visit, |key| {
        Some(truth(key.multi_region().is_some()))
    })
}

pub(super) fn multi_region_key_type(
    request: &AccessRequest<'_>,
    _: &str,
    visit: Visit<'_>,
) -> Presence {
    of_key(request, visit, |key| {
        key.multi_region()
            .map(|configuration| configuration.key_type.as_str())
    })
}

fn of_key(
    request: &AccessRequest<'_>,
    visit: Visit<'_>,
    value: impl FnOnce(&KeyMetadata) -> Option<&str>,
) -> Presence {
    maybe(request.resource.metadata().and_then(value), visit)
}

// The members of the request.

pub(super) fn bypass(request: &AccessRequest<'_>, _: &str, visit: Visit<'_>) -> Presence {
    let bypass = request.parameters.bypass_policy_lockout_safety_check;
    maybe(bypass.map(truth), visit)
}

pub(super) fn encryption_algorithm(
    request: &AccessRequest<'_>,
    _: &str,
    visit: Visit<'_>,
) -> Presence {
    let algorithm = request.parameters.encryption_algorithm;
    maybe(algorithm.map(|algorithm| algorithm.as_str()), visit)
}

/// Two pairs whose keys differ only in case are both visited.
pub(super) fn encryption_context(
    request: &AccessRequest<'_>,
    name: &str,
    visit: Visit<'_>,
) -> Presence {
    let pairs = context(request).filter(|(key, _)| key.eq_ignore_ascii_case(name));
    all(pairs.map(|(_, value)| value), visit)
}

pub(super) fn encryption_context_keys(
    request: &AccessRequest<'_>,
    _: &str,
    visit: Visit<'_>,
) -> Presence {
    all(context(request).map(|(key, _)| key), visit)
}

/// The encryption context of the request, or that of the constraint for a grant that is created or retired.
fn context<'a>(request: &AccessRequest<'a>) -> impl Iterator<Item = (&'a str, &'a str)> {
    let parameters = &request.parameters;
    let context = parameters.encryption_context;
    let constraint = constraint(request).map(GrantConstraint::encryption_context);
    let context = context.or(constraint);
    context.into_iter().flat_map(EncryptionContext::iter)
}

fn constraint<'a>(request: &AccessRequest<'a>) -> Option<&'a GrantConstraint> {
    let parameters = &request.parameters;
    let new = parameters
        .new_grant
        .and_then(|terms| terms.constraints.first());
    new.or_else(|| parameters.retired_grant?.constraint())
}

pub(super) fn grant_constraint_type(
    request: &AccessRequest<'_>,
    _: &str,
    visit: Visit<'_>,
) -> Presence {
    maybe(constraint(request).map(GrantConstraint::name), visit)
}

pub(super) fn grant_source_arn(request: &AccessRequest<'_>, _: &str, visit: Visit<'_>) -> Presence {
    of_new_grant(request, |terms| terms.source_arn, visit)
}

pub(super) fn grantee_principal(
    request: &AccessRequest<'_>,
    _: &str,
    visit: Visit<'_>,
) -> Presence {
    of_new_grant(request, |terms| terms.grantee_principal, visit)
}

pub(super) fn grantee_service_principal(
    request: &AccessRequest<'_>,
    _: &str,
    visit: Visit<'_>,
) -> Presence {
    of_new_grant(request, |terms| terms.grantee_service_principal, visit)
}

pub(super) fn retiring_principal(
    request: &AccessRequest<'_>,
    _: &str,
    visit: Visit<'_>,
) -> Presence {
    of_new_grant(request, |terms| terms.retiring_principal, visit)
}

pub(super) fn retiring_service_principal(
    request: &AccessRequest<'_>,
    _: &str,
    visit: Visit<'_>,
) -> Presence {
    of_new_grant(request, |terms| terms.retiring_service_principal, visit)
}

pub(super) fn grant_operations(request: &AccessRequest<'_>, _: &str, visit: Visit<'_>) -> Presence {
    let terms = request.parameters.new_grant;
    let operations = terms.map_or(&[][..], |terms| terms.operations);
    all(operations.iter().map(|operation| operation.as_str()), visit)
}

pub(super) fn expiration_model(request: &AccessRequest<'_>, _: &str, visit: Visit<'_>) -> Presence {
    let model = request.parameters.expiration_model;
    maybe(model.map(|model| model.as_str()), visit)
}

pub(super) fn valid_to(request: &AccessRequest<'_>, _: &str, visit: Visit<'_>) -> Presence {
    let date = request.parameters.valid_to.and_then(date);
    maybe(date.as_deref(), visit)
}

pub(super) fn data_key_pair_spec(
    request: &AccessRequest<'_>,
    _: &str,
    visit: Visit<'_>,
) -> Presence {
    let spec = request.parameters.data_key_pair_spec;
    maybe(spec.map(DataKeyPairSpec::as_str), visit)
}

pub(super) fn wrapping_algorithm(
    request: &AccessRequest<'_>,
    _: &str,
    visit: Visit<'_>,
) -> Presence {
    maybe(request.parameters.wrapping_algorithm, visit)
}

pub(super) fn wrapping_key_spec(
    request: &AccessRequest<'_>,
    _: &str,
    visit: Visit<'_>,
) -> Presence {
    maybe(request.parameters.wrapping_key_spec, visit)
}

pub(super) fn pending_window(request: &AccessRequest<'_>, _: &str, visit: Visit<'_>) -> Presence {
    let days = request.parameters.pending_window_in_days;
    maybe(days.map(|days| days.to_string()).as_deref(), visit)
}

pub(super) fn re_encrypt_on_same_key(
    request: &AccessRequest<'_>,
    _: &str,
    visit: Visit<'_>,
) -> Presence {
    maybe(request.parameters.re_encrypt_on_same_key.map(truth), visit)
}

/// A ring without a clock does not know the value.
pub(super) fn trailing_days(request: &AccessRequest<'_>, _: &str, visit: Visit<'_>) -> Presence {
    match request.parameters.trailing_days_without_key_usage {
        Some(days) => one(&days.to_string(), visit),
        None => Presence::NotProvided,
    }
}

pub(super) fn rotation_period(request: &AccessRequest<'_>, _: &str, visit: Visit<'_>) -> Presence {
    let days = request.parameters.rotation_period_in_days;
    maybe(days.map(|days| days.to_string()).as_deref(), visit)
}

pub(super) fn primary_region(request: &AccessRequest<'_>, _: &str, visit: Visit<'_>) -> Presence {
    maybe(request.parameters.primary_region, visit)
}

pub(super) fn replica_region(request: &AccessRequest<'_>, _: &str, visit: Visit<'_>) -> Presence {
    maybe(request.parameters.replica_region, visit)
}

pub(super) fn request_alias(request: &AccessRequest<'_>, _: &str, visit: Visit<'_>) -> Presence {
    let alias = request.parameters.request_alias;
    maybe(alias.map(|alias| alias.as_str()), visit)
}

pub(super) fn request_tag(request: &AccessRequest<'_>, name: &str, visit: Visit<'_>) -> Presence {
    tag(request.parameters.request_tags, name, visit)
}

pub(super) fn tag_keys(request: &AccessRequest<'_>, _: &str, visit: Visit<'_>) -> Presence {
    let tags = request.parameters.request_tags.iter();
    all(tags.map(|(key, _)| key.as_str()), visit)
}

fn tag(tags: &[(String, String)], name: &str, visit: Visit<'_>) -> Presence {
    let named = tags
        .iter()
        .filter(|(key, _)| key.eq_ignore_ascii_case(name));
    all(named.map(|(_, value)| value.as_str()), visit)
}

fn all<'t>(values: impl Iterator<Item = &'t str>, visit: Visit<'_>) -> Presence {
    let mut presence = Presence::Absent;
    for value in values {
        visit(value);
        presence = Presence::Present;
    }
    presence
}

fn one(value: &str, visit: Visit<'_>) -> Presence {
    maybe(Some(value), visit)
}

/// A text of the grant that the request is to create.
fn of_new_grant<'a>(
    request: &AccessRequest<'a>,
    text: impl FnOnce(GrantTerms<'a>) -> Option<&'a str>,
    visit: Visit<'_>,
) -> Presence {
    maybe(request.parameters.new_grant.and_then(text), visit)
}

fn maybe(value: Option<&str>, visit: Visit<'_>) -> Presence {
    all(value.into_iter(), visit)
}

const fn truth(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

/// A date as policies write it. `None` before 1970 and after 9999.
fn date(time: SystemTime) -> Option<String> {
    time.duration_since(UNIX_EPOCH).ok()?;
    let mut date = String::new();
    write!(date, "{}", humantime::format_rfc3339_seconds(time)).ok()?;
    Some(date)
}
