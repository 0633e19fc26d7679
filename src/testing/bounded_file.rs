//! Reads a file that may be no longer than its reader allows.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use zeroize::Zeroizing;

/// The bytes of a file. A file longer than `max` is an error: it is not read at all if its length is known beforehand, and
/// otherwise not to its end.
pub(super) fn read(path: &Path, max: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    let file = File::open(path)?;
    let len = file.metadata()?.len();
    if len > max {
        return Err(too_long(max));
    }
    // Allocated in its full size, since a vector that grows leaves copies behind; one byte more shows a file that is too
    // long.
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
