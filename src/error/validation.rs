//! `ValidationException`: constraints of the service model, and the few rules beside it.

use core::fmt;
use std::borrow::Cow;

use crate::key::{EncryptionAlgorithm, KeySpec, KeyUsage};

/// What is wrong with a request: the forms of `ValidationException`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValidationError {
    /// All violated constraints of the service model. RECORDED: one prefix, then the violations, joined by semicolons.
    Constraints(Vec<ConstraintViolation>),

    /// An encryption context for an asymmetric key. RECORDED\* for Encrypt and Decrypt, INFERRED for ReEncrypt.
    EncryptionContextNotSupported,

    /// Both kinds of constraints in one grant. QUOTED (aws-sdk-java issue 328).
    GrantConstraints,

    /// A grant whose only operation is `CreateGrant`. QUOTED (ansible pull request 31960).
    GrantOfCreateGrantOnly,

    /// A grant for a service without a `SourceArn`. DOC, GUESS 45 for the text.
    GrantForServiceWithoutSource,

    /// A grant for a service without a retiring principal. DOC, GUESS 45 for the text.
    GrantForServiceWithoutRetiring,

    /// A grant without a grantee, or for both a principal and a service. DOC, GUESS 45 for the text.
    GrantGrantees,

    /// A grant with both a retiring principal and a retiring service. DOC, GUESS 45 for the text.
    GrantRetiringPrincipals,

    /// A `RetireGrant` that names the grant in no way, or in two ways. GUESS 26 for the text.
    GrantToRetire,

    /// Imported key material whose expiration model contradicts its `ValidTo`. GUESS 27 for the text.
    ExpirationModel,

    /// Imported key material that expires, without a `ValidTo`. PEER for the text.
    ValidToRequired,

    /// A wrapping algorithm for keys of another kind. GUESS 28 for the text.
    WrappingAlgorithm,

    /// A key policy with another name than `default`. GUESS 30 for the text.
    PolicyName,

    /// A request with both `KeySpec` and `CustomerMasterKeySpec`. GUESS 31 for the text.
    TwoKeySpecs,

    /// A required number of bytes is missing. RECORDED for GenerateRandom: behaviour §18.
    NumberOfBytesRequired,

    /// A request with both `NumberOfBytes` and `KeySpec`. AWS's message differs: behaviour §18.
    NumberOfBytesAndKeySpec,

    /// An asymmetric algorithm in a request that names no key for it. RECORDED\* for Decrypt, with `KeyId`; GUESS 1 for
    /// ReEncrypt, with `SourceKeyId`.
    MustNotBeNull(&'static str),

    /// A plaintext that is too long for the key. RECORDED for all pairs of RSA; the same words for SM2PKE are GUESS 12.
    #[non_exhaustive]
    PlaintextTooLong {
        /// The algorithm.
        algorithm: EncryptionAlgorithm,
        /// The spec of the key.
        key_spec: KeySpec,
        /// The maximum length in bytes.
        max: usize,
    },

    /// A Nitro enclave as the recipient of a plaintext. AWS supports it, this crate does not, and the text is this
    /// crate's.
    RecipientNotSupported,

    /// A usage that the spec does not allow. RECORDED.
    #[non_exhaustive]
    UsageNotCompatible {
        /// The usage.
        key_usage: KeyUsage,
        /// The spec.
        key_spec: KeySpec,
    },

    /// An asymmetric or HMAC key without a usage. RECORDED.
    UsageRequired,

    /// Any other rule of a control operation, with a message of this crate.
    Other(Cow<'static, str>),
}

impl ValidationError {
    pub(crate) const fn plaintext_too_long(
        algorithm: EncryptionAlgorithm,
        key_spec: KeySpec,
        max: usize,
    ) -> Self {
        Self::PlaintextTooLong {
            algorithm,
            key_spec,
            max,
        }
    }

    pub(crate) const fn usage_not_compatible(key_usage: KeyUsage, key_spec: KeySpec) -> Self {
        Self::UsageNotCompatible {
            key_usage,
            key_spec,
        }
    }
}

impl fmt::Display for ValidationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constraints(violations) => write_violations(f, violations),
            Self::EncryptionContextNotSupported => f.write_str(
                "EncryptionContext is not supported when encrypting/decrypting with asymmetric CMKs.",
            ),
            Self::GrantConstraints => f.write_str("More than one constraint supplied"),
            Self::GrantOfCreateGrantOnly => {
                f.write_str("Grants must not contain only the CreateGrant operation.")
            }
            Self::GrantForServiceWithoutSource => {
                f.write_str("GranteeServicePrincipal requires a SourceArn grant constraint.")
            }
            Self::GrantForServiceWithoutRetiring => f.write_str(
                "GranteeServicePrincipal requires a RetiringPrincipal or a RetiringServicePrincipal.",
            ),
            Self::GrantGrantees => f.write_str(
                "Specify either GranteePrincipal or GranteeServicePrincipal, but not both.",
            ),
            Self::GrantRetiringPrincipals => f.write_str(
                "Specify either RetiringPrincipal or RetiringServicePrincipal, but not both.",
            ),
            Self::GrantToRetire => {
                f.write_str("Specify either a grant token, or a key ID and a grant ID.")
            }
            Self::ExpirationModel => f.write_str(
                "ValidTo must not be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE",
            ),
            Self::ValidToRequired => f.write_str(
                "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES",
            ),
            Self::WrappingAlgorithm => {
                f.write_str("The WrappingAlgorithm is not for keys of the WrappingKeySpec.")
            }
            Self::PolicyName => f.write_str("The only valid PolicyName is default."),
            Self::TwoKeySpecs => f.write_str(
                "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. \
                 CustomerMasterKeySpec is deprecated.",
            ),
            Self::NumberOfBytesRequired => f.write_str("NumberOfBytes is required."),
            Self::NumberOfBytesAndKeySpec => f.write_str(
                "Please specify either number of bytes or key spec, but not both.",
            ),
            Self::MustNotBeNull(member) => write!(f, "{member} must not be null"),
            Self::PlaintextTooLong { algorithm, key_spec, max } => write!(
                f,
                "Algorithm {algorithm} and key spec {key_spec} cannot encrypt data larger than {max} bytes."
            ),
            Self::RecipientNotSupported => {
                f.write_str("Recipient is not supported here: there are no Nitro enclaves.")
            }
            Self::UsageNotCompatible { key_usage, key_spec } => {
                write!(f, "KeyUsage {key_usage} is not compatible with KeySpec {key_spec}")
            }
            Self::UsageRequired => f.write_str(
                "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.",
            ),
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl core::error::Error for ValidationError {}

/// One violated constraint of the service model.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConstraintViolation {
    /// The path of the member, with its first letter in lower case: `destinationKeyId`.
    pub member: Cow<'static, str>,
    /// The value in the request.
    pub value: RejectedValue,
    /// The violated constraint.
    pub constraint: Constraint,
}

impl ConstraintViolation {
    /// A member whose value violates a constraint.
    #[must_use]
    pub fn new(
        member: impl Into<Cow<'static, str>>,
        value: RejectedValue,
        constraint: Constraint,
    ) -> Self {
        Self {
            member: member.into(),
            value,
            constraint,
        }
    }
}

impl fmt::Display for ConstraintViolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            member,
            value,
            constraint,
        } = self;
        f.write_str("Value ")?;
        match value {
            RejectedValue::Hidden => {}
            RejectedValue::Null => f.write_str("null ")?,
            RejectedValue::Text(text) => write!(f, "'{text}' ")?,
        }
        write!(
            f,
            "at '{member}' failed to satisfy constraint: {constraint}"
        )
    }
}

/// A rejected value, as a message shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RejectedValue {
    /// Not shown: blobs, and sensitive members even when they are absent. RECORDED\*.
    Hidden,
    /// Shown as `null`: the member is absent. RECORDED\*.
    Null,
    /// Shown in quotes: strings and numbers. RECORDED.
    Text(String),
}

/// A constraint, in the words of the service.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Constraint {
    /// RECORDED\*. The order in which AWS prints the values has changed over time.
    EnumValueSet(Cow<'static, str>),
    /// RECORDED
    LengthAtLeast(usize),
    /// RECORDED
    LengthAtMost(usize),
    /// GUESS 5: general wording of AWS services for members of lists.
    Members(Vec<Self>),
    /// RECORDED\*
    NotNull,
    /// RECORDED\*
    Pattern(&'static str),
    /// RECORDED for other numbers of the service
    ValueAtLeast(i64),
    /// RECORDED for other numbers of the service
    ValueAtMost(i64),
}

impl Constraint {
    /// The pattern of key identifiers. RECORDED\*; not in the service model.
    pub const ASCII: Self = Self::Pattern(r"^\p{ASCII}+$");

    /// RECORDED\* (September 2026). AWS has changed the order over time, so do not rely on it.
    pub const ENCRYPTION_ALGORITHMS: Self = Self::EnumValueSet(Cow::Borrowed(
        "RSAES_OAEP_SHA_1, RSAES_OAEP_SHA_256, SM2PKE, SYMMETRIC_DEFAULT",
    ));

    /// GUESS 5
    pub const DRY_RUN_MODIFIERS: Self = Self::EnumValueSet(Cow::Borrowed("IGNORE_CIPHERTEXT"));

    /// INFERRED; measured otherwise since: behaviour §18.
    pub const DATA_KEY_SPECS: Self = Self::EnumValueSet(Cow::Borrowed("AES_256, AES_128"));
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EnumValueSet(values) => {
                write!(f, "Member must satisfy enum value set: [{values}]")
            }
            Self::LengthAtLeast(min) => {
                write!(f, "Member must have length greater than or equal to {min}")
            }
            Self::LengthAtMost(max) => {
                write!(f, "Member must have length less than or equal to {max}")
            }
            Self::Members(constraints) => {
                f.write_str("Member must satisfy constraint: [")?;
                write_joined(f, constraints, ", ")?;
                f.write_str("]")
            }
            Self::NotNull => f.write_str("Member must not be null"),
            Self::Pattern(pattern) => {
                write!(
                    f,
                    "Member must satisfy regular expression pattern: {pattern}"
                )
            }
            Self::ValueAtLeast(min) => {
                write!(f, "Member must have value greater than or equal to {min}")
            }
            Self::ValueAtMost(max) => {
                write!(f, "Member must have value less than or equal to {max}")
            }
        }
    }
}

fn write_violations(f: &mut fmt::Formatter<'_>, violations: &[ConstraintViolation]) -> fmt::Result {
    let plural = if violations.len() == 1 { "" } else { "s" };
    write!(
        f,
        "{} validation error{plural} detected: ",
        violations.len()
    )?;
    write_joined(f, violations, "; ")
}

fn write_joined(
    f: &mut fmt::Formatter<'_>,
    items: &[impl fmt::Display],
    separator: &str,
) -> fmt::Result {
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            f.write_str(separator)?;
        }
        item.fmt(f)?;
    }
    Ok(())
}
