//! [`Service`]: every operation under its name on the wire.

use crate::access::{Action, Caller};
use crate::control::Control;
use crate::error::ProtocolError;
use crate::key::Region;
use crate::keyring::ring::Keyring;
use crate::kms::Kms;
use crate::provider::KeyProvider;

use super::control;
use super::cryptographic;
use super::failure::Failure;
use super::members::{self, Members};
use super::object::Object;
use super::response::Response;

/// What stands before an operation's name in the header `X-Amz-Target`.
const TARGET_PREFIX: &str = "TrentService.";

/// KMS as its clients know it: operations by name, JSON in and JSON out, for one caller in one Region.
///
/// [`Kms::service`] makes one that serves every operation of this crate from a [`Keyring`]. Over any other provider the
/// cryptographic operations are served ([`Service::new`]); a provider with a ring behind it, such as one that injects
/// faults, gets the control operations of that ring [with it](Self::with_keyring).
///
/// See the [module](super) for an example.
#[derive(Debug)]
pub struct Service<P> {
    kms: Kms<P>,
    keyring: Option<Keyring>,
}

impl<P: KeyProvider> Service<P> {
    /// The cryptographic operations over a provider's keys.
    #[must_use]
    pub const fn new(kms: Kms<P>) -> Self {
        Self { kms, keyring: None }
    }

    /// The same operations, and the control operations of a ring. The service's caller and Region count for them too,
    /// not those of the ring's handle.
    #[must_use]
    pub fn with_keyring(mut self, keyring: Keyring) -> Self {
        self.keyring = Some(keyring);
        self
    }

    /// The same service, for another caller.
    #[must_use]
    pub fn as_caller(&self, caller: Caller) -> Self {
        Self {
            kms: self.kms.as_caller(caller),
            keyring: self.keyring.clone(),
        }
    }

    /// The same service, at the endpoint of another Region.
    #[must_use]
    pub fn in_region(&self, region: Region) -> Self {
        Self {
            kms: self.kms.in_region(region),
            keyring: self.keyring.clone(),
        }
    }

    /// The handle that the service calls: its caller, its Region and its provider.
    #[must_use]
    pub const fn kms(&self) -> &Kms<P> {
        &self.kms
    }

    /// Carries a call out: `target` is the value of the header `X-Amz-Target` (`TrentService.ReEncrypt`), `body` the JSON.
    ///
    /// There is always a response. That an operation is not served is one as well: `UnknownOperationException`, with its
    /// name if KMS has it.
    pub fn call(&self, target: &str, body: &[u8]) -> Response {
        Response::new(self.answer(target, body))
    }

    fn answer(&self, target: &str, body: &[u8]) -> Result<Option<Object>, Failure> {
        let name = target
            .strip_prefix(TARGET_PREFIX)
            .ok_or(ProtocolError::UnknownOperation)?;
        if let Some(operation) = cryptographic::operation(name) {
            let object = members::read(body)?;
            return operation(&self.kms, &Members::of(&object));
        }
        let operation = control::operation(name).ok_or_else(|| not_served(name))?;
        let control = self.control().ok_or(ProtocolError::NoKeyring)?;
        let object = members::read(body)?;
        operation(&control, &Members::of(&object))
    }

    /// The control operations, if there is a ring for them.
    fn control(&self) -> Option<Control<'_>> {
        let keyring = self.keyring.as_ref()?;
        let kms = &self.kms;
        Some(Control::new(
            keyring,
            kms.caller(),
            *kms.place(),
            (kms.controls(), kms.explanations()),
        ))
    }
}

/// The refusal of an operation that KMS has and this crate has not, or of what is no operation at all.
fn not_served(name: &str) -> ProtocolError {
    match format!("kms:{name}").parse() {
        // Permissions, and no operations.
        Ok(Action::ReEncryptFrom | Action::ReEncryptTo | Action::SynchronizeMultiRegionKey)
        | Err(_) => ProtocolError::UnknownOperation,
        Ok(action) => ProtocolError::NotServed(action.operation()),
    }
}

impl Kms<Keyring> {
    /// Every operation of this crate under its name on the wire, for this handle's caller and Region.
    #[must_use]
    pub fn service(&self) -> Service<Keyring> {
        Service::new(self.clone()).with_keyring(self.provider().clone())
    }
}

impl<P> Clone for Service<P> {
    fn clone(&self) -> Self {
        Self {
            kms: self.kms.clone(),
            keyring: self.keyring.clone(),
        }
    }
}
