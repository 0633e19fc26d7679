//! Atomic replacement of files.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::random::{OsRandom, Random};

/// Replaces a file with one that has these bytes. If it is interrupted at any point, either the old or the new file is
/// there in full. Only the owner may read the file.
pub(super) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut new = Temporary::beside(path)?;
    new.file.write_all(bytes)?;
    new.replace(path)
}

/// A temporary file, which is removed when it is dropped unless it has replaced another file.
struct Temporary {
    path: PathBuf,
    file: File,
}

impl Temporary {
    /// A new file in the same directory, since renaming is atomic only within a file system.
    fn beside(path: &Path) -> io::Result<Self> {
        let Some(name) = path.file_name() else {
            let error = "a path has to end with the name of a file";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, error));
        };
        let random = Random::new(&OsRandom).array();
        let random = u64::from_be_bytes(random.map_err(io::Error::other)?);
        let mut temporary = OsString::from(".");
        temporary.push(name);
        temporary.push(format!(".{random:016x}.tmp"));
        let path = path.with_file_name(temporary);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path)?;
        Ok(Self { path, file })
    }

    /// Replaces another file.
    fn replace(self, path: &Path) -> io::Result<()> {
        // Otherwise the new name could reach the disk before the bytes.
        self.file.sync_all()?;
        fs::rename(&self.path, path)?;
        sync_directory(path)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // After the renaming no file has this name, and no other failure can be reported from here.
        let _ = fs::remove_file(&self.path);
    }
}

/// Syncs the new name to the disk.
#[cfg(unix)]
fn sync_directory(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|parent| *parent != Path::new(""));
    File::open(directory.unwrap_or_else(|| Path::new(".")))?.sync_all()
}

/// On other systems a directory cannot be opened as a file and synced.
#[cfg(not(unix))]
fn sync_directory(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write as _;
    use std::path::PathBuf;

    use super::{Temporary, write};

    /// An empty directory for one test.
    fn directory(name: &str) -> PathBuf {
        let path =
            std::env::temp_dir().join(format!("kms-reencrypt-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path).unwrap();
        path
    }

    fn names(directory: &PathBuf) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn a_file_is_replaced_and_only_its_owner_may_read_it() {
        let directory = directory("replaced");
        let path = directory.join("ring.json");
        fs::write(&path, "old").unwrap();
        write(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(names(&directory), ["ring.json"]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(
                fs::metadata(&path).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
        fs::remove_dir_all(&directory).unwrap();
    }

    #[test]
    fn a_failure_before_the_renaming_leaves_the_old_file_and_no_other() {
        let directory = directory("failed");
        let path = directory.join("ring.json");
        fs::write(&path, "old").unwrap();
        let mut new = Temporary::beside(&path).unwrap();
        new.file.write_all(b"half of the ne").unwrap();
        assert_eq!(names(&directory).len(), 2);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        drop(new);
        assert_eq!(names(&directory), ["ring.json"]);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        fs::remove_dir_all(&directory).unwrap();
    }

    #[test]
    fn what_cannot_be_replaced_stays() {
        let directory = directory("stays");
        let path = directory.join("a-directory");
        fs::create_dir(&path).unwrap();
        assert!(write(&path, b"new").is_err());
        assert_eq!(names(&directory), ["a-directory"]);
        assert!(write(&directory.join("missing").join("ring.json"), b"new").is_err());
        assert!(write(&directory.join(".."), b"new").is_err());
        fs::remove_dir_all(&directory).unwrap();
    }
}
