//! The table of condition keys: for each a value that holds and one that does not.

use core::time::Duration;
use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::time::SystemTime;

use kms_reencrypt::access::{
    AccessRequest, Action, Caller, ConditionKey, GrantConstraint, GrantOperation, GrantTerms,
    KeyPolicy, KeyResource, Parameters, Resource, ValueSource, authorize,
};
use kms_reencrypt::iam::{Condition, ConditionOperator, Policy, Statement};
use kms_reencrypt::{
    AliasName, DataKeyPairSpec, EncryptionAlgorithm, EncryptionContext, ExpirationModel,
    KeyMetadata, KeySpec, KeyUsage, MultiRegionConfiguration, MultiRegionKeyType,
};

use crate::ask::{KEY, stranger};

use ConditionOperator::{Bool, DateEquals, NumericEquals, StringEquals};

static CONTEXT: LazyLock<EncryptionContext> =
    LazyLock::new(|| EncryptionContext::from([("tenant", "blue"), ("app", "web")]));

static CONSTRAINTS: LazyLock<Vec<GrantConstraint>> =
    LazyLock::new(|| vec![GrantConstraint::EncryptionContextSubset(CONTEXT.clone())]);

static ALIASES: LazyLock<[AliasName; 2]> =
    LazyLock::new(|| ["alias/app", "alias/prod-1"].map(|name| name.parse().unwrap()));

static TAGS: LazyLock<[(String, String); 1]> =
    LazyLock::new(|| [("Project".to_owned(), "Alpha".to_owned())]);

const TERMS: GrantTerms<'static> = GrantTerms {
    grantee_principal: Some("arn:aws:iam::111122223333:role/Auditor"),
    grantee_service_principal: Some("rds.amazonaws.com"),
    retiring_principal: Some("arn:aws:iam::111122223333:role/Admin"),
    retiring_service_principal: Some("ebs.amazonaws.com"),
    operations: &[GrantOperation::Decrypt],
    constraints: &[],
    source_arn: Some("arn:aws:rds:us-east-2:111122223333:db:books"),
};

/// A request of a session with a tag, with what it says itself.
struct Scene {
    caller: Caller,
    action: Action,
    parameters: Parameters<'static>,
}

impl Scene {
    fn new(action: Action) -> Self {
        let session = stranger("assumed-role/Auditor/alice")
            .with_unique_id("AROACKCEVSQ6C2EXAMPLE")
            .of_role(
                &"arn:aws:iam::111122223333:role/team/Auditor"
                    .parse()
                    .unwrap(),
            );
        Self {
            caller: session,
            action,
            parameters: Parameters::default(),
        }
    }

    fn says(mut self, say: impl FnOnce(&mut Parameters<'static>)) -> Self {
        say(&mut self.parameters);
        self
    }

    fn by(self, caller: Caller) -> Self {
        Self { caller, ..self }
    }

    /// Whether a condition is true of the request: it is all that the caller's permission hangs on.
    fn holds(&self, condition: Condition) -> bool {
        let allow = Statement::allow()
            .action("*")
            .resource("*")
            .condition(condition);
        let caller = self
            .caller
            .clone()
            .with_identity_policy(Policy::new().statement(allow));
        let primary = MultiRegionConfiguration::new(
            MultiRegionKeyType::Primary,
            "us-east-2".parse().unwrap(),
            Vec::new(),
        );
        let metadata = KeyMetadata::builder(
            KEY.parse().unwrap(),
            KeySpec::SymmetricDefault,
            KeyUsage::EncryptDecrypt,
        )
        .multi_region(Some(primary))
        .build();
        let resource = if self.action == Action::CreateKey {
            Resource::NewKey(&metadata)
        } else {
            Resource::Key(KeyResource {
                aliases: &*ALIASES,
                tags: &*TAGS,
                ..KeyResource::new(&metadata, KeyPolicy::account_decides())
            })
        };
        let decision = authorize(&AccessRequest {
            caller: &caller,
            action: self.action,
            resource,
            parameters: self.parameters,
        });
        decision.is_ok()
    }
}

/// What requests, keys and callers have without being given it by name.
#[test]
fn every_condition_key_has_the_value_of_its_source() {
    let to = || Scene::new(Action::ReEncryptTo);
    let grant = || {
        Scene::new(Action::CreateGrant).says(|says| {
            says.new_grant = Some(GrantTerms {
                constraints: &CONSTRAINTS,
                ..TERMS
            });
        })
    };
    let create = || {
        Scene::new(Action::CreateKey).says(|says| {
            says.request_tags = &*TAGS;
            says.bypass_policy_lockout_safety_check = Some(true);
        })
    };
    let import = || {
        Scene::new(Action::ImportKeyMaterial).says(|says| {
            says.expiration_model = Some(ExpirationModel::KeyMaterialExpires);
            says.valid_to = Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600));
        })
    };
    let parameters = || {
        Scene::new(Action::GetParametersForImport).says(|says| {
            says.wrapping_algorithm = Some("RSAES_OAEP_SHA_256");
            says.wrapping_key_spec = Some("RSA_4096");
        })
    };
    let pair = || {
        Scene::new(Action::GenerateDataKeyPair)
            .says(|says| says.data_key_pair_spec = Some(DataKeyPairSpec::EccNistP256))
    };
    let says = |say: fn(&mut Parameters<'static>)| to().says(say);
    let context = || says(|says| says.encryption_context = Some(&CONTEXT));
    let now = || {
        says(|says| says.now = Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600)))
    };
    let user = || to().by(stranger("user/team/alice").with_unique_id("AIDACKCEVSQ6C2EXAMPLE"));
    let through = || to().by(stranger("user/alice").with_via_service("s3.us-east-2.amazonaws.com"));
    let called = || to().by(stranger("user/alice").with_context("aws:CalledVia", ["a", "b"]));
    let days = || {
        Scene::new(Action::ScheduleKeyDeletion).says(|says| says.pending_window_in_days = Some(7))
    };
    let unused = || {
        Scene::new(Action::DisableKey).says(|says| says.trailing_days_without_key_usage = Some(89))
    };
    let period = || {
        Scene::new(Action::EnableKeyRotation).says(|says| says.rotation_period_in_days = Some(180))
    };
    let primary = || {
        Scene::new(Action::UpdatePrimaryRegion).says(|says| says.primary_region = Some("us-west-2"))
    };
    let replica =
        || Scene::new(Action::ReplicateKey).says(|says| says.replica_region = Some("us-west-2"));
    #[rustfmt::skip]
    let rows: Vec<(Scene, ConditionOperator, &str, &str, &str)> = vec![
        (called(), StringEquals, "aws:CalledViaFirst", "a", "b"),
        (called(), StringEquals, "aws:CalledViaLast", "b", "a"),
        (now(), DateEquals, "aws:CurrentTime", "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z"),
        (now(), NumericEquals, "aws:EpochTime", "1767225600", "1767225601"),
        (to(), StringEquals, "aws:PrincipalAccount", "111122223333", "444455556666"),
        (to(), StringEquals, "aws:PrincipalArn", "arn:aws:iam::111122223333:role/team/Auditor", "arn:aws:iam::111122223333:role/Auditor"),
        (to(), Bool, "aws:PrincipalIsAWSService", "false", "true"),
        (to(), StringEquals, "aws:PrincipalType", "AssumedRole", "User"),
        (user(), StringEquals, "aws:PrincipalType", "User", "AssumedRole"),
        (to(), StringEquals, "aws:RequestedRegion", "us-east-2", "us-east-1"),
        (create(), StringEquals, "aws:RequestTag/project", "Alpha", "Beta"),
        (to(), StringEquals, "aws:ResourceAccount", "111122223333", "444455556666"),
        (to(), StringEquals, "aws:ResourceTag/Project", "Alpha", "Beta"),
        (to(), Bool, "aws:SecureTransport", "true", "false"),
        (create(), StringEquals, "aws:TagKeys", "Project", "Other"),
        (to(), StringEquals, "aws:userid", "AROACKCEVSQ6C2EXAMPLE:alice", "AROACKCEVSQ6C2EXAMPLE"),
        (user(), StringEquals, "aws:userid", "AIDACKCEVSQ6C2EXAMPLE", "alice"),
        (user(), StringEquals, "aws:username", "alice", "team/alice"),
        (to(), Bool, "aws:ViaAWSService", "false", "true"),
        (through(), Bool, "aws:ViaAWSService", "true", "false"),
        (create(), Bool, "kms:BypassPolicyLockoutSafetyCheck", "true", "false"),
        (to(), StringEquals, "kms:CallerAccount", "111122223333", "444455556666"),
        (to(), StringEquals, "kms:CustomerMasterKeySpec", "SYMMETRIC_DEFAULT", "RSA_2048"),
        (to(), StringEquals, "kms:CustomerMasterKeyUsage", "ENCRYPT_DECRYPT", "SIGN_VERIFY"),
        (says(|says| says.encryption_algorithm = Some(EncryptionAlgorithm::SymmetricDefault)), StringEquals, "kms:EncryptionAlgorithm", "SYMMETRIC_DEFAULT", "SM2PKE"),
        (context(), StringEquals, "kms:EncryptionContext:TENANT", "blue", "red"),
        (context(), StringEquals, "kms:EncryptionContextKeys", "tenant", "TENANT"),
        (grant(), StringEquals, "kms:EncryptionContext:tenant", "blue", "red"),
        (grant(), StringEquals, "kms:EncryptionContextKeys", "tenant", "owner"),
        (import(), StringEquals, "kms:ExpirationModel", "KEY_MATERIAL_EXPIRES", "KEY_MATERIAL_DOES_NOT_EXPIRE"),
        (grant(), StringEquals, "kms:GrantConstraintSourceArn", "arn:aws:rds:us-east-2:111122223333:db:books", "arn:aws:rds:us-east-2:111122223333:db:films"),
        (grant(), StringEquals, "kms:GrantConstraintType", "EncryptionContextSubset", "EncryptionContextEquals"),
        (grant(), StringEquals, "kms:GranteePrincipal", "arn:aws:iam::111122223333:role/Auditor", "arn:aws:iam::111122223333:role/Admin"),
        (grant(), StringEquals, "kms:GranteeServicePrincipal", "rds.amazonaws.com", "ebs.amazonaws.com"),
        (grant(), Bool, "kms:GrantIsForAWSResource", "false", "true"),
        (grant().by(stranger("user/alice").with_via_service("s3.us-east-2.amazonaws.com")), Bool, "kms:GrantIsForAWSResource", "true", "false"),
        (grant(), StringEquals, "kms:GrantOperations", "Decrypt", "Encrypt"),
        (to(), StringEquals, "kms:KeyOrigin", "AWS_KMS", "EXTERNAL"),
        (create(), StringEquals, "kms:KeyOrigin", "AWS_KMS", "EXTERNAL"),
        (to(), StringEquals, "kms:KeySpec", "SYMMETRIC_DEFAULT", "RSA_2048"),
        (create(), StringEquals, "kms:KeySpec", "SYMMETRIC_DEFAULT", "RSA_2048"),
        (to(), StringEquals, "kms:KeyUsage", "ENCRYPT_DECRYPT", "SIGN_VERIFY"),
        (to(), Bool, "kms:MultiRegion", "true", "false"),
        (to(), StringEquals, "kms:MultiRegionKeyType", "PRIMARY", "REPLICA"),
        (pair(), StringEquals, "kms:DataKeyPairSpec", "ECC_NIST_P256", "RSA_2048"),
        (primary(), StringEquals, "kms:PrimaryRegion", "us-west-2", "us-east-2"),
        (says(|says| says.re_encrypt_on_same_key = Some(true)), Bool, "kms:ReEncryptOnSameKey", "true", "false"),
        (replica(), StringEquals, "kms:ReplicaRegion", "us-west-2", "us-east-2"),
        (says(|says| says.request_alias = ALIASES.first()), StringEquals, "kms:RequestAlias", "alias/app", "alias/prod-1"),
        (to(), StringEquals, "kms:ResourceAliases", "alias/prod-1", "alias/other"),
        (grant(), StringEquals, "kms:RetiringPrincipal", "arn:aws:iam::111122223333:role/Admin", "arn:aws:iam::111122223333:role/Auditor"),
        (grant(), StringEquals, "kms:RetiringServicePrincipal", "ebs.amazonaws.com", "rds.amazonaws.com"),
        (period(), NumericEquals, "kms:RotationPeriodInDays", "180", "365"),
        (days(), NumericEquals, "kms:ScheduleKeyDeletionPendingWindowInDays", "7", "8"),
        (unused(), NumericEquals, "kms:TrailingDaysWithoutKeyUsage", "89", "90"),
        (import(), DateEquals, "kms:ValidTo", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
        (parameters(), StringEquals, "kms:WrappingAlgorithm", "RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1"),
        (parameters(), StringEquals, "kms:WrappingKeySpec", "RSA_4096", "RSA_2048"),
    ];
    let mut seen = BTreeSet::new();
    for (scene, operator, key, value, other) in rows {
        let is = |value: &str| Condition::new(operator, key, [value]).for_any_value();
        assert!(scene.holds(is(value)), "{key} is {value}");
        assert!(!scene.holds(is(other)), "{key} is not {other}");
        seen.insert(ConditionKey::named(key).unwrap().name());
    }
    let computed: BTreeSet<&str> = ConditionKey::ALL
        .iter()
        .filter(|key| !GIVEN.contains(&key.name()))
        .map(ConditionKey::name)
        .collect();
    assert_eq!(seen, computed);
}

/// Keys that have a value only if the caller is given one, or is a service.
const GIVEN: &[&str] = &[
    "aws:AssumedRoot",
    "aws:CalledVia",
    "aws:CalledViaAWSMCP",
    "aws:ChatbotSourceArn",
    "aws:Ec2InstanceSourcePrivateIPv4",
    "aws:Ec2InstanceSourceVpc",
    "aws:FederatedProvider",
    "aws:IsMcpServiceAction",
    "aws:MultiFactorAuthAge",
    "aws:MultiFactorAuthPresent",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
    "aws:PrincipalTag/",
    "aws:Referer",
    "aws:ResourceOrgID",
    "aws:ResourceOrgPaths",
    "aws:SignInSessionArn",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceIdentity",
    "aws:SourceIp",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:SourceVpc",
    "aws:SourceVpcArn",
    "aws:SourceVpce",
    "aws:TokenIssueTime",
    "aws:UserAgent",
    "aws:ViaAWSMCPService",
    "aws:ViaCustomerDomain",
    "aws:VpceAccount",
    "aws:VpceOrgID",
    "aws:VpceOrgPaths",
    "aws:VpcSourceIp",
    "codebuild:BuildArn",
    "codebuild:ProjectArn",
    "ec2:RoleDelivery",
    "ec2:SourceInstanceARN",
    "glue:CredentialIssuingService",
    "glue:RoleAssumedBy",
    "identitystore:UserId",
    "kms:KeyAgreementAlgorithm",
    "kms:MacAlgorithm",
    "kms:MessageType",
    "kms:RecipientAttestation:",
    "kms:SigningAlgorithm",
    "kms:ViaService",
    "lambda:SourceFunctionArn",
    "ssm:SourceInstanceArn",
];

/// Every key of the table, by its name, where the request and its key do not say otherwise; and one of no table.
#[test]
fn every_condition_key_can_be_set_for_a_caller_by_name() {
    let settled = |row: &&ConditionKey| {
        let is_callers = !matches!(row.source(), ValueSource::Key | ValueSource::Request);
        is_callers || GIVEN.contains(&row.name())
    };
    let of_table = ConditionKey::ALL.iter().filter(settled).map(|row| {
        let mut actions = Action::ALL.iter().filter(|action| row.is_for(**action));
        let name = match row.name().ends_with([':', '/']) {
            true => format!("{}Some-Name", row.name()),
            false => row.name().to_owned(),
        };
        (
            name,
            *actions
                .find(|action| **action != Action::CreateKey)
                .unwrap(),
        )
    });
    let others = ["saml:sub", "cognito-identity.amazonaws.com:sub"]
        .map(|name| (name.to_owned(), Action::ReEncryptTo));
    for (key, action) in of_table.chain(others) {
        let is = |value| Condition::new(StringEquals, &key, [value]);
        let scene = Scene::new(action);
        assert!(!scene.holds(is("x")), "{key} before it is set");
        let caller = scene
            .caller
            .clone()
            .with_context(&key.to_uppercase(), ["x"]);
        let scene = scene.by(caller.clone());
        assert!(scene.holds(is("x")), "{key}");
        assert!(!scene.holds(is("y")), "{key}");
        let taken = caller.with_context(&key, [""; 0]);
        assert!(!scene.by(taken).holds(is("x")), "{key} taken away");
    }
}

#[test]
fn a_multivalued_condition_key_is_no_policy_variable() {
    for (key, holds) in [("aws:PrincipalTag/Project", true), ("aws:TagKeys", false)] {
        let caller = stranger("user/alice")
            .with_context("aws:userid", ["Alpha"])
            .with_context(key, ["Alpha"]);
        let scene = Scene::new(Action::TagResource).by(caller);
        let variable = format!("${{{key}}}");
        let condition = Condition::new(StringEquals, "aws:userid", [variable]);
        assert_eq!(scene.holds(condition), holds, "{key}");
    }
}

#[test]
fn what_the_request_or_its_key_says_cannot_be_overruled() {
    let liar = stranger("user/alice")
        .with_context("kms:KeySpec", ["RSA_2048"])
        .with_context("kms:EncryptionContext:tenant", ["red"]);
    let scene = Scene::new(Action::ReEncryptTo)
        .by(liar)
        .says(|says| says.encryption_context = Some(&CONTEXT));
    for (key, value) in [
        ("kms:KeySpec", "SYMMETRIC_DEFAULT"),
        ("kms:EncryptionContext:tenant", "blue"),
    ] {
        assert!(scene.holds(Condition::new(StringEquals, key, [value])));
    }
}

#[test]
fn a_condition_key_is_absent_from_requests_that_do_not_have_it() {
    let liar = |key: &str| stranger("user/alice").with_context(key, ["x"]);
    for (key, action) in [
        ("kms:EncryptionContext:tenant", Action::DescribeKey),
        ("kms:RequestAlias", Action::DisableKey),
        ("kms:GrantOperations", Action::Decrypt),
        ("kms:WrappingAlgorithm", Action::ImportKeyMaterial),
        ("kms:KeySpec", Action::RetireGrant),
        ("kms:CallerAccount", Action::ListKeys),
    ] {
        let scene = Scene::new(action).by(liar(key));
        let absent = Condition::new(ConditionOperator::Null, key, ["true"]);
        let decided = ConditionKey::named(key).unwrap().is_for(action);
        assert!(!decided, "{key} {action}");
        // RetireGrant is up to a grant: only the table can be asked.
        if action != Action::RetireGrant && action != Action::ListKeys {
            assert!(scene.holds(absent), "{key} {action}");
        }
    }
}

#[test]
fn two_context_keys_that_differ_in_case_are_both_seen() {
    static TWO: LazyLock<EncryptionContext> =
        LazyLock::new(|| EncryptionContext::from([("tenant", "blue"), ("Tenant", "red")]));
    let scene = Scene::new(Action::ReEncryptTo).says(|says| says.encryption_context = Some(&TWO));
    let is = |values: &[&str]| {
        Condition::new(
            StringEquals,
            "kms:EncryptionContext:tenant",
            values.iter().copied(),
        )
    };
    assert!(!scene.holds(is(&["blue"])));
    assert!(!scene.holds(is(&["red"])));
    assert!(scene.holds(is(&["blue", "red"])));
}

#[test]
fn a_policy_tells_which_of_its_keys_no_request_has() {
    let is = |key: &str| Condition::new(StringEquals, key, ["x"]);
    let statement = [
        "kms:KeySpec",
        "kms:Keyspecs",
        "aws:PrincipalTag/team",
        "aws:Wrong",
        "saml:sub",
    ]
    .into_iter()
    .fold(Statement::allow().action("*"), |allow, key| {
        allow.condition(is(key))
    });
    let policy = Policy::new().statement(statement.clone());
    let key_policy = KeyPolicy::new().statement(statement);
    for unknown in [
        ConditionKey::unknown_in(&policy),
        key_policy.unknown_condition_keys(),
    ] {
        let unknown: Vec<String> = unknown.into_iter().map(ToString::to_string).collect();
        assert_eq!(unknown, ["kms:Keyspecs", "aws:Wrong", "saml:sub"]);
    }
}

/// The developer guide has no condition keys for the alias of `kms:CreateAlias`, but those of its key.
#[test]
fn a_request_about_an_alias_has_none_of_the_condition_keys_of_kms() {
    let alias = "arn:aws:kms:us-east-2:111122223333:alias/app"
        .parse()
        .unwrap();
    let via_s3 = stranger("user/alice").with_via_service("s3.us-east-2.amazonaws.com");
    for (key, value, expected) in [
        ("kms:CallerAccount", "111122223333", false),
        ("kms:ViaService", "s3.us-east-2.amazonaws.com", false),
        ("aws:PrincipalAccount", "111122223333", true),
    ] {
        let allow = Statement::allow()
            .action("kms:CreateAlias")
            .resource("*")
            .condition(Condition::new(StringEquals, key, [value]));
        let caller = via_s3
            .clone()
            .with_identity_policy(Policy::new().statement(allow));
        let decision = authorize(&AccessRequest {
            caller: &caller,
            action: Action::CreateAlias,
            resource: Resource::Alias(&alias),
            parameters: Parameters::default(),
        });
        assert_eq!(decision.is_ok(), expected, "{key}");
    }
}

#[test]
fn requests_about_keys_and_key_stores_have_the_account_of_their_caller() {
    let key = ConditionKey::named("KMS:calleraccount").unwrap();
    assert_eq!(key.name(), "kms:CallerAccount");
    for (action, expected) in [
        (Action::Decrypt, true),
        (Action::CreateKey, true),
        (Action::ConnectCustomKeyStore, true),
        (Action::DescribeCustomKeyStores, true),
        (Action::GenerateRandom, false),
        (Action::ListKeys, false),
    ] {
        assert_eq!(key.is_for(action), expected, "{action}");
    }
}
