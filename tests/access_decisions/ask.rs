//! What the tables ask, and of whom.

use kms_reencrypt::access::{
    AccessRequest, Action, Caller, Grant, GrantBuilder, GrantId, GrantOperation, GrantTerms,
    KeyPolicy, KeyResource, Parameters, Resource, authorize, explain_access,
};
use kms_reencrypt::iam::{Condition, Denial, Layer, Policy, Principal, Statement};
use kms_reencrypt::{
    AliasName, EncryptionAlgorithm, EncryptionContext, KeyMetadata, KeySpec, KeyUsage,
    MultiRegionConfiguration, MultiRegionKeyType,
};

pub(crate) type Decision = Result<(), Denial>;

pub(crate) const ALLOWED: Decision = Ok(());
pub(crate) const DENIED_BY_IDENTITY: Decision = explicit(Layer::IdentityPolicy);
pub(crate) const DENIED_BY_KEY_POLICY: Decision = explicit(Layer::ResourcePolicy);
pub(crate) const NO_IDENTITY_POLICY: Decision = missing(Layer::IdentityPolicy);
pub(crate) const NO_KEY_POLICY: Decision = missing(Layer::ResourcePolicy);

pub(crate) const fn explicit(layer: Layer) -> Decision {
    Err(Denial {
        layer,
        explicit: true,
    })
}

pub(crate) const fn missing(layer: Layer) -> Decision {
    Err(Denial {
        layer,
        explicit: false,
    })
}

/// A key policy that says nothing.
pub(crate) static SILENT: KeyPolicy = KeyPolicy::new();

pub(crate) const KEY: &str =
    "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

/// A request for `kms:ReEncryptTo`, unless it is changed: under the default policy, of a symmetric multi-Region key that
/// is called by `alias/app`.
#[derive(Clone)]
pub(crate) struct Ask<'a> {
    pub(crate) caller: Caller,
    pub(crate) action: Action,
    pub(crate) policy: &'a KeyPolicy,
    pub(crate) grants: &'a [Grant],
    pub(crate) context: Option<&'a EncryptionContext>,
    pub(crate) presented: Vec<GrantId>,
    pub(crate) new_grant: Option<GrantTerms<'a>>,
    pub(crate) retired: Option<&'a Grant>,
    /// Without all that a request need not have.
    pub(crate) bare: bool,
}

impl<'a> Ask<'a> {
    pub(crate) fn of(caller: Caller) -> Self {
        Self {
            caller,
            action: Action::ReEncryptTo,
            policy: KeyPolicy::account_decides(),
            grants: &[],
            context: None,
            presented: Vec::new(),
            new_grant: None,
            retired: None,
            bare: false,
        }
    }

    pub(crate) fn action(self, action: Action) -> Self {
        Self { action, ..self }
    }

    pub(crate) fn context(self, context: &'a EncryptionContext) -> Self {
        let context = Some(context);
        Self { context, ..self }
    }

    pub(crate) fn policy<'b>(self, policy: &'b KeyPolicy) -> Ask<'b>
    where
        'a: 'b,
    {
        Ask { policy, ..self }
    }

    pub(crate) fn grants<'b>(self, grants: &'b [Grant]) -> Ask<'b>
    where
        'a: 'b,
    {
        Ask { grants, ..self }
    }

    #[track_caller]
    pub(crate) fn expect(self, expected: Decision, describes: &str) {
        let decision = self.request(authorize);
        assert_eq!(decision.map(|_| ()), expected, "{describes}");
    }

    /// How each grant is explained.
    pub(crate) fn explain_grants(self) -> Vec<String> {
        let explanation = self.request(explain_access);
        let grants = explanation.grants.iter();
        grants.map(ToString::to_string).collect()
    }

    fn request<T>(self, ask: impl FnOnce(&AccessRequest<'_>) -> T) -> T {
        let key = KEY.parse().unwrap();
        let primary = MultiRegionConfiguration::new(
            MultiRegionKeyType::Primary,
            "us-east-2".parse().unwrap(),
            Vec::new(),
        );
        let metadata =
            KeyMetadata::builder(key, KeySpec::SymmetricDefault, KeyUsage::EncryptDecrypt)
                .multi_region((!self.bare).then_some(primary))
                .build();
        let aliases = ["alias/app", "alias/prod-1"].map(|name| name.parse::<AliasName>().unwrap());
        let tags = [("Project".to_owned(), "Alpha".to_owned())];
        let mut parameters = Parameters::default();
        parameters.encryption_context = self.context;
        parameters.presented_grants = &self.presented;
        parameters.new_grant = self.new_grant;
        if !self.bare {
            parameters.encryption_algorithm = Some(EncryptionAlgorithm::SymmetricDefault);
            parameters.re_encrypt_on_same_key = Some(true);
            parameters.request_alias = aliases.first();
        }
        parameters.retired_grant = self.retired;
        ask(&AccessRequest {
            caller: &self.caller,
            action: self.action,
            resource: Resource::Key(KeyResource {
                metadata: &metadata,
                policy: self.policy,
                grants: &self.grants,
                aliases: &aliases,
                tags: &tags,
                resource_control_policies: &[],
            }),
            parameters,
        })
    }

    /// Expects of an allow under a condition that it allows, and of a deny that it denies, if the condition holds.
    #[track_caller]
    pub(crate) fn expect_condition(self, condition: Condition, holds: bool, describes: &str) {
        let allow = re_encrypt()
            .principal(Principal::Any)
            .condition(condition.clone());
        let policy = KeyPolicy::new().statement(allow);
        let expected = if holds { ALLOWED } else { NO_KEY_POLICY };
        self.clone().policy(&policy).expect(expected, describes);
        let deny = Statement::deny()
            .principal(Principal::Any)
            .action("*")
            .condition(condition);
        let policy = KeyPolicy::default().statement(deny);
        let expected = if holds { DENIED_BY_KEY_POLICY } else { ALLOWED };
        self.policy(&policy).expect(expected, describes);
    }
}

pub(crate) fn arn(name: &str) -> String {
    let (account, name) = match name.strip_prefix("other:") {
        Some(name) => ("444455556666", name),
        None => ("111122223333", name),
    };
    let is_temporary = name.starts_with("assumed-role/") || name.starts_with("federated-user/");
    let service = if is_temporary { "sts" } else { "iam" };
    format!("arn:aws:{service}::{account}:{name}")
}

/// An administrator of that name.
pub(crate) fn who(name: &str) -> Caller {
    stranger(name).as_administrator()
}

/// A caller of that name without policies.
pub(crate) fn stranger(name: &str) -> Caller {
    arn(name).parse().unwrap()
}

pub(crate) fn with(name: &str, identity: Option<Policy>) -> Caller {
    match identity {
        Some(policy) => stranger(name).with_identity_policy(policy),
        None => who(name),
    }
}

pub(crate) fn principal(name: &str) -> Principal {
    Principal::Arn(arn(name).parse().unwrap())
}

pub(crate) fn nothing() -> Policy {
    Policy::new()
}

pub(crate) fn allows(action: &str) -> Policy {
    nothing().statement(Statement::allow().action(action))
}

pub(crate) fn denies(action: &str) -> Policy {
    nothing().statement(Statement::deny().action(action))
}

pub(crate) fn re_encrypt() -> Statement {
    Statement::allow().action("kms:ReEncrypt*")
}

/// A grant of `ReEncryptTo` and `DescribeKey`.
pub(crate) fn grant_to(grantee: &str, change: impl FnOnce(GrantBuilder) -> GrantBuilder) -> Grant {
    let key = KEY.parse().unwrap();
    let key =
        KeyMetadata::builder(key, KeySpec::SymmetricDefault, KeyUsage::EncryptDecrypt).build();
    let id = "grant-1".parse().unwrap();
    let builder = Grant::builder(id, "111122223333".parse().unwrap(), grantee_text(grantee))
        .operations([GrantOperation::ReEncryptTo, GrantOperation::DescribeKey]);
    change(builder).build(&key).unwrap()
}

/// An ARN by its short form, or a service.
fn grantee_text(grantee: &str) -> String {
    if grantee.ends_with(".amazonaws.com") {
        grantee.to_owned()
    } else {
        arn(grantee)
    }
}
