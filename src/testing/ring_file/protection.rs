//! [`Protection`]: what the secrets of a snapshot are under.

use core::fmt;

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::Mac;
use zeroize::{Zeroize, Zeroizing};

use crate::random::{OsRandom, Random};
use crate::secret::boxed;

use super::document::{Argon2Document, ProtectionDocument};
use super::error::RingFileError;
use super::seal::{Seal, keyed};

const SALT_LEN: usize = 32;

const FILE_LABEL: &[u8] = b"kms-reencrypt:snapshot:file";

/// 256 MiB: a file cannot make its reader take more.
const MEMORY_MAX: u32 = 256 * 1024;

/// With all the memory that it may take, a file costs its reader a few seconds.
const PASSES_MAX: u32 = 16;

const LANES_MAX: u32 = 16;

/// What OWASP recommends of Argon2id at the least: 19 MiB, two passes, one lane.
const DEFAULT: Argon2Document = Argon2Document {
    memory_in_kib: 19 * 1024,
    passes: 2,
    lanes: 1,
};

/// The key or passphrase that the secrets of a snapshot are sealed under. It is wiped when it is dropped.
pub struct Protection(Kind);

enum Kind {
    Key(Box<Zeroizing<[u8; 32]>>),
    Passphrase {
        text: Zeroizing<String>,
        cost: Argon2Document,
    },
}

impl Protection {
    /// A key of 32 random bytes. It is never used itself: every file has a key of its own, which is derived from it.
    #[must_use]
    pub fn key(mut bytes: [u8; 32]) -> Self {
        let key = boxed(&bytes);
        bytes.zeroize();
        Self(Kind::Key(key))
    }

    /// A passphrase, of which Argon2id makes a key: with 19 MiB, two passes and one lane, as OWASP recommends.
    #[must_use]
    pub fn passphrase(text: &str) -> Self {
        Self(Kind::Passphrase {
            text: Zeroizing::new(text.to_owned()),
            cost: DEFAULT,
        })
    }

    /// Another cost of Argon2id for files that are saved: less for tests, more for what has to last. A file that is loaded
    /// says its own. With a key it means nothing.
    ///
    /// At most 262144 KiB of memory, 16 passes and 16 lanes; at least 8 KiB a lane.
    #[must_use]
    pub fn with_argon2id(mut self, memory_in_kib: u32, passes: u32, lanes: u32) -> Self {
        if let Kind::Passphrase { cost, .. } = &mut self.0 {
            *cost = Argon2Document {
                memory_in_kib,
                passes,
                lanes,
            };
        }
        self
    }

    /// The seal of a new file, and what has to stand there so that it is found again.
    pub(super) fn of_new_file(&self) -> Result<(Seal, ProtectionDocument), RingFileError> {
        // Of the operating system, whatever the ring has: a seeded ring would give two files one key.
        let salt: [u8; SALT_LEN] = Random::new(&OsRandom)
            .array()
            .map_err(|error| RingFileError::caused("Salt", error))?;
        let argon2id = match &self.0 {
            Kind::Key(_) => None,
            Kind::Passphrase { cost, .. } => Some(*cost),
        };
        let seal = self.seal(&salt, argon2id)?;
        let document = ProtectionDocument {
            salt: STANDARD.encode(salt),
            argon2id,
            check: STANDARD.encode(seal.check()),
        };
        Ok((seal, document))
    }

    /// The seal of a file.
    pub(super) fn of_file(&self, document: &ProtectionDocument) -> Result<Seal, RingFileError> {
        let salt: Option<[u8; SALT_LEN]> = STANDARD
            .decode(&document.salt)
            .ok()
            .and_then(|salt| salt.try_into().ok());
        let salt = salt.ok_or_else(|| RingFileError::new("Salt", "it takes 32 bytes in base64"))?;
        let seal = self.seal(&salt, document.argon2id)?;
        let check = STANDARD.decode(&document.check).unwrap_or_default();
        if seal.has_check(&check) {
            Ok(seal)
        } else {
            let reason =
                "this is not the key or passphrase of the file, or its protection is damaged";
            Err(RingFileError::new("Check", reason))
        }
    }

    fn seal(
        &self,
        salt: &[u8; SALT_LEN],
        argon2id: Option<Argon2Document>,
    ) -> Result<Seal, RingFileError> {
        let mut key = Zeroizing::new([0; 32]);
        match (&self.0, argon2id) {
            (Kind::Key(user_key), None) => {
                let mut derived = keyed(user_key, FILE_LABEL)
                    .chain_update(salt)
                    .finalize()
                    .into_bytes();
                key.copy_from_slice(&derived);
                derived.zeroize();
            }
            (Kind::Passphrase { text, .. }, Some(cost)) => {
                let params = params(&cost).map_err(|error| error.within("Argon2id"))?;
                Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
                    .hash_password_into(text.as_bytes(), salt, key.as_mut_slice())
                    .map_err(|error| RingFileError::new("Argon2id", error.to_string()))?;
            }
            (Kind::Key(_), Some(_)) => {
                let reason = "the file is under a passphrase, and a key was given";
                return Err(RingFileError::new("Argon2id", reason));
            }
            (Kind::Passphrase { .. }, None) => {
                let reason = "it is missing: the file is under a key, and a passphrase was given";
                return Err(RingFileError::new("Argon2id", reason));
            }
        }
        Ok(Seal::new(&key))
    }
}

impl fmt::Debug for Protection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Protection(..)")
    }
}

/// The parameters of Argon2, within what a file may ask for.
fn params(cost: &Argon2Document) -> Result<Params, RingFileError> {
    let Argon2Document {
        memory_in_kib,
        passes,
        lanes,
    } = *cost;
    for (member, value, most) in [
        ("MemoryInKib", memory_in_kib, MEMORY_MAX),
        ("Passes", passes, PASSES_MAX),
        ("Lanes", lanes, LANES_MAX),
    ] {
        if value > most {
            let reason = format!("{value} is more than {most}");
            return Err(RingFileError::new(member, reason));
        }
    }
    Params::new(memory_in_kib, passes, lanes, Some(32))
        .map_err(|error| RingFileError::new("", error.to_string()))
}
