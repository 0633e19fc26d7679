//! [`RecordedCall`]: one operation that a recorder has seen.

use std::time::SystemTime;

use crate::access::Caller;
use crate::context::EncryptionContext;
use crate::error::KmsError;
use crate::key::{EncryptionAlgorithm, KeyArn, KeyIdentifier, KeyMaterialId, Region};
use crate::observe::{self, Event, KeyUse};
use crate::operation::Operation;

/// An operation that a [`Recorder`](super::Recorder) has observed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedCall {
    operation: Operation,
    caller: Caller,
    region: Region,
    source: Option<RecordedKey>,
    destination: Option<RecordedKey>,
    key: Option<RecordedNamedKey>,
    alias_name: Option<String>,
    dry_run: bool,
    result: Result<(), KmsError>,
    time: Option<SystemTime>,
}

impl RecordedCall {
    pub(super) fn new(event: &Event<'_>, time: Option<SystemTime>) -> Self {
        Self {
            operation: event.operation,
            caller: event.caller.clone(),
            region: *event.region,
            source: event.source.as_ref().map(RecordedKey::new),
            destination: event.destination.as_ref().map(RecordedKey::new),
            key: event.key.as_ref().map(RecordedNamedKey::new),
            alias_name: event.alias_name.map(str::to_owned),
            dry_run: event.dry_run,
            result: event.result.map_err(Clone::clone),
            time,
        }
    }

    /// The operation.
    #[must_use]
    pub const fn operation(&self) -> Operation {
        self.operation
    }

    /// Who sent the request.
    #[must_use]
    pub const fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The Region of the endpoint.
    #[must_use]
    pub const fn region(&self) -> &Region {
        &self.region
    }

    /// The key for decryption, if the operation decrypts.
    #[must_use]
    pub const fn source(&self) -> Option<&RecordedKey> {
        self.source.as_ref()
    }

    /// The key for encryption, if the operation encrypts.
    #[must_use]
    pub const fn destination(&self) -> Option<&RecordedKey> {
        self.destination.as_ref()
    }

    /// The key that the operation is about, if it neither encrypts nor decrypts: the one that the request named, or the one
    /// that it made.
    #[must_use]
    pub const fn key(&self) -> Option<&RecordedNamedKey> {
        self.key.as_ref()
    }

    /// `AliasName`, if the operation is one on aliases.
    #[must_use]
    pub fn alias_name(&self) -> Option<&str> {
        self.alias_name.as_deref()
    }

    /// `DryRun`
    #[must_use]
    pub const fn dry_run(&self) -> bool {
        self.dry_run
    }

    /// The outcome.
    ///
    /// # Errors
    ///
    /// The exception that the caller received.
    pub const fn result(&self) -> Result<(), &KmsError> {
        match &self.result {
            Ok(()) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The time at which it ended; `None` if the recorder has no clock.
    #[must_use]
    pub const fn time(&self) -> Option<SystemTime> {
        self.time
    }
}

/// A key in a [`RecordedCall`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedKey {
    key_id: Option<KeyIdentifier>,
    key_arn: Option<KeyArn>,
    key_material_id: Option<KeyMaterialId>,
    algorithm: EncryptionAlgorithm,
    encryption_context: EncryptionContext,
}

impl RecordedKey {
    fn new(key: &KeyUse<'_>) -> Self {
        Self {
            key_id: key.key_id.cloned(),
            key_arn: key.key_arn,
            key_material_id: key.key_material_id,
            algorithm: key.algorithm,
            encryption_context: key.encryption_context.clone(),
        }
    }

    /// The key as the request named it, if it did.
    #[must_use]
    pub const fn key_id(&self) -> Option<&KeyIdentifier> {
        self.key_id.as_ref()
    }

    /// The ARN of the key. `None` if the operation failed before it found the key, unless the request named it by key
    /// id or key ARN.
    #[must_use]
    pub const fn key_arn(&self) -> Option<&KeyArn> {
        self.key_arn.as_ref()
    }

    /// The key material of a symmetric key that was found.
    #[must_use]
    pub const fn key_material_id(&self) -> Option<&KeyMaterialId> {
        self.key_material_id.as_ref()
    }

    /// The encryption algorithm; `SYMMETRIC_DEFAULT` if the request named none.
    #[must_use]
    pub const fn algorithm(&self) -> EncryptionAlgorithm {
        self.algorithm
    }

    /// The encryption context.
    #[must_use]
    pub const fn encryption_context(&self) -> &EncryptionContext {
        &self.encryption_context
    }
}

/// A key that a [`RecordedCall`] is about without using it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedNamedKey {
    key_id: Option<KeyIdentifier>,
    key_arn: Option<KeyArn>,
}

impl RecordedNamedKey {
    fn new(key: &observe::NamedKey<'_>) -> Self {
        Self {
            key_id: key.key_id.cloned(),
            key_arn: key.key_arn,
        }
    }

    /// The key as the request named it, if it did.
    #[must_use]
    pub const fn key_id(&self) -> Option<&KeyIdentifier> {
        self.key_id.as_ref()
    }

    /// The ARN of the key. `None` if the operation failed before it found the key, unless the request named it by key
    /// id or key ARN.
    #[must_use]
    pub const fn key_arn(&self) -> Option<&KeyArn> {
        self.key_arn.as_ref()
    }
}
