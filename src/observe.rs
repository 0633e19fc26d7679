//! [`Observer`]: a hook that is called after every operation.

use core::fmt;

use crate::access::Caller;
use crate::context::EncryptionContext;
use crate::decrypt::DecryptRequest;
use crate::describe_key::DescribeKeyRequest;
use crate::encrypt::EncryptRequest;
use crate::engine::{FoundKey, Trail};
use crate::error::KmsError;
use crate::generate_data_key::GenerateDataKeyRequest;
use crate::get_public_key::GetPublicKeyRequest;
use crate::key::{EncryptionAlgorithm, KeyArn, KeyIdentifier, KeyMaterialId, Place, Region};
use crate::operation::Operation;
use crate::re_encrypt::ReEncryptRequest;

/// A hook that a [`Kms`](crate::Kms) calls after every operation, whether it succeeded or not: for an audit trail, for
/// metrics, for the recorder of the feature `testing`.
///
/// The thread that made the request calls it before it returns the answer, and many threads may call it at once. So an
/// implementation should be quick. It cannot change the answer.
pub trait Observer: fmt::Debug + Send + Sync {
    /// Receives an operation that has ended.
    fn observe(&self, event: &Event<'_>);
}

/// An operation that has ended. It holds no plaintext, no ciphertext and no key.
///
/// A request that violates a constraint of the service model is refused when it is built, so it produces no event.
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
    /// The key to describe, in the operations that describe a key.
    pub described: Option<NamedKey<'a>>,
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

/// A key that an operation describes.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct NamedKey<'a> {
    /// The key as the request names it.
    pub key_id: &'a KeyIdentifier,
    /// The ARN of the key. `None` if the operation failed before it found the key, unless the request names it by key
    /// id or key ARN.
    pub key_arn: Option<KeyArn>,
}

impl<'a> NamedKey<'a> {
    fn new(key_id: &'a KeyIdentifier, found: Option<FoundKey>, place: Place) -> Self {
        Self {
            key_id,
            key_arn: arn(Some(key_id), found, place),
        }
    }
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
        self.key_arn = arn(self.key_id, found, place);
        self.key_material_id = found.and_then(|found| found.material);
        self
    }
}

/// The ARN of the key that was found, or else of the key that the request names by key id or key ARN.
fn arn(named: Option<&KeyIdentifier>, found: Option<FoundKey>, place: Place) -> Option<KeyArn> {
    match (found, named) {
        (Some(found), _) => Some(found.arn),
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

    fn described(&self) -> Option<&KeyIdentifier> {
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
        described: request
            .described()
            .map(|key_id| NamedKey::new(key_id, trail.described(), place)),
        dry_run: request.dry_run(),
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

impl Observed for DescribeKeyRequest {
    fn described(&self) -> Option<&KeyIdentifier> {
        Some(self.key_id())
    }
}

impl Observed for GetPublicKeyRequest {
    fn described(&self) -> Option<&KeyIdentifier> {
        Some(self.key_id())
    }
}
