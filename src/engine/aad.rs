//! The additional authenticated data of a symmetric message.

use crate::blob::HEADER_LEN;
use crate::context::EncryptionContext;

/// Calls `with` with a blob's header and the canonical context after it as one slice, which is on the stack unless the
/// context is very long.
#[inline]
pub(super) fn with_aad<T>(
    header: &[u8; HEADER_LEN],
    context: &EncryptionContext,
    with: impl FnOnce(&[u8]) -> T,
) -> T {
    let context = context.as_bytes();
    // A buffer on the stack is zeroed before it is used, so each is only as large as it needs to be.
    match context.len() {
        0 => with(header),
        1..=128 => on_stack::<{ HEADER_LEN + 128 }, T>(header, context, with),
        129..=512 => far_on_stack::<{ HEADER_LEN + 512 }, T>(header, context, with),
        513..=2048 => far_on_stack::<{ HEADER_LEN + 2048 }, T>(header, context, with),
        2049..=8704 => far_on_stack::<{ HEADER_LEN + 8704 }, T>(header, context, with),
        _ => with(&[header, context].concat()),
    }
}

/// Out of line for each size, so that a short context does not pay for the stack frame of a long one.
#[inline(never)]
fn far_on_stack<const N: usize, T>(
    header: &[u8; HEADER_LEN],
    context: &[u8],
    with: impl FnOnce(&[u8]) -> T,
) -> T {
    on_stack::<N, T>(header, context, with)
}

/// Inlined for short contexts, which are the most common: a call would be measurable with a small message.
#[inline(always)]
fn on_stack<const N: usize, T>(
    header: &[u8; HEADER_LEN],
    context: &[u8],
    with: impl FnOnce(&[u8]) -> T,
) -> T {
    let mut room = [0; N];
    let Some(aad) = room.get_mut(..HEADER_LEN + context.len()) else {
        return with(&[header, context].concat());
    };
    if let Some((front, back)) = aad.split_first_chunk_mut() {
        *front = *header;
        back.copy_from_slice(context);
    }
    with(aad)
}

#[cfg(test)]
mod tests {
    use super::with_aad;
    use crate::context::EncryptionContext;

    #[test]
    fn header_and_context_follow_each_other_at_every_length() {
        // The encoding of this context is 9 bytes longer than the value.
        let ends = [128, 512, 2048, 8704].map(|end| end - 9);
        let around = ends.into_iter().flat_map(|end| [end - 1, end, end + 1]);
        for value in [0, 1, 9000].into_iter().chain(around) {
            let context = EncryptionContext::from([("k", "v".repeat(value))]);
            let expected = [&[7; 54], context.as_bytes()].concat();
            with_aad(&[7; 54], &context, |aad| assert_eq!(aad, expected));
        }
        with_aad(&[7; 54], &EncryptionContext::default(), |aad| {
            assert_eq!(aad, [7; 54])
        });
    }
}
