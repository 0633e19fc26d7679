//! [`Plaintext`]: bytes that are wiped, print nothing and are not copied by accident.

use core::fmt;
use core::ops::{Deref, DerefMut};

use zeroize::{Zeroize, Zeroizing};

/// Plaintext that a key has decrypted, or a new data key.
///
/// It is wiped when it is dropped, its `Debug` prints nothing of it, and it is neither `Clone` nor `PartialEq`.
/// [`expose`](Self::expose) is the only way to its bytes.
///
/// Internally the buffer may have room before and after the bytes, so that `ReEncrypt` can decrypt and encrypt in one
/// buffer. `expose` never returns that room.
///
/// ```
/// use kms_reencrypt::Plaintext;
///
/// let plaintext = Plaintext::from_slice(b"attack at dawn");
/// assert_eq!(plaintext.expose(), b"attack at dawn");
/// assert_eq!(format!("{plaintext:?}"), "Plaintext(..)");
/// ```
pub struct Plaintext {
    buffer: Wiped,
    start: usize,
    end: usize,
}

impl Plaintext {
    /// A plaintext with a copy of `bytes`. The caller has to wipe the original.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Self {
        Self::copied_with_room(0, bytes, 0)
    }

    /// A plaintext that takes ownership of `bytes` without copying them.
    ///
    /// Allocate the `Vec` with its full capacity: each time it grows, it leaves behind a copy that is not wiped.
    #[must_use]
    pub fn from_vec(bytes: Vec<u8>) -> Self {
        let end = bytes.len();
        Self {
            buffer: Wiped(bytes),
            start: 0,
            end,
        }
    }

    /// The bytes.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// How many bytes there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.end - self.start
    }

    /// Whether there are no bytes.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// A copy of `bytes` with room for `head` bytes before them and `tail` bytes behind.
    #[inline]
    pub(crate) fn copied_with_room(head: usize, bytes: &[u8], tail: usize) -> Self {
        let (start, end) = (head, head + bytes.len());
        // Not `vec![0; n]`: zeroing bytes that are then overwritten costs more, and glibc's `calloc` is slower than its
        // `malloc`.
        let mut buffer = Vec::with_capacity(end + tail);
        buffer.resize(start, 0);
        buffer.extend_from_slice(bytes);
        buffer.resize(end + tail, 0);
        Self {
            buffer: Wiped(buffer),
            start,
            end,
        }
    }

    /// The bytes of `buffer` between `head` bytes of room before them and `tail` bytes behind. `None` if `buffer` is
    /// too short.
    #[inline]
    pub(crate) fn in_room(head: usize, buffer: Vec<u8>, tail: usize) -> Option<Self> {
        let buffer = Wiped(buffer);
        let end = buffer.len().checked_sub(tail)?;
        (head <= end).then_some(Self {
            buffer,
            start: head,
            end,
        })
    }

    pub(crate) fn expose_mut(&mut self) -> &mut [u8] {
        self.expose_mut_from(0)
    }

    /// The bytes, and `count` bytes of the room before them. Empty if the room is smaller than that.
    #[inline]
    pub(crate) fn expose_mut_from(&mut self, count: usize) -> &mut [u8] {
        let start = self.start.checked_sub(count);
        start
            .and_then(|start| self.buffer.get_mut(start..self.end))
            .unwrap_or_default()
    }

    /// This plaintext with exactly `head` bytes of room before it and `tail` behind: the same buffer if it has that
    /// shape already, a new one if not.
    #[inline]
    pub(crate) fn into_room(self, head: usize, tail: usize) -> Self {
        if self.start == head && self.buffer.len() == self.end + tail {
            return self;
        }
        Self::copied_with_room(head, self.expose(), tail)
    }

    /// The whole buffer, for code that replaces the plaintext in it with ciphertext.
    pub(crate) fn buffer_mut(&mut self) -> &mut [u8] {
        &mut self.buffer
    }

    /// The whole buffer as public bytes. Only for a buffer in which nothing secret is left.
    pub(crate) fn into_public(self) -> Vec<u8> {
        self.buffer.into_vec()
    }
}

impl fmt::Debug for Plaintext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Plaintext(..)")
    }
}

impl Zeroize for Plaintext {
    fn zeroize(&mut self) {
        self.buffer.zeroize();
        (self.start, self.end) = (0, 0);
    }
}

/// Bytes that are wiped, with all of their capacity, when they are dropped.
///
/// `Zeroizing` wipes a `Vec` byte by byte, which for 4 KiB takes a tenth of the time of decrypting it.
#[derive(Default)]
pub(crate) struct Wiped(Vec<u8>);

impl Wiped {
    #[cfg(feature = "json")]
    pub(crate) const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes, which are no longer wiped.
    pub(crate) fn into_vec(mut self) -> Vec<u8> {
        core::mem::take(&mut self.0)
    }
}

impl Deref for Wiped {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.0
    }
}

impl DerefMut for Wiped {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }
}

impl Zeroize for Wiped {
    fn zeroize(&mut self) {
        if self.0.capacity() == 0 {
            return;
        }
        // Cleared first, because `zeroize` wipes elements byte by byte, but spare capacity in one piece.
        self.0.clear();
        self.0.zeroize();
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        self.zeroize();
    }
}

impl fmt::Debug for Wiped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wiped(..)")
    }
}

/// A copy of `bytes` on the heap. Moving the box moves a pointer, and leaves no copies of the bytes on the stack.
pub(crate) fn boxed<const N: usize>(bytes: &[u8; N]) -> Box<Zeroizing<[u8; N]>> {
    let mut boxed = Box::new(Zeroizing::new([0; N]));
    boxed.copy_from_slice(bytes);
    boxed
}

/// Overwrites the stack below the caller, as deep as the functions that compute with keys reach.
///
/// Otherwise, what those functions left there could end up in the padding of a value that is built in the same place
/// and then moved to the heap.
#[inline(never)]
pub(crate) fn overwrite_stack() {
    core::hint::black_box(&mut [0_u8; 8192]);
}

#[cfg(test)]
mod tests {
    use super::Plaintext;

    #[test]
    fn room_is_kept_where_it_fits_and_made_where_it_does_not() {
        let plaintext = Plaintext::copied_with_room(3, b"abcd", 2);
        let address = plaintext.expose().as_ptr();

        let kept = plaintext.into_room(3, 2);
        assert_eq!(kept.expose().as_ptr(), address);

        let moved = kept.into_room(1, 0);
        assert_eq!(moved.expose(), b"abcd");
        assert_eq!(moved.buffer.len(), 5);
    }

    #[test]
    fn what_lies_between_the_rooms_is_the_plaintext() {
        let in_room = |head, tail| Plaintext::in_room(head, b"abcd".to_vec(), tail);
        assert_eq!(in_room(1, 2).unwrap().expose(), b"b");
        assert!(in_room(2, 2).unwrap().is_empty());
        assert!(in_room(3, 2).is_none());
        assert!(in_room(0, 5).is_none());
    }
}
