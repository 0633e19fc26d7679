//! The messages of KMS, each once. `<A>` is the ARN of the key that the world calls A.

/// What a row expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    Refusal {
        code: &'static str,
        message: String,
        status: u16,
    },
    Success,
}

impl Expected {
    pub(crate) fn map_message(self, map: impl FnOnce(&str) -> String) -> Self {
        match self {
            Self::Refusal {
                code,
                message,
                status,
            } => Self::Refusal {
                code,
                message: map(&message),
                status,
            },
            Self::Success => Self::Success,
        }
    }
}

pub(crate) use Expected::Success;

fn refusal(code: &'static str, message: impl Into<String>) -> Expected {
    Expected::Refusal {
        code,
        message: message.into(),
        status: 400,
    }
}

// behaviour §1.2

pub(crate) fn validation(message: impl Into<String>) -> Expected {
    refusal("ValidationException", message)
}

/// Violated constraints of the service model, in their order.
pub(crate) fn violations(violations: &[String]) -> Expected {
    let plural = if violations.len() == 1 { "" } else { "s" };
    validation(format!(
        "{} validation error{plural} detected: {}",
        violations.len(),
        violations.join("; ")
    ))
}

pub(crate) fn violation(value: &str, member: &str, constraint: &str) -> String {
    let value = match value {
        // Shown without a word, as blobs are.
        "" => "Value".to_owned(),
        value => format!("Value {value}"),
    };
    format!("{value} at '{member}' failed to satisfy constraint: {constraint}")
}

pub(crate) const NOT_NULL: &str = "Member must not be null";
pub(crate) const AT_LEAST_1: &str = "Member must have length greater than or equal to 1";
pub(crate) const ASCII: &str = r"Member must satisfy regular expression pattern: ^\p{ASCII}+$";
pub(crate) const ALGORITHMS: &str = "Member must satisfy enum value set: \
    [RSAES_OAEP_SHA_1, RSAES_OAEP_SHA_256, SM2PKE, SYMMETRIC_DEFAULT]";
pub(crate) const TOKEN_LENGTHS: &str = "Member must satisfy constraint: \
    [Member must have length less than or equal to 8192, \
    Member must have length greater than or equal to 1]";
pub(crate) const MODIFIERS: &str = "Member must satisfy constraint: \
    [Member must satisfy enum value set: [IGNORE_CIPHERTEXT]]";

pub(crate) fn at_most(max: usize) -> String {
    format!("Member must have length less than or equal to {max}")
}

// behaviour §2

pub(crate) fn not_found(message: &str) -> Expected {
    refusal("NotFoundException", message)
}

pub(crate) fn no_key(arn: &str) -> Expected {
    not_found(&format!("Key '{arn}' does not exist"))
}

pub(crate) fn no_alias(arn: &str) -> Expected {
    not_found(&format!("Alias {arn} is not found."))
}

pub(crate) fn invalid_arn(arn: &str) -> Expected {
    not_found(&format!("Invalid arn {arn}"))
}

// behaviour §3

pub(crate) fn disabled(key: &str) -> Expected {
    refusal("DisabledException", format!("{key} is disabled."))
}

pub(crate) fn invalid_state(key: &str, state: &str) -> Expected {
    refusal("KMSInvalidStateException", format!("{key} is {state}."))
}

// behaviour §4

pub(crate) fn wrong_usage(key: &str, usage: &str, operation: &str) -> Expected {
    refusal(
        "InvalidKeyUsageException",
        format!("{key} key usage is {usage} which is not valid for {operation}."),
    )
}

pub(crate) fn wrong_algorithm(algorithm: &str, spec: &str) -> Expected {
    refusal(
        "InvalidKeyUsageException",
        format!("Algorithm {algorithm} is incompatible with key spec {spec}."),
    )
}

pub(crate) fn too_long(algorithm: &str, spec: &str, max: usize) -> Expected {
    validation(format!(
        "Algorithm {algorithm} and key spec {spec} cannot encrypt data larger than {max} bytes."
    ))
}

pub(crate) fn incorrect_key() -> Expected {
    refusal(
        "IncorrectKeyException",
        "The key ID in the request does not identify a CMK that can perform this operation.",
    )
}

pub(crate) fn must_not_be_null(member: &str) -> Expected {
    validation(format!("{member} must not be null"))
}

// behaviour §5 to behaviour §8

pub(crate) fn invalid_ciphertext() -> Expected {
    refusal("InvalidCiphertextException", "")
}

pub(crate) fn context_not_supported() -> Expected {
    validation(
        "EncryptionContext is not supported when encrypting/decrypting with asymmetric CMKs.",
    )
}

pub(crate) fn dry_run_succeeds() -> Expected {
    refusal(
        "DryRunOperationException",
        "The request would have succeeded, but the DryRun option is set.",
    )
}

pub(crate) fn invalid_grant_token() -> Expected {
    refusal("InvalidGrantTokenException", "")
}

/// T1: a key of the own account.
pub(crate) fn no_identity_policy(action: &str, key: &str) -> Expected {
    denied(
        action,
        &format!("resource: {key} because no identity-based policy allows the kms:{action} action"),
    )
}

/// T2: a key of the own account.
pub(crate) fn no_key_policy(action: &str, key: &str) -> Expected {
    denied(
        action,
        &format!("resource: {key} because no resource-based policy allows the kms:{action} action"),
    )
}

/// T4: a key of another account.
pub(crate) fn denied_elsewhere(action: &str) -> Expected {
    denied(
        action,
        "this resource because the resource does not exist in this Region, no resource-based \
         policies allow access, or a resource-based policy explicitly denies access",
    )
}

/// T5: the key of a ciphertext.
pub(crate) fn denied_by_ciphertext(action: &str) -> Expected {
    denied(
        action,
        "the resource associated with this ciphertext because the resource does not exist in this \
         Region, no resource-based policies allow access, or a resource-based policy explicitly \
         denies access",
    )
}

fn denied(action: &str, resource: &str) -> Expected {
    refusal(
        "AccessDeniedException",
        format!("User: <caller> is not authorized to perform: kms:{action} on {resource}"),
    )
}

// behaviour §9

pub(crate) fn not_primary(key: &str) -> Expected {
    refusal(
        "UnsupportedOperationException",
        format!("{key} is not a multi-region primary key."),
    )
}

pub(crate) fn replica_exists() -> Expected {
    refusal(
        "AlreadyExistsException",
        "You can create only one replica of each primary key in each AWS Region.",
    )
}

pub(crate) fn pending_rotation(key: &str, new: &str, pending: &str) -> Expected {
    refusal(
        "KMSInvalidStateException",
        format!(
            "New key material (id: {new}) cannot be imported into KMS key {key}, \
             because another key material (id: {pending}) is pending rotation."
        ),
    )
}

// behaviour §17

pub(crate) fn alias_prefix() -> Expected {
    validation(
        "Alias must start with the prefix \"alias/\". Please see \
         https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html",
    )
}

pub(crate) fn alias_exists(name: &str) -> Expected {
    let arn = format!("arn:<partition>:kms:<region>:<account>:{name}");
    let message = format!("An alias with the name {arn} already exists");
    refusal("AlreadyExistsException", message)
}

/// `alias/a` stays with its key: what has to be the same, and what the two keys have.
pub(crate) fn alias_stays(what: &str, from: &str, to: &str) -> Expected {
    validation(format!(
        "Alias alias/a cannot be changed from a CMK with {what} {from} to a CMK with {what} {to}. \
         The {what} of the current CMK and the new CMK must be the same."
    ))
}

pub(crate) fn not_authorized() -> Expected {
    refusal("NotAuthorizedException", "")
}

// behaviour §18

pub(crate) fn asymmetric_data_key() -> Expected {
    refusal(
        "InvalidKeyUsageException",
        "You cannot generate a data key with an asymmetric CMK",
    )
}

/// The crate's own.
pub(crate) fn no_data_key_pair(spec: &str, reason: &str) -> Expected {
    refusal(
        "UnsupportedOperationException",
        format!("A data key pair of KeyPairSpec {spec} cannot be generated: {reason}"),
    )
}

pub(crate) fn not_in_this_region(spec: &str) -> Expected {
    refusal(
        "UnsupportedOperationException",
        format!("KeySpec {spec} is not supported in this Region"),
    )
}

// behaviour §9, continued

pub(crate) fn unsupported_origin(key: &str, origin: &str) -> Expected {
    refusal(
        "UnsupportedOperationException",
        format!("{key} origin is {origin} which is not valid for this operation."),
    )
}

pub(crate) fn unsupported() -> Expected {
    refusal("UnsupportedOperationException", "")
}

pub(crate) fn rotation_limit(key: &str) -> Expected {
    refusal(
        "LimitExceededException",
        format!(
            "The on-demand rotations limit has been reached for the given keyId. \
             No more on-demand rotations can be performed for this key: {key}"
        ),
    )
}

pub(crate) fn nothing_to_rotate_to(key: &str) -> Expected {
    refusal(
        "KMSInvalidStateException",
        format!("No available key material pending rotation for the key: {key}."),
    )
}

// behaviour §17

pub(crate) fn tag_error(message: &str) -> Expected {
    refusal("TagException", message)
}
