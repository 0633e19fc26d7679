//! The two halves of every operation: opening a ciphertext, and sealing a plaintext.
//!
//! Each half is prepared first: preparing finds the key and proves that the caller may use it. `ReEncrypt` prepares
//! both halves before it decrypts, so no plaintext exists unless the caller may use both keys.
//!
//! Operations that only describe a key [look it up](look_up).

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
pub(crate) use seal::{Sealed, Sealing, SealingRequest};
pub(crate) use session::{Actor, Session};
pub(crate) use trail::{FoundKey, Trail};
