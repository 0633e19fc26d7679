//! [`LastUsage`]: what a key was used for last, noted without a lock.

use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;
use std::time::SystemTime;

use crate::operation::Operation;

/// The last use of a key for a successful cryptographic operation: `KeyLastUsageData`.
///
/// AWS also reports the ids of the request and of its CloudTrail event, which are not known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyLastUsageData {
    /// `Operation`
    pub operation: Operation,
    /// `Timestamp`, in whole seconds; `None` if the provider had no clock.
    pub timestamp: Option<SystemTime>,
}

impl KeyLastUsageData {
    /// The use by an operation; `None` if the operation does not count.
    #[cfg(all(feature = "testing", feature = "json"))]
    pub(crate) fn of(operation: Operation, timestamp: Option<SystemTime>) -> Option<Self> {
        let usage = Self {
            operation,
            timestamp,
        };
        TRACKED.contains(&operation).then_some(usage)
    }
}

/// The operations that count (developer guide) and that this crate has. A [`LastUsage`] holds an operation as its
/// position in the list, counted from one.
const TRACKED: [Operation; 7] = [
    Operation::Decrypt,
    Operation::Encrypt,
    Operation::GenerateDataKey,
    Operation::GenerateDataKeyPair,
    Operation::GenerateDataKeyPairWithoutPlaintext,
    Operation::GenerateDataKeyWithoutPlaintext,
    Operation::ReEncrypt,
];

/// The number of low bits that hold the position of an operation. The bits above hold the seconds since 1970, plus one;
/// zero if there was no clock.
const OPERATION_BITS: u32 = 4;

/// A place for the last use of a key, which many threads write to at once.
///
/// A [`KmsKey`](crate::provider::KmsKey) that has one keeps it for as long as the key exists.
#[derive(Debug, Default)]
pub struct LastUsage(AtomicU64);

/// A use of a key that is still to succeed.
///
/// It is made before the random source draws, since that may be a system call, after which calls through pointers are
/// slow.
#[derive(Debug)]
pub(crate) struct PendingUse<'k> {
    last_usage: &'k LastUsage,
    packed: u64,
}

impl LastUsage {
    /// The place with a last use in it.
    #[must_use]
    pub fn of(usage: Option<KeyLastUsageData>) -> Self {
        let packed = usage.and_then(|usage| pack(usage.operation, usage.timestamp));
        Self(AtomicU64::new(packed.unwrap_or(0)))
    }

    /// A use that begins now. `None` if the operation does not count.
    pub(crate) fn begin(
        &self,
        operation: Operation,
        now: Option<SystemTime>,
    ) -> Option<PendingUse<'_>> {
        let packed = pack(operation, now)?;
        Some(PendingUse {
            last_usage: self,
            packed,
        })
    }

    /// The last use.
    #[must_use]
    pub fn get(&self) -> Option<KeyLastUsageData> {
        let packed = self.0.load(Ordering::Relaxed);
        let place = usize::try_from(packed & ((1 << OPERATION_BITS) - 1)).ok()?;
        let operation = *TRACKED.get(place.checked_sub(1)?)?;
        let second = (packed >> OPERATION_BITS).checked_sub(1);
        let timestamp = second
            .and_then(|second| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(second)));
        Some(KeyLastUsageData {
            operation,
            timestamp,
        })
    }
}

impl PendingUse<'_> {
    /// Notes the use, which has succeeded. A key that is used a thousand times in a second is written to once, so that
    /// threads do not contend for its cache line.
    #[inline(always)]
    pub(crate) fn note(&self) {
        let Self { last_usage, packed } = self;
        if last_usage.0.load(Ordering::Relaxed) != *packed {
            last_usage.0.store(*packed, Ordering::Relaxed);
        }
    }
}

/// `None` if the operation does not count.
fn pack(operation: Operation, now: Option<SystemTime>) -> Option<u64> {
    let place = TRACKED.iter().position(|tracked| *tracked == operation)?;
    let place = u64::try_from(place).ok()?.checked_add(1)?;
    let second = now.map_or(0, |now| {
        let since = now
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        since.as_secs().saturating_add(1)
    });
    // A clock beyond the year 36,000,000,000 shows that year.
    let second = second.min(u64::MAX >> OPERATION_BITS);
    Some(second << OPERATION_BITS | place)
}

#[cfg(test)]
mod tests {
    use core::time::Duration;
    use std::time::SystemTime;

    use super::{KeyLastUsageData, LastUsage, TRACKED};
    use crate::operation::Operation;

    fn note(usage: &LastUsage, operation: Operation, now: Option<SystemTime>) {
        if let Some(pending) = usage.begin(operation, now) {
            pending.note();
        }
    }

    #[test]
    fn each_operation_and_its_second_are_read_as_they_were_noted() {
        let second = |number| Some(SystemTime::UNIX_EPOCH + Duration::from_secs(number));
        let usage = LastUsage::default();
        assert_eq!(usage.get(), None);
        for operation in TRACKED {
            for timestamp in [None, second(0), second(1_767_225_600), second(1 << 40)] {
                note(&usage, operation, timestamp);
                let expected = KeyLastUsageData {
                    operation,
                    timestamp,
                };
                assert_eq!(usage.get(), Some(expected));
                assert_eq!(LastUsage::of(Some(expected)).get(), Some(expected));
            }
        }
    }

    #[test]
    fn what_is_no_use_is_not_noted() {
        let usage = LastUsage::default();
        for operation in Operation::ALL {
            if !TRACKED.contains(operation) {
                note(&usage, *operation, Some(SystemTime::UNIX_EPOCH));
                assert_eq!(usage.get(), None, "{operation}");
            }
        }
    }

    #[test]
    fn a_clock_that_is_far_off_is_no_panic() {
        let far = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(1 << 62));
        let usage = LastUsage::default();
        note(&usage, Operation::Encrypt, far);
        assert_eq!(
            usage.get().map(|usage| usage.operation),
            Some(Operation::Encrypt)
        );
    }
}
