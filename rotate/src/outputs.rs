//! The two files that a job writes, under temporary names until they are complete.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::lines::for_each_chunk;

/// The lengths of the two files in bytes.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct Lengths {
    moved: u64,
    failed: u64,
}

/// The files of a running job. They are not buffered: every append is written to the system.
#[derive(Debug)]
pub(crate) struct Outputs {
    moved: File,
    failed: File,
    lengths: Lengths,
}

impl Outputs {
    /// Opens the files, and truncates them to these lengths.
    pub(crate) fn open(output: &Path, lengths: Lengths) -> Result<Self, Error> {
        let [(moved, _), (failed, _)] = names(output);
        let outputs = Self {
            moved: open_at(&moved, lengths.moved)?,
            failed: open_at(&failed, lengths.failed)?,
            lengths,
        };
        sync_directory(output)?;
        Ok(outputs)
    }

    pub(crate) const fn lengths(&self) -> Lengths {
        self.lengths
    }

    pub(crate) fn append(&mut self, moved: &[u8], failed: &[u8]) -> Result<(), Error> {
        self.moved.write_all(moved)?;
        self.failed.write_all(failed)?;
        self.lengths.moved += u64::try_from(moved.len())?;
        self.lengths.failed += u64::try_from(failed.len())?;
        Ok(())
    }

    /// Returns when all appended data survive a loss of power.
    pub(crate) fn sync(&self) -> Result<(), Error> {
        self.moved.sync_data()?;
        self.failed.sync_data()?;
        Ok(())
    }
}

/// Gives both files their final names, if they have the lengths and as many rows as the journal says. It may have been
/// interrupted before, so a file that has its final name keeps it.
pub(crate) fn publish(output: &Path, lengths: Lengths, rows: [u64; 2]) -> Result<(), Error> {
    let lengths = [lengths.moved, lengths.failed];
    for ((names, len), rows) in names(output).iter().zip(lengths).zip(rows) {
        check(names, len, rows)?;
    }
    for (part, name) in names(output) {
        match fs::rename(part, &name) {
            Err(error) if error.kind() == ErrorKind::NotFound && name.exists() => {}
            renamed => renamed?,
        }
    }
    sync_directory(output)
}

/// Refuses a file, under either name, that is not as the job has written it, since another program may have changed it.
fn check((part, name): &(PathBuf, PathBuf), len: u64, rows: u64) -> Result<(), Error> {
    let (path, file) = match File::open(part) {
        Err(error) if error.kind() == ErrorKind::NotFound => (name, File::open(name)),
        opened => (part, opened),
    };
    let path = path.display();
    let file = file.map_err(|error| format!("{path}: {error}"))?;
    let (mut actual_len, mut actual_rows) = (0, 0);
    for_each_chunk(file, |chunk| {
        actual_len += chunk.len();
        actual_rows += chunk.iter().filter(|byte| **byte == b'\n').count();
    })?;
    if (u64::try_from(actual_len)?, u64::try_from(actual_rows)?) == (len, rows) {
        return Ok(());
    }
    let refusal = format!(
        "{path} has {actual_rows} rows in {actual_len} bytes, but {rows} in {len} were written: another program has \
         changed it. Nothing was published; remove the files of the job and begin anew"
    );
    Err(refusal.into())
}

/// Refuses to start if [`publish`] would replace a file.
pub(crate) fn refuse_to_replace(output: &Path) -> Result<(), Error> {
    for (_, name) in names(output) {
        if name.try_exists()? {
            let refusal = "exists, and is not replaced: name another --out, or move it away";
            return Err(format!("{} {refusal}", name.display()).into());
        }
    }
    Ok(())
}

/// A file next to the output.
pub(crate) fn beside(output: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(output);
    name.push(suffix);
    name.into()
}

/// Syncs a directory, so that a renaming in it survives a loss of power.
pub(crate) fn sync_directory(of: &Path) -> Result<(), Error> {
    // Other systems cannot open a directory as a file.
    if cfg!(unix) {
        let parent = of.parent().filter(|path| !path.as_os_str().is_empty());
        File::open(parent.unwrap_or_else(|| Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

/// The temporary and the final name of the moved rows, and those of the failed rows.
fn names(output: &Path) -> [(PathBuf, PathBuf); 2] {
    ["", ".failed.jsonl"].map(|suffix| {
        let name = beside(output, suffix);
        (beside(&name, ".part"), name)
    })
}

fn open_at(path: &Path, len: u64) -> Result<File, Error> {
    let mut options = OpenOptions::new();
    options.write(true).create(len == 0);
    let mut file = options
        .open(path)
        .map_err(|error| format!("{}: {error}", path.display()))?;
    if file.metadata()?.len() < len {
        let refusal = "has lost its end: remove the files of the job and begin anew";
        return Err(format!("{} {refusal}", path.display()).into());
    }
    file.set_len(len)?;
    file.seek(SeekFrom::Start(len))?;
    Ok(file)
}
