//! Key policies that people have published: each is read, and decided for six callers.
//!
//! They are not part of the repository but lie beside it, in `../shared/reference`, as they do in CI. Without them the tests
//! say so and pass.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use kms_reencrypt::access::{
    AccessRequest, Action, Caller, ConditionKey, KeyPolicy, KeyResource, Parameters, Resource,
    authorize,
};
use kms_reencrypt::iam::{AllowedBy, ContextKey, Policy, PolicyKind};
use kms_reencrypt::{KeyMetadata, KeySpec, KeyUsage};
use serde_json::Value;

const KEY: &str = "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

const ACTIONS: [Action; 4] = [
    Action::Decrypt,
    Action::GenerateDataKey,
    Action::CreateGrant,
    Action::PutKeyPolicy,
];

/// Documents that AWS does not take either: parts of templates, with the tool's own placeholders and functions.
const REFUSED: [(&str, usize); 6] = [
    // `<security-AccountId>`, `${ACCOUNT_ID}`, `{{ aws_caller_info.account }}`, `account-id`, `roleArn`
    ("An ARN in the specified key policy is invalid.", 30),
    // `{"Ref": "AWS::AccountId"}`
    (
        "Statement[0].Condition.StringEquals.kms:CallerAccount: not a string",
        1,
    ),
    // `{"Fn::Join": ["", ["arn:", …]]}`
    ("Statement[0].Principal.AWS: not a string", 4),
    // `["foo", "*"]`
    ("Statement[0].Principal: not an object", 2),
    (
        "Statement[0].Resource: \"*myKMSKeyARN*\" is neither * nor an ARN",
        1,
    ),
    (
        "Statement[0].Resource: \"myKMSKeyARN\" is neither * nor an ARN",
        1,
    ),
];

#[test]
fn all_that_aws_takes_is_taken() {
    let documents = documents();
    let mut refused = BTreeMap::new();
    for document in &documents {
        if let Err(error) = KeyPolicy::from_json(document) {
            *refused.entry(error.to_string()).or_insert(0) += 1;
        }
    }
    let taken = documents.len() - refused.values().sum::<usize>();
    println!("{taken} of {} documents are taken", documents.len());
    if !documents.is_empty() {
        let refused: Vec<_> = refused
            .iter()
            .map(|(why, count)| (why.as_str(), *count))
            .collect();
        assert_eq!(refused, REFUSED);
    }
}

#[test]
fn every_document_decides_for_six_callers() {
    let account = "111122223333".parse().unwrap();
    let other = "444455556666".parse().unwrap();
    let user = Caller::user(account, "alice").unwrap();
    let session = Caller::assumed_role(account, "Admin", "alice").unwrap();
    let stranger = Caller::assumed_role(other, "Admin", "bob").unwrap();
    let callers = [
        ("the root user", Caller::account_root(account)),
        ("an administrator", user.clone().as_administrator()),
        ("the same user without policies", user),
        ("a session without policies", session),
        (
            "an administrator of another account",
            stranger.as_administrator(),
        ),
        ("a service", Caller::service("cloudtrail.amazonaws.com")),
    ];
    let mut allowed = [0; 6];
    let policies = policies();
    for policy in &policies {
        for action in ACTIONS {
            let decisions = callers
                .each_ref()
                .map(|(_, caller)| decide(caller, action, policy));
            for (count, decision) in allowed.iter_mut().zip(decisions) {
                *count += usize::from(decision.is_some());
            }
            let [root, administrator, user, session, stranger, service] = decisions;
            let describes = format!("{action:?} {policy:?}");
            // Who has no policies is allowed only what the key policy says itself.
            for by_itself in [root, user, session, service].into_iter().flatten() {
                assert_eq!(by_itself, AllowedBy::ResourcePolicy, "{describes}");
            }
            // An administrator may do what the same user may do without policies, and what is left to the account.
            assert!(administrator.is_some() || user.is_none(), "{describes}");
            if administrator == Some(AllowedBy::IdentityPolicy) {
                assert!(root.is_some(), "{describes}");
            }
            if !action.works_across_accounts() {
                assert_eq!(stranger, None, "{describes}");
            }
        }
    }
    for ((name, _), allowed) in callers.iter().zip(allowed) {
        println!(
            "{name}: {allowed} of {} requests allowed",
            policies.len() * ACTIONS.len()
        );
        assert!(allowed > 0 || policies.is_empty(), "{name}");
    }
}

#[test]
fn every_condition_key_of_aws_can_be_evaluated() {
    let (mut uses, mut known) = (0, 0);
    let mut unknown = BTreeSet::new();
    for document in documents() {
        let Ok(policy) = Policy::from_json(PolicyKind::ResourceBased, &document) else {
            continue;
        };
        // Other names are the placeholders of templates: `${ORG_ID}`.
        let is_of_aws =
            |key: &&&ContextKey| ["aws:", "kms:"].iter().any(|of| key.name().starts_with(of));
        for key in policy.context_keys().iter().filter(is_of_aws) {
            uses += 1;
            match ConditionKey::named(key.name()) {
                Some(_) => known += 1,
                None => drop(unknown.insert(key.to_string())),
            }
        }
    }
    println!("{known} of {uses} condition keys can be evaluated");
    assert!(unknown.is_empty(), "{unknown:?}");
}

/// How the caller is allowed what it asks, if it is.
fn decide(caller: &Caller, action: Action, policy: &KeyPolicy) -> Option<AllowedBy> {
    let metadata = KeyMetadata::builder(
        KEY.parse().unwrap(),
        KeySpec::SymmetricDefault,
        KeyUsage::EncryptDecrypt,
    )
    .build();
    let request = AccessRequest {
        caller,
        action,
        resource: Resource::Key(KeyResource::new(&metadata, policy)),
        parameters: Parameters::default(),
    };
    authorize(&request).ok()
}

/// Those documents that are taken.
fn policies() -> Vec<KeyPolicy> {
    let documents = documents().into_iter();
    documents
        .filter_map(|document| KeyPolicy::from_json(&document).ok())
        .collect()
}

/// The documents; none if the file is not there.
fn documents() -> Vec<String> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = repository.join("../shared/reference/key-policies.jsonl");
    let Ok(text) = fs::read_to_string(&path) else {
        println!("LEFT OUT: {} is not there", path.display());
        return Vec::new();
    };
    let documents = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    documents
        .map(|document| document["policy"].to_string())
        .collect()
}
