//! The lines of a file, in shares of bounded size, with a running hash of what was read.

use std::io::{BufRead, Read};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

use crate::Error;

/// A batch of at least this many bytes takes no further line, which bounds the memory for long lines.
const BATCH_BYTES: u64 = 256 * 1024;

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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) offset: u64,
    /// The number of lines before it.
    pub(crate) lines: u64,
    /// Whether the line before it has no line feed, as the last one of a file may have.
    pub(crate) cut: bool,
}

/// Whether a line feed in quotes belongs to the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quoting {
    None,
    /// As in CSV: a record ends at the first line feed that has an even number of quotes before it.
    Csv,
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
    quoting: Quoting,
    /// The maximum length of a line in bytes.
    longest: u64,
    place: Place,
    consumed: Consumed,
    /// Why the line after the last batch cannot be read.
    error: Option<Error>,
}

impl<R: BufRead> Lines<R> {
    /// The lines of `reader`, which is at `place` of its file, after the part that is `consumed`.
    pub(crate) const fn new(
        reader: R,
        quoting: Quoting,
        longest: u64,
        place: Place,
        consumed: Consumed,
    ) -> Self {
        Self {
            reader,
            quoting,
            longest,
            place,
            consumed,
            error: None,
        }
    }

    /// The next lines, at most `most`. The batch is empty at the end of the file.
    ///
    /// A line that cannot be read is an error of its own: the lines before it come first.
    pub(crate) fn next_batch(&mut self, most: usize) -> Result<Batch, Error> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        let start = self.place.offset;
        let mut lines = Vec::new();
        while lines.len() < most && self.place.offset - start < BATCH_BYTES {
            match self.next_line() {
                Ok(Some(line)) => lines.push((self.place.lines, line)),
                Ok(None) => break,
                Err(error) if lines.is_empty() => return Err(error),
                Err(error) => {
                    self.error = Some(error);
                    break;
                }
            }
        }
        Ok(Batch {
            lines,
            end: self.place,
            consumed: self.consumed.clone(),
        })
    }

    /// The next line. After an error the place is that before the line.
    pub(crate) fn next_line(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let mut line = Vec::new();
        let mut quotes = 0;
        loop {
            // One byte more than the longest line, so that one that is too long is seen.
            let left = (self.longest + 1).saturating_sub(u64::try_from(line.len())?);
            let from = line.len();
            self.reader
                .by_ref()
                .take(left)
                .read_until(b'\n', &mut line)?;
            if u64::try_from(line.len())? > self.longest {
                let (number, longest) = (self.place.lines + 1, self.longest);
                let remedy =
                    "repair or remove it, or raise --max-row-bytes, and run the same command again";
                return Err(
                    format!("line {number} is longer than {longest} bytes: {remedy}").into(),
                );
            }
            let part = line.get(from..).unwrap_or_default();
            quotes += part.iter().filter(|byte| **byte == b'"').count();
            let in_quotes = self.quoting == Quoting::Csv && !quotes.is_multiple_of(2);
            if !in_quotes || part.last() != Some(&b'\n') {
                break;
            }
        }
        if line.is_empty() {
            return Ok(None);
        }
        self.consumed.0.update(&line);
        self.place.offset += u64::try_from(line.len())?;
        self.place.lines += 1;
        self.place.cut = line.pop_if(|last| *last == b'\n').is_none();
        Ok(Some(line))
    }

    pub(crate) const fn place(&self) -> Place {
        self.place
    }

    pub(crate) const fn consumed(&self) -> &Consumed {
        &self.consumed
    }
}

/// Reads to the end, in bounded memory.
pub(super) fn for_each_chunk(mut reader: impl Read, mut f: impl FnMut(&[u8])) -> Result<(), Error> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = reader.read(&mut buffer)?;
        match buffer.get(..read) {
            None | Some([]) => return Ok(()),
            Some(chunk) => f(chunk),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Consumed, Lines, Place, Quoting};

    fn lines(input: &[u8], quoting: Quoting) -> Lines<&[u8]> {
        Lines::new(input, quoting, 1024, Place::default(), Consumed::default())
    }

    #[test]
    fn a_batch_of_long_lines_has_fewer_of_them() {
        let input = [[b'x'; 1023].as_slice(), b"\n"].concat().repeat(300);
        let mut lines = lines(&input, Quoting::None);
        let mut batches = core::iter::from_fn(|| {
            let batch = lines.next_batch(usize::MAX).unwrap();
            (!batch.lines.is_empty()).then_some((batch.lines.len(), batch.end.offset))
        });
        assert_eq!(batches.next(), Some((256, 256 * 1024)));
        assert_eq!(batches.next(), Some((44, 300 * 1024)));
        assert_eq!(batches.next(), None);
    }

    #[test]
    fn a_line_feed_in_quotes_belongs_to_a_record_of_csv() {
        let input = b"a,\"b\nc\"\"\n\",d\ne";
        let read = |quoting| {
            let mut lines = lines(input, quoting);
            let batch = lines.next_batch(9).unwrap();
            assert_eq!(batch.end.offset, 14);
            assert!(batch.end.cut);
            batch.lines.into_iter().map(|(_, line)| line).collect()
        };
        let records: Vec<_> = read(Quoting::Csv);
        assert_eq!(records, [&b"a,\"b\nc\"\"\n\",d"[..], b"e"]);
        let lines: Vec<_> = read(Quoting::None);
        assert_eq!(lines, [&b"a,\"b"[..], b"c\"\"", b"\",d", b"e"]);
    }

    #[test]
    fn a_line_may_be_as_long_as_the_limit_but_no_longer() {
        for (len, fits) in [(1023, true), (1024, false), (5000, false)] {
            let input = [vec![b'x'; len], b"\nrest".to_vec()].concat();
            let line = lines(&input, Quoting::None).next_line();
            assert_eq!(line.is_ok(), fits, "{len}");
            if let Err(error) = line {
                let text = error.to_string();
                assert!(
                    text.starts_with("line 1 is longer than 1024 bytes: "),
                    "{text}"
                );
            }
        }
    }
}
