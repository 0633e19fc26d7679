//! [`CallerPolicies`]: the policies that belong to a caller.

use crate::iam::{Layers, Policy};

/// The policies of a caller: all policies that decide a request, except those of resources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CallerPolicies {
    pub(super) identity: Vec<Policy>,
    pub(super) boundary: Option<Policy>,
    pub(super) session: Vec<Policy>,
    pub(super) service_control: Vec<Vec<Policy>>,
    pub(super) endpoint: Option<Policy>,
}

impl CallerPolicies {
    pub(super) fn layers(&self) -> Layers<'_> {
        Layers {
            identity: &self.identity,
            boundary: self.boundary.as_ref(),
            session: &self.session,
            service_control: &self.service_control,
            endpoint: self.endpoint.as_ref(),
            ..Layers::default()
        }
    }

    /// Whether no policy limits the identity-based policies.
    pub(super) const fn limit_nothing(&self) -> bool {
        self.boundary.is_none()
            && self.session.is_empty()
            && self.service_control.is_empty()
            && self.endpoint.is_none()
    }
}
