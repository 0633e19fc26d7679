//! The permissions of the control operations.

use kms_reencrypt::KeySpec;
use kms_reencrypt::access::{Action, Caller, KeyPolicy, Permission, PermissionResource};
use kms_reencrypt::iam::{Policy, Statement};
use kms_reencrypt::keyring::NewKey;
use serde_json::{Value, json};

use crate::server::Server;

const ALICE: &str = "arn:aws-cn:iam::111122223333:user/alice";

fn alice(actions: &[&str]) -> Caller {
    let allow = actions
        .iter()
        .fold(Statement::allow(), |allow, action| allow.action(*action));
    let policy = Policy::new().statement(allow);
    ALICE
        .parse::<Caller>()
        .unwrap()
        .with_identity_policy(policy)
}

/// Keys, a replica, and what control operations ask of them.
struct Scene {
    server: Server,
    /// The key that requests name, and the one that `alias/app` points to.
    keys: [String; 2],
    /// That of the second.
    replica: String,
    grant: String,
}

impl Scene {
    fn new() -> Self {
        let server = Server::new();
        let make = || {
            let key = NewKey::new(KeySpec::SymmetricDefault).multi_region(true);
            server.keyring.create_key(key).unwrap()
        };
        let [key, other] = [make(), make()];
        server.keyring.create_alias("alias/app", other).unwrap();
        let replica = server.keyring.replicate_key(other, "cn-northwest-1");
        let grantee = "arn:aws-cn:iam::444455556666:root";
        let grant = server.keyring.create_grant(key, grantee, |grant| {
            grant.operation(kms_reencrypt::access::GrantOperation::Decrypt)
        });
        Self {
            keys: [key, other].map(|key| key.to_string()),
            replica: replica.unwrap().to_string(),
            grant: grant.unwrap().grant_id.to_string(),
            server,
        }
    }

    /// The control operations, each with members that would do.
    fn requests(&self) -> Vec<(&'static str, Value)> {
        let key = &self.keys[0];
        let policy = r#"{"Statement": {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "kms:*", "Resource": "*"}}"#;
        let tags = json!([{"TagKey": "tenant", "TagValue": "blue"}]);
        vec![
            ("DescribeKey", json!({"KeyId": key})),
            ("GetPublicKey", json!({"KeyId": key})),
            ("DisableKey", json!({"KeyId": key})),
            ("EnableKey", json!({"KeyId": key})),
            (
                "CreateAlias",
                json!({"AliasName": "alias/new", "TargetKeyId": key}),
            ),
            (
                "UpdateAlias",
                json!({"AliasName": "alias/app", "TargetKeyId": key}),
            ),
            ("DeleteAlias", json!({"AliasName": "alias/app"})),
            ("ScheduleKeyDeletion", json!({"KeyId": key})),
            ("CancelKeyDeletion", json!({"KeyId": key})),
            ("RotateKeyOnDemand", json!({"KeyId": key})),
            ("ListKeyRotations", json!({"KeyId": key})),
            ("EnableKeyRotation", json!({"KeyId": key})),
            ("DisableKeyRotation", json!({"KeyId": key})),
            ("GetKeyRotationStatus", json!({"KeyId": key})),
            ("GetKeyLastUsage", json!({"KeyId": key})),
            (
                "GetParametersForImport",
                json!({"KeyId": key, "WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"}),
            ),
            (
                "ImportKeyMaterial",
                json!({"KeyId": key, "ImportToken": "AAAA", "EncryptedKeyMaterial": "AAAA"}),
            ),
            ("DeleteImportedKeyMaterial", json!({"KeyId": key})),
            (
                "ReplicateKey",
                json!({"KeyId": key, "ReplicaRegion": "cn-northwest-1"}),
            ),
            (
                "ReplicateKey",
                json!({"KeyId": key, "ReplicaRegion": "cn-northwest-1", "Tags": tags, "Policy": policy}),
            ),
            (
                "CreateGrant",
                json!({"KeyId": key, "GranteePrincipal": ALICE, "Operations": ["Decrypt"]}),
            ),
            (
                "UpdatePrimaryRegion",
                json!({"KeyId": self.keys[1], "PrimaryRegion": "cn-northwest-1"}),
            ),
            ("ListGrants", json!({"KeyId": key})),
            ("RetireGrant", json!({"KeyId": key, "GrantId": self.grant})),
            ("RevokeGrant", json!({"KeyId": key, "GrantId": self.grant})),
            ("GetKeyPolicy", json!({"KeyId": key})),
            ("PutKeyPolicy", json!({"KeyId": key, "Policy": policy})),
            ("CreateKey", json!({})),
            ("CreateKey", json!({"Tags": tags, "Policy": policy})),
            ("ListKeys", json!({})),
            ("ListAliases", json!({})),
            ("DescribeCustomKeyStores", json!({})),
            ("GenerateRandom", json!({"NumberOfBytes": 8})),
            ("ListKeyPolicies", json!({"KeyId": key})),
            ("ListResourceTags", json!({"KeyId": key})),
            ("ListRetirableGrants", json!({"RetiringPrincipal": ALICE})),
            ("TagResource", json!({"KeyId": key, "Tags": tags})),
            (
                "UntagResource",
                json!({"KeyId": key, "TagKeys": ["tenant"]}),
            ),
            (
                "UpdateKeyDescription",
                json!({"KeyId": key, "Description": "-"}),
            ),
        ]
    }

    /// What a request asks for, by the table: each permission with the resource that it is for.
    fn asked(&self, operation: &str, request: &Value) -> Vec<(Action, Asked)> {
        // What an alias points to is asked first, then what it is to point to.
        let mut keys = match operation {
            "UpdateAlias" | "DeleteAlias" => vec![&self.keys[1], &self.keys[0]],
            "UpdatePrimaryRegion" => vec![&self.keys[1], &self.replica],
            _ => vec![&self.keys[0]],
        }
        .into_iter();
        Permission::of(operation.parse().unwrap())
            .filter(|row| {
                row.only_with()
                    .is_none_or(|member| !request[member].is_null())
            })
            .map(|row| {
                let resource = match row.resource() {
                    PermissionResource::Key if row.only_with().is_some() => Asked::NewKey,
                    PermissionResource::Key => Asked::Arn(keys.next().unwrap().clone()),
                    PermissionResource::Alias => {
                        let name = request["AliasName"].as_str().unwrap();
                        Asked::Arn(format!("arn:aws-cn:kms:cn-north-1:111122223333:{name}"))
                    }
                    _ if row.only_with().is_some() => Asked::Unnamed,
                    _ => Asked::Any,
                };
                (row.action(), resource)
            })
            .collect()
    }
}

/// What a permission is asked for, and how a refusal names it.
#[derive(Clone, Debug, PartialEq)]
enum Asked {
    Arn(String),
    Any,
    NewKey,
    Unnamed,
}

impl Asked {
    fn allow(&self, action: Action) -> Statement {
        let resource = match self {
            Self::Arn(arn) => arn,
            _ => "*",
        };
        Statement::allow()
            .action(action.as_str())
            .resource(resource)
    }

    fn refusal(&self, action: Action) -> String {
        let resource = match self {
            Self::Arn(arn) => format!(" on resource: {arn}"),
            Self::Any => " on resource: *".to_owned(),
            Self::Unnamed => String::new(),
            Self::NewKey => {
                return "The new key policy will not allow you to update the key policy in the future."
                    .to_owned();
            }
        };
        format!(
            "User: {ALICE} is not authorized to perform: {action}{resource} because no identity-based policy allows the {action} action"
        )
    }
}

#[test]
fn every_control_operation_needs_each_of_its_permissions() {
    let requests = Scene::new().requests().len();
    let mut permissions = 0;
    for at in 0..requests {
        let scene = Scene::new();
        let (operation, request) = scene.requests().swap_remove(at);
        let asked = scene.asked(operation, &request);
        let without = |missing: Option<&(Action, Asked)>| {
            let policy = asked
                .iter()
                .filter(|one| Some(*one) != missing)
                .fold(Policy::new(), |policy, (action, resource)| {
                    policy.statement(resource.allow(*action))
                });
            let alice = ALICE.parse::<Caller>().unwrap();
            scene.server.as_caller(alice.with_identity_policy(policy))
        };
        for missing in &asked {
            let (action, resource) = missing;
            let (code, message) = without(Some(missing)).error(operation, request.clone());
            let expected = match resource {
                Asked::NewKey => "MalformedPolicyDocumentException",
                _ => "AccessDeniedException",
            };
            assert_eq!(
                (code.as_str(), message),
                (expected, resource.refusal(*action)),
                "{operation}"
            );
            permissions += 1;
        }
        let (_, body) = without(None).raw(operation, &request.to_string());
        assert!(!body.contains("AccessDenied"), "{operation}: {body}");
    }
    assert!(permissions > 30, "only {permissions} permissions");
}

#[test]
fn what_is_about_no_key_is_up_to_the_callers_own_policy() {
    let server = Server::new();
    for operation in ["CreateKey", "ListKeys", "ListAliases"] {
        let (code, message) = server
            .as_caller(alice(&["kms:Decrypt"]))
            .error(operation, json!({}));
        assert_eq!(code, "AccessDeniedException");
        assert_eq!(
            message,
            format!(
                "User: {ALICE} is not authorized to perform: kms:{operation} on resource: * because no identity-based policy allows the kms:{operation} action"
            )
        );
        let action = format!("kms:{operation}");
        server.as_caller(alice(&[&action])).ok(operation, json!({}));
        // A policy about keys is about none of these.
        let about_keys = Statement::allow()
            .action(&action)
            .resource("arn:aws-cn:kms:*:111122223333:key/*");
        let about_keys = Policy::new().statement(about_keys);
        let alice = ALICE.parse::<Caller>().unwrap();
        let (code, _) = server
            .as_caller(alice.with_identity_policy(about_keys))
            .error(operation, json!({}));
        assert_eq!(code, "AccessDeniedException");
    }
}

#[test]
fn a_key_of_another_account_looks_the_same_whether_it_is_there_or_not() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault).to_string();
    let missing = key.replace(&key[key.len() - 12..], "000000000000");
    let stranger = "arn:aws-cn:iam::444455556666:user/bob".parse::<Caller>();
    let stranger = server.as_caller(stranger.unwrap());
    let answer = |key: &str| stranger.error("DescribeKey", json!({"KeyId": key}));
    assert_eq!(answer(&key), answer(&missing));
    assert_eq!(answer(&key).0, "AccessDeniedException");
}

#[test]
fn another_account_can_be_let_use_a_key_and_never_manage_it() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault);
    let policy = r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}}"#;
    let policy = KeyPolicy::from_json(policy).unwrap();
    server.keyring.put_key_policy(key, policy).unwrap();
    let stranger = "arn:aws-cn:iam::444455556666:root".parse::<Caller>();
    let stranger = server.as_caller(stranger.unwrap());
    let named = json!({"KeyId": key.to_string()});
    stranger.ok("DescribeKey", named.clone());
    let (code, _) = stranger.error("DisableKey", named);
    assert_eq!(code, "AccessDeniedException");
}

#[test]
fn a_grant_lets_describe_a_key() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault);
    server.keyring.make_changes_slow();
    let bob = "arn:aws-cn:iam::444455556666:user/bob";
    let created = server
        .keyring
        .create_grant(key, bob, |grant| {
            grant.operation(kms_reencrypt::access::GrantOperation::DescribeKey)
        })
        .unwrap();
    let bob = server.as_caller(bob.parse::<Caller>().unwrap());
    let mut request = json!({"KeyId": key.to_string()});
    assert_eq!(
        bob.error("DescribeKey", request.clone()).0,
        "AccessDeniedException"
    );
    request["GrantTokens"] = json!([created.grant_token]);
    bob.ok("DescribeKey", request);
}

#[test]
fn an_explicit_deny_comes_before_everything_else() {
    let scene = Scene::new();
    let deny = Policy::new()
        .statement(Statement::allow().action("kms:*").resource("*"))
        .statement(
            Statement::deny()
                .action("kms:DisableKey")
                .action("kms:RetireGrant")
                .resource("*"),
        );
    for arn in [ALICE, "arn:aws-cn:iam::444455556666:root"] {
        let caller = arn
            .parse::<Caller>()
            .unwrap()
            .with_identity_policy(deny.clone());
        let server = scene.server.as_caller(caller);
        for (operation, request) in scene.requests() {
            if operation == "DisableKey" || operation == "RetireGrant" {
                let (_, message) = server.error(operation, request);
                let expected = "with an explicit deny in an identity-based policy";
                assert!(message.ends_with(expected), "{arn} {operation}: {message}");
            }
        }
    }
}

#[test]
fn a_key_policy_cannot_let_anybody_retire_a_grant_or_keep_the_retiring_principal_from_it() {
    let scene = Scene::new();
    let key = scene.keys[0].as_str();
    let retire = json!({"KeyId": key, "GrantId": scene.grant});
    let put = |effect: &str| {
        let policy = format!(
            r#"{{"Statement": {{"Effect": "{effect}", "Principal": "*", "Action": "kms:*", "Resource": "*"}}}}"#
        );
        let policy = KeyPolicy::from_json(&policy).unwrap();
        scene.server.keyring.put_key_policy(key, policy).unwrap();
    };
    put("Allow");
    let (code, _) = scene
        .server
        .as_caller(alice(&[]))
        .error("RetireGrant", retire.clone());
    assert_eq!(code, "AccessDeniedException");
    put("Deny");
    scene.server.ok("RetireGrant", retire);
}

#[test]
fn a_grantee_cannot_grant_itself_more() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault).to_string();
    let parent = json!({
        "KeyId": key,
        "GranteePrincipal": ALICE,
        "Operations": ["Encrypt", "CreateGrant"],
        "Constraints": {"EncryptionContextSubset": {"tenant": "blue"}},
    });
    server.ok("CreateGrant", parent);
    let alice = server.as_caller(alice(&[]));
    let child = |operations: Value, constraints: Value| json!({"KeyId": key, "GranteePrincipal": ALICE, "Operations": operations, "Constraints": constraints});
    let blue = json!({"EncryptionContextSubset": {"tenant": "blue"}});
    for request in [
        child(json!(["Decrypt"]), json!({})),
        child(json!(["Decrypt"]), blue.clone()),
        child(json!(["Encrypt"]), json!({})),
    ] {
        let (code, message) = alice.error("CreateGrant", request);
        assert_eq!(code, "AccessDeniedException");
        assert!(message.contains("is not authorized to perform: kms:CreateGrant on resource"));
    }
    alice.ok("CreateGrant", child(json!(["Encrypt"]), blue));
}

#[test]
fn the_token_of_a_revoked_grant_gives_nothing_wherever_it_is_presented() {
    let server = Server::new();
    let key = server.key(KeySpec::SymmetricDefault).to_string();
    let request =
        json!({"KeyId": key, "GranteePrincipal": ALICE, "Operations": ["Encrypt", "DescribeKey"]});
    let created = server.ok("CreateGrant", request);
    let id = created["GrantId"].as_str().unwrap();
    server.ok("RevokeGrant", json!({"KeyId": key, "GrantId": id}));
    let tokens = json!([created["GrantToken"]]);
    let requests = [
        (
            "Encrypt",
            json!({"KeyId": key, "Plaintext": "YQ==", "GrantTokens": tokens}),
        ),
        ("DescribeKey", json!({"KeyId": key, "GrantTokens": tokens})),
        (
            "CreateGrant",
            json!({"KeyId": key, "GranteePrincipal": ALICE, "Operations": ["Encrypt"], "GrantTokens": tokens}),
        ),
    ];
    for (operation, request) in requests {
        let (code, _) = server
            .as_caller(alice(&[]))
            .error(operation, request.clone());
        assert_eq!(code, "AccessDeniedException", "{operation}");
        server.ok(operation, request);
    }
    let denied = alice(&["kms:RetireGrant"]).with_identity_policy(
        Policy::new().statement(Statement::deny().action("kms:RetireGrant").resource("*")),
    );
    let unknown = json!({"KeyId": key, "GrantId": id});
    let (code, _) = server.as_caller(denied).error("RetireGrant", unknown);
    assert_eq!(
        code, "AccessDeniedException",
        "an explicit deny comes first"
    );
    let not_found = (
        "NotFoundException".to_owned(),
        format!("Grant ID {id} not found"),
    );
    for (operation, request) in [
        ("RetireGrant", json!({"GrantToken": created["GrantToken"]})),
        ("RetireGrant", json!({"KeyId": key, "GrantId": id})),
        ("RevokeGrant", json!({"KeyId": key, "GrantId": id})),
    ] {
        assert_eq!(server.error(operation, request), not_found, "{operation}");
    }
}
