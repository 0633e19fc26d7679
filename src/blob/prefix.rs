//! [`Prefix`]: a buffer for the bytes of a blob before its ciphertext.

use super::layout::HEADER_LEN;

/// The front of a blob while it is written, on the stack.
pub(super) struct Prefix {
    bytes: [u8; Self::MAX],
    len: usize,
}

impl Prefix {
    /// 58 bytes, and at most 77 of DER before the ciphertext.
    const MAX: usize = HEADER_LEN + 4 + 77;

    pub(super) const fn new() -> Self {
        Self {
            bytes: [0; Self::MAX],
            len: 0,
        }
    }

    #[inline]
    pub(super) fn put(&mut self, bytes: &[u8]) {
        let end = self.len + bytes.len();
        if let Some(room) = self.bytes.get_mut(self.len..end) {
            room.copy_from_slice(bytes);
            self.len = end;
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}
