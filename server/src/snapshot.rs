//! [`Snapshots`]: keeps the ring in a file.

use core::time::Duration;
use std::env;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kms_reencrypt::Keyring;
use kms_reencrypt::testing::ring_file::{Protection, load_snapshot_into, save_snapshot};
use tracing::{error, info};
use zeroize::Zeroizing;

use crate::Error;
use crate::keys::Keys;
use crate::options::SnapshotOptions;

/// The environment variable that may hold the passphrase. There is no option for it: everybody on a machine may read the
/// command lines of all processes.
const PASSPHRASE: &str = "KMS_REENCRYPT_SNAPSHOT_PASSPHRASE";

const KEY_LEN: usize = 32;

/// How many bytes the file of a key or passphrase may have.
const SECRET_FILE_MAX: usize = 4096;

/// The file that the ring is kept in, and whether the ring may differ from it.
#[derive(Debug)]
pub(crate) struct Snapshots {
    file: PathBuf,
    protection: Protection,
    interval: Duration,
    /// Whether the ring may differ from the file.
    changed: AtomicBool,
    /// Held while the ring is saved, so that an older ring never replaces a newer one.
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl Snapshots {
    /// What the options ask for; `None` if the ring is not to be kept.
    pub(crate) fn of(options: &SnapshotOptions) -> Result<Option<Self>, Error> {
        let Some(file) = &options.snapshot else {
            return Ok(None);
        };
        Ok(Some(Self {
            file: file.clone(),
            protection: protection(options)?,
            interval: options.snapshot_interval,
            changed: AtomicBool::new(true),
            turn: Arc::default(),
        }))
    }

    /// Loads the file into a ring without keys. `false` if there is no such file yet.
    pub(crate) fn load_into(&self, keyring: &Keyring) -> Result<bool, Error> {
        let file = &self.file;
        match file.try_exists() {
            Ok(true) => {}
            Ok(false) => return Ok(false),
            Err(error) => return Err(format!("--snapshot {}: {error}", file.display()).into()),
        }
        load_snapshot_into(keyring, file, &self.protection).map_err(|error| {
            format!("--snapshot {error}. The server does not start without its keys, and leaves the file as it is")
        })?;
        Ok(true)
    }

    /// Saves a ring, to find out before the first request whether it can be saved.
    pub(crate) fn try_out(&self, keyring: &Keyring) -> Result<(), Error> {
        self.changed.store(false, Ordering::Release);
        save_snapshot(keyring, &self.file, &self.protection).map_err(|error| {
            format!(
                "--snapshot {error}. The server replaces the file by a new one, so it needs to write to the folder \
                 (in a container: mount the folder, not the file)"
            )
            .into()
        })
    }

    /// Notes that a request has changed the ring, or may have.
    pub(crate) fn note_change(&self) {
        self.changed.store(true, Ordering::Release);
    }

    /// Saves at intervals for as long as it is polled, if there is anything new. A failure is logged, and the next save
    /// tries again.
    pub(crate) async fn save_at_intervals(self: Arc<Self>, keys: Arc<Keys>) {
        loop {
            tokio::time::sleep(self.interval).await;
            // A failure has been logged.
            let _ = Arc::clone(&self).save(Arc::clone(&keys)).await;
        }
    }

    /// Saves the ring, unless nothing has changed since the last save. A failure is logged.
    pub(crate) async fn save(self: Arc<Self>, keys: Arc<Keys>) -> Result<(), Error> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        // Encoding a large ring takes long, and so does deriving a key from a passphrase. The thread keeps the turn, since
        // it goes on even if nobody waits for it any more.
        let saved = tokio::task::spawn_blocking(move || {
            let saved = self.save_now(&keys);
            drop(turn);
            saved
        });
        saved.await?
    }

    fn save_now(&self, keys: &Keys) -> Result<(), Error> {
        // Cleared first: a change that comes while the ring is being saved may not be in the file.
        if !self.changed.swap(false, Ordering::AcqRel) {
            return Ok(());
        }
        let file = self.file.display().to_string();
        match save_snapshot(&keys.ring().keyring, &self.file, &self.protection) {
            Ok(()) => {
                info!(file, "saved the keys");
                Ok(())
            }
            Err(failure) => {
                self.note_change();
                error!("cannot save the keys: --snapshot {failure}");
                Err(failure.into())
            }
        }
    }
}

/// The key or passphrase that the options or the environment name.
fn protection(options: &SnapshotOptions) -> Result<Protection, Error> {
    let variable = env::var(PASSPHRASE).map(Zeroizing::new);
    if let Err(env::VarError::NotUnicode(_)) = variable {
        return Err(format!("{PASSPHRASE} is not UTF-8").into());
    }
    let given = (
        &options.snapshot_key_file,
        &options.snapshot_passphrase_file,
        variable,
    );
    match given {
        (Some(file), None, Err(_)) => {
            let secret = secret_file("--snapshot-key-file", file)?;
            key(&secret).ok_or_else(|| {
                let name = file.display();
                let made = "head -c 32 /dev/urandom > FILE makes one";
                format!("--snapshot-key-file {name}: it has 32 random bytes, as they are or in base64. {made}").into()
            })
        }
        (None, Some(file), Err(_)) => {
            let secret = secret_file("--snapshot-passphrase-file", file)?;
            let name = file.display();
            let text = str::from_utf8(&secret)
                .map_err(|error| format!("--snapshot-passphrase-file {name}: {error}"))?;
            let first = text.lines().next().unwrap_or_default();
            Protection::passphrase(first).map_err(|error| {
                format!("--snapshot-passphrase-file {name}: its first line: {error}").into()
            })
        }
        (None, None, Ok(text)) => {
            Protection::passphrase(&text).map_err(|error| format!("{PASSPHRASE}: {error}").into())
        }
        (None, None, Err(_)) => Err(format!(
            "--snapshot needs a key or a passphrase: --snapshot-key-file FILE, --snapshot-passphrase-file FILE, or \
             the environment variable {PASSPHRASE}"
        )
        .into()),
        _ => Err(format!(
            "--snapshot takes one of --snapshot-key-file, --snapshot-passphrase-file and {PASSPHRASE}, and more than \
             one is given"
        )
        .into()),
    }
}

/// The content of a file with a secret. It is wiped when it is dropped.
fn secret_file(option: &str, path: &Path) -> Result<Zeroizing<Vec<u8>>, Error> {
    let failed = |error: std::io::Error| format!("{option} {}: {error}", path.display());
    // Allocated in its full size, since a vector that grows leaves copies behind; one byte more shows a file that is too
    // long.
    let mut bytes = Zeroizing::new(Vec::with_capacity(SECRET_FILE_MAX + 1));
    let file = File::open(path).map_err(failed)?;
    let most = u64::try_from(SECRET_FILE_MAX + 1)?;
    file.take(most).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() > SECRET_FILE_MAX {
        let name = path.display();
        return Err(format!("{option} {name}: it has more than {SECRET_FILE_MAX} bytes").into());
    }
    Ok(bytes)
}

/// A key, as its bytes, or in base64 with or without a line break at the end.
fn key(bytes: &[u8]) -> Option<Protection> {
    if let Ok(key) = <[u8; KEY_LEN]>::try_from(bytes) {
        return Some(Protection::key(key));
    }
    // A little larger than needed, so that the decoder does not let it grow.
    let mut decoded = Zeroizing::new(Vec::with_capacity(bytes.len()));
    STANDARD.decode_vec(bytes.trim_ascii(), &mut decoded).ok()?;
    let key = decoded.as_slice().try_into().ok()?;
    Some(Protection::key(key))
}

#[cfg(test)]
mod tests {
    use super::key;

    #[test]
    fn a_key_is_read_as_bytes_and_in_base64() {
        for bytes in [
            &[b'\n'; 32][..],
            b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\r\n",
        ] {
            assert!(key(bytes).is_some(), "{bytes:?}");
        }
        for bytes in [
            &b""[..],
            &[0; 31],
            &[0; 33],
            b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==",
            b"not base64 at all, not base64 at all, not ba",
        ] {
            assert!(key(bytes).is_none(), "{bytes:?}");
        }
    }
}
