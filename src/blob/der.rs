//! The small part of DER that a blob needs: tags of one byte, and canonical lengths below 64 KiB.

use super::prefix::Prefix;
use super::reader::{MalformedBlob, Reader};

/// The content of the next element, which must have this tag and a canonical length.
pub(super) fn read<'a>(reader: &mut Reader<'a>, tag: u8) -> Result<Reader<'a>, MalformedBlob> {
    reader.expect(&[tag])?;
    let len = read_len(reader)?;
    reader.take(len).map(Reader::new)
}

/// The content of the only element that is left.
pub(super) fn read_only<'a>(mut reader: Reader<'a>, tag: u8) -> Result<Reader<'a>, MalformedBlob> {
    let content = read(&mut reader, tag)?;
    reader.finish()?;
    Ok(content)
}

fn read_len(reader: &mut Reader<'_>) -> Result<usize, MalformedBlob> {
    let (len, min) = match reader.byte()? {
        short @ ..=0x7f => (u16::from(short), 0),
        0x81 => (u16::from(reader.byte()?), 0x80),
        0x82 => (u16::from_be_bytes(*reader.array()?), 0x100),
        _ => return Err(MalformedBlob::new()),
    };
    // A length that fits a shorter form is not canonical.
    if len < min {
        return Err(MalformedBlob::new());
    }
    Ok(usize::from(len))
}

/// The length of an element with `content` bytes of content.
pub(super) const fn element_len(content: usize) -> usize {
    let len_of_len = match content {
        ..0x80 => 1,
        0x80..0x100 => 2,
        _ => 3,
    };
    1 + len_of_len + content
}

/// Writes a tag and a length.
#[inline]
pub(super) fn write_header(out: &mut Prefix, tag: u8, content: usize) {
    // Every length fits: plaintexts have at most 4096 bytes, and parsed blobs at most 64 KiB.
    let [high, low] = u16::try_from(content).unwrap_or(u16::MAX).to_be_bytes();
    match content {
        ..0x80 => out.put(&[tag, low]),
        0x80..0x100 => out.put(&[tag, 0x81, low]),
        _ => out.put(&[tag, 0x82, high, low]),
    }
}
