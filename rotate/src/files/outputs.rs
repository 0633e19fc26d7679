//! The two files that a job writes, under temporary names until they are complete.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::lines::for_each_chunk;
use crate::Error;

/// The lengths of the two files in bytes.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct Lengths {
    moved: u64,
    failed: u64,
}

/// The names of the two files.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    pub(crate) moved: PathBuf,
    pub(crate) failed: PathBuf,
}

/// The files of a running job. They are not buffered: every append is written to the system.
#[derive(Debug)]
pub(crate) struct Outputs {
    names: Names,
    moved: File,
    failed: File,
    lengths: Lengths,
}

impl Outputs {
    /// Opens the files, and truncates them to these lengths.
    pub(crate) fn open(names: &Names, lengths: Lengths) -> Result<Self, Error> {
        let [(moved, _), (failed, _)] = names.all();
        let outputs = Self {
            names: names.clone(),
            moved: open_at(&moved, lengths.moved)?,
            failed: open_at(&failed, lengths.failed)?,
            lengths,
        };
        sync_directory(&names.moved)?;
        sync_directory(&names.failed)?;
        Ok(outputs)
    }

    pub(crate) const fn lengths(&self) -> Lengths {
        self.lengths
    }

    pub(crate) fn append(&mut self, moved: &[u8], failed: &[u8]) -> Result<(), Error> {
        let mut write = || -> io::Result<()> {
            self.moved.write_all(moved)?;
            self.failed.write_all(failed)
        };
        write().map_err(|error| cannot_write(&self.names.moved, &error))?;
        self.lengths.moved += u64::try_from(moved.len())?;
        self.lengths.failed += u64::try_from(failed.len())?;
        Ok(())
    }

    /// Returns when all appended data survive a loss of power.
    pub(crate) fn sync(&self) -> Result<(), Error> {
        let sync = || -> io::Result<()> {
            self.moved.sync_data()?;
            self.failed.sync_data()
        };
        sync().map_err(|error| cannot_write(&self.names.moved, &error))
    }
}

/// What to do about a file that cannot be written. What the journal has is valid, whatever was written after it.
pub(super) fn cannot_write(path: &Path, error: &io::Error) -> Error {
    let path = path.display();
    let what = match error.kind() {
        ErrorKind::FileTooLarge | ErrorKind::QuotaExceeded | ErrorKind::StorageFull => {
            "make room there"
        }
        _ => "repair that",
    };
    format!(
        "{path} cannot be written: {error}. Nothing is lost: {what} and run the same command again, \
         and it goes on from its last checkpoint"
    )
    .into()
}

impl Names {
    /// The files of an output. The failures of JSON lines are JSON lines, and those of CSV are CSV.
    pub(crate) fn new(output: &Path, failed: Option<&Path>, extension: &str) -> Self {
        let beside = || beside(output, &format!(".failed.{extension}"));
        Self {
            moved: output.to_owned(),
            failed: failed.map_or_else(beside, Path::to_owned),
        }
    }

    /// The temporary and the final name of the moved rows, and those of the failed rows.
    fn all(&self) -> [(PathBuf, PathBuf); 2] {
        [&self.moved, &self.failed].map(|name| (beside(name, ".part"), name.clone()))
    }

    /// The file of the moved rows as long as it is not complete, or the complete one.
    pub(crate) fn moved_so_far(&self) -> PathBuf {
        let [(part, name), _] = self.all();
        if part.exists() { part } else { name }
    }

    /// Gives both files their final names, if they have the lengths and as many lines as the journal says. It may have
    /// been interrupted before, so a file that has its final name keeps it.
    pub(crate) fn publish(&self, lengths: Lengths, lines: Option<[u64; 2]>) -> Result<(), Error> {
        let lengths = [lengths.moved, lengths.failed];
        for (at, (names, len)) in self.all().iter().zip(lengths).enumerate() {
            let lines = lines.as_ref().and_then(|lines| lines.get(at)).copied();
            check(names, len, lines)?;
        }
        for (part, name) in self.all() {
            match fs::rename(part, &name) {
                Err(error) if error.kind() == ErrorKind::NotFound && name.exists() => {}
                renamed => renamed?,
            }
        }
        sync_directory(&self.moved)?;
        sync_directory(&self.failed)
    }
}

/// Refuses a file, under either name, that is not as the job has written it, since another program may have changed it.
fn check((part, name): &(PathBuf, PathBuf), len: u64, lines: Option<u64>) -> Result<(), Error> {
    let (path, file) = match File::open(part) {
        Err(error) if error.kind() == ErrorKind::NotFound => (name, File::open(name)),
        opened => (part, opened),
    };
    let path = path.display();
    let file = file.map_err(|error| format!("{path}: {error}"))?;
    let (mut actual_len, mut actual_lines) = (0, 0);
    for_each_chunk(file, |chunk| {
        actual_len += chunk.len();
        actual_lines += chunk.iter().filter(|byte| **byte == b'\n').count();
    })?;
    let (actual_len, actual_lines) = (u64::try_from(actual_len)?, u64::try_from(actual_lines)?);
    let lines = lines.unwrap_or(actual_lines);
    if (actual_len, actual_lines) == (len, lines) {
        return Ok(());
    }
    let refusal = format!(
        "{path} has {actual_lines} lines in {actual_len} bytes, but {lines} in {len} were written: another program \
         has changed it. Nothing was published; remove the files of the job and begin anew"
    );
    Err(refusal.into())
}

/// Refuses to start if a file is there that [`Names::publish`] would replace.
pub(crate) fn refuse_to_replace(names: &Names) -> Result<(), Error> {
    for name in [&names.moved, &names.failed] {
        if name.try_exists()? {
            let refusal = "exists, and would not be replaced: name another file, or move it away";
            return Err(format!("{} {refusal}", name.display()).into());
        }
    }
    Ok(())
}

/// A file next to another one.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// Syncs a directory, so that a renaming in it survives a loss of power.
fn sync_directory(of: &Path) -> Result<(), Error> {
    // Other systems cannot open a directory as a file.
    if cfg!(unix) {
        let parent = of.parent().filter(|path| !path.as_os_str().is_empty());
        File::open(parent.unwrap_or_else(|| Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

fn open_at(path: &Path, len: u64) -> Result<File, Error> {
    let mut options = OpenOptions::new();
    options.write(true).create(len == 0);
    let mut file = options
        .open(path)
        .map_err(|error| format!("{}: {error}", path.display()))?;
    if file.metadata()?.len() < len {
        let refusal =
            "is shorter than its journal says: remove the files of the job and begin anew";
        return Err(format!("{} {refusal}", path.display()).into());
    }
    file.set_len(len)?;
    file.seek(SeekFrom::Start(len))?;
    Ok(file)
}
