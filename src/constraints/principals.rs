//! The constraints on service principals and source ARNs in grants, whose patterns need more than a set of characters.

use crate::error::{Constraint, RejectedValue};
use crate::key::AccountId;

use super::{Constraints, Text};

impl Constraints {
    /// `ServicePrincipalType`
    pub(crate) fn service_principal(&mut self, member: &'static str, text: Option<&str>) {
        const MODEL: Text = Text {
            min: 1,
            max: 128,
            pattern: None,
        };
        const PATTERN: &str = r"^([A-Za-z0-9\-]+)\.([A-Za-z0-9\-]+)(\.[A-Za-z0-9\-]+)+$";
        self.optional_text(member, text, &MODEL);
        self.pattern(member, text, PATTERN, is_service_principal);
    }

    /// `GrantConstraintSourceArnType`
    pub(crate) fn source_arn(&mut self, member: &'static str, text: Option<&str>) {
        const MODEL: Text = Text {
            min: 20,
            max: 512,
            pattern: None,
        };
        const PATTERN: &str = "^arn:aws[a-z0-9-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:.+$";
        self.optional_text(member, text, &MODEL);
        self.pattern(member, text, PATTERN, is_source_arn);
    }

    /// A pattern that needs a function of its own, if the member is present.
    pub(crate) fn pattern(
        &mut self,
        member: &'static str,
        text: Option<&str>,
        pattern: &'static str,
        matches: fn(&str) -> bool,
    ) {
        if let Some(text) = text.filter(|text| !matches(text)) {
            let rejected = RejectedValue::Text(text.to_owned());
            self.add(member, rejected, Constraint::Pattern(pattern));
        }
    }
}

/// Whether a text is the name of an AWS service: at least three labels of letters, digits and hyphens.
pub(crate) fn is_service_principal(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.split('.').count() >= 3 && text.split('.').all(is_label)
}

/// An ARN of an AWS partition with a service and an account.
fn is_source_arn(text: &str) -> bool {
    let of = |part: &str| {
        part.bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [arn, partition, service, region, account, resource] = parts.as_slice() else {
        return false;
    };
    *arn == "arn"
        && partition.strip_prefix("aws").is_some_and(of)
        && !service.is_empty()
        && of(service)
        && of(region)
        && account.parse::<AccountId>().is_ok()
        && !resource.is_empty()
}
