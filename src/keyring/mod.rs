//! What a [`Keyring`](crate::Keyring) takes and gives: keys in memory that act in this process, and their lives.

pub(crate) mod aliases;
mod aws_managed;
mod clock;
mod consistency;
mod cow_map;
pub(crate) mod create;
#[cfg(all(feature = "testing", feature = "json"))]
pub(crate) mod data;
pub(crate) mod grants;
mod import;
pub(crate) mod import_parameters;
pub(crate) mod key;
mod lifecycle;
mod materials;
pub(crate) mod multi_region;
pub(crate) mod ring;
pub(crate) mod rotation;
pub(crate) mod snapshot;
mod store;
pub(crate) mod wrapping_keys;

pub use aliases::Alias;
pub use clock::{Clock, ManualClock, SystemClock};
pub use create::NewKey;
pub use grants::CreatedGrant;
pub use import::ImportedMaterial;
pub use import_parameters::{ImportParameters, WrappingAlgorithm};
pub use materials::KeyMaterialState;
pub use ring::KeyringBuilder;
pub use rotation::{KeyRotation, ON_DEMAND_ROTATIONS_MAX};
pub use wrapping_keys::WrappingKeySpec;
