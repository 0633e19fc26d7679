//! Conversions between times and RFC 3339 text in UTC: `2026-01-01T00:00:00Z`.

use core::time::Duration;
use std::time::SystemTime;

#[cfg(feature = "snapshot")]
use humantime::format_rfc3339;
use humantime::{format_rfc3339_seconds, parse_rfc3339};

/// The last second of the year 9999, the last year of four digits.
const LAST: Duration = Duration::from_secs(253_402_300_799);

/// Writes a time with whole seconds, as CloudTrail does.
pub(super) fn write_seconds(time: SystemTime) -> String {
    format_rfc3339_seconds(within_bounds(time)).to_string()
}

/// Writes a time with nine digits of a second, or with whole seconds.
#[cfg(feature = "snapshot")]
pub(super) fn write(time: SystemTime) -> String {
    format_rfc3339(within_bounds(time)).to_string()
}

/// Reads a time from 1970 on, with up to nine digits of a second.
pub(super) fn read(text: &str) -> Option<SystemTime> {
    parse_rfc3339(text).ok()
}

/// The nearest time that can be written. A time before 1970 or after 9999 comes from a wrong clock.
fn within_bounds(time: SystemTime) -> SystemTime {
    time.clamp(SystemTime::UNIX_EPOCH, SystemTime::UNIX_EPOCH + LAST)
}

#[cfg(all(test, feature = "snapshot"))]
mod tests {
    use core::time::Duration;
    use std::time::SystemTime;

    use super::{read, write, write_seconds};

    #[test]
    fn times_are_written_and_read() {
        for (seconds, nanos, text) in [
            (0, 0, "1970-01-01T00:00:00Z"),
            (951_782_399, 0, "2000-02-28T23:59:59Z"),
            (951_782_400, 0, "2000-02-29T00:00:00Z"),
            (1_582_934_400, 1, "2020-02-29T00:00:00.000000001Z"),
            (1_747_942_495, 120_000_000, "2025-05-22T19:34:55.120000000Z"),
            (4_107_542_400, 0, "2100-03-01T00:00:00Z"),
        ] {
            let time = SystemTime::UNIX_EPOCH + Duration::new(seconds, nanos);
            assert_eq!(write(time), text);
            assert_eq!(read(text), Some(time), "{text}");
            let whole = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
            assert_eq!(read(&write_seconds(time)), Some(whole), "{text}");
        }
    }

    #[test]
    fn a_clock_that_is_far_off_is_no_panic() {
        let before = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
        assert_eq!(write(before), "1970-01-01T00:00:00Z");
        let after = SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 40);
        assert_eq!(write_seconds(after), "9999-12-31T23:59:59Z");
        assert_eq!(write(after), "9999-12-31T23:59:59Z");
    }

    #[test]
    fn what_is_no_time_is_not_read() {
        for text in [
            "",
            "2026-01-01",
            "2026-01-01T00:00:00",
            "2026-01-01T00:00:00+01:00",
            "2026-13-01T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:+0Z",
            "1969-12-31T23:59:59Z",
            "0000-01-01T00:00:00Z",
            "２026-01-01T00:00:00Z",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
