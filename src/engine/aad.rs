//! The additional authenticated data of a symmetric message.

use crate::context::EncryptionContext;

/// Calls `with` with a blob's header and the canonical context behind it, as one slice: off the heap, unless the context is
/// very long.
pub(super) fn with_aad<T>(
    header: &[u8],
    context: &EncryptionContext,
    with: impl FnOnce(&[u8]) -> T,
) -> T {
    if context.is_empty() {
        return with(header);
    }
    let context = context.as_bytes();
    // What is put on the stack has to be zeroed first: no more than it takes.
    match header.len() + context.len() {
        ..=256 => on_stack::<256, T>(header, context, with),
        257..=512 => on_stack::<512, T>(header, context, with),
        513..=2048 => on_stack::<2048, T>(header, context, with),
        2049..=8704 => on_stack::<8704, T>(header, context, with),
        _ => with(&[header, context].concat()),
    }
}

/// A function of its own for each size, so that a short context has no use for the stack of a long one.
#[inline(never)]
fn on_stack<const N: usize, T>(header: &[u8], context: &[u8], with: impl FnOnce(&[u8]) -> T) -> T {
    let mut room = [0; N];
    let Some(aad) = room.get_mut(..header.len() + context.len()) else {
        return with(&[header, context].concat());
    };
    if let Some((front, back)) = aad.split_at_mut_checked(header.len()) {
        front.copy_from_slice(header);
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
        let ends = [256, 512, 2048, 8704].map(|end| end - 54 - 8);
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
