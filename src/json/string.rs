//! Strings, with and without escapes.

use zeroize::Zeroizing;

use super::parser::{Parser, SyntaxError};
use super::value::Text;

/// Reads a string, whose opening quotation mark is next.
pub(super) fn read<'a>(parser: &mut Parser<'a>) -> Result<Text<'a>, SyntaxError> {
    parser.eat(b'"');
    let plain = parser.take(plain_len(parser.rest()))?;
    if parser.eat(b'"') {
        return Ok(Text::Borrowed(plain));
    }
    // Allocated in its full size at once: a string that grows leaves copies behind, and this one may be a plaintext.
    let capacity = plain.len() + literal_len(parser.rest());
    let mut text = Zeroizing::new(String::with_capacity(capacity));
    text.push_str(plain);
    loop {
        if parser.eat(b'"') {
            return Ok(Text::Unescaped(text));
        }
        if parser.eat(b'\\') {
            text.push(escaped(parser)?);
        } else if parser.rest().is_empty() {
            return Err(parser.unexpected_end());
        } else if plain_len(parser.rest()) == 0 {
            return Err(parser.error("control character in a string"));
        }
        text.push_str(parser.take(plain_len(parser.rest()))?);
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
    if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
        return Err(parser.error("expected four hexadecimal digits"));
    }
    let digits = parser.take(4)?;
    u16::from_str_radix(digits, 16).map_err(|_| parser.error("expected four hexadecimal digits"))
}

/// The number of bytes before the first one that is special, that is, does not stand for itself.
///
/// Whole blocks come first, since the compiler vectorizes them and the blobs in a request's body are long. Words come
/// next, since they say where the first special byte is and most strings are short.
fn plain_len(bytes: &[u8]) -> usize {
    let blocks = bytes.as_chunks::<64>().0.iter();
    // Checks all bytes of a block without a branch.
    let is_plain = |block: &&[u8; 64]| {
        !block
            .iter()
            .fold(false, |special, byte| special | is_special(*byte))
    };
    let mut plain = blocks.take_while(is_plain).count() * 64;
    let (words, end) = bytes.get(plain..).unwrap_or_default().as_chunks();
    for word in words {
        let special = special_bytes(*word);
        if special != 0 {
            let at = special.trailing_zeros() / 8;
            return plain + usize::try_from(at).unwrap_or_default();
        }
        plain += word.len();
    }
    let is_plain = |byte: &&u8| !is_special(**byte);
    plain + end.iter().take_while(is_plain).count()
}

/// A word whose lowest set bit is in the first special byte. (A borrow sets no bit below the one that it comes from.)
const fn special_bytes(word: [u8; 8]) -> u64 {
    const ONES: u64 = u64::MAX / 0xff;
    const HIGH: u64 = ONES * 0x80;
    const QUOTES: u64 = ONES * 0x22;
    const BACKSLASHES: u64 = ONES * 0x5c;
    const SPACES: u64 = ONES * 0x20;
    const fn below(word: u64, least: u64) -> u64 {
        word.wrapping_sub(least) & !word & HIGH
    }
    let word = u64::from_le_bytes(word);
    below(word, SPACES) | below(word ^ QUOTES, ONES) | below(word ^ BACKSLASHES, ONES)
}

const fn is_special(byte: u8) -> bool {
    (byte == b'"') | (byte == b'\\') | (byte < 0x20)
}

/// The number of bytes before the quotation mark that ends a string. Its text is not longer than that.
fn literal_len(bytes: &[u8]) -> usize {
    let mut is_escaped = false;
    let ends = |byte: &u8| {
        let ends = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        ends
    };
    bytes.iter().position(ends).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use crate::json::parse;
    use crate::json::parser::Parser;
    use crate::json::value::Text;

    fn text(json: &str) -> Text<'_> {
        super::read(&mut Parser::new(json)).unwrap()
    }

    #[test]
    fn a_string_without_escapes_is_borrowed() {
        let json = format!("\"{}\"", "é".repeat(20));
        assert!(matches!(text(&json), Text::Borrowed(borrowed) if json.contains(borrowed)));
        assert!(matches!(text(r#""""#), Text::Borrowed("")));
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
            assert_eq!(&*text(json), expected);
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
                assert_eq!(
                    Some(super::plain_len(text.as_bytes())),
                    expected,
                    "{text:?}"
                );
            }
        }
        assert_eq!(super::plain_len(&[0x9f; 139]), 139);
    }

    #[test]
    fn an_unescaped_string_never_grows() {
        let json = format!("\"{}\\\\\"", r"\/x".repeat(1000));
        match text(&json) {
            Text::Unescaped(text) => assert_eq!(text.capacity(), json.len() - 2),
            Text::Borrowed(_) => panic!("it has escapes"),
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
