//! [`Observer`]: whoever wants to know what is done with the keys.

use core::fmt;

use crate::access::Caller;
use crate::context::EncryptionContext;
use crate::decrypt::DecryptRequest;
use crate::encrypt::EncryptRequest;
use crate::engine::{FoundKey, Trail};
use crate::error::KmsError;
use crate::generate_data_key::GenerateDataKeyRequest;
use crate::key::{
    EncryptionAlgorithm, KeyArn, KeyIdentifier, KeyMaterialId, Place, Region, model_enum,
};
use crate::re_encrypt::ReEncryptRequest;

/// Is told of every operation of a [`Kms`](crate::Kms), whether it went well or not: for an audit trail, for metrics, for
/// the recorder of the feature `testing`.
///
/// The implementer's duty: it is called by the thread that made the request, before that gets its answer, and from many
/// threads at once. So it has to be quick. It cannot change the answer.
pub trait Observer: fmt::Debug + Send + Sync {
    /// An operation has ended.
    fn observe(&self, event: &Event<'_>);
}

model_enum! {
    /// An operation of [`Kms`](crate::Kms), by the name that AWS gives it.
    Operation {
        Decrypt = "Decrypt",
        Encrypt = "Encrypt",
        GenerateDataKey = "GenerateDataKey",
        GenerateDataKeyWithoutPlaintext = "GenerateDataKeyWithoutPlaintext",
        ReEncrypt = "ReEncrypt",
    }
}

/// An operation that has ended. It holds no plaintext, no ciphertext and no key.
///
/// A request that breaks a constraint is refused when it is built, and so is none.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Event<'a> {
    /// What was to be done.
    pub operation: Operation,
    /// Who sent the request.
    pub caller: &'a Caller,
    /// The Region of the endpoint.
    pub region: &'a Region,
    /// The key that was to decrypt, in the operations that decrypt.
    pub source: Option<KeyUse<'a>>,
    /// The key that was to encrypt, in the operations that encrypt.
    pub destination: Option<KeyUse<'a>>,
    /// `DryRun`
    pub dry_run: bool,
    /// How it ended.
    pub result: Result<(), &'a KmsError>,
}

/// A key in an operation.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct KeyUse<'a> {
    /// The key as the request names it, if it does.
    pub key_id: Option<&'a KeyIdentifier>,
    /// The key that this is: unknown where an operation failed before it was found, unless the request names it by its id
    /// or ARN.
    pub key_arn: Option<KeyArn>,
    /// The key material of a symmetric key: the one that made the ciphertext, or the one that is to make it.
    pub key_material_id: Option<KeyMaterialId>,
    /// The encryption algorithm, defaulted.
    pub algorithm: EncryptionAlgorithm,
    /// The encryption context.
    pub encryption_context: &'a EncryptionContext,
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

    /// The same with the key that was found, or else the one that is named without an alias.
    fn found(mut self, found: Option<FoundKey>, place: Place) -> Self {
        self.key_arn = match (found, self.key_id) {
            (Some(found), _) => Some(found.arn),
            (None, Some(KeyIdentifier::KeyArn(arn))) => Some(*arn),
            (None, Some(KeyIdentifier::KeyId(id))) => Some(KeyArn::new(place, *id)),
            (None, _) => None,
        };
        self.key_material_id = found.and_then(|found| found.material);
        self
    }
}

/// A request, as far as an observer may know it.
pub(crate) trait Observed {
    fn source(&self) -> Option<KeyUse<'_>>;

    fn destination(&self) -> Option<KeyUse<'_>>;

    fn dry_run(&self) -> bool;
}

/// Tells an observer how an operation ended.
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
    fn source(&self) -> Option<KeyUse<'_>> {
        None
    }

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

    fn destination(&self) -> Option<KeyUse<'_>> {
        None
    }

    fn dry_run(&self) -> bool {
        self.dry_run()
    }
}

impl Observed for GenerateDataKeyRequest {
    fn source(&self) -> Option<KeyUse<'_>> {
        None
    }

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
