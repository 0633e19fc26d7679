//! Request ids, which relate the logs of a client to those of a server.

use core::hash::{BuildHasher, Hasher};
use std::hash::RandomState;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::hex;

/// A UUID of version 8 (custom contents): a random half that differs between processes, and a counter.
///
/// It is not a secret, so it is drawn neither from the random source, which a test may have made repeatable, nor from a
/// clock.
pub(super) struct RequestId([u8; 36]);

impl RequestId {
    /// The next one of this process.
    pub(super) fn next() -> Self {
        static PROCESS: OnceLock<[u8; 19]> = OnceLock::new();
        static COUNT: AtomicU64 = AtomicU64::new(0);

        let process =
            PROCESS.get_or_init(|| process_half(RandomState::new().build_hasher().finish()));
        Self::of_halves(process, &count_half(COUNT.fetch_add(1, Ordering::Relaxed)))
    }

    fn of_halves(process: &[u8; 19], count: &[u8; 17]) -> Self {
        let mut text = [0; 36];
        if let Some((first, rest)) = text.split_first_chunk_mut() {
            *first = *process;
            if let Some(last) = rest.first_chunk_mut() {
                *last = *count;
            }
        }
        Self(text)
    }

    pub(super) fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// The first three parts, each with its hyphen: `01234567-89ab-8cde-`. The digit 8 is the version.
fn process_half(number: u64) -> [u8; 19] {
    let number = (number & !0xffff) | 0x8000 | (number >> 4 & 0xfff);
    let digits = hex::digits(number.to_be_bytes());
    let mut text = [b'-'; 19];
    for (at, digit) in (0..8).chain(9..13).chain(14..18).zip(digits.as_flattened()) {
        if let Some(place) = text.get_mut(at) {
            *place = *digit;
        }
    }
    text
}

/// The last two parts: `8000-000000000005`. The digit 8 is the variant.
fn count_half(count: u64) -> [u8; 17] {
    let number = 8 << 60 | (count & 0x0fff_ffff_ffff_ffff);
    let digits: [_; 8] = hex::digits(number.to_be_bytes());
    let digits = digits.as_flattened();
    let mut text = [b'-'; 17];
    // Pieces of constant length: formatting both parts would take longer than reading a request.
    if let (Some(place), Some(variant)) = (text.first_chunk_mut::<4>(), digits.first_chunk()) {
        *place = *variant;
    }
    if let (Some(place), Some(node)) = (text.last_chunk_mut::<12>(), digits.last_chunk()) {
        *place = *node;
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{RequestId, count_half, process_half};

    #[test]
    fn a_request_id_has_bits_of_its_process_a_counter_a_version_and_a_variant() {
        let process = process_half(0x0123_4567_89ab_cdef);
        for (count, expected) in [
            (5, "01234567-89ab-8cde-8000-000000000005"),
            (
                0xf123_4567_89ab_cdef,
                "01234567-89ab-8cde-8123-456789abcdef",
            ),
        ] {
            let id = RequestId::of_halves(&process, &count_half(count));
            assert_eq!(id.as_str(), expected);
        }
    }

    #[test]
    fn request_ids_have_the_form_of_a_uuid_and_differ() {
        let ids: HashSet<String> = (0..1000)
            .map(|_| RequestId::next().as_str().to_owned())
            .collect();
        assert_eq!(ids.len(), 1000);
        for id in ids {
            let lengths: Vec<usize> = id.split('-').map(str::len).collect();
            assert_eq!(lengths, [8, 4, 4, 4, 12], "{id}");
            assert!(
                id.bytes()
                    .all(|byte| byte == b'-' || byte.is_ascii_hexdigit()),
                "{id}"
            );
        }
    }
}
