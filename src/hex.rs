//! Hexadecimal digits.

/// The lower-case digits of each byte. Uses neither a table nor a branch, so that the compiler can vectorize it.
pub(crate) fn digits<const N: usize>(bytes: [u8; N]) -> [[u8; 2]; N] {
    const LETTERS: u8 = b'a' - b'0' - 10;
    let digit = |value: u8| value + b'0' + u8::from(value > 9) * LETTERS;
    bytes.map(|byte| [digit(byte >> 4), digit(byte & 0x0f)])
}

#[cfg(test)]
mod tests {
    use super::digits;

    #[test]
    fn every_byte_has_its_digits() {
        for byte in 0..=u8::MAX {
            let text = format!("{byte:02x}");
            assert_eq!(digits([byte]).as_flattened(), text.as_bytes());
        }
    }
}
