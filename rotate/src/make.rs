//! Makes rows to try it with: ciphertexts under the old key, and some damaged ones.

use core::num::NonZero;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::thread;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use kms_reencrypt::keyring::NewKey;
use kms_reencrypt::testing::ring_file::write_ring;
use kms_reencrypt::{KeySpec, Keyring};
use serde_json::json;

use crate::Error;
use crate::backend::Backend;

/// The number of rows that a thread makes before they are written.
const SHARE: u64 = 256;

/// The rows to make.
#[derive(Clone, Debug)]
pub(crate) struct Make {
    pub(crate) rows: u64,
    /// The interval of damaged rows.
    pub(crate) damaged_every: Option<NonZero<u64>>,
    /// The key of the rows, and that of those under a foreign key.
    pub(crate) from: String,
    pub(crate) foreign: String,
    pub(crate) threads: NonZero<u16>,
}

/// How a row can be damaged.
enum Damage {
    BlobChanged,
    LineCut,
    OtherContext,
    UnderForeignKey,
}

impl Make {
    pub(crate) fn write(&self, backend: &dyn Backend, mut to: impl Write) -> Result<(), Error> {
        let batch = SHARE * u64::from(self.threads.get());
        let mut from = 0;
        while from < self.rows {
            let until = self.rows.min(from + batch);
            let shares: Result<Vec<_>, Error> = thread::scope(|scope| {
                let starts = (from..until).step_by(256);
                let shares = starts.map(|start| {
                    scope.spawn(move || {
                        let numbers = start..until.min(start + SHARE);
                        let lines = numbers.map(|number| self.line(backend, number));
                        Ok(lines.collect::<Result<Vec<_>, Error>>()?.concat())
                    })
                });
                let shares: Vec<_> = shares.collect();
                let join = |share: thread::ScopedJoinHandle<'_, _>| {
                    share
                        .join()
                        .unwrap_or_else(|_| Err("a thread has panicked".into()))
                };
                shares.into_iter().map(join).collect()
            });
            for share in shares? {
                to.write_all(&share)?;
            }
            from = until;
        }
        Ok(to.flush()?)
    }

    fn line(&self, backend: &dyn Backend, number: u64) -> Result<Vec<u8>, Error> {
        let damage = self.damage(number);
        let key = match damage {
            Some(Damage::UnderForeignKey) => &self.foreign,
            _ => &self.from,
        };
        let mut context = context(number);
        let sealed = backend.encrypt(key, secret(number).as_bytes(), &context);
        let mut blob = sealed.map_err(|trouble| trouble.refusal().to_string())?;
        match (&damage, blob.last_mut()) {
            (Some(Damage::BlobChanged), Some(last)) => *last ^= 1,
            (Some(Damage::OtherContext), _) => drop(context.remove("tenant")),
            _ => {}
        }
        let blob = BASE64_STANDARD.encode(blob);
        let row = json!({ "id": number, "blob": blob, "context": context });
        let mut line = serde_json::to_vec(&row)?;
        if let Some(Damage::LineCut) = damage {
            line.truncate(line.len() / 2);
        }
        line.push(b'\n');
        Ok(line)
    }

    /// The kinds of damage take turns.
    fn damage(&self, number: u64) -> Option<Damage> {
        let every = self.damaged_every?.get();
        let turn = (number + 1)
            .is_multiple_of(every)
            .then(|| number / every % 4)?;
        Some(match turn {
            0 => Damage::BlobChanged,
            1 => Damage::OtherContext,
            2 => Damage::UnderForeignKey,
            _ => Damage::LineCut,
        })
    }
}

/// The plaintext of a row's ciphertext: 32 bytes.
pub(crate) fn secret(number: u64) -> String {
    format!("the secret of row {number:014}")
}

/// Two pairs, one of which is unique to the row.
fn context(number: u64) -> BTreeMap<String, String> {
    let tenant = if number.is_multiple_of(2) {
        "blue"
    } else {
        "green"
    };
    [("row", number.to_string()), ("tenant", tenant.to_owned())]
        .map(|(key, value)| (key.to_owned(), value))
        .into()
}

/// A ring with keys that are **insecure**, since they are public here.
pub(crate) fn ring() -> Result<Keyring, Error> {
    let keyring = Keyring::new("111122223333", "us-east-2")?;
    for (id, material, alias) in [
        (
            "01d00000-12ab-34cd-56ef-1234567890ab",
            b"INSECURE: the old key of rotate.",
            "alias/old",
        ),
        (
            "0e300000-12ab-34cd-56ef-1234567890ab",
            b"INSECURE: the new key of rotate.",
            "alias/new",
        ),
        (
            "f0e00000-12ab-34cd-56ef-1234567890ab",
            b"INSECURE: another key of rotate.",
            "alias/foreign",
        ),
    ] {
        let key = NewKey::new(KeySpec::SymmetricDefault).key_id(id.parse()?);
        let key = keyring.create_key(key.symmetric_material(*material))?;
        keyring.create_alias(alias, key)?;
    }
    Ok(keyring)
}

/// Writes a file with that ring, unless the file exists.
pub(crate) fn make_ring_file(path: &Path) -> Result<(), Error> {
    if !path.try_exists()? {
        fs::write(path, write_ring(&ring()?)?)?;
    }
    Ok(())
}
