//! Request ids, which relate the logs of a client to those of a server.

use core::fmt;
use core::hash::{BuildHasher, Hasher};
use std::hash::RandomState;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The next request id of this process, as a UUID: a random half that differs between processes, and a counter.
///
/// It is not a secret, so it is drawn neither from the random source, which a test may have made repeatable, nor from a
/// clock.
pub(super) fn next() -> String {
    static PROCESS: OnceLock<u64> = OnceLock::new();
    static COUNT: AtomicU64 = AtomicU64::new(0);

    let process = *PROCESS.get_or_init(|| RandomState::new().build_hasher().finish());
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    RequestId { process, count }.to_string()
}

struct RequestId {
    process: u64,
    count: u64,
}

/// A UUID of version 8: custom contents.
impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { process, count } = self;
        write!(
            f,
            "{:08x}-{:04x}-8{:03x}-8{:03x}-{:012x}",
            process >> 32,
            (process >> 16) & 0xffff,
            (process >> 4) & 0xfff,
            (count >> 48) & 0xfff,
            count & 0xffff_ffff_ffff,
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::next;

    #[test]
    fn request_ids_have_the_form_of_a_uuid_and_differ() {
        let ids: HashSet<String> = (0..1000).map(|_| next()).collect();
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
