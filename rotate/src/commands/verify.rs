//! `kms-rotate verify`.

use std::process::ExitCode;

use super::ROWS_FAILED;
use crate::Error;
use crate::cli::VerifyOptions;
use crate::preflight::current_material;
use crate::verify::{Expected, Verified, verify};

pub(super) fn execute(options: &VerifyOptions) -> Result<ExitCode, Error> {
    let rows = options.table.rows(&options.input)?;
    let expected = expected(options)?;
    let verified = verify(
        &options.input,
        &rows,
        options.table.max_row_bytes,
        &expected,
    )?;
    tell(&verified);
    let fits = verified.misfits == 0;
    Ok(ExitCode::from(if fits { 0 } else { ROWS_FAILED }))
}

fn expected(options: &VerifyOptions) -> Result<Expected, Error> {
    let algorithm = options.keys.destination_algorithm.as_deref();
    if let Some(expected) = Expected::of_algorithm(algorithm) {
        return Ok(expected);
    }
    if !options.materials.is_empty() {
        return Ok(Expected::Material(
            options.materials.iter().cloned().collect(),
        ));
    }
    let keys = options.keys.keys()?;
    let opened = options.backend.open(&keys)?;
    match current_material(&*opened.backend, &keys.to)? {
        Some(material) => Ok(Expected::Material([material].into())),
        None => {
            let refusal = "has no key material that ciphertexts name: --destination-algorithm says how it encrypts, and \
                           --material names the key material of a symmetric key";
            Err(format!("{} {refusal}", keys.to).into())
        }
    }
}

pub(super) fn tell(verified: &Verified) {
    for misfit in &verified.told {
        eprintln!("{misfit}");
    }
    let Verified { rows, misfits, .. } = verified;
    println!(
        "verified: {} of {rows} rows are under the destination key",
        rows - misfits
    );
}
