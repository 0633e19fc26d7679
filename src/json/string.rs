//! Strings, with and without escapes.

use crate::secret::Wiped;

use super::parser::{Parser, SyntaxError};
use super::value::Span;

/// Reads a string, whose opening quotation mark is next. If it has escapes, what it says is added to `unescaped`.
#[inline]
pub(super) fn read(parser: &mut Parser<'_>, unescaped: &mut Wiped) -> Result<Span, SyntaxError> {
    parser.at += 1;
    let start = parser.at;
    let (len, is_ascii) = plain(parser.rest());
    parser.at += len;
    if is_ascii && parser.eat(b'"') {
        return Ok(Span { start, len });
    }
    parser.at = start;
    read_any(parser, len, unescaped)
}

/// Reads a string that is not ASCII or has escapes, up to its closing quotation mark. `len` bytes stand for themselves.
#[cold]
fn read_any(
    parser: &mut Parser<'_>,
    len: usize,
    unescaped: &mut Wiped,
) -> Result<Span, SyntaxError> {
    let start = parser.at;
    if parser.rest().get(len) != Some(&b'"') {
        return unescape(parser, unescaped);
    }
    parser.take_utf8(len)?;
    parser.at += 1;
    Ok(Span { start, len })
}

fn unescape(parser: &mut Parser<'_>, unescaped: &mut Wiped) -> Result<Span, SyntaxError> {
    if unescaped.capacity() == 0 {
        // Room for all strings that follow, since none says more than is written: a buffer that grows leaves copies behind,
        // and this may be a plaintext.
        unescaped.reserve_exact(parser.rest().len());
    }
    let start = unescaped.len();
    loop {
        let (len, _) = plain(parser.rest());
        unescaped.extend_from_slice(parser.take_utf8(len)?);
        if parser.eat(b'"') {
            let len = unescaped.len() - start;
            return Ok(parser.behind_the_text(Span { start, len }));
        }
        if parser.eat(b'\\') {
            let letter = escaped(parser)?;
            unescaped.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
        } else if parser.rest().is_empty() {
            return Err(parser.unexpected_end());
        } else {
            return Err(parser.error("control character in a string"));
        }
    }
}

/// Reads what follows a backslash.
fn escaped(parser: &mut Parser<'_>) -> Result<char, SyntaxError> {
    const SIMPLE: [(u8, char); 8] = [
        (b'"', '"'),
        (b'\\', '\\'),
        (b'/', '/'),
        (b'b', '\u{8}'),
        (b'f', '\u{c}'),
        (b'n', '\n'),
        (b'r', '\r'),
        (b't', '\t'),
    ];
    if let Some((_, letter)) = SIMPLE.iter().find(|(byte, _)| parser.eat(*byte)) {
        return Ok(*letter);
    }
    if !parser.eat(b'u') {
        return Err(parser.error("unknown escape"));
    }
    let first = utf16_unit(parser)?;
    let is_high_surrogate = (0xd800..0xdc00).contains(&first);
    let letter = if is_high_surrogate && parser.eat_word("\\u") {
        char::decode_utf16([first, utf16_unit(parser)?]).next()
    } else {
        char::decode_utf16([first]).next()
    };
    match letter {
        Some(Ok(letter)) => Ok(letter),
        _ => Err(parser.error("an unpaired surrogate")),
    }
}

/// Reads the four digits of a `\u` escape.
fn utf16_unit(parser: &mut Parser<'_>) -> Result<u16, SyntaxError> {
    let digits = parser.rest().first_chunk::<4>();
    let digits = digits.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    let digits = digits.and_then(|digits| core::str::from_utf8(digits).ok());
    let unit = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok());
    let unit = unit.ok_or_else(|| parser.error("expected four hexadecimal digits"))?;
    parser.at += 4;
    Ok(unit)
}

/// The number of bytes before the first one that is special, that is, does not stand for itself, and whether all of those
/// are ASCII.
///
/// Most strings are short, and words say where their first special byte is. Others are long.
fn plain(bytes: &[u8]) -> (usize, bool) {
    const WORDS: usize = 12;
    let (words, _) = bytes.as_chunks();
    let (mut len, mut seen) = (0, 0);
    for word in words.iter().take(WORDS) {
        let special = special_bytes(*word);
        let word = u64::from_le_bytes(*word);
        if special != 0 {
            // All bits below the one that is set.
            let before = word & (special & special.wrapping_neg()).wrapping_sub(1);
            let at = special.trailing_zeros() / 8;
            len += usize::try_from(at).unwrap_or_default();
            return (len, (seen | before) & HIGH == 0);
        }
        seen |= word;
        len += 8;
    }
    let (rest, is_ascii) = plain_to_the_end(bytes.get(len..).unwrap_or_default());
    (len + rest, is_ascii && seen & HIGH == 0)
}

/// The same. Looks for the end first, which `memchr` does with the widest instructions that the processor has.
fn plain_to_the_end(bytes: &[u8]) -> (usize, bool) {
    let end = memchr::memchr2(b'"', b'\\', bytes).unwrap_or(bytes.len());
    let before = bytes.get(..end).unwrap_or_default();
    // Looks at all bytes without a branch.
    let is_ascii_text = before
        .iter()
        .fold(true, |all, byte| all & (b' '..0x80).contains(byte));
    if is_ascii_text {
        return (end, true);
    }
    let is_control = |byte: &u8| *byte < b' ';
    let len = before.iter().position(is_control).unwrap_or(end);
    (len, before.get(..len).is_some_and(<[u8]>::is_ascii))
}

/// The highest bit of each byte.
const HIGH: u64 = u64::MAX / 0xff * 0x80;

/// A word whose lowest set bit is in the first special byte. (A borrow sets no bit below the one that it comes from.)
const fn special_bytes(word: [u8; 8]) -> u64 {
    const ONES: u64 = u64::MAX / 0xff;
    const QUOTES: u64 = ONES * 0x22;
    const BACKSLASHES: u64 = ONES * 0x5c;
    const SPACES: u64 = ONES * 0x20;
    const fn below(word: u64, least: u64) -> u64 {
        word.wrapping_sub(least) & !word & HIGH
    }
    let word = u64::from_le_bytes(word);
    below(word, SPACES) | below(word ^ QUOTES, ONES) | below(word ^ BACKSLASHES, ONES)
}

#[cfg(test)]
mod tests {
    use crate::json::{Blobs, parse, parse_with};
    use crate::json::{Document, Value};

    fn text<'d>(document: &'d Document<'_>) -> &'d str {
        match document.value() {
            Value::Text(text) => text,
            _ => panic!("not a string"),
        }
    }

    #[test]
    fn a_string_without_escapes_is_borrowed() {
        for says in ["é".repeat(20), "e".repeat(200), String::new()] {
            let json = format!("\"{says}\"");
            let document = parse(&json).unwrap();
            let range = text(&document).as_bytes().as_ptr_range();
            assert_eq!(text(&document), says);
            assert!(json.as_bytes().as_ptr_range().contains(&range.start));
            assert_eq!(document.unescaped.capacity(), 0);
        }
    }

    #[test]
    fn escapes_are_what_they_stand_for() {
        for (json, expected) in [
            (r#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
            (r#""\u0041\u00E9\u20ac""#, "Aé€"),
            (r#""a\ud83d\ude00b""#, "a\u{1f600}b"),
            (
                r#""a long text, then \"quotation marks\" and more text""#,
                "a long text, then \"quotation marks\" and more text",
            ),
        ] {
            assert_eq!(text(&parse(json).unwrap()), expected);
        }
    }

    #[test]
    fn the_end_of_a_string_is_found_wherever_it_is() {
        for len in 0..134 {
            for special in ["\"", "\\", "\u{1f}", "\0"] {
                // Bytes that are almost special surround it.
                let text = format!(
                    "{}{special}\"!\u{1f}\u{7f}\u{a2}\u{dc}",
                    "\u{a2}!#[]\u{7f} \u{dc}".repeat(14)
                );
                let text = text.get(140 - len..).unwrap_or(&text);
                let expected = text.find(|c| c == '"' || c == '\\' || c < ' ');
                let (found, is_ascii) = super::plain(text.as_bytes());
                assert_eq!(Some(found), expected, "{text:?}");
                assert_eq!(is_ascii, text.as_bytes()[..found].is_ascii(), "{text:?}");
            }
        }
        assert_eq!(super::plain(&[0x9f; 139]), (139, false));
        assert_eq!(super::plain(&[0x7f; 139]), (139, true));
        // The control character is not among the bytes before it, and neither is what follows it.
        let text = [&[b'e'; 120][..], b"\n\xff"].concat();
        assert_eq!(super::plain(&text), (120, true));
    }

    #[test]
    fn room_for_what_is_unescaped_never_grows() {
        let string = format!("\"{}\\\\\"", r"\/x".repeat(1000));
        let json = format!("[{string}, {string}]");
        let document = parse(&json).unwrap();
        let Value::List(strings) = document.value() else {
            panic!("not a list");
        };
        let expected = "/x".repeat(1000) + "\\";
        assert!(
            strings
                .iter()
                .all(|value| matches!(value, Value::Text(text) if text == expected))
        );
        assert_eq!(strings.iter().count(), 2);
        // What follows the first quotation mark.
        assert_eq!(document.unescaped.capacity(), json.len() - 2);
    }

    #[test]
    fn what_is_not_utf_8_is_refused() {
        let blobs = Blobs {
            names: &[],
            decode: |_| None,
        };
        for (inside, column) in [
            (&b"\xff"[..], 2),
            (b"\xc3", 2),
            (b"\xc3\xa9\xc3\xa9\xff", 6),
            (b"a\xc3\\n\xa9", 3),
            (b"\\na\xff", 5),
            (b"\xed\xa0\x80", 2),
            (&[&[b'e'; 300][..], b"\xff"].concat(), 302),
        ] {
            let string = [b"\"", inside, b"\""].concat();
            let object = [b"{", &string[..], b": 1}"].concat();
            for (text, column) in [(string, column), (object, column + 1)] {
                let error = parse_with(&text, &blobs).unwrap_err().to_string();
                let expected = format!("a string that is not UTF-8 at line 1 column {column}");
                assert_eq!(error, expected, "{}", text.escape_ascii());
            }
        }
    }

    #[test]
    fn what_is_not_a_string_is_refused() {
        for (json, reason) in [
            ("\"a", "unexpected end at line 1 column 3"),
            ("\"\\", "unknown escape at line 1 column 3"),
            (
                "\"a\u{1}\"",
                "control character in a string at line 1 column 3",
            ),
            (r#""\'""#, "unknown escape at line 1 column 3"),
            (
                r#""\u12""#,
                "expected four hexadecimal digits at line 1 column 4",
            ),
            (
                r#""\u+123""#,
                "expected four hexadecimal digits at line 1 column 4",
            ),
            (r#""\ud83d""#, "an unpaired surrogate at line 1 column 8"),
            (r#""\ude00""#, "an unpaired surrogate at line 1 column 8"),
            (
                r#""\ud83d\u0041""#,
                "an unpaired surrogate at line 1 column 14",
            ),
        ] {
            assert_eq!(parse(json).unwrap_err().to_string(), reason, "{json}");
        }
    }
}
