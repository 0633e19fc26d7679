//! [`Observer`]: a hook that is called after every operation.

#[cfg(feature = "tracing")]
mod spans;

#[cfg(feature = "tracing")]
pub use spans::TracingObserver;

use core::fmt;

use crate::access::Caller;
use crate::context::EncryptionContext;
use crate::decrypt::DecryptRequest;
use crate::describe_key::DescribeKeyRequest;
use crate::encrypt::EncryptRequest;
use crate::engine::{FoundKey, Trail};
use crate::error::KmsError;
use crate::generate_data_key::GenerateDataKeyRequest;
use crate::generate_data_key_pair::GenerateDataKeyPairRequest;
use crate::get_public_key::GetPublicKeyRequest;
use crate::key::{EncryptionAlgorithm, KeyArn, KeyIdentifier, KeyMaterialId, Place, Region};
use crate::operation::Operation;
use crate::re_encrypt::ReEncryptRequest;

/// A hook that a [`Kms`](crate::Kms) calls after every operation, whether it succeeded or not: for an audit trail, for
/// metrics, for the recorder of the feature `testing`, for spans with the feature `tracing`.
///
/// The thread that made the request calls it before it returns the answer, and many threads may call it at once. An
/// implementation should be quick, and cannot change the answer.
pub trait Observer: fmt::Debug + Send + Sync {
    /// Receives an operation that has ended.
    fn observe(&self, event: &Event<'_>);
}

/// An operation that has ended. It holds no plaintext, no ciphertext and no key.
///
/// Control operations produce events when they come through a [`Kms`](crate::Kms): over the wire or from an SDK's client. The
/// methods of a [`Keyring`](crate::Keyring) have no caller, and so produce none.
///
/// A request that violates a constraint of the service model is refused when it is built, before it reaches a
/// handle, so it produces no event. Over the wire it does.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Event<'a> {
    /// The operation.
    pub operation: Operation,
    /// Who sent the request.
    pub caller: &'a Caller,
    /// The Region of the endpoint.
    pub region: &'a Region,
    /// The key for decryption, in the operations that decrypt.
    pub source: Option<KeyUse<'a>>,
    /// The key for encryption, in the operations that encrypt.
    pub destination: Option<KeyUse<'a>>,
    /// The key that the operation is about, in the operations that neither encrypt nor decrypt: the one that the
    /// request names, or the one that it made. `UpdateAlias` has two; this is the new target of the alias.
    pub key: Option<NamedKey<'a>>,
    /// `AliasName`, in the operations on aliases.
    pub alias_name: Option<&'a str>,
    /// `DryRun`
    pub dry_run: bool,
    /// The outcome.
    pub result: Result<(), &'a KmsError>,
}

/// A key in an operation.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct KeyUse<'a> {
    /// The key as the request names it, if it does.
    pub key_id: Option<&'a KeyIdentifier>,
    /// The ARN of the key. `None` if the operation failed before it found the key, unless the request names it by key
    /// id or key ARN.
    pub key_arn: Option<KeyArn>,
    /// The key material of a symmetric key: the one that made the ciphertext, or the one that will make it.
    pub key_material_id: Option<KeyMaterialId>,
    /// The encryption algorithm; `SYMMETRIC_DEFAULT` if the request names none.
    pub algorithm: EncryptionAlgorithm,
    /// The encryption context.
    pub encryption_context: &'a EncryptionContext,
}

/// A key that an operation is about without using it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct NamedKey<'a> {
    /// The key as the request names it, if it does: `CreateKey` names none, nor does a `RetireGrant` by token.
    pub key_id: Option<&'a KeyIdentifier>,
    /// The ARN of the key. `None` if the operation failed before it found the key, unless the request names it by key
    /// id or key ARN.
    pub key_arn: Option<KeyArn>,
}

impl<'a> NamedKey<'a> {
    /// `None` if no key is named and none was found.
    fn new(key_id: Option<&'a KeyIdentifier>, found: Option<KeyArn>, place: Place) -> Option<Self> {
        let key_arn = arn(key_id, found, place);
        (key_id.is_some() || key_arn.is_some()).then_some(Self { key_id, key_arn })
    }
}

/// What an observer may see of a control operation.
#[cfg(feature = "json")]
#[derive(Debug, Default)]
pub(crate) struct ControlCall<'a> {
    pub(crate) key_id: Option<KeyIdentifier>,
    pub(crate) alias_name: Option<&'a str>,
    pub(crate) found: Option<KeyArn>,
    pub(crate) dry_run: bool,
}

impl<'a> KeyUse<'a> {
    const fn new(
        key_id: Option<&'a KeyIdentifier>,
        algorithm: EncryptionAlgorithm,
        encryption_context: &'a EncryptionContext,
    ) -> Self {
        Self {
            key_id,
            key_arn: None,
            key_material_id: None,
            algorithm,
            encryption_context,
        }
    }

    /// Adds the key that was found, or else the key that the request names by key id or key ARN.
    fn found(mut self, found: Option<FoundKey>, place: Place) -> Self {
        self.key_arn = arn(self.key_id, found.map(|found| found.arn), place);
        self.key_material_id = found.and_then(|found| found.material);
        self
    }
}

/// The ARN of the key that was found, or else of the key that the request names by key id or key ARN.
fn arn(named: Option<&KeyIdentifier>, found: Option<KeyArn>, place: Place) -> Option<KeyArn> {
    match (found, named) {
        (Some(found), _) => Some(found),
        (None, Some(KeyIdentifier::KeyArn(arn))) => Some(*arn),
        (None, Some(KeyIdentifier::KeyId(id))) => Some(KeyArn::new(place, *id)),
        (None, _) => None,
    }
}

/// The parts of a request that an observer may see.
pub(crate) trait Observed {
    fn source(&self) -> Option<KeyUse<'_>> {
        None
    }

    fn destination(&self) -> Option<KeyUse<'_>> {
        None
    }

    fn named(&self) -> Option<&KeyIdentifier> {
        None
    }

    fn dry_run(&self) -> bool {
        false
    }
}

/// Reports an operation to an observer.
pub(crate) fn tell(
    observer: &dyn Observer,
    (operation, request): (Operation, &dyn Observed),
    (caller, place): (&Caller, Place),
    trail: &Trail,
    result: Result<(), &KmsError>,
) {
    let source = request.source();
    let destination = request.destination();
    observer.observe(&Event {
        operation,
        caller,
        region: &place.region,
        source: source.map(|source| source.found(trail.source(), place)),
        destination: destination.map(|key| key.found(trail.destination(), place)),
        key: NamedKey::new(request.named(), trail.named().map(|found| found.arn), place),
        alias_name: None,
        dry_run: request.dry_run(),
        result,
    });
}

/// Reports a control operation to an observer.
#[cfg(feature = "json")]
pub(crate) fn tell_of_control(
    observer: &dyn Observer,
    operation: Operation,
    (caller, place): (&Caller, Place),
    call: &ControlCall<'_>,
    result: Result<(), &KmsError>,
) {
    observer.observe(&Event {
        operation,
        caller,
        region: &place.region,
        source: None,
        destination: None,
        key: NamedKey::new(call.key_id.as_ref(), call.found, place),
        alias_name: call.alias_name,
        dry_run: call.dry_run,
        result,
    });
}

impl Observed for ReEncryptRequest {
    fn source(&self) -> Option<KeyUse<'_>> {
        Some(KeyUse::new(
            self.source_key_id(),
            self.source_encryption_algorithm(),
            self.source_encryption_context(),
        ))
    }

    fn destination(&self) -> Option<KeyUse<'_>> {
        Some(KeyUse::new(
            Some(self.destination_key_id()),
            self.destination_encryption_algorithm(),
            self.destination_encryption_context(),
        ))
    }

    fn dry_run(&self) -> bool {
        self.dry_run()
    }
}

impl Observed for EncryptRequest {
    fn destination(&self) -> Option<KeyUse<'_>> {
        Some(KeyUse::new(
            Some(self.key_id()),
            self.encryption_algorithm(),
            self.encryption_context(),
        ))
    }

    fn dry_run(&self) -> bool {
        self.dry_run()
    }
}

impl Observed for DecryptRequest {
    fn source(&self) -> Option<KeyUse<'_>> {
        Some(KeyUse::new(
            self.key_id(),
            self.encryption_algorithm(),
            self.encryption_context(),
        ))
    }

    fn dry_run(&self) -> bool {
        self.dry_run()
    }
}

impl Observed for GenerateDataKeyRequest {
    fn destination(&self) -> Option<KeyUse<'_>> {
        Some(KeyUse::new(
            Some(self.key_id()),
            EncryptionAlgorithm::SymmetricDefault,
            self.encryption_context(),
        ))
    }

    fn dry_run(&self) -> bool {
        self.dry_run()
    }
}

impl Observed for GenerateDataKeyPairRequest {
    fn destination(&self) -> Option<KeyUse<'_>> {
        Some(KeyUse::new(
            Some(self.key_id()),
            EncryptionAlgorithm::SymmetricDefault,
            self.encryption_context(),
        ))
    }

    fn dry_run(&self) -> bool {
        self.dry_run()
    }
}

impl Observed for DescribeKeyRequest {
    fn named(&self) -> Option<&KeyIdentifier> {
        Some(self.key_id())
    }
}

impl Observed for GetPublicKeyRequest {
    fn named(&self) -> Option<&KeyIdentifier> {
        Some(self.key_id())
    }
}
