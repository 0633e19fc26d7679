//! [`Lock`]: keeps two processes from writing the same output.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use same_file::Handle;

use super::outputs::beside;
use crate::Error;

/// A lock on the name of an output, for as long as the value lives.
///
/// The operating system releases the lock of a process that is killed; the file that such a process leaves behind locks
/// nothing.
#[derive(Debug)]
pub(crate) struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    /// Locks an output, or refuses to if another process has locked it.
    pub(crate) fn take(output: &Path) -> Result<Self, Error> {
        let path = beside(output, ".lock");
        let in_file = |error: std::io::Error| format!("{}: {error}", path.display());
        loop {
            let file = File::options()
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path)
                .map_err(in_file)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    let output = output.display();
                    return Err(format!(
                        "another process is writing {output}: wait for it, or name another --out"
                    )
                    .into());
                }
                Err(TryLockError::Error(error)) => return Err(in_file(error).into()),
            }
            // The process that held the lock may have removed the file since it was opened here. A lock on a file
            // without a name excludes no other process.
            let locked = Handle::from_file(file.try_clone()?)?;
            if Handle::from_path(&path).is_ok_and(|named| named == locked) {
                return Ok(Self { path, _file: file });
            }
        }
    }
}

impl Drop for Lock {
    /// Removes the file while it is still locked: afterwards it may be the next process's.
    fn drop(&mut self) {
        // A file that remains does no harm.
        let _ = fs::remove_file(&self.path);
    }
}
