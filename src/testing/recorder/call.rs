//! [`RecordedCall`]: one operation, as a test remembers it.

use std::time::SystemTime;

use crate::access::Caller;
use crate::context::EncryptionContext;
use crate::error::KmsError;
use crate::key::{EncryptionAlgorithm, KeyArn, KeyIdentifier, KeyMaterialId, Region};
use crate::observe::{Event, KeyUse, NamedKey, Operation};

/// An operation that a [`Recorder`](super::Recorder) was told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedCall {
    operation: Operation,
    caller: Caller,
    region: Region,
    source: Option<RecordedKey>,
    destination: Option<RecordedKey>,
    described: Option<DescribedKey>,
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
            described: event.described.as_ref().map(DescribedKey::new),
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

    /// The key that was to decrypt, if the operation decrypts.
    #[must_use]
    pub const fn source(&self) -> Option<&RecordedKey> {
        self.source.as_ref()
    }

    /// The key that was to encrypt, if the operation encrypts.
    #[must_use]
    pub const fn destination(&self) -> Option<&RecordedKey> {
        self.destination.as_ref()
    }

    /// The key that was to be described, if the operation uses no key.
    #[must_use]
    pub const fn described(&self) -> Option<&DescribedKey> {
        self.described.as_ref()
    }

    /// `DryRun`
    #[must_use]
    pub const fn dry_run(&self) -> bool {
        self.dry_run
    }

    /// How it ended.
    ///
    /// # Errors
    ///
    /// The exception that the caller got.
    pub const fn result(&self) -> Result<(), &KmsError> {
        match &self.result {
            Ok(()) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// When it ended, if a clock told it.
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

    /// The key that it was. Unknown if the operation failed before it was found, unless the request named it by its id or
    /// ARN.
    #[must_use]
    pub const fn key_arn(&self) -> Option<&KeyArn> {
        self.key_arn.as_ref()
    }

    /// The key material of a symmetric key that was found.
    #[must_use]
    pub const fn key_material_id(&self) -> Option<&KeyMaterialId> {
        self.key_material_id.as_ref()
    }

    /// The encryption algorithm, defaulted.
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

/// A key that a [`RecordedCall`] was to describe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DescribedKey {
    key_id: KeyIdentifier,
    key_arn: Option<KeyArn>,
}

impl DescribedKey {
    fn new(key: &NamedKey<'_>) -> Self {
        Self {
            key_id: key.key_id.clone(),
            key_arn: key.key_arn,
        }
    }

    /// The key as the request named it.
    #[must_use]
    pub const fn key_id(&self) -> &KeyIdentifier {
        &self.key_id
    }

    /// The key that it was. Unknown if the operation failed before it was found, unless the request named it by its id or
    /// ARN.
    #[must_use]
    pub const fn key_arn(&self) -> Option<&KeyArn> {
        self.key_arn.as_ref()
    }
}
