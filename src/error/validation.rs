//! `ValidationException`: constraints of the service model, and the few rules beside it.

use core::fmt;
use std::borrow::Cow;

use crate::key::{AliasName, DataKeyPairSpec, EncryptionAlgorithm, KeySpec, KeyUsage};

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

    /// A `RetireGrant` that does not name the grant, or names it twice. GUESS 26 for the text.
    GrantToRetire,

    /// Imported key material whose expiration model contradicts its `ValidTo`. DOC; PEER for the text (GUESS 27).
    ExpirationModel,

    /// Imported key material that expires, without a `ValidTo`. PEER for the text.
    ValidToRequired,

    /// A wrapping algorithm that does not fit the wrapping keys of the request, or the material of the key. QUOTED for
    /// the second.
    #[non_exhaustive]
    Wrapping {
        /// The name of the algorithm.
        algorithm: &'static str,
        /// The spec of the wrapping key.
        wrapping_key_spec: &'static str,
        /// The spec of the key.
        key_spec: KeySpec,
    },

    /// Wrapped key material whose length does not fit the wrapping key. QUOTED.
    WrappedLength,

    /// A request with both `KeySpec` and `CustomerMasterKeySpec`. QUOTED.
    TwoKeySpecs,

    /// A required number of bytes is missing. RECORDED for GenerateRandom: behaviour §18.
    NumberOfBytesRequired,

    /// A data key with neither or both of `NumberOfBytes` and `KeySpec`. RECORDED\*.
    DataKeyLength,

    /// An alias name that lacks its prefix. RECORDED for CreateAlias.
    AliasPrefix,

    /// An alias that was to move to a key of another usage. RECORDED\*.
    #[non_exhaustive]
    AliasUsage {
        /// The alias.
        alias: AliasName,
        /// The usage of the key that it leaves.
        from: KeyUsage,
        /// The usage of the key that it was to move to.
        to: KeyUsage,
    },

    /// An alias that was to move between a symmetric and an asymmetric key. DOC, GUESS 40 for the text.
    #[non_exhaustive]
    AliasType {
        /// The alias.
        alias: AliasName,
        /// The type of the key that it leaves.
        from: &'static str,
        /// The type of the key that it was to move to.
        to: &'static str,
    },

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
    pub(crate) const fn wrapping(
        algorithm: &'static str,
        wrapping_key_spec: &'static str,
        key_spec: KeySpec,
    ) -> Self {
        Self::Wrapping {
            algorithm,
            wrapping_key_spec,
            key_spec,
        }
    }

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

    pub(crate) fn alias_usage(alias: &AliasName, from: KeyUsage, to: KeyUsage) -> Self {
        let alias = alias.clone();
        Self::AliasUsage { alias, from, to }
    }

    pub(crate) fn alias_type(alias: &AliasName, from: &'static str, to: &'static str) -> Self {
        let alias = alias.clone();
        Self::AliasType { alias, from, to }
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
                "The parameter ValidTo cannot be specified for a key with an expiration model of \
                 KEY_MATERIAL_DOES_NOT_EXPIRE",
            ),
            Self::ValidToRequired => f.write_str(
                "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES",
            ),
            Self::Wrapping {
                algorithm,
                wrapping_key_spec,
                key_spec,
            } => write!(
                f,
                "Wrapping algorithm {algorithm} and wrapping key spec {wrapping_key_spec} cannot be used to import a \
                 {key_spec} key."
            ),
            Self::WrappedLength => f.write_str("Invalid encrypted key size."),
            Self::TwoKeySpecs => f.write_str(
                "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. \
                 CustomerMasterKeySpec is deprecated.",
            ),
            Self::NumberOfBytesRequired => f.write_str("NumberOfBytes is required."),
            Self::DataKeyLength => {
                f.write_str("Please specify either number of bytes or key spec.")
            }
            Self::AliasPrefix => f.write_str(
                "Alias must start with the prefix \"alias/\". Please see \
                 https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html",
            ),
            Self::AliasUsage { alias, from, to } => {
                write_alias_stays(f, alias, "key usage", [from.as_str(), to.as_str()])
            }
            Self::AliasType { alias, from, to } => {
                write_alias_stays(f, alias, "key type", [from, to])
            }
            Self::MustNotBeNull(member) => write!(f, "{member} must not be null"),
            Self::PlaintextTooLong { algorithm, key_spec, max } => write!(
                f,
                "Algorithm {algorithm} and key spec {key_spec} cannot encrypt data larger than {max} bytes."
            ),
            Self::RecipientNotSupported => f.write_str(
                "Recipient is not supported here, since it names a Nitro enclave: send the request without Recipient.",
            ),
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

    /// RECORDED\*: the specs of KMS keys, and not those that a data key can have.
    pub const DATA_KEY_SPECS: Self = Self::EnumValueSet(Cow::Borrowed(
        "RSA_2048, RSA_3072, RSA_4096, ECC_NIST_P256, ECC_NIST_P384, ECC_NIST_P521, ECC_SECG_P256K1, \
         ECC_NIST_EDWARDS25519, SYMMETRIC_DEFAULT, HMAC_224, HMAC_256, HMAC_384, HMAC_512, SM2, ML_DSA_44, \
         ML_DSA_65, ML_DSA_87",
    ));

    /// DOC: the values of the service model.
    pub(crate) fn data_key_pair_specs() -> Self {
        let specs: Vec<_> = DataKeyPairSpec::ALL
            .iter()
            .map(|spec| spec.as_str())
            .collect();
        Self::EnumValueSet(Cow::Owned(specs.join(", ")))
    }
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

fn write_alias_stays(
    f: &mut fmt::Formatter<'_>,
    alias: &AliasName,
    what: &str,
    [from, to]: [&str; 2],
) -> fmt::Result {
    write!(
        f,
        "Alias {alias} cannot be changed from a CMK with {what} {from} to a CMK with {what} {to}. \
         The {what} of the current CMK and the new CMK must be the same."
    )
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
