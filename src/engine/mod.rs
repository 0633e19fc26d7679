//! The two halves of every operation: opening a ciphertext, and sealing a plaintext.
//!
//! Each half is prepared first. Preparing finds the key and proves that it may act, so that no plaintext exists unless
//! both keys may be used; only then is anything decrypted.
//!
//! Operations that describe a key and do not use it [look it up](look_up).

mod aad;
mod authorize;
mod look_up;
mod open;
mod refusal;
mod seal;
mod session;
mod trail;
mod usable;

pub(crate) use look_up::look_up;
pub(crate) use open::{Opening, OpeningRequest};
pub(crate) use refusal::provider as provider_failure;
pub(crate) use seal::{Sealed, Sealing, SealingRequest};
pub(crate) use session::{Actor, Session};
pub(crate) use trail::{FoundKey, Trail};
pub(crate) use usable::state as require_usable_state;
