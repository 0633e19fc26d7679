//! [`Reader`]: all bounds checks of the blob parser, and its only error.

/// Reads bytes from front to back.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next `len` bytes.
    pub(super) fn take(&mut self, len: usize) -> Result<&'a [u8], MalformedBlob> {
        let (taken, rest) = self
            .rest
            .split_at_checked(len)
            .ok_or(MalformedBlob::new())?;
        self.rest = rest;
        Ok(taken)
    }

    /// The next `N` bytes.
    pub(super) fn array<const N: usize>(&mut self) -> Result<&'a [u8; N], MalformedBlob> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(MalformedBlob::new())?;
        self.rest = rest;
        Ok(taken)
    }

    pub(super) fn byte(&mut self) -> Result<u8, MalformedBlob> {
        let [byte] = self.array()?;
        Ok(*byte)
    }

    /// Reads exactly these bytes.
    pub(super) fn expect(&mut self, bytes: &[u8]) -> Result<(), MalformedBlob> {
        self.rest = self.rest.strip_prefix(bytes).ok_or(MalformedBlob::new())?;
        Ok(())
    }

    /// How many bytes are left.
    pub(super) const fn left(&self) -> usize {
        self.rest.len()
    }

    /// Everything that is left.
    pub(super) const fn rest(self) -> &'a [u8] {
        self.rest
    }

    /// Refuses bytes that are left over.
    pub(super) const fn finish(self) -> Result<(), MalformedBlob> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(MalformedBlob::new())
        }
    }
}

/// The bytes are not a symmetric ciphertext blob. The error deliberately says no more;
/// [`CiphertextBlob::inspect`](super::CiphertextBlob::inspect) gives a diagnosis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a symmetric ciphertext blob")]
pub struct MalformedBlob(());

impl MalformedBlob {
    pub(super) const fn new() -> Self {
        Self(())
    }
}
