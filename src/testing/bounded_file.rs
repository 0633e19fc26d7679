//! Reads a file that may be no longer than its reader allows.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use zeroize::Zeroizing;

/// The bytes of a file. A longer one than `max` is an error: it is not read if it says its length, and not to its end if it
/// does not.
pub(super) fn read(path: &Path, max: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    let file = File::open(path)?;
    let len = file.metadata()?.len();
    if len > max {
        return Err(too_long(max));
    }
    // In its full size, and one byte to see its end: a vector that grows leaves copies behind.
    let room = usize::try_from(len.saturating_add(1)).map_err(|_| too_long(max))?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    let read = file.take(max.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(read).is_ok_and(|read| read <= max) {
        Ok(bytes)
    } else {
        Err(too_long(max))
    }
}

fn too_long(max: u64) -> io::Error {
    io::Error::new(
        ErrorKind::FileTooLarge,
        format!("the file has more than {max} bytes"),
    )
}
