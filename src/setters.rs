//! The setters that the builders of all requests have, written once.

/// `GrantTokens`, of a builder with the field `grant_tokens`.
macro_rules! grant_token_setters {
    () => {
        /// Adds one of at most 10 `GrantTokens` of 1 to 8192 characters.
        pub fn grant_tokens(mut self, token: impl Into<String>) -> Self {
            self.grant_tokens.push(token.into());
            self
        }

        /// `GrantTokens` as a whole.
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
            self.$field.insert(key.into(), value.into());
            self
        }

        #[doc = concat!("`", $member, "` as a whole.")]
        pub fn $set(
            mut self,
            context: Option<std::collections::HashMap<String, String>>,
        ) -> Self {
            self.$field = context.into_iter().flatten().collect();
            self
        }
    };
}

/// An encryption algorithm, of a builder with a field for it.
macro_rules! encryption_algorithm_setter {
    ($field:ident, $member:literal) => {
        #[doc = concat!("`", $member, "`. `SYMMETRIC_DEFAULT` if it is not set.")]
        pub fn $field(
            mut self,
            algorithm: impl Into<$crate::constraints::ModelValue<$crate::key::EncryptionAlgorithm>>,
        ) -> Self {
            self.$field = Some(algorithm.into());
            self
        }
    };
}

/// `DryRun`, of a builder with the field `dry_run`.
macro_rules! dry_run_setter {
    () => {
        /// `DryRun`: stop where the operation would be carried out, and say so with `DryRunOperationException`.
        pub const fn dry_run(mut self, dry_run: bool) -> Self {
            self.dry_run = Some(dry_run);
            self
        }
    };
}

/// `DryRunModifiers`, of a builder with the field `dry_run_modifiers`.
macro_rules! dry_run_modifier_setters {
    () => {
        /// Adds one of the `DryRunModifiers`. They matter in a dry run only.
        pub fn dry_run_modifiers(
            mut self,
            modifier: impl Into<$crate::constraints::ModelValue<$crate::constraints::DryRunModifier>>,
        ) -> Self {
            self.dry_run_modifiers.push(modifier.into());
            self
        }

        /// `DryRunModifiers` as a whole.
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
    dry_run_modifier_setters, dry_run_setter, encryption_algorithm_setter,
    encryption_context_setters, grant_token_setters,
};
