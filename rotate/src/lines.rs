//! The lines of a file, a batch of bounded size at a time.

use std::io::{BufRead, Read as _};

use crate::Error;

/// No row is near it: a blob has at most 6144 bytes.
const LINE_BYTES: u64 = 1024 * 1024;

/// Of a batch whose lines are long, so that memory stays bounded with them too.
const BATCH_BYTES: u64 = 16 * LINE_BYTES;

/// Some whole lines, and where the file goes on behind them.
#[derive(Debug)]
pub(crate) struct Batch {
    /// Number, and bytes without the line feed.
    pub(crate) lines: Vec<(u64, Vec<u8>)>,
    pub(crate) end: Place,
}

/// Between two lines of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) offset: u64,
    /// How many lines are before it.
    pub(crate) lines: u64,
}

/// A file that is read in batches.
#[derive(Debug)]
pub(crate) struct Lines<R> {
    reader: R,
    place: Place,
}

impl<R: BufRead> Lines<R> {
    /// The lines that `reader` has next, which is at `place` of its file.
    pub(crate) const fn new(reader: R, place: Place) -> Self {
        Self { reader, place }
    }

    /// The next lines, at most so many. None if the file is at its end.
    pub(crate) fn next_batch(&mut self, most: usize) -> Result<Batch, Error> {
        let start = self.place.offset;
        let mut lines = Vec::new();
        while lines.len() < most && self.place.offset - start < BATCH_BYTES {
            match self.next_line()? {
                Some(line) => lines.push((self.place.lines, line)),
                None => break,
            }
        }
        let end = self.place;
        Ok(Batch { lines, end })
    }

    fn next_line(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let mut line = Vec::new();
        let mut limited = self.reader.by_ref().take(LINE_BYTES);
        let read = u64::try_from(limited.read_until(b'\n', &mut line)?)?;
        if read == 0 {
            return Ok(None);
        }
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
