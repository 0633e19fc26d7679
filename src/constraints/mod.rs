//! The constraints of the service model, checked all at once when a request is built.

mod principals;
mod text;

pub(crate) use principals::is_service_principal;
pub(crate) use text::{GRANT_NAME, PRINCIPAL, Text};
#[cfg(feature = "json")]
pub(crate) use text::{NAME_PATTERN, Pattern};

use core::fmt;
use core::str::FromStr;
use std::borrow::Cow;

use crate::error::{Constraint, ConstraintViolation, KmsError, RejectedValue, ValidationError};
use crate::key::{EncryptionAlgorithm, KeyIdentifier, UnknownValue, model_enum, serde_as_text};
use crate::secret::Plaintext;

/// The maximum length of a ciphertext blob in bytes (API page).
pub(crate) const CIPHERTEXT_BLOB_MAX: usize = 6144;

/// The maximum length of a key identifier in characters (API page).
pub(crate) const KEY_ID_MAX: usize = 2048;

/// The maximum number of grant tokens in a request (API page).
pub(crate) const GRANT_TOKENS_MAX: usize = 10;

/// The maximum length of a grant token in characters (API page).
pub(crate) const GRANT_TOKEN_MAX: usize = 8192;

model_enum! {
    /// What a dry run skips: `DryRunModifierType`.
    DryRunModifier {
        IgnoreCiphertext = "IGNORE_CIPHERTEXT",
    }
}

serde_as_text!(DryRunModifier);

/// A value for an enum of the service model: a known one, or a text that `build()` refuses.
///
/// Setters take it so that a program can pass on text from outside, which `build()` then refuses with AWS's message.
///
/// ```
/// use kms_reencrypt::{EncryptionAlgorithm, ReEncryptRequest};
///
/// let error = ReEncryptRequest::builder()
///     .ciphertext_blob([1, 2, 3])
///     .destination_key_id("alias/app")
///     .destination_encryption_algorithm("RSAES_PKCS1_V1_5")
///     .build()
///     .expect_err("no such algorithm");
/// let refused = "Value 'RSAES_PKCS1_V1_5' at 'destinationEncryptionAlgorithm'";
/// assert!(error.to_string().contains(refused));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModelValue<T> {
    /// A value of the service model.
    Known(T),
    /// A text that is not a value of the service model.
    Unknown(String),
}

impl<T: FromStr<Err = UnknownValue>> From<&str> for ModelValue<T> {
    fn from(text: &str) -> Self {
        text.parse()
            .map_or_else(|_| Self::Unknown(text.to_owned()), Self::Known)
    }
}

impl<T: FromStr<Err = UnknownValue>> From<String> for ModelValue<T> {
    fn from(text: String) -> Self {
        text.parse().map_or(Self::Unknown(text), Self::Known)
    }
}

impl From<EncryptionAlgorithm> for ModelValue<EncryptionAlgorithm> {
    fn from(algorithm: EncryptionAlgorithm) -> Self {
        Self::Known(algorithm)
    }
}

impl From<DryRunModifier> for ModelValue<DryRunModifier> {
    fn from(modifier: DryRunModifier) -> Self {
        Self::Known(modifier)
    }
}

impl<T: fmt::Display> fmt::Display for ModelValue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(value) => value.fmt(f),
            Self::Unknown(text) => f.write_str(text),
        }
    }
}

/// Collects the violations of one request. Members are to be checked in the order of the service model (GUESS 6).
///
/// A check returns a valid value, and records a violation for an invalid one. [`finish`](Self::finish) then returns all
/// values or all violations.
#[derive(Debug, Default)]
pub(crate) struct Constraints(Vec<ConstraintViolation>);

impl Constraints {
    /// A required member.
    pub(crate) fn required<T>(
        &mut self,
        member: impl Into<Cow<'static, str>>,
        value: Option<T>,
    ) -> Option<T> {
        if value.is_none() {
            self.add(member, RejectedValue::Null, Constraint::NotNull);
        }
        value
    }

    /// A ciphertext blob of 1 to 6144 bytes, required unless a dry run ignores it.
    pub(crate) fn ciphertext_blob(&mut self, blob: Option<&[u8]>, optional: bool) {
        const MEMBER: &str = "ciphertextBlob";
        match blob {
            None if optional => {}
            None => self.add(MEMBER, RejectedValue::Null, Constraint::NotNull),
            Some(blob) => self.blob_len(MEMBER, blob.len(), CIPHERTEXT_BLOB_MAX),
        }
    }

    /// A required plaintext of 1 to `max` bytes. It is sensitive: messages don't even show that it is `null`.
    pub(crate) fn plaintext(
        &mut self,
        member: &'static str,
        plaintext: Option<Plaintext>,
        max: usize,
    ) -> Option<Plaintext> {
        match &plaintext {
            None => self.add(member, RejectedValue::Hidden, Constraint::NotNull),
            Some(plaintext) => self.blob_len(member, plaintext.len(), max),
        }
        plaintext
    }

    /// A required key identifier.
    pub(crate) fn required_key_id(
        &mut self,
        member: &'static str,
        id: Option<KeyIdentifier>,
    ) -> Option<KeyIdentifier> {
        self.key_id(member, id.as_ref());
        self.required(member, id)
    }

    /// An optional key identifier.
    pub(crate) fn key_id(&mut self, member: &'static str, id: Option<&KeyIdentifier>) {
        // The other forms are well-formed by construction; only an alias can still be too long.
        let Some(id) =
            id.filter(|id| !matches!(id, KeyIdentifier::KeyId(_) | KeyIdentifier::KeyArn(_)))
        else {
            return;
        };
        let text = id.to_string();
        let value = || RejectedValue::Text(text.clone());
        let len = text.chars().count();
        if len == 0 {
            self.add(member, value(), Constraint::LengthAtLeast(1));
        }
        if len > KEY_ID_MAX {
            self.add(member, value(), Constraint::LengthAtMost(KEY_ID_MAX));
        }
        if len == 0 || !text.is_ascii() {
            self.add(member, value(), Constraint::ASCII);
        }
    }

    /// An encryption algorithm, `SYMMETRIC_DEFAULT` if the request has none.
    pub(crate) fn algorithm(
        &mut self,
        member: &'static str,
        algorithm: Option<ModelValue<EncryptionAlgorithm>>,
    ) -> Option<EncryptionAlgorithm> {
        let algorithm = algorithm.unwrap_or_else(|| EncryptionAlgorithm::default().into());
        self.known(member, algorithm, Constraint::ENCRYPTION_ALGORITHMS)
    }

    /// A value of an enum, which has to be one of those that the constraint lists.
    pub(crate) fn known<T>(
        &mut self,
        member: &'static str,
        value: ModelValue<T>,
        constraint: Constraint,
    ) -> Option<T> {
        match value {
            ModelValue::Known(value) => Some(value),
            ModelValue::Unknown(text) => {
                self.add(member, RejectedValue::Text(text), constraint);
                None
            }
        }
    }

    /// At most 10 grant tokens of 1 to 8192 characters.
    pub(crate) fn grant_tokens<T: AsRef<str> + fmt::Display>(&mut self, tokens: &[T]) {
        const MEMBER: &str = "grantTokens";
        if tokens.len() > GRANT_TOKENS_MAX {
            let constraint = Constraint::LengthAtMost(GRANT_TOKENS_MAX);
            self.add(MEMBER, listed(tokens), constraint);
        }
        self.element_len(MEMBER, tokens, (1, GRANT_TOKEN_MAX));
    }

    /// A list whose elements have a length between two bounds. The words are GUESS 5.
    pub(crate) fn element_len<T: AsRef<str> + fmt::Display>(
        &mut self,
        member: &'static str,
        elements: &[T],
        (min, max): (usize, usize),
    ) {
        let fits = |element: &T| (min..=max).contains(&element.as_ref().chars().count());
        if !elements.iter().all(fits) {
            let constraint = Constraint::Members(vec![
                Constraint::LengthAtMost(max),
                Constraint::LengthAtLeast(min),
            ]);
            self.add(member, listed(elements), constraint);
        }
    }

    /// Known modifiers only.
    pub(crate) fn dry_run_modifiers(&mut self, modifiers: &[ModelValue<DryRunModifier>]) {
        if modifiers
            .iter()
            .any(|modifier| matches!(modifier, ModelValue::Unknown(_)))
        {
            let constraint = Constraint::Members(vec![Constraint::DRY_RUN_MODIFIERS]);
            self.add("dryRunModifiers", listed(modifiers), constraint);
        }
    }

    /// A number between two bounds.
    pub(crate) fn number<N: TryFrom<i64>>(
        &mut self,
        member: &'static str,
        number: i64,
        min: i64,
        max: i64,
    ) -> Option<N> {
        let value = || RejectedValue::Text(number.to_string());
        if number < min {
            self.add(member, value(), Constraint::ValueAtLeast(min));
        }
        if number > max {
            self.add(member, value(), Constraint::ValueAtMost(max));
        }
        number.try_into().ok()
    }

    /// Records a violation that the caller has found.
    pub(crate) fn add(
        &mut self,
        member: impl Into<Cow<'static, str>>,
        value: RejectedValue,
        constraint: Constraint,
    ) {
        self.0
            .push(ConstraintViolation::new(member, value, constraint));
    }

    /// Returns what `values` returns, or all violations in one exception.
    ///
    /// `values` is called only if no check has recorded a violation, so it may return `None` only for a member whose
    /// check records one.
    #[inline]
    pub(crate) fn finish<T>(self, values: impl FnOnce() -> Option<T>) -> Result<T, KmsError> {
        if self.0.is_empty()
            && let Some(values) = values()
        {
            return Ok(values);
        }
        Err(ValidationError::Constraints(self.0).into())
    }

    /// A blob of 1 to `max` bytes.
    pub(crate) fn blob_len(&mut self, member: &'static str, len: usize, max: usize) {
        if len == 0 {
            self.add(member, RejectedValue::Hidden, Constraint::LengthAtLeast(1));
        }
        if len > max {
            self.add(member, RejectedValue::Hidden, Constraint::LengthAtMost(max));
        }
    }
}

/// Whether a dry run with these modifiers ignores the ciphertext.
pub(crate) fn ignores_ciphertext(dry_run: bool, modifiers: &[ModelValue<DryRunModifier>]) -> bool {
    dry_run && modifiers.contains(&ModelValue::Known(DryRunModifier::IgnoreCiphertext))
}

/// A list as the messages show it: `[t1, t2]`.
pub(crate) fn listed(items: &[impl fmt::Display]) -> RejectedValue {
    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
    RejectedValue::Text(format!("[{}]", items.join(", ")))
}
