//! [`Keys`]: the ring that requests are answered from, and how it began.

use core::fmt;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use kms_reencrypt::access::Caller;
use kms_reencrypt::keyring::{ManualClock, RingProvider};
use kms_reencrypt::observe::Observer;
use kms_reencrypt::testing::ring_file::load_ring_into;
use kms_reencrypt::testing::{Fault, FaultyProvider};
use kms_reencrypt::wire::{Response, Service};
use kms_reencrypt::{Keyring, Kms, Region};

use crate::Error;
use crate::callers::Callers;
use crate::clock::ClockChoice;

/// The Region of the ring's own handle. Every request has its own Region.
const HOME: &str = "us-east-1";

/// The ring of a server. A reset replaces it; requests that have begun end on the old one.
#[derive(Debug)]
pub(crate) struct Keys {
    beginning: Beginning,
    now: RwLock<Arc<Ring>>,
}

/// How a ring begins: with the keys of a seed file or none, and with a clock and faults that begin anew.
#[derive(Debug)]
pub(crate) struct Beginning {
    pub(crate) callers: Arc<Callers>,
    pub(crate) seed: Option<PathBuf>,
    pub(crate) clock: ClockChoice,
    pub(crate) faults: Vec<Fault>,
}

/// A ring, and the service over it.
#[derive(Debug)]
pub(crate) struct Ring {
    pub(crate) keyring: Keyring,
    /// The clock, if requests may move it.
    pub(crate) clock: Option<ManualClock>,
    service: RingService,
}

impl Keys {
    /// Begins with the keys that `load` puts into an empty ring, or with those of the seed file if `load` returns `false`.
    pub(crate) fn new(
        beginning: Beginning,
        load: impl FnOnce(&Keyring) -> Result<bool, Error>,
    ) -> Result<Self, Error> {
        let ring = beginning.empty()?;
        if !load(&ring.keyring)? {
            beginning.fill(&ring)?;
        }
        Ok(Self {
            beginning,
            now: RwLock::new(Arc::new(ring)),
        })
    }

    /// The ring as requests see it from now on, until the next reset.
    pub(crate) fn ring(&self) -> Arc<Ring> {
        Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether every request may take long, since a fault may delay it.
    pub(crate) const fn may_sleep(&self) -> bool {
        !self.beginning.faults.is_empty()
    }

    /// Replaces the ring with one as at the beginning. If the seed file cannot be read any more, the old one stays.
    pub(crate) fn reset(&self) -> Result<Arc<Ring>, Error> {
        let ring = self.beginning.empty()?;
        self.beginning.fill(&ring)?;
        let ring = Arc::new(ring);
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&ring);
        Ok(ring)
    }
}

impl Beginning {
    /// A ring without keys.
    fn empty(&self) -> Result<Ring, Error> {
        let account = self.callers.account().as_str();
        let (keyring, clock) = self.clock.of_ring(Keyring::builder(account, HOME));
        let keyring = keyring.build()?;
        let service = if self.faults.is_empty() {
            let kms = self.callers.limit_resources(Kms::new(keyring.clone()));
            RingService::Plain(kms.service())
        } else {
            let provider = FaultyProvider::new(keyring.clone());
            let faults = provider.faults();
            // Delays are real: the requests run on threads that may sleep.
            faults.on_delay(std::thread::sleep);
            for fault in &self.faults {
                faults.inject(fault.clone());
            }
            RingService::Faulty(self.callers.limit_resources(Kms::new(provider)).service())
        };
        Ok(Ring {
            keyring,
            clock,
            service,
        })
    }

    fn fill(&self, ring: &Ring) -> Result<(), Error> {
        let Some(seed) = &self.seed else {
            return Ok(());
        };
        load_ring_into(&ring.keyring, seed).map_err(|error| format!("--seed {error}").into())
    }
}

impl Ring {
    /// Carries out a call for a caller in a Region, and reports it to an observer if there is one.
    pub(crate) fn call(
        &self,
        (caller, region): (Caller, Region),
        observer: Option<impl Observer + 'static>,
        (target, body): (&str, &[u8]),
    ) -> Response {
        match &self.service {
            RingService::Plain(service) => {
                call(service, (caller, region), observer, (target, body))
            }
            RingService::Faulty(service) => {
                call(service, (caller, region), observer, (target, body))
            }
        }
    }
}

fn call<P: RingProvider>(
    service: &Service<P>,
    (caller, region): (Caller, Region),
    observer: Option<impl Observer + 'static>,
    (target, body): (&str, &[u8]),
) -> Response {
    let service = service.as_caller(caller).in_region(region);
    match observer {
        None => service.call(target, body),
        Some(observer) => {
            let observed = service.kms().clone().with_observer(observer);
            observed.service().call(target, body)
        }
    }
}

/// The service, over the ring itself or over one with faults, which costs every request some time.
enum RingService {
    Plain(Service<Keyring>),
    Faulty(Service<FaultyProvider<Keyring>>),
}

impl fmt::Debug for RingService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain(_) => "Plain(..)",
            Self::Faulty(_) => "Faulty(..)",
        })
    }
}
