//! The setters that the builders of all requests have, written once.
//!
//! They have the names of the official SDK's setters: each member has a plain setter, and one with `set_` that takes an
//! `Option`.

/// `GrantTokens`, of a builder with the field `grant_tokens`.
macro_rules! grant_token_setters {
    () => {
        /// Adds one of at most 10 `GrantTokens` of 1 to 8192 characters.
        pub fn grant_tokens(mut self, token: impl Into<String>) -> Self {
            self.grant_tokens.push(token.into());
            self
        }

        /// Replaces all `GrantTokens`.
        pub fn set_grant_tokens(mut self, tokens: Option<Vec<String>>) -> Self {
            self.grant_tokens = tokens.unwrap_or_default();
            self
        }
    };
}

/// An encryption context, of a builder with a field for it.
macro_rules! encryption_context_setters {
    ($field:ident, $set:ident, $member:literal $(, $note:literal)?) => {
        #[doc = concat!("Adds a pair to `", $member, "`.", $($note)?)]
        pub fn $field(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
            self.$field.add(key.into(), value.into());
            self
        }

        #[doc = concat!("Replaces all pairs of `", $member, "`.")]
        pub fn $set(
            mut self,
            context: Option<std::collections::HashMap<String, String>>,
        ) -> Self {
            let pairs = context.into_iter().flatten();
            self.$field = $crate::context::EncryptionContext::from_iter(pairs).into();
            self
        }
    };
}

/// A key identifier, of a builder with a field for it.
macro_rules! key_id_setters {
    ($field:ident, $set:ident, $member:literal $(, $note:literal)?) => {
        #[doc = concat!(
            "`", $member, "`: a key id, key ARN, alias name or alias ARN of 1 to 2048 characters.", $($note)?
        )]
        #[doc(alias = $member)]
        pub fn $field(mut self, key: impl Into<$crate::key::KeyIdentifier>) -> Self {
            self.$field = Some(key.into());
            self
        }

        #[doc = concat!("Sets or removes `", $member, "`.")]
        pub fn $set(mut self, key: Option<$crate::key::KeyIdentifier>) -> Self {
            self.$field = key;
            self
        }
    };
}

/// `CiphertextBlob`, of a builder with the field `ciphertext_blob`.
macro_rules! ciphertext_blob_setters {
    () => {
        /// `CiphertextBlob`: 1 to 6144 bytes.
        pub fn ciphertext_blob(mut self, blob: impl Into<Vec<u8>>) -> Self {
            self.ciphertext_blob = Some(blob.into());
            self
        }

        /// Sets or removes `CiphertextBlob`.
        pub fn set_ciphertext_blob(mut self, blob: Option<Vec<u8>>) -> Self {
            self.ciphertext_blob = blob;
            self
        }
    };
}

/// An encryption algorithm, of a builder with a field for it.
macro_rules! encryption_algorithm_setters {
    ($field:ident, $set:ident, $member:literal) => {
        #[doc = concat!("`", $member, "`; `SYMMETRIC_DEFAULT` if it is not set.")]
        pub fn $field(
            mut self,
            algorithm: impl Into<$crate::constraints::ModelValue<$crate::key::EncryptionAlgorithm>>,
        ) -> Self {
            self.$field = Some(algorithm.into());
            self
        }

        #[doc = concat!("Sets or removes `", $member, "`.")]
        pub fn $set(
            mut self,
            algorithm: Option<$crate::constraints::ModelValue<$crate::key::EncryptionAlgorithm>>,
        ) -> Self {
            self.$field = algorithm;
            self
        }
    };
}

/// `DryRun`, of a builder with the field `dry_run`.
macro_rules! dry_run_setters {
    () => {
        /// `DryRun`: if `true`, the operation makes all checks but is not carried out. If it would succeed, it ends
        /// with `DryRunOperationException`.
        pub const fn dry_run(mut self, dry_run: bool) -> Self {
            self.dry_run = Some(dry_run);
            self
        }

        /// Sets or removes `DryRun`.
        pub const fn set_dry_run(mut self, dry_run: Option<bool>) -> Self {
            self.dry_run = dry_run;
            self
        }
    };
}

/// `DryRunModifiers`, of a builder with the field `dry_run_modifiers`.
macro_rules! dry_run_modifier_setters {
    () => {
        /// Adds one of the `DryRunModifiers`. They take effect only in a dry run.
        pub fn dry_run_modifiers(
            mut self,
            modifier: impl Into<$crate::constraints::ModelValue<$crate::constraints::DryRunModifier>>,
        ) -> Self {
            self.dry_run_modifiers.push(modifier.into());
            self
        }

        /// Replaces all `DryRunModifiers`.
        pub fn set_dry_run_modifiers(
            mut self,
            modifiers: Option<Vec<$crate::constraints::ModelValue<$crate::constraints::DryRunModifier>>>,
        ) -> Self {
            self.dry_run_modifiers = modifiers.unwrap_or_default();
            self
        }
    };
}

pub(crate) use {
    ciphertext_blob_setters, dry_run_modifier_setters, dry_run_setters,
    encryption_algorithm_setters, encryption_context_setters, grant_token_setters, key_id_setters,
};
