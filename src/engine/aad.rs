//! The additional authenticated data of a symmetric message.

use crate::context::EncryptionContext;

/// Contexts that are shorter than this, header included, are authenticated without a heap allocation.
const ON_STACK: usize = 512;

/// Calls `with` with a blob's header and the canonical context behind it, as one slice.
pub(super) fn with_aad<T>(
    header: &[u8],
    context: &EncryptionContext,
    with: impl FnOnce(&[u8]) -> T,
) -> T {
    if context.is_empty() {
        return with(header);
    }
    let context = context.as_bytes();
    let len = header.len() + context.len();
    let mut on_stack = [0; ON_STACK];
    let Some(aad) = on_stack.get_mut(..len) else {
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
    use super::{ON_STACK, with_aad};
    use crate::context::EncryptionContext;

    #[test]
    fn header_and_context_follow_each_other_at_every_length() {
        for value in [0, 1, ON_STACK - 54 - 9, ON_STACK - 54 - 8, ON_STACK, 9000] {
            let context = EncryptionContext::from([("k", "v".repeat(value))]);
            let expected = [&[7; 54], context.as_bytes()].concat();
            with_aad(&[7; 54], &context, |aad| assert_eq!(aad, expected));
        }
        with_aad(&[7; 54], &EncryptionContext::default(), |aad| {
            assert_eq!(aad, [7; 54])
        });
    }
}
