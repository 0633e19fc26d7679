//! The inner header: the 11 bytes by which the content of a real blob is longer than the user's plaintext.
//!
//! Their meaning in AWS's blobs is not known. This crate writes the fields below, and checks them when it opens a blob.

use super::layout::ORIGIN;

/// Format (1), origin (1), zero (5), length of the plaintext (4).
pub(crate) const CONTENT_HEADER_LEN: usize = 11;

const FORMAT: u8 = 1;

/// The inner header of a plaintext of this length.
pub(super) fn content_header_of(len: usize) -> [u8; CONTENT_HEADER_LEN] {
    content_header(ORIGIN, u32::try_from(len).unwrap_or(u32::MAX))
}

/// Whether `content` begins with the inner header that a blob with this origin and length must have.
pub(crate) fn check_content_header(content: &[u8], origin: u8) -> bool {
    let Some((header, plaintext)) = content.split_first_chunk() else {
        return false;
    };
    u32::try_from(plaintext.len()).is_ok_and(|len| *header == content_header(origin, len))
}

const fn content_header(origin: u8, len: u32) -> [u8; CONTENT_HEADER_LEN] {
    let [a, b, c, d] = len.to_be_bytes();
    [FORMAT, origin, 0, 0, 0, 0, 0, a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::{check_content_header, content_header_of};

    #[test]
    fn only_the_exact_header_is_taken() {
        let mut content = content_header_of(2).to_vec();
        content.extend(b"hi");
        assert!(check_content_header(&content, 2));
        assert!(!check_content_header(&content, 1));
        assert!(!check_content_header(&content[..12], 2));
        assert!(!check_content_header(&content[..10], 2));
        for at in 0..11 {
            let mut other = content.clone();
            other[at] ^= 1;
            assert!(!check_content_header(&other, 2), "byte {at}");
        }
    }
}
