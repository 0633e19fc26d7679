//! [`ClockChoice`]: the clock that `--clock` asks for.

use core::str::FromStr;
use core::time::Duration;
use std::time::SystemTime;

use humantime::{parse_duration, parse_rfc3339};
use kms_reencrypt::keyring::{Clock, KeyringBuilder, ManualClock, SystemClock};

/// The longest duration by which a clock may be moved at once, or may differ from the system's: a thousand years.
const LONGEST: Duration = Duration::from_secs(1000 * 366 * 24 * 60 * 60);

/// What `--clock` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClockChoice {
    /// The system's time.
    System,
    /// Always the same time.
    Fixed(SystemTime),
    /// The system's time plus this duration.
    Ahead(Duration),
    /// The system's time minus this duration.
    Behind(Duration),
    /// A clock that moves only when a request moves it. It starts at this time, or by default at the system's time.
    Manual(Option<SystemTime>),
}

impl FromStr for ClockChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, value) = match text.split_once(':') {
            Some((kind, value)) => (kind, Some(value)),
            None => (text, None),
        };
        match (kind, value) {
            ("system", None) => Ok(Self::System),
            ("fixed", Some(time)) => Ok(Self::Fixed(read_time(time)?)),
            ("manual", None) => Ok(Self::Manual(None)),
            ("manual", Some(time)) => Ok(Self::Manual(Some(read_time(time)?))),
            ("offset", Some(offset)) => match offset.split_at_checked(1) {
                Some(("+", by)) => Ok(Self::Ahead(read_duration(by)?)),
                Some(("-", by)) => Ok(Self::Behind(read_duration(by)?)),
                _ => Err("an offset has a sign: offset:+90d or offset:-2h".to_owned()),
            },
            _ => Err(
                "it must be system, fixed:2026-01-01T00:00:00Z, offset:+90d, manual or \
                 manual:2026-01-01T00:00:00Z"
                    .to_owned(),
            ),
        }
    }
}

impl ClockChoice {
    /// The same ring with this clock, and the clock itself if requests may move it.
    pub(crate) fn of_ring(self, ring: KeyringBuilder) -> (KeyringBuilder, Option<ManualClock>) {
        match self {
            Self::System => (ring.clock(SystemClock::default()), None),
            Self::Fixed(time) => (ring.clock(ManualClock::at(time)), None),
            Self::Ahead(by) => (ring.clock(Apart(by, SystemTime::checked_add)), None),
            Self::Behind(by) => (ring.clock(Apart(by, SystemTime::checked_sub)), None),
            Self::Manual(time) => {
                let clock = ManualClock::at(time.unwrap_or_else(SystemTime::now));
                (ring.clock(clock.clone()), Some(clock))
            }
        }
    }

    /// Whether requests may move the clock.
    pub(crate) const fn is_manual(self) -> bool {
        matches!(self, Self::Manual(_))
    }
}

/// The system's clock, put forward or back. It shows the system's own time if `SystemTime` cannot represent the other one.
#[derive(Clone, Copy, Debug)]
struct Apart(Duration, fn(&SystemTime, Duration) -> Option<SystemTime>);

impl Clock for Apart {
    fn now(&self) -> SystemTime {
        let Self(by, moved) = self;
        let now = SystemTime::now();
        moved(&now, *by).unwrap_or(now)
    }
}

/// A time such as `2026-01-01T00:00:00Z`.
pub(crate) fn read_time(text: &str) -> Result<SystemTime, String> {
    parse_rfc3339(text)
        .map_err(|_| format!("{text:?} is not a time such as 2026-01-01T00:00:00Z, in UTC"))
}

/// A duration such as `90d` or `1h 30m`.
pub(crate) fn read_duration(text: &str) -> Result<Duration, String> {
    match parse_duration(text) {
        Ok(duration) if duration <= LONGEST => Ok(duration),
        Ok(_) => Err(format!("{text:?} is more than a thousand years")),
        Err(_) => Err(format!("{text:?} is not a duration such as 90d or 1h 30m")),
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;
    use std::time::SystemTime;

    use kms_reencrypt::keyring::Clock as _;

    use super::{Apart, ClockChoice};

    #[test]
    fn each_kind_of_clock_is_read() {
        let new_year = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
        let days = Duration::from_secs(90 * 24 * 60 * 60);
        for (text, choice) in [
            ("system", ClockChoice::System),
            ("fixed:2026-01-01T00:00:00Z", ClockChoice::Fixed(new_year)),
            ("offset:+90d", ClockChoice::Ahead(days)),
            ("offset:-90days", ClockChoice::Behind(days)),
            ("manual", ClockChoice::Manual(None)),
            (
                "manual:2026-01-01T00:00:00Z",
                ClockChoice::Manual(Some(new_year)),
            ),
        ] {
            assert_eq!(text.parse(), Ok(choice), "{text}");
        }
    }

    #[test]
    fn what_is_no_clock_is_refused_with_an_example() {
        for (text, reason) in [
            ("", "it must be system, fixed:"),
            ("sundial", "it must be system, fixed:"),
            ("system:1", "it must be system, fixed:"),
            ("fixed", "it must be system, fixed:"),
            ("fixed:tomorrow", r#""tomorrow" is not a time such as"#),
            ("fixed:2026-01-01T00:00:00+01:00", "in UTC"),
            ("offset:90d", "an offset has a sign"),
            ("offset:", "an offset has a sign"),
            ("offset:+soon", r#""soon" is not a duration such as 90d"#),
            ("offset:+1100years", "more than a thousand years"),
            ("manual:now", r#""now" is not a time"#),
        ] {
            let error = text.parse::<ClockChoice>().unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn a_clock_apart_runs_with_the_system_s() {
        let day = Duration::from_secs(24 * 60 * 60);
        let before = SystemTime::now();
        let ahead = Apart(day, SystemTime::checked_add).now();
        let behind = Apart(day, SystemTime::checked_sub).now();
        let after = SystemTime::now();
        assert!(before + day <= ahead && ahead <= after + day);
        assert!(before - day <= behind && behind <= after - day);
    }
}
