//! Makes test data for the job: blobs under the old key, and some damaged ones.

use core::num::NonZero;
use std::collections::BTreeMap;
use std::io::Write;

use kms_reencrypt::{EncryptRequest, KeyArn, Keyring, Kms};
use rayon::prelude::*;
use serde_json::value::to_raw_value;

use crate::Error;
use crate::ring::Ring;
use crate::row::{self, Row};

/// The number of rows that are made before they are written.
const BATCH: u64 = 4096;

/// The data to make.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Make {
    pub(crate) rows: u64,
    /// The interval of damaged rows.
    pub(crate) damaged_every: Option<NonZero<u64>>,
}

/// How a row can be damaged.
enum Damage {
    BlobChanged,
    LineCut,
    OtherContext,
    UnderForeignKey,
}

impl Make {
    pub(crate) fn write(&self, ring: &Ring, mut to: impl Write) -> Result<(), Error> {
        let kms = Kms::new(ring.keyring.clone());
        let mut from = 0;
        while from < self.rows {
            let until = self.rows.min(from + BATCH);
            let lines: Result<Vec<_>, Error> = (from..until)
                .into_par_iter()
                .map(|number| self.line(ring, &kms, number))
                .collect();
            for line in lines? {
                to.write_all(&line)?;
            }
            from = until;
        }
        Ok(to.flush()?)
    }

    fn line(&self, ring: &Ring, kms: &Kms<Keyring>, number: u64) -> Result<Vec<u8>, Error> {
        let damage = self.damage(number);
        let key = match damage {
            Some(Damage::UnderForeignKey) => ring.foreign,
            _ => ring.old,
        };
        let mut context = context(number);
        let mut blob = encrypt(kms, key, number, &context)?;
        match (&damage, blob.last_mut()) {
            (Some(Damage::BlobChanged), Some(last)) => *last ^= 1,
            (Some(Damage::OtherContext), _) => drop(context.remove("tenant")),
            _ => {}
        }
        let id = to_raw_value(&number)?;
        let row = Row {
            id: &id,
            blob,
            context,
        };
        let mut line = Vec::new();
        row::append(&row, &mut line)?;
        if let Some(Damage::LineCut) = damage {
            line.truncate(line.len() / 2);
            line.push(b'\n');
        }
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

/// The plaintext of a row's blob: 32 bytes.
pub(crate) fn secret(number: u64) -> String {
    format!("the secret of row {number:014}")
}

fn encrypt(
    kms: &Kms<Keyring>,
    key: KeyArn,
    number: u64,
    context: &BTreeMap<String, String>,
) -> Result<Vec<u8>, Error> {
    let mut request = EncryptRequest::builder()
        .key_id(key)
        .plaintext(secret(number).as_bytes());
    for (name, value) in context {
        request = request.encryption_context(name, value);
    }
    Ok(kms.encrypt(&request.build()?)?.into_ciphertext_blob())
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
