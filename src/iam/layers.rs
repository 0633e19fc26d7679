//! [`Layers`]: everything that may allow or deny a request, and [`Decision`]: the result.

use core::fmt;

use crate::key::model_enum;

use super::{Match, Policy};

/// The policies that decide a request.
///
/// A layer that is left out neither limits nor allows anything. So without identity-based policies, a principal may do
/// only what a resource-based policy or a grant allows it directly. The root user of an account needs no identity-based
/// policy.
#[derive(Clone, Copy, Default)]
#[expect(
    clippy::exhaustive_structs,
    reason = "callers of `decide` complete a literal with the default"
)]
pub struct Layers<'a> {
    /// The identity-based policies of the user, its groups, or the session's role.
    pub identity: &'a [Policy],
    /// The permissions boundary of the user or of the session's role.
    pub boundary: Option<&'a Policy>,
    /// The policies that were passed when the session began.
    pub session: &'a [Policy],
    /// The service control policies of the principal's account, by level, from the root of the organization to the
    /// account: each level has to allow.
    pub service_control: &'a [Vec<Policy>],
    /// The resource control policies of the resource's account, by level.
    pub resource_control: &'a [Vec<Policy>],
    /// The policy of the VPC endpoint that the request came through.
    pub endpoint: Option<&'a Policy>,
    /// The policy of the resource. It has to allow, as the policies of KMS keys and roles do; for most other resources
    /// of AWS an identity-based policy would be enough.
    pub resource: Option<&'a Policy>,
    /// Whether the resource's policy has one more statement, which leaves everything to the account of the resource:
    /// that of the default key policy of AWS KMS.
    pub account_decides: bool,
    /// How the grants of AWS KMS match the request. Called only if no policy allows the request, and never if one
    /// denies it.
    pub grants: Option<&'a dyn Fn() -> Match>,
}

impl fmt::Debug for Layers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            identity,
            boundary,
            session,
            service_control,
            resource_control,
            endpoint,
            resource,
            account_decides,
            grants,
        } = self;
        f.debug_struct("Layers")
            .field("identity", identity)
            .field("boundary", boundary)
            .field("session", session)
            .field("service_control", service_control)
            .field("resource_control", resource_control)
            .field("endpoint", endpoint)
            .field("resource", resource)
            .field("account_decides", account_decides)
            .field("grants", &grants.map(|_| ".."))
            .finish()
    }
}

model_enum! {
    /// A type of policies, by its name in AWS's refusals.
    #[cfg_attr(feature = "json", derive(serde::Serialize))]
    Layer {
        EndpointPolicy = "VPC endpoint policy",
        IdentityPolicy = "identity-based policy",
        PermissionsBoundary = "permissions boundary",
        ResourceControlPolicy = "resource control policy",
        ResourcePolicy = "resource-based policy",
        ServiceControlPolicy = "service control policy",
        SessionPolicy = "session policy",
    }
}

impl Layer {
    /// The name with its article: `an identity-based policy`.
    #[must_use]
    pub const fn with_article(self) -> &'static str {
        match self {
            Self::EndpointPolicy => "a VPC endpoint policy",
            Self::IdentityPolicy => "an identity-based policy",
            Self::PermissionsBoundary => "a permissions boundary",
            Self::ResourceControlPolicy => "a resource control policy",
            Self::ResourcePolicy => "a resource-based policy",
            Self::ServiceControlPolicy => "a service control policy",
            Self::SessionPolicy => "a session policy",
        }
    }
}

/// Whether a request is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
#[expect(
    clippy::exhaustive_enums,
    reason = "a request is either allowed or denied"
)]
pub enum Decision {
    /// The request is allowed.
    Allowed(AllowedBy),
    /// The request is denied.
    Denied(Denial),
}

impl Decision {
    /// Whether the request is allowed.
    #[must_use]
    pub const fn is_allowed(self) -> bool {
        matches!(self, Self::Allowed(_))
    }
}

/// What allowed a request, within the limits of the other layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
#[non_exhaustive]
pub enum AllowedBy {
    /// A grant of AWS KMS; if it is for an account, together with the identity-based policies.
    Grant,
    /// The identity-based policies, to which the resource-based policy leaves the decision; or being the root
    /// user, if there is no resource.
    IdentityPolicy,
    /// The resource-based policy, which names the principal; across accounts together with the identity-based policies.
    ResourcePolicy,
}

/// What denied a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "json",
    derive(serde::Serialize),
    serde(rename_all = "PascalCase")
)]
#[expect(clippy::exhaustive_structs, reason = "made in tests that compare")]
pub struct Denial {
    /// The type of the policies that denied it. If several types did, it is the first of a list:
    ///
    /// - for explicit denies: service control, resource control, VPC endpoint, identity-based, boundary, session,
    ///   resource-based (GUESS 43);
    /// - for missing allows: resource control, service control, VPC endpoint, resource-based, identity-based, boundary,
    ///   session, which is the order of AWS's guide.
    pub layer: Layer,
    /// Whether a statement denies it; otherwise, no statement of the layer allows it.
    pub explicit: bool,
}

impl Denial {
    /// No policy of a type allows the request.
    pub(crate) const fn missing(layer: Layer) -> Self {
        Self {
            layer,
            explicit: false,
        }
    }
}
