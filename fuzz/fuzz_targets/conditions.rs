//! A policy whose conditions are evaluated: `decide` and `explain` come to the same decision.
//!
//! The text is a policy, and after an empty line the values of condition keys, one per line: `aws:SourceIp=203.0.113.7`.
#![no_main]

use std::borrow::Cow;
use std::sync::LazyLock;

use kms_reencrypt::AccountId;
use kms_reencrypt::iam::{
    ContextKey, Layers, Policy, PolicyKind, Presence, RequestContext, Requester, decide, explain,
};
use libfuzzer_sys::fuzz_target;

static ALICE: LazyLock<Requester> = LazyLock::new(|| {
    let arn = "arn:aws:iam::111122223333:user/alice";
    Requester::principal(arn.parse().expect("an ARN"))
});

static OWNER: LazyLock<AccountId> = LazyLock::new(|| "111122223333".parse().expect("an account"));

/// A request with values as the text has them.
struct Request<'t>(Vec<(ContextKey, &'t str)>);

impl RequestContext for Request<'_> {
    fn requester(&self) -> &Requester {
        &ALICE
    }

    fn action(&self) -> &str {
        "kms:Encrypt"
    }

    fn resource(&self) -> Cow<'_, str> {
        "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab".into()
    }

    fn resource_account(&self) -> Option<&AccountId> {
        Some(&OWNER)
    }

    fn values(&self, key: &ContextKey, visit: &mut dyn FnMut(&str)) -> Presence {
        let mut presence = Presence::Absent;
        for (_, value) in self.0.iter().filter(|(name, _)| name == key) {
            visit(value);
            presence = Presence::Present;
        }
        presence
    }
}

fuzz_target!(|text: &str| {
    // A longer one may ask for more work than an evaluation may take, and `explain` looks at more statements.
    if text.len() > 3000 {
        return;
    }
    let (policy, context) = text.split_once("\n\n").unwrap_or((text, ""));
    let lines = context.lines().filter_map(|line| line.split_once('='));
    let request = Request(
        lines
            .map(|(key, value)| (ContextKey::new(key), value))
            .collect(),
    );
    if let Ok(policy) = Policy::from_json(PolicyKind::ResourceBased, policy) {
        check(
            &request,
            &Layers {
                resource: Some(&policy),
                ..Layers::default()
            },
        );
    }
    if let Ok(policy) = Policy::from_json(PolicyKind::IdentityBased, policy) {
        let identity = [policy];
        check(
            &request,
            &Layers {
                identity: &identity,
                account_decides: true,
                ..Layers::default()
            },
        );
    }
});

fn check(request: &Request<'_>, layers: &Layers<'_>) {
    let explanation = explain(layers, request);
    assert_eq!(explanation.decision, decide(layers, request));
    assert!(!explanation.to_string().is_empty());
}
