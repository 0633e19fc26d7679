//! Keys that act in this process, and the ring that holds them.

mod aliases;
mod aws_managed;
mod clock;
mod consistency;
#[cfg(feature = "json")]
mod control;
mod cow_map;
mod create;
mod failure;
mod grants;
mod import;
mod import_parameters;
mod key;
mod key_wrap;
mod keyring;
mod lifecycle;
mod materials;
mod message_key;
mod multi_region;
mod oaep;
mod private_key;
#[cfg(all(feature = "testing", feature = "json"))]
pub(crate) mod ring_data;
mod rotation;
mod rsa_key;
mod rsa_oaep;
mod rsa_public;
mod sm2_der;
mod sm2_key;
mod sm2_pke;
mod snapshot;
mod store;
mod symmetric;
mod wrapping_keys;

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod not_copied;
#[cfg(test)]
mod openssl_interop;

pub use aliases::Alias;
pub use clock::{Clock, ManualClock, SystemClock};
#[cfg(feature = "json")]
pub(crate) use control::{
    Control, CreateGrantRequest, CreateKeyRequest, GivenTag, ImportKeyMaterialRequest,
    ListGrantsRequest, Page, PageRequest, ParametersRequest, ReplicateKeyRequest,
    RetireGrantRequest,
};
pub use create::NewKey;
pub use grants::CreatedGrant;
pub use import::ImportedMaterial;
pub use import_parameters::{ImportParameters, WrappingAlgorithm};
pub use keyring::{Keyring, KeyringBuilder};
pub use materials::KeyMaterialState;
pub use rotation::{KeyRotation, ON_DEMAND_ROTATIONS_MAX};
pub use wrapping_keys::WrappingKeySpec;
