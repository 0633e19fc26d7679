//! The types that a [`Keyring`](crate::Keyring) accepts and returns, and its clocks.

mod advance;
mod alias;
mod aliases;
mod automatic_rotation;
mod aws_managed;
mod clock;
mod consistency;
mod create;
#[cfg(all(feature = "testing", feature = "json"))]
pub(crate) mod data;
mod deferred_pair;
mod due_rotations;
mod generate_random;
mod grant_set;
mod grant_tokens;
mod grants;
#[cfg(test)]
mod growth;
mod import_parameters;
mod import_token;
mod imported_mac;
mod imported_material;
mod imported_pair;
mod key;
mod key_index;
mod key_last_usage;
mod key_state;
mod lifecycle;
mod map;
mod materials;
mod multi_region;
mod related_keys;
pub(crate) mod ring;
mod ring_provider;
mod ring_view;
mod rotation;
mod rotation_schedule;
mod snapshot;
mod store;
mod sync;
mod tag_rules;
mod tags;

mod wrapping;

pub use alias::Alias;
pub use automatic_rotation::KeyRotationStatus;
pub use clock::{Clock, ManualClock, SystemClock};
pub use create::NewKey;
pub use grants::CreatedGrant;
pub use import_parameters::ImportParameters;
pub use imported_material::ImportedMaterial;
pub use key_last_usage::KeyLastUsage;
pub use materials::{KeyMaterialState, ON_DEMAND_ROTATIONS_MAX, RotationType};
pub use ring::KeyringBuilder;
pub use ring_provider::RingProvider;
pub use ring_view::{RingKey, RingView};
pub use rotation::KeyRotation;
pub use wrapping::{WrappingAlgorithm, WrappingKeySpec};

#[cfg(feature = "json")]
pub(crate) use aws_managed::PREDEFINED_SERVICES;
#[cfg(feature = "json")]
pub(crate) use create::imports;
#[cfg(feature = "json")]
pub(crate) use generate_random::NUMBER_OF_BYTES;
#[cfg(feature = "json")]
pub(crate) use imported_material::only_symmetric;
#[cfg(feature = "json")]
pub(crate) use key::SoftwareKey;
#[cfg(all(feature = "testing", feature = "json"))]
pub(crate) use lifecycle::PENDING_WINDOW;
#[cfg(all(feature = "testing", feature = "json"))]
pub(crate) use materials::Rotated;
#[cfg(feature = "json")]
pub(crate) use multi_region::ReplicaProperties;
#[cfg(all(feature = "testing", feature = "json"))]
pub(crate) use rotation_schedule::RotationSchedule;
#[cfg(feature = "json")]
pub(crate) use rotation_schedule::{ROTATION_PERIOD, ROTATION_PERIOD_DEFAULT};
#[cfg(feature = "json")]
pub(crate) use snapshot::{Latest, Snapshot};
