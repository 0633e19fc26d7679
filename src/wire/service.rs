//! [`Service`]: dispatches calls to operations by their names on the wire.

use crate::access::Caller;
use crate::error::ProtocolError;
use crate::key::Region;
use crate::keyring::RingProvider;
use crate::keyring::ring::Keyring;
use crate::kms::Kms;
use crate::operation::Operation;
use crate::provider::KeyProvider;

use super::control;
use super::control_call;
use super::cryptographic;
use super::failure::Failure;
use super::members::{self, Members};
use super::object::Object;
use super::response::Response;

/// The prefix of an operation's name in the header `X-Amz-Target`.
const TARGET_PREFIX: &str = "TrentService.";

/// KMS over its JSON protocol: operations by name, for one caller in one Region.
///
/// [`Kms::service`] returns one with every operation of this crate over a [`Keyring`], or over a
/// [`RingProvider`] such as the fault injector. Over any other provider, [`Service::new`] has the operations that use or
/// describe a key, and [`with_keyring`](Self::with_keyring) adds the control operations of a ring.
///
/// The observer of the handle hears of every operation: a request that can be read causes one event, whether it succeeds or
/// not. A request whose body cannot be read, or whose operation this crate does not have, causes none.
///
/// See the [module](super) for an example.
#[derive(Debug)]
pub struct Service<P> {
    kms: Kms<P>,
    keyring: Option<Keyring>,
}

impl<P: KeyProvider> Service<P> {
    /// Creates a service with the operations that use or describe a provider's keys.
    #[must_use]
    pub const fn new(kms: Kms<P>) -> Self {
        Self { kms, keyring: None }
    }

    /// Adds the control operations of a ring. They use the caller and the Region of the service, and not those of the
    /// ring's handle. Each operation runs in a view of the provider, and fails if the provider fails to give one.
    #[must_use]
    pub fn with_keyring(mut self, keyring: Keyring) -> Self {
        self.keyring = Some(keyring);
        self
    }

    /// Returns the same service for another caller.
    #[must_use]
    pub fn as_caller(&self, caller: Caller) -> Self {
        Self {
            kms: self.kms.as_caller(caller),
            keyring: self.keyring.clone(),
        }
    }

    /// Returns the same service for the endpoint of another Region.
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

    /// Carries out a call: `target` is the value of the header `X-Amz-Target` (`TrentService.ReEncrypt`), `body` the
    /// JSON.
    ///
    /// Every call gets a response. The response to an operation that the service does not have is an
    /// `UnknownOperationException`, whose message names the operation if KMS has it.
    pub fn call(&self, target: &str, body: &[u8]) -> Response {
        Response::new(self.answer(target, body))
    }

    fn answer(&self, target: &str, body: &[u8]) -> Result<Option<Object>, Failure> {
        let operation = operation_of_target(target).ok_or(ProtocolError::UnknownOperation)?;
        if let Some(handler) = cryptographic::handler(operation) {
            let body = members::read(body);
            return handler(&self.kms, &Members::of(&body)?);
        }
        let handler = control::handler(operation).ok_or(ProtocolError::NotServed(operation))?;
        let keyring = self.keyring.as_ref().ok_or(ProtocolError::NoKeyring)?;
        let body = members::read(body);
        let members = Members::of(&body)?;
        control_call::call((&self.kms, keyring), (operation, handler), &members)
    }
}

/// The operation that the header `X-Amz-Target` names.
pub(crate) fn operation_of_target(target: &str) -> Option<Operation> {
    target.strip_prefix(TARGET_PREFIX)?.parse().ok()
}

impl<P: RingProvider> Kms<P> {
    /// Returns a service with every operation of this crate, for this handle's caller and Region.
    #[must_use]
    pub fn service(&self) -> Service<P> {
        let keyring = self.provider().keyring().clone();
        Service::new(self.clone()).with_keyring(keyring)
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
