//! The lines of a file, in batches of bounded size.

use std::io::{BufRead, Read};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

use crate::Error;

/// The maximum length of a line in bytes. Rows are much shorter, since a blob has at most 6144 bytes.
const LINE_BYTES: u64 = 1024 * 1024;

/// The maximum length of a batch in bytes, which bounds the memory for long lines.
const BATCH_BYTES: u64 = 16 * LINE_BYTES;

/// Some complete lines, and the place after them.
#[derive(Debug)]
pub(crate) struct Batch {
    /// The number of each line, and its bytes without the line feed.
    pub(crate) lines: Vec<(u64, Vec<u8>)>,
    pub(crate) end: Place,
    /// The hash of everything before the end.
    pub(crate) consumed: Consumed,
}

/// A place between two lines of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) offset: u64,
    /// The number of lines before it.
    pub(crate) lines: u64,
}

/// A running hash of the part of a file that was read. Files with the same hash begin with the same lines.
#[derive(Clone, Debug, Default)]
pub(crate) struct Consumed(Sha256);

impl Consumed {
    /// Hashes the first `len` bytes of a reader, or all if it has fewer.
    pub(crate) fn read(reader: impl Read, len: u64) -> Result<Self, Error> {
        let mut consumed = Self::default();
        for_each_chunk(reader.take(len), |chunk| consumed.0.update(chunk))?;
        Ok(consumed)
    }

    /// The SHA-256 in base64.
    pub(crate) fn digest(&self) -> String {
        BASE64_STANDARD.encode(self.0.clone().finalize())
    }
}

/// A file that is read in batches.
#[derive(Debug)]
pub(crate) struct Lines<R> {
    reader: R,
    place: Place,
    consumed: Consumed,
}

impl<R: BufRead> Lines<R> {
    /// The lines of `reader`, which is at `place` of its file, after the part that is `consumed`.
    pub(crate) const fn new(reader: R, place: Place, consumed: Consumed) -> Self {
        Self {
            reader,
            place,
            consumed,
        }
    }

    /// The next lines, at most `most`. The batch is empty at the end of the file.
    pub(crate) fn next_batch(&mut self, most: usize) -> Result<Batch, Error> {
        let start = self.place.offset;
        let mut lines = Vec::new();
        while lines.len() < most && self.place.offset - start < BATCH_BYTES {
            match self.next_line()? {
                Some(line) => lines.push((self.place.lines, line)),
                None => break,
            }
        }
        Ok(Batch {
            lines,
            end: self.place,
            consumed: self.consumed.clone(),
        })
    }

    fn next_line(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let mut line = Vec::new();
        let mut limited = self.reader.by_ref().take(LINE_BYTES);
        let read = u64::try_from(limited.read_until(b'\n', &mut line)?)?;
        if read == 0 {
            return Ok(None);
        }
        self.consumed.0.update(&line);
        self.place.offset += read;
        self.place.lines += 1;
        match line.pop_if(|last| *last == b'\n') {
            None if read == LINE_BYTES => {
                let number = self.place.lines;
                Err(format!("line {number} is longer than {LINE_BYTES} bytes").into())
            }
            _ => Ok(Some(line)),
        }
    }
}

/// Reads to the end, in bounded memory.
pub(crate) fn for_each_chunk(mut reader: impl Read, mut f: impl FnMut(&[u8])) -> Result<(), Error> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = reader.read(&mut buffer)?;
        match buffer.get(..read) {
            None | Some([]) => return Ok(()),
            Some(chunk) => f(chunk),
        }
    }
}
