//! Base64 in the standard alphabet with padding: the encoding of blobs in bodies.

use base64::Engine as _;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
use base64::engine::{GeneralPurpose, general_purpose::STANDARD};
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use base64::engine::{Simd, general_purpose::PAD};

use crate::secret::Wiped;

/// Uses the processor's vector instructions where the `base64` crate supports them.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
static ENGINE: std::sync::LazyLock<Simd> = std::sync::LazyLock::new(|| Simd::standard(PAD));

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
static ENGINE: GeneralPurpose = STANDARD;

/// Decodes a text; `None` if it is not base64.
pub(super) fn decode(text: &[u8]) -> Option<Wiped> {
    // Allocated in its full size: a vector that grows leaves copies behind, and this may be a plaintext. Not `vec![0; n]`,
    // since glibc's `calloc` is slower than its `malloc`.
    let len = base64::decoded_len_estimate(text.len());
    let mut bytes = Wiped::new(Vec::with_capacity(len));
    bytes.resize(len, 0);
    let len = ENGINE.decode_slice(text, &mut bytes).ok()?;
    bytes.truncate(len);
    Some(bytes)
}

/// The length of the encoded text for this many bytes.
pub(super) fn encoded_len(bytes: usize) -> usize {
    base64::encoded_len(bytes, true).unwrap_or(usize::MAX)
}

/// Appends the encoded bytes to a text.
pub(super) fn encode(bytes: &[u8], text: &mut Vec<u8>) {
    let start = text.len();
    let len = encoded_len(bytes.len());
    text.resize(start.saturating_add(len), 0);
    let written = text
        .get_mut(start..)
        .map(|place| ENGINE.encode_slice(bytes, place));
    debug_assert!(matches!(written, Some(Ok(_))));
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn what_is_not_of_the_alphabet_is_refused_wherever_it_is() {
        // As long as several of the pieces that the decoder takes at once. Padding would leave bits of `J` over.
        let text = b"QUJD".repeat(40);
        assert_eq!(*decode(&text).unwrap(), b"ABC".repeat(40));
        for at in 0..text.len() {
            for byte in 0..=u8::MAX {
                let mut text = text.clone();
                text[at] = byte;
                let is_of_alphabet = byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
                assert_eq!(decode(&text).is_some(), is_of_alphabet, "{byte} at {at}");
            }
        }
    }
}
