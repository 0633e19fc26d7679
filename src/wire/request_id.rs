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
        static PROCESS: OnceLock<u64> = OnceLock::new();
        static COUNT: AtomicU64 = AtomicU64::new(0);

        let process = *PROCESS.get_or_init(|| RandomState::new().build_hasher().finish());
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        Self(written(number(process, count)))
    }

    pub(super) fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// The bits of the UUID. The digits 8 are the version and the variant.
fn number(process: u64, count: u64) -> u128 {
    let high = (process & !0xffff) | 0x8000 | (process >> 4 & 0xfff);
    let low = 8 << 60 | (count & 0x0fff_ffff_ffff_ffff);
    u128::from(high) << 64 | u128::from(low)
}

/// A number in the form of a UUID. Formatting its five parts would take longer than reading a request.
fn written(number: u128) -> [u8; 36] {
    let digits = hex::digits(number.to_be_bytes());
    let mut text = [b'-'; 36];
    for (start, part) in [(0, 0..4), (9, 4..6), (14, 6..8), (19, 8..10), (24, 10..16)] {
        let places = text.get_mut(start..).unwrap_or_default().as_chunks_mut();
        let part = digits.get(part).unwrap_or_default();
        for (place, digits) in places.0.iter_mut().zip(part) {
            *place = *digits;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{RequestId, number, written};

    #[test]
    fn a_number_is_written_digit_by_digit() {
        let text = "01234567-89ab-cdef-0123-456789abcdef";
        let number = 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef;
        assert_eq!(written(number), *text.as_bytes());
    }

    #[test]
    fn a_request_id_has_bits_of_its_process_a_counter_a_version_and_a_variant() {
        let process = 0x0123_4567_89ab_cdef;
        for (count, expected) in [
            (5, 0x0123_4567_89ab_8cde_8000_0000_0000_0005),
            (u64::MAX, 0x0123_4567_89ab_8cde_8fff_ffff_ffff_ffff),
        ] {
            assert_eq!(number(process, count), expected);
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
