//! [`Case`]: a request and its policies, as both evaluators take them.

use std::borrow::Cow;

use kms_reencrypt::AccountId;
use kms_reencrypt::iam::{
    ContextKey, Explanation, Layer, Layers, Policy, PolicyKind, Presence, RequestContext,
    Requester, decide, explain,
};
use serde_json::{Value, json};

use crate::vocabulary::{KEY_ARN, KEYS, Kind, OWNER};

/// A request and its policies.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) requester: &'static str,
    pub(crate) action: &'static str,
    pub(crate) context: Vec<(&'static str, Vec<&'static str>)>,
    pub(crate) policies: Policies,
}

/// Policies as JSON. Every statement has a `Sid` of its own.
#[derive(Debug)]
pub(crate) struct Policies {
    pub(crate) identity: Vec<Value>,
    pub(crate) boundary: Option<Value>,
    pub(crate) session: Option<Value>,
    pub(crate) service_control: Vec<Vec<Value>>,
    pub(crate) resource_control: Vec<Vec<Value>>,
    pub(crate) endpoint: Option<Value>,
    pub(crate) resource: Value,
}

impl Case {
    /// What the other evaluator takes. It knows no root user, so one has a policy there that allows everything.
    pub(crate) fn simulation(&self) -> Value {
        let named = |policies: &[Value]| -> Vec<Value> {
            let policies = policies.iter().enumerate();
            policies
                .map(|(at, policy)| json!({"name": format!("policy-{at}"), "policy": policy}))
                .collect()
        };
        let levels = |levels: &[Vec<Value>]| -> Vec<Value> {
            let levels = levels.iter().enumerate();
            levels
                .map(|(at, of_level)| {
                    json!({"orgIdentifier": format!("level-{at}"), "policies": named(of_level)})
                })
                .collect()
        };
        let Policies {
            identity,
            boundary,
            session,
            service_control,
            resource_control,
            endpoint,
            resource,
        } = &self.policies;
        let everything = json!({
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
        });
        let identity = match self.is_root() {
            true => named(&[everything]),
            false => named(identity),
        };
        let context = self.context.iter().map(|(key, values)| {
            let values = match &**values {
                [only] => json!(only),
                several => json!(several),
            };
            ((*key).to_owned(), values)
        });
        let mut simulation = json!({
            "request": {
                "principal": self.requester,
                "action": self.action,
                "resource": {"resource": KEY_ARN, "accountId": OWNER},
                "contextVariables": context.collect::<serde_json::Map<_, _>>(),
            },
            "identityPolicies": identity,
            "serviceControlPolicies": levels(service_control),
            "resourceControlPolicies": levels(resource_control),
            "resourcePolicy": resource,
        });
        if let Some(boundary) = boundary {
            simulation["permissionBoundaryPolicies"] = json!(named(std::slice::from_ref(boundary)));
        }
        if let Some(endpoint) = endpoint {
            simulation["vpcEndpointPolicies"] = json!(named(std::slice::from_ref(endpoint)));
        }
        if let Some(session) = session {
            simulation["sessionPolicy"] = session.clone();
        }
        simulation
    }

    /// What this crate decides, and why.
    pub(crate) fn explain(&self) -> Explanation {
        let read_all = |kind, policies: &[Value]| -> Vec<Policy> {
            policies.iter().map(|policy| read(kind, policy)).collect()
        };
        let levels = |kind, levels: &[Vec<Value>]| -> Vec<Vec<Policy>> {
            levels.iter().map(|level| read_all(kind, level)).collect()
        };
        let policies = &self.policies;
        let identity = read_all(PolicyKind::IdentityBased, &policies.identity);
        let one = |kind, policy: &Option<Value>| policy.as_ref().map(|policy| read(kind, policy));
        let boundary = one(PolicyKind::IdentityBased, &policies.boundary);
        let session = one(PolicyKind::Session, &policies.session);
        let endpoint = one(PolicyKind::VpcEndpoint, &policies.endpoint);
        let service_control = levels(PolicyKind::ServiceControl, &policies.service_control);
        let mut resource_control = levels(PolicyKind::ResourceControl, &policies.resource_control);
        // RCPFullAWSAccess, which the other evaluator adds by itself.
        for level in &mut resource_control {
            level.push(Policy::administrator_access());
        }
        let resource = read(PolicyKind::ResourceBased, &policies.resource);
        let layers = Layers {
            identity: &identity,
            boundary: boundary.as_ref(),
            session: session.as_slice(),
            service_control: &service_control,
            resource_control: &resource_control,
            endpoint: endpoint.as_ref(),
            resource: Some(&resource),
            ..Layers::default()
        };
        let request = Request::new(self);
        let explanation = explain(&layers, &request);
        assert_eq!(explanation.decision, decide(&layers, &request), "{self:?}");
        explanation
    }

    /// Every statement, and the layer it is of.
    pub(crate) fn statements(&self) -> Vec<(Layer, &Value)> {
        let Policies {
            identity,
            boundary,
            session,
            service_control,
            resource_control,
            endpoint,
            resource,
        } = &self.policies;
        let of = |layer: Layer| move |policy| (layer, policy);
        let mut policies: Vec<(Layer, &Value)> = Vec::new();
        policies.extend(identity.iter().map(of(Layer::IdentityPolicy)));
        policies.extend(boundary.iter().map(of(Layer::PermissionsBoundary)));
        policies.extend(session.iter().map(of(Layer::SessionPolicy)));
        let levels = service_control.iter().flatten();
        policies.extend(levels.map(of(Layer::ServiceControlPolicy)));
        let levels = resource_control.iter().flatten();
        policies.extend(levels.map(of(Layer::ResourceControlPolicy)));
        policies.extend(endpoint.iter().map(of(Layer::EndpointPolicy)));
        policies.push((Layer::ResourcePolicy, resource));
        let statements = policies.into_iter().flat_map(|(layer, policy)| {
            let statements = policy["Statement"].as_array().unwrap();
            statements.iter().map(move |statement| (layer, statement))
        });
        statements.collect()
    }

    /// Whether a statement stands in a policy of version 2008-10-17.
    pub(crate) fn is_old(&self, sid: &str) -> bool {
        let policies = serde_json::to_value(self.simulation()).unwrap();
        is_old(&policies, sid)
    }

    pub(crate) fn is_root(&self) -> bool {
        self.requester.ends_with(":root")
    }

    pub(crate) fn is_service(&self) -> bool {
        self.requester.ends_with(".amazonaws.com")
    }

    /// The values of a condition key, by its name as the vocabulary has it.
    pub(crate) fn values(&self, key: &str) -> &[&'static str] {
        let mut context = self.context.iter();
        let found = context.find(|(name, _)| name.eq_ignore_ascii_case(key));
        found.map_or(&[], |(_, values)| values)
    }
}

fn is_old(value: &Value, sid: &str) -> bool {
    let is_here = value["Version"] == "2008-10-17"
        && value["Statement"]
            .as_array()
            .is_some_and(|all| all.iter().any(|statement| statement["Sid"] == sid));
    is_here
        || match value {
            Value::Array(all) => all.iter().any(|one| is_old(one, sid)),
            Value::Object(members) => members.values().any(|one| is_old(one, sid)),
            _ => false,
        }
}

fn read(kind: PolicyKind, policy: &Value) -> Policy {
    let read = Policy::from_json(kind, &policy.to_string());
    read.unwrap_or_else(|error| panic!("{kind:?}: {error}: {policy}"))
}

struct Request<'c> {
    case: &'c Case,
    requester: Requester,
    owner: AccountId,
}

impl<'c> Request<'c> {
    fn new(case: &'c Case) -> Self {
        let requester = match case.requester {
            service if case.is_service() => Requester::service(service),
            arn => Requester::principal(arn.parse().unwrap()),
        };
        // The other evaluator takes a federated user for one of the user of the same name.
        let federates = case.requester.contains(":federated-user/");
        let requester = match federates {
            true => requester.federated_by("arn:aws:iam::111122223333:user/alice".parse().unwrap()),
            false => requester,
        };
        Self {
            case,
            requester,
            owner: OWNER.parse().unwrap(),
        }
    }
}

impl RequestContext for Request<'_> {
    fn requester(&self) -> &Requester {
        &self.requester
    }

    fn action(&self) -> &str {
        self.case.action
    }

    fn resource(&self) -> Cow<'_, str> {
        KEY_ARN.into()
    }

    fn resource_account(&self) -> Option<&AccountId> {
        Some(&self.owner)
    }

    fn values(&self, key: &ContextKey, visit: &mut dyn FnMut(&str)) -> Presence {
        match self.case.values(key.name()) {
            [] => Presence::Absent,
            values => {
                values.iter().for_each(|value| visit(value));
                Presence::Present
            }
        }
    }
    fn is_multivalued(&self, key: &ContextKey) -> bool {
        let mut keys = KEYS.iter();
        keys.any(|(name, kind)| name.eq_ignore_ascii_case(key.name()) && *kind == Kind::Texts)
    }
}
