//! Layers: what several policies come to.

use kms_reencrypt::iam::{
    AllowedBy, Decision, Denial, Layer, Layers, Match, Policy, Principal, Requester, Statement,
    decide, explain,
};

use crate::request::{Request, allows, arn, denies, of, silent};

const BY_GRANT: Decision = Decision::Allowed(AllowedBy::Grant);
const BY_IDENTITY: Decision = Decision::Allowed(AllowedBy::IdentityPolicy);
const BY_RESOURCE: Decision = Decision::Allowed(AllowedBy::ResourcePolicy);

const fn missing(layer: Layer) -> Decision {
    Decision::Denied(Denial {
        layer,
        explicit: false,
    })
}

const fn denied(layer: Layer) -> Decision {
    Decision::Denied(Denial {
        layer,
        explicit: true,
    })
}

#[track_caller]
fn expect(layers: &Layers<'_>, request: &Request, expected: Decision, describes: &str) {
    assert_eq!(decide(layers, request), expected, "{describes}");
    assert_eq!(explain(layers, request).decision, expected, "{describes}");
}

/// A resource's policy that allows somebody.
fn allowing(name: &str) -> Policy {
    let principal = match name {
        "*" => Principal::Any,
        service if service.ends_with(".amazonaws.com") => Principal::Service(service.to_owned()),
        name => Principal::Arn(arn(name).parse().unwrap()),
    };
    of(Statement::allow()
        .principal(principal)
        .action("kms:Decrypt"))
}

#[test]
fn within_an_account_the_resource_policy_names_the_principal_or_leaves_it_to_the_account() {
    use Layer::{IdentityPolicy, ResourcePolicy};
    let session = "assumed-role/Auditor/alice";
    #[rustfmt::skip]
    let decisions = [
        ("user/alice", "user/alice", silent(), BY_RESOURCE),
        ("user/alice", "user/bob", allows(), missing(ResourcePolicy)),
        ("role/Auditor", session, silent(), BY_RESOURCE),
        (session, session, silent(), BY_RESOURCE),
        ("*", session, silent(), BY_RESOURCE),
        ("*", "user/alice", silent(), BY_RESOURCE),
        ("root", "root", silent(), BY_RESOURCE),
        ("root", "user/alice", allows(), BY_IDENTITY),
        ("root", "user/alice", silent(), missing(IdentityPolicy)),
        ("root", session, allows(), BY_IDENTITY),
        ("root", session, silent(), missing(IdentityPolicy)),
        ("other:root", "user/alice", allows(), missing(ResourcePolicy)),
    ];
    for (named, requester, identity, expected) in decisions {
        let resource = allowing(named);
        let identity = [silent(), identity];
        let layers = Layers {
            identity: &identity,
            resource: Some(&resource),
            ..Layers::default()
        };
        let describes = format!("{named} allows {requester}");
        expect(&layers, &Request::by(requester), expected, &describes);
    }
}

#[test]
fn across_accounts_both_accounts_have_to_allow() {
    use Layer::{IdentityPolicy, ResourcePolicy};
    let session = "other:assumed-role/Auditor/alice";
    #[rustfmt::skip]
    let decisions = [
        ("other:root", "other:user/bob", allows(), BY_IDENTITY),
        ("other:root", "other:user/bob", silent(), missing(IdentityPolicy)),
        ("other:user/bob", "other:user/bob", allows(), BY_RESOURCE),
        ("other:user/bob", "other:user/bob", silent(), missing(IdentityPolicy)),
        ("other:role/Auditor", session, allows(), BY_RESOURCE),
        (session, session, silent(), missing(IdentityPolicy)),
        ("*", "other:user/bob", silent(), missing(IdentityPolicy)),
        ("*", "other:root", silent(), BY_RESOURCE),
        ("root", "other:user/bob", allows(), missing(ResourcePolicy)),
    ];
    for (named, requester, identity, expected) in decisions {
        let resource = allowing(named);
        let identity = [identity];
        let layers = Layers {
            identity: &identity,
            resource: Some(&resource),
            ..Layers::default()
        };
        let describes = format!("{named} allows {requester}");
        expect(&layers, &Request::by(requester), expected, &describes);
    }
}

#[test]
fn boundaries_and_session_policies_limit_what_names_an_account_or_a_role() {
    use Layer::{PermissionsBoundary, SessionPolicy};
    let session = "assumed-role/Auditor/alice";
    let foreign = "other:assumed-role/Auditor/alice";
    #[rustfmt::skip]
    let decisions = [
        ("root", session, true, true, BY_IDENTITY),
        ("root", session, false, true, missing(PermissionsBoundary)),
        ("root", session, true, false, missing(SessionPolicy)),
        ("root", session, false, false, missing(PermissionsBoundary)),
        ("role/Auditor", session, true, true, BY_RESOURCE),
        ("role/Auditor", session, false, true, missing(PermissionsBoundary)),
        ("role/Auditor", session, true, false, missing(SessionPolicy)),
        (session, session, false, false, BY_RESOURCE),
        ("*", session, false, false, BY_RESOURCE),
        ("user/alice", "user/alice", false, true, BY_RESOURCE),
        ("root", "user/alice", false, true, missing(PermissionsBoundary)),
        (foreign, foreign, true, true, BY_RESOURCE),
        (foreign, foreign, false, true, missing(PermissionsBoundary)),
        (foreign, foreign, true, false, missing(SessionPolicy)),
    ];
    for (named, requester, boundary, in_session, expected) in decisions {
        let policy = |allowed| if allowed { allows() } else { silent() };
        let resource = allowing(named);
        let (identity, boundary) = ([allows()], policy(boundary));
        let sessions = [silent(), policy(in_session)];
        let layers = Layers {
            identity: &identity,
            boundary: Some(&boundary),
            session: &sessions,
            resource: Some(&resource),
            ..Layers::default()
        };
        let describes = format!("{named} allows {requester}");
        expect(&layers, &Request::by(requester), expected, &describes);
    }
}

#[test]
fn a_federated_user_has_what_its_session_policies_allow() {
    let resource = allowing("root");
    let by_user = allowing("user/alice");
    let direct = allowing("federated-user/bob");
    let (identity, session) = ([allows()], [allows()]);
    let request = Request::by("federated-user/bob");
    for (resource, session, expected) in [
        (&resource, &session[..], BY_IDENTITY),
        (&resource, &[], missing(Layer::SessionPolicy)),
        (&by_user, &session, missing(Layer::ResourcePolicy)),
        (&direct, &[], BY_RESOURCE),
    ] {
        let layers = Layers {
            identity: &identity,
            session,
            resource: Some(resource),
            ..Layers::default()
        };
        expect(&layers, &request, expected, "a federated user");
    }
}

#[test]
fn organizations_and_endpoints_have_to_allow_at_every_level() {
    use Layer::{EndpointPolicy, ResourceControlPolicy, ServiceControlPolicy};
    let all = || vec![allows()];
    let none = || vec![silent()];
    let either = || vec![silent(), allows()];
    let endpoint = allowing("*");
    let other_endpoint = allowing("user/carol");
    #[rustfmt::skip]
    let decisions = [
        ("user/alice", vec![], vec![], None, BY_RESOURCE),
        ("user/alice", vec![all(), either()], vec![all()], Some(&endpoint), BY_RESOURCE),
        ("user/alice", vec![none(), all()], vec![], None, missing(ServiceControlPolicy)),
        ("user/alice", vec![all(), none()], vec![], None, missing(ServiceControlPolicy)),
        ("user/alice", vec![all(), vec![]], vec![], None, missing(ServiceControlPolicy)),
        ("root", vec![none()], vec![], None, missing(ServiceControlPolicy)),
        ("user/alice", vec![], vec![all(), none()], None, missing(ResourceControlPolicy)),
        ("user/alice", vec![none()], vec![none()], None, missing(ResourceControlPolicy)),
        ("user/alice", vec![], vec![], Some(&other_endpoint), missing(EndpointPolicy)),
        ("logs.amazonaws.com", vec![none()], vec![], None, BY_RESOURCE),
        ("logs.amazonaws.com", vec![], vec![none()], None, missing(ResourceControlPolicy)),
        ("role/aws-service-role/x.amazonaws.com/X", vec![none()], vec![none()], None, BY_RESOURCE),
    ];
    for (requester, service_control, resource_control, endpoint, expected) in decisions {
        let resource = allowing("*");
        let layers = Layers {
            service_control: &service_control,
            resource_control: &resource_control,
            endpoint,
            resource: Some(&resource),
            ..Layers::default()
        };
        expect(&layers, &Request::by(requester), expected, requester);
    }
}

#[test]
fn an_explicit_deny_of_any_layer_beats_everything() {
    let alice = Request::by("user/alice");
    let resource = allowing("user/alice");
    let deny_everybody = of(Statement::deny().principal(Principal::Any).action("*"));
    let (identity, boundary, session) = ([allows(), denies()], denies(), [allows(), denies()]);
    let (control, level) = (
        [vec![allows()], vec![allows(), denies()]],
        Layers::default(),
    );
    let open = Layers {
        resource: Some(&resource),
        ..level
    };
    let grants = || Match::Direct;
    #[rustfmt::skip]
    let decisions = [
        (Layers { identity: &identity, ..open }, Layer::IdentityPolicy),
        (Layers { boundary: Some(&boundary), ..open }, Layer::PermissionsBoundary),
        (Layers { session: &session, ..open }, Layer::SessionPolicy),
        (Layers { service_control: &control, ..open }, Layer::ServiceControlPolicy),
        (Layers { resource_control: &control, ..open }, Layer::ResourceControlPolicy),
        (Layers { endpoint: Some(&deny_everybody), ..open }, Layer::EndpointPolicy),
        (Layers { resource: Some(&deny_everybody), account_decides: true, ..open }, Layer::ResourcePolicy),
        (Layers { identity: &identity, boundary: Some(&boundary), ..open }, Layer::IdentityPolicy),
        (Layers { resource: Some(&deny_everybody), service_control: &control, ..open }, Layer::ServiceControlPolicy),
    ];
    for (layers, layer) in decisions {
        let layers = Layers {
            grants: Some(&grants),
            ..layers
        };
        expect(&layers, &alice, denied(layer), layer.as_str());
    }
}

#[test]
fn a_grant_allows_where_no_policy_does() {
    use Layer::{IdentityPolicy, PermissionsBoundary, ResourcePolicy, ServiceControlPolicy};
    let resource = silent();
    let (identity, nothing) = ([allows()], [silent()]);
    let boundary = silent();
    let control = [vec![silent()]];
    let base = Layers {
        identity: &nothing,
        resource: Some(&resource),
        ..Layers::default()
    };
    #[rustfmt::skip]
    let decisions = [
        (base, Match::None, missing(ResourcePolicy)),
        (base, Match::Account, missing(IdentityPolicy)),
        (Layers { identity: &identity, ..base }, Match::Account, BY_GRANT),
        (base, Match::Role, BY_GRANT),
        (Layers { boundary: Some(&boundary), ..base }, Match::Role, missing(PermissionsBoundary)),
        (Layers { boundary: Some(&boundary), ..base }, Match::Direct, BY_GRANT),
        (base, Match::Direct, BY_GRANT),
        (Layers { service_control: &control, ..base }, Match::Direct, missing(ServiceControlPolicy)),
    ];
    for requester in ["user/alice", "other:user/alice"] {
        for (layers, granted, expected) in decisions {
            let grants = || granted;
            let layers = Layers {
                grants: Some(&grants),
                ..layers
            };
            let describes = format!("{requester} {granted:?}");
            expect(&layers, &Request::by(requester), expected, &describes);
        }
    }
}

#[test]
fn the_default_statement_leaves_everything_to_the_account() {
    let (identity, resource) = ([allows()], silent());
    for (requester, identity, expected) in [
        ("root", &[][..], BY_RESOURCE),
        ("user/alice", &identity[..], BY_IDENTITY),
        ("user/alice", &[], missing(Layer::IdentityPolicy)),
        ("other:root", &[], missing(Layer::ResourcePolicy)),
        ("other:user/bob", &identity, missing(Layer::ResourcePolicy)),
        ("logs.amazonaws.com", &[], missing(Layer::ResourcePolicy)),
    ] {
        for resource in [None, Some(&resource)] {
            let layers = Layers {
                identity,
                resource,
                account_decides: true,
                ..Layers::default()
            };
            expect(&layers, &Request::by(requester), expected, requester);
        }
    }
}

#[test]
fn without_a_resource_the_account_alone_decides() {
    let everything = of(Statement::allow().action("*").resource("*"));
    let keys = of(Statement::allow()
        .action("*")
        .resource("arn:aws:kms:*:*:key/*"));
    for (requester, policy, expected) in [
        ("user/alice", &everything, BY_IDENTITY),
        ("user/alice", &keys, missing(Layer::IdentityPolicy)),
        ("root", &keys, BY_IDENTITY),
        ("logs.amazonaws.com", &keys, missing(Layer::IdentityPolicy)),
    ] {
        let identity = [policy.clone()];
        let layers = Layers {
            identity: &identity,
            ..Layers::default()
        };
        let request = Request::by(requester).without_resource();
        expect(&layers, &request, expected, requester);
    }
}

#[test]
fn not_principal_excepts_a_principal_that_is_named_with_its_account() {
    let session = "assumed-role/Auditor/alice";
    #[rustfmt::skip]
    let decisions: &[(&[&str], &str, bool)] = &[
        (&["root", "user/alice"], "user/alice", true),
        (&["user/alice"], "user/alice", false),
        (&["root"], "user/alice", false),
        (&["root", "user/alice"], "user/bob", false),
        (&["root"], "root", true),
        (&["user/alice"], "root", false),
        (&["root", "role/Auditor"], session, true),
        (&["role/Auditor"], session, false),
        (&["root", session], session, false),
        (&["root", "role/Auditor", session], session, true),
        (&["root", "federated-user/bob"], "federated-user/bob", true),
        (&["other:root", "user/alice"], "user/alice", false),
    ];
    for (excepted, requester, allowed) in decisions {
        let excepted = excepted.iter();
        let excepted = excepted.map(|name| Principal::Arn(arn(name).parse().unwrap()));
        let deny = Statement::deny_all_but(excepted).action("*");
        let resource = allowing("*").statement(deny);
        let layers = Layers {
            resource: Some(&resource),
            ..Layers::default()
        };
        let expected = if *allowed {
            BY_RESOURCE
        } else {
            denied(Layer::ResourcePolicy)
        };
        expect(&layers, &Request::by(requester), expected, requester);
        if !requester.starts_with("root") {
            let boundary = allows();
            let layers = Layers {
                boundary: Some(&boundary),
                ..layers
            };
            let request = Request::by(requester);
            expect(&layers, &request, denied(Layer::ResourcePolicy), requester);
        }
    }
}

#[test]
fn not_principal_excepts_services_and_everybody() {
    let logs = Principal::Service("logs.amazonaws.com".to_owned());
    for (excepted, requester, allowed) in [
        (logs.clone(), "logs.amazonaws.com", true),
        (logs.clone(), "s3.amazonaws.com", false),
        (logs, "root", false),
        (Principal::Any, "user/alice", true),
        (Principal::Any, "logs.amazonaws.com", true),
    ] {
        let deny = Statement::deny_all_but([excepted]).action("*");
        let resource = allowing("*").statement(deny);
        let layers = Layers {
            resource: Some(&resource),
            ..Layers::default()
        };
        let decision = decide(&layers, &Request::by(requester));
        assert_eq!(decision.is_allowed(), allowed, "{requester}");
    }
}

#[test]
fn a_requester_tells_who_it_is() {
    let logs = Requester::service("logs.us-east-2.amazonaws.com");
    assert_eq!((logs.arn(), logs.account()), (None, None));
    let names: Vec<_> = logs.service_names().collect();
    assert_eq!(names, ["logs.us-east-2.amazonaws.com"]);
}

#[test]
fn an_article_stands_before_the_name_of_a_layer() {
    for layer in Layer::ALL {
        let article = if layer.as_str().starts_with('i') {
            "an"
        } else {
            "a"
        };
        assert_eq!(layer.with_article(), format!("{article} {layer}"));
    }
}
