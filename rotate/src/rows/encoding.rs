//! How bytes are written in a row.

use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use base64::{DecodeError, Engine as _};
use clap::ValueEnum;
use serde::Serialize;

/// How a ciphertext is written as text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Encoding {
    /// Base64 with padding, as the AWS CLI writes it
    #[default]
    Base64,
    /// URL-safe base64, without padding
    Base64url,
    /// Hexadecimal, with or without PostgreSQL's \x before it
    Hex,
}

impl Encoding {
    pub(super) fn decode(self, text: &str) -> Result<Vec<u8>, String> {
        const OTHER: &str = "--encoding names another encoding";
        let refusal = |encoding, error: &DecodeError| {
            let reason = error.to_string();
            format!("not {encoding}: {}. {OTHER}", reason.trim_end_matches('.'))
        };
        match self {
            Self::Base64 => BASE64_STANDARD
                .decode(text)
                .map_err(|error| refusal("base64", &error)),
            Self::Base64url => BASE64_URL_SAFE_NO_PAD
                .decode(text)
                .map_err(|error| refusal("base64 of URLs", &error)),
            Self::Hex => {
                unhex(text).ok_or_else(|| format!("not pairs of hexadecimal digits. {OTHER}"))
            }
        }
    }

    pub(super) fn encode(self, bytes: &[u8]) -> String {
        match self {
            Self::Base64 => BASE64_STANDARD.encode(bytes),
            Self::Base64url => BASE64_URL_SAFE_NO_PAD.encode(bytes),
            Self::Hex => {
                let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
                ["\\x".to_owned()].into_iter().chain(digits).collect()
            }
        }
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("\\x").unwrap_or(text).as_bytes();
    let (pairs, []) = digits.as_chunks::<2>() else {
        return None;
    };
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|d| u8::try_from(d).ok())
    };
    pairs
        .iter()
        .map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::Encoding;

    #[test]
    fn bytes_come_back_and_other_text_is_refused() {
        let bytes = [0, 0xfb, 0xff, 0x10];
        for (encoding, text, refused) in [
            (
                Encoding::Base64,
                "APv/EA==",
                ["APv/EA", "APv_EA==", "\\x00"],
            ),
            (
                Encoding::Base64url,
                "APv_EA",
                ["APv/EA", "APv_EA==", "\\x00"],
            ),
            (Encoding::Hex, "\\x00fbff10", ["\\x0", "0g", "\\y00"]),
        ] {
            assert_eq!(encoding.encode(&bytes), text);
            assert_eq!(encoding.decode(text).unwrap(), bytes);
            for text in refused {
                let error = encoding.decode(text).unwrap_err();
                assert!(
                    error.ends_with("--encoding names another encoding"),
                    "{error}"
                );
            }
        }
        assert_eq!(Encoding::Hex.decode("00FBff10").unwrap(), bytes);
    }
}
