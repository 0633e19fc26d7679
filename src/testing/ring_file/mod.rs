//! Rings that are read from files and written to files.
//!
//! Two kinds of files share one JSON format. A **seed file** is written by people, for fixtures that tests share; its
//! key material is not encrypted. A **snapshot** (feature `snapshot`) is a whole ring, saved by `save_snapshot`, with
//! its secrets sealed under a key or a passphrase. Neither contains the clock or the random source of the ring, and
//! import tokens from before are not valid in a ring that was read.
//!
//! # The seed file
//!
//! ```json
//! {
//!   "Format": "kms-reencrypt ring 1",
//!   "Account": "111122223333",
//!   "Region": "us-east-2",
//!   "Keys": [
//!     {
//!       "KeyId": "1234abcd-12ab-34cd-56ef-1234567890ab",
//!       "Description": "tokens",
//!       "KeyMaterials": [
//!         {
//!           "KeyMaterial": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
//!           "KeyMaterialState": "NON_CURRENT"
//!         },
//!         {
//!           "KeyMaterial": "Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=",
//!           "KeyMaterialState": "CURRENT"
//!         }
//!       ],
//!       "Policy": {
//!         "Version": "2012-10-17",
//!         "Statement": {
//!           "Effect": "Allow",
//!           "Principal": { "AWS": "arn:aws:iam::111122223333:root" },
//!           "Action": "kms:*",
//!           "Resource": "*"
//!         }
//!       }
//!     },
//!     {
//!       "KeyId": "0987dcba-09fe-87dc-65ba-ab0987654321",
//!       "KeySpec": "RSA_4096",
//!       "KeyState": "Disabled"
//!     }
//!   ],
//!   "Aliases": [
//!     { "AliasName": "alias/tokens", "TargetKeyId": "1234abcd-12ab-34cd-56ef-1234567890ab" }
//!   ]
//! }
//! ```
//!
//! Members have the names and values of the AWS API if it has them. A missing member has the default of `CreateKey`.
//! Times are written as `2026-01-01T00:00:00Z`, and bytes in base64. An unknown member is an error.
//!
//! | member of a key | meaning |
//! |---|---|
//! | `KeyId` | required; an `mrk-` id makes a multi-Region key |
//! | `Account`, `Region` | the place of the key; by default that of the file |
//! | `KeySpec`, `KeyUsage`, `Origin`, `KeyManager`, `Description`, `CreationDate`, `DeletionDate`, `PendingDeletionWindowInDays` | as in `KeyMetadata` |
//! | `KeyState` | as in `KeyMetadata`; by default it follows from the other members |
//! | `Disabled` | whether the key is disabled beneath another state |
//! | `MultiRegion` | `MultiRegionKeyType`, `PrimaryRegion`, `ReplicaRegions` |
//! | `Policy` | an object, or the text of one |
//! | `Tags` | a list of `TagKey`, `TagValue` |
//! | `Grants` | a list of `GrantId`, `GranteePrincipal` or `GranteeServicePrincipal`, `RetiringPrincipal` or `RetiringServicePrincipal`, `Operations`, `Name`, `Constraints`, `IssuingAccount`, `CreationDate` |
//! | `KeyMaterials` | of a symmetric key, oldest first: `KeyMaterial` (32 bytes), `KeyMaterialId` (compared if it is there), `KeyMaterialState`, `Absent`, `Rotated`, `RotationDate`, `RotationType` (by default `ON_DEMAND`), `ValidTo`, `KeyMaterialDescription` |
//! | `OnDemandRotations` | the number of on-demand rotations so far, at most 25 |
//! | `KeyRotationEnabled`, `RotationPeriodInDays`, `NextRotationDate` | automatic rotation, as `GetKeyRotationStatus` has it. By default the period is 365 days, and begins when a ring with a clock reads the file |
//! | `KeyLastUsage` | `Operation`, `Timestamp`: the last use of the key |
//! | `PrivateKey` | of an asymmetric key: PKCS#8, as DER, or as PEM, of which a copy stays behind in memory |
//! | `KeyMaterialId` | of an HMAC key: which material was imported. With `NoKeyMaterial` it was deleted or has expired, and only that material can be imported again |
//! | `ValidTo` | when the private key or the material of the HMAC key expires, if it was imported |
//! | `PublicKey` | of an asymmetric key whose imported private key was deleted or has expired: the DER of its `SubjectPublicKeyInfo` in base64. Only that private key can be imported again |
//! | `NoKeyMaterial` | `true` for a key without material. Otherwise a key without material in the file has that of [`insecure_key`](crate::testing::insecure_key) |
//!
//! An alias has `AliasName`, `TargetKeyId` (a key id or key ARN), `Account`, `Region`, `CreationDate` and
//! `LastUpdatedDate`. `GrantTokens` is a list of `GrantToken` and `GrantId`. `SlowChanges`, the `Hidden` of keys and
//! grants, `DepartedGrants` and the `Seen` of aliases say which changes are not yet visible after
//! [`make_changes_slow`](crate::Keyring::make_changes_slow).
//!
//! A file has at most 256 MiB, and each text in it as many characters as the service model allows: 8192 unless a lower
//! limit applies, and 1 MiB for a private key or a seal. Longer files and texts are not written either.

#![warn(clippy::arithmetic_side_effects)]

#[cfg(feature = "snapshot")]
mod atomic;
mod bounds;
#[cfg(feature = "snapshot")]
mod cost;
mod document;
mod error;
mod key_secret;
mod members;
mod parse;
#[cfg(feature = "snapshot")]
mod protection;
mod read;
#[cfg(feature = "snapshot")]
mod seal;
mod secret;
mod seed;
#[cfg(feature = "snapshot")]
mod snapshot;
#[cfg(feature = "snapshot")]
mod write;

#[cfg(feature = "snapshot")]
pub use cost::{Argon2Cost, InvalidArgon2Cost};
pub use error::RingFileError;
#[cfg(feature = "snapshot")]
pub use protection::{EmptyPassphrase, Protection};
#[cfg(feature = "snapshot")]
pub use seed::write_ring;
pub use seed::{load_ring, load_ring_into, read_ring, read_ring_into};
#[cfg(feature = "snapshot")]
pub use snapshot::{load_snapshot, load_snapshot_into, save_snapshot};

use crate::keyring::data::{InvalidRingData, RingData};
use crate::keyring::ring::Keyring;

/// Adds data to a ring, or returns the place of data that do not fit.
fn add(keyring: &Keyring, data: RingData) -> Result<(), RingFileError> {
    keyring.add_data(data).map_err(|misfit| {
        let (place, reason) = match misfit {
            InvalidRingData::Alias(at, reason) => (format!("Aliases[{at}]"), reason),
            InvalidRingData::Grant(at, grant, reason) => {
                (format!("Keys[{at}].Grants[{grant}]"), reason)
            }
            InvalidRingData::GrantToken(at, reason) => (format!("GrantTokens[{at}]"), reason),
            InvalidRingData::Key(at, reason) => (format!("Keys[{at}]"), reason),
            InvalidRingData::Material(at, material, reason) => {
                (format!("Keys[{at}].KeyMaterials[{material}]"), reason)
            }
        };
        RingFileError::new(place, reason)
    })
}
