//! [`Protection`]: the key or passphrase of a snapshot.

use core::fmt;

use argon2::{Algorithm, Argon2, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::Mac;
use zeroize::{Zeroize, Zeroizing};

use crate::random::{OsRandom, Random};
use crate::secret::boxed;

use super::cost::Argon2Cost;
use super::document::{Argon2Document, ProtectionDocument};
use super::error::RingFileError;
use super::seal::{Seal, keyed};

const SALT_LEN: usize = 32;

const FILE_LABEL: &[u8] = b"kms-reencrypt:snapshot:file";

/// The key or passphrase that the secrets of a snapshot are sealed under. It is wiped when it is dropped.
///
/// For a file that has to last, choose a passphrase whose guesses cost more than by default:
///
/// ```
/// use kms_reencrypt::testing::ring_file::{Argon2Cost, Protection};
///
/// let protection = Protection::passphrase("correct horse battery staple")?;
/// let protection = protection.with_argon2id(Argon2Cost::new(64 * 1024, 3, 1)?);
/// assert!(!format!("{protection:?}").contains("horse"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Protection(Kind);

enum Kind {
    Key(Box<Zeroizing<[u8; 32]>>),
    Passphrase {
        text: Zeroizing<String>,
        cost: Argon2Cost,
        /// The limit for the cost of a file; by default [`Argon2Cost::CEILING`], or `cost` if that is more.
        ceiling: Option<Argon2Cost>,
    },
}

/// The error for an empty passphrase, which would protect nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a passphrase must not be empty")]
pub struct EmptyPassphrase(());

impl Protection {
    /// A key of 32 random bytes. It is never used directly: every file has its own key, which is derived from it.
    #[must_use]
    pub fn key(mut bytes: [u8; 32]) -> Self {
        let key = boxed(&bytes);
        bytes.zeroize();
        Self(Kind::Key(key))
    }

    /// A passphrase, from which Argon2id derives a key with 19 MiB, two passes and one lane, as OWASP recommends.
    ///
    /// # Errors
    ///
    /// [`EmptyPassphrase`] if `text` is empty.
    pub fn passphrase(text: &str) -> Result<Self, EmptyPassphrase> {
        if text.is_empty() {
            return Err(EmptyPassphrase(()));
        }
        Ok(Self(Kind::Passphrase {
            text: Zeroizing::new(text.to_owned()),
            cost: Argon2Cost::DEFAULT,
            ceiling: None,
        }))
    }

    /// Sets the cost of Argon2id for files that are saved, for example a higher one for files that have to last. A file
    /// that is loaded has its own cost. With a key the setting has no effect.
    #[must_use]
    pub fn with_argon2id(mut self, other: Argon2Cost) -> Self {
        if let Kind::Passphrase { cost, .. } = &mut self.0 {
            *cost = other;
        }
        self
    }

    /// Sets the maximum cost of files that are loaded: a file with more memory, passes or lanes is refused before the
    /// cost is spent. The default is 64 MiB, five passes and four lanes, or the cost of
    /// [`with_argon2id`](Self::with_argon2id) if that is more. With a key the setting has no effect.
    #[must_use]
    pub fn with_argon2id_ceiling(mut self, most: Argon2Cost) -> Self {
        if let Kind::Passphrase { ceiling, .. } = &mut self.0 {
            *ceiling = Some(most);
        }
        self
    }

    /// The seal of a new file, and the document that restores it.
    pub(super) fn of_new_file(&self) -> Result<(Seal, ProtectionDocument), RingFileError> {
        // Always from the operating system: the random source of a seeded ring would give two files the same key.
        let salt: [u8; SALT_LEN] = Random::new(&OsRandom)
            .array()
            .map_err(|error| RingFileError::caused("Salt", error))?;
        let cost = match &self.0 {
            Kind::Key(_) => None,
            Kind::Passphrase { cost, .. } => Some(*cost),
        };
        let seal = self.seal(&salt, cost)?;
        let document = ProtectionDocument {
            salt: STANDARD.encode(salt),
            argon2id: cost.map(|cost| Argon2Document {
                memory_in_kib: cost.memory_in_kib(),
                passes: cost.passes(),
                lanes: cost.lanes(),
            }),
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
        let cost = document.argon2id.map(|said| self.cost_of_file(said));
        let seal = self.seal(&salt, cost.transpose()?)?;
        let check = STANDARD.decode(&document.check).unwrap_or_default();
        if seal.has_check(&check) {
            Ok(seal)
        } else {
            let reason =
                "this is not the key or passphrase of the file, or its protection is damaged";
            Err(RingFileError::new("Check", reason))
        }
    }

    /// The cost that a file asks for. It is refused if it is below the minimum or above this reader's limit.
    fn cost_of_file(&self, said: Argon2Document) -> Result<Argon2Cost, RingFileError> {
        let most = match &self.0 {
            Kind::Passphrase { cost, ceiling, .. } => {
                ceiling.unwrap_or_else(|| Argon2Cost::CEILING.max(*cost))
            }
            // The file is refused later, because it is under a passphrase.
            Kind::Key(_) => Argon2Cost::CEILING,
        };
        Argon2Cost::new(said.memory_in_kib, said.passes, said.lanes)
            .and_then(|cost| cost.require_at_most(&most).map(|()| cost))
            .map_err(|error| RingFileError::caused(error.member(), error).within("Argon2id"))
    }

    fn seal(&self, salt: &[u8; SALT_LEN], cost: Option<Argon2Cost>) -> Result<Seal, RingFileError> {
        let mut key = Zeroizing::new([0; 32]);
        match (&self.0, cost) {
            (Kind::Key(user_key), None) => {
                let mut derived = keyed(user_key, FILE_LABEL)
                    .chain_update(salt)
                    .finalize()
                    .into_bytes();
                key.copy_from_slice(&derived);
                derived.zeroize();
            }
            (Kind::Passphrase { text, .. }, Some(cost)) => {
                let refused =
                    |error: argon2::Error| RingFileError::new("Argon2id", error.to_string());
                Argon2::new(
                    Algorithm::Argon2id,
                    Version::V0x13,
                    cost.params().map_err(refused)?,
                )
                .hash_password_into(text.as_bytes(), salt, key.as_mut_slice())
                .map_err(refused)?;
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
