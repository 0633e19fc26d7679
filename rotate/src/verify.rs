//! The check of an output: every ciphertext names the destination's key material. Nothing is decrypted, and KMS is not
//! called for a row.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use kms_reencrypt::blob::{CiphertextBlob, Resemblance};

use crate::Error;
use crate::files::{Consumed, Lines, Place};
use crate::job::{READ_AHEAD, quoting};
use crate::rows::{Format, Rows};

/// The number of misfits that are reported one by one.
const TOLD: usize = 10;

/// What every ciphertext of an output has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// A symmetric ciphertext under one of these key materials.
    Material(BTreeSet<String>),
    /// As long as the modulus of an RSA key. It names no key.
    Rsa,
    /// The DER of SM2PKE. It names no key.
    Sm2,
}

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Verified {
    pub(crate) rows: u64,
    pub(crate) misfits: u64,
    /// The first misfits, as sentences.
    pub(crate) told: Vec<String>,
}

impl Expected {
    /// `None` if the algorithm is that of symmetric keys.
    pub(crate) fn of_algorithm(algorithm: Option<&str>) -> Option<Self> {
        match algorithm {
            Some("SM2PKE") => Some(Self::Sm2),
            None | Some("SYMMETRIC_DEFAULT") => None,
            Some(_) => Some(Self::Rsa),
        }
    }

    /// What is wrong with a ciphertext.
    fn misfit(&self, blob: &[u8]) -> Option<String> {
        let inspection = CiphertextBlob::inspect(blob);
        let material = match &inspection.resemblance {
            Resemblance::SymmetricBlob {
                key_material_id, ..
            } => Some(key_material_id.to_string()),
            _ => None,
        };
        let fits = match (self, &material) {
            (Self::Material(materials), Some(material)) => materials.contains(material),
            (Self::Material(_), None) | (Self::Rsa | Self::Sm2, Some(_)) => false,
            // Random bytes may look like anything but a symmetric ciphertext.
            (Self::Rsa, None) => matches!(blob.len(), 256 | 384 | 512),
            (Self::Sm2, None) => inspection.resemblance == Resemblance::Sm2Ciphertext,
        };
        (!fits).then(|| inspection.to_string())
    }
}

/// Checks every row of a file.
pub(crate) fn verify(
    output: &Path,
    rows: &Rows,
    longest: u64,
    expected: &Expected,
) -> Result<Verified, Error> {
    let file = File::open(output).map_err(|error| format!("{}: {error}", output.display()))?;
    let reader = BufReader::with_capacity(READ_AHEAD, file);
    let mut lines = Lines::new(
        reader,
        quoting(rows),
        longest,
        Place::default(),
        Consumed::default(),
    );
    if let Format::Csv(layout) = &rows.format
        && layout.has_header()
    {
        lines.next_line()?;
    }
    let mut verified = Verified::default();
    while let Some(line) = lines.next_line()? {
        verified.rows += 1;
        let misfit = match rows.blob(&line) {
            Ok(blob) => expected.misfit(&blob),
            Err(malformed) => Some(malformed.0),
        };
        if let Some(misfit) = misfit {
            verified.misfits += 1;
            if verified.told.len() < TOLD {
                let number = lines.place().lines;
                verified.told.push(format!("line {number}: {misfit}"));
            }
        }
    }
    Ok(verified)
}
