//! Dates of conditions: ISO 8601 in the forms of W3C, or seconds since 1970.

use std::time::{Duration, SystemTime};

/// Reads a date: `2020`, `2020-01`, `2020-01-31`, `2020-01-31T23:59Z`, `2020-01-31T23:59:59.5+01:00`, or `1580515199`
/// (IAM User Guide, date condition operators). Omitted parts default to the beginning of the period.
///
/// Four digits are read as a year. Dates before 1970 and after 9999 are not supported.
pub(super) fn parse(text: &str) -> Option<SystemTime> {
    let is_number = text.len() > 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number {
        let seconds = Duration::from_secs(text.parse().ok()?);
        return SystemTime::UNIX_EPOCH.checked_add(seconds);
    }
    let (day, time) = match text.split_once('T') {
        Some((day, time)) => (day, Some(time)),
        None => (text, None),
    };
    let day = match (day.len(), time) {
        (4, None) => format!("{day}-01-01"),
        (7, None) => format!("{day}-01"),
        _ => day.to_owned(),
    };
    let Some(time) = time else {
        return parse_utc(&day, "00:00:00");
    };
    if let Some(time) = time.strip_suffix('Z') {
        return parse_utc(&day, time);
    }
    let (time, offset, is_east) = match time.split_once('+') {
        Some((time, offset)) => (time, offset, true),
        None => {
            let (time, offset) = time.split_once('-')?;
            (time, offset, false)
        }
    };
    let local = parse_utc(&day, time)?;
    let offset = parse_offset(offset)?;
    if is_east {
        local.checked_sub(offset)
    } else {
        local.checked_add(offset)
    }
}

fn parse_utc(day: &str, time: &str) -> Option<SystemTime> {
    let seconds = if time.len() == 5 { ":00" } else { "" };
    humantime::parse_rfc3339(&format!("{day}T{time}{seconds}Z")).ok()
}

/// Reads `01:30`.
fn parse_offset(text: &str) -> Option<Duration> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |text: &str, limit: u64| {
        let is_number = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u64>()
            .ok()
            .filter(|value| is_number && *value < limit)
    };
    let minutes = number(hours, 24)? * 60 + number(minutes, 60)?;
    Some(Duration::from_secs(minutes * 60))
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::parse;

    #[test]
    fn a_date_may_leave_out_what_comes_last() {
        for (text, seconds) in [
            ("2020", 1_577_836_800.0),
            ("2020-02", 1_580_515_200.0),
            ("2020-02-29", 1_582_934_400.0),
            ("2020-02-29T12:30Z", 1_582_979_400.0),
            ("2020-02-29T12:30:15Z", 1_582_979_415.0),
            ("2020-02-29T12:30:15.5Z", 1_582_979_415.5),
            ("2020-02-29T12:30:15+01:30", 1_582_974_015.0),
            ("2020-02-29T12:30-08:00", 1_583_008_200.0),
            ("1582979415", 1_582_979_415.0),
            ("00000", 0.0),
            ("1970", 0.0),
        ] {
            let since_1970 =
                parse(text).and_then(|date| date.duration_since(SystemTime::UNIX_EPOCH).ok());
            assert_eq!(
                since_1970.map(|time| time.as_secs_f64()),
                Some(seconds),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_not_a_date_is_refused() {
        for text in [
            "",
            "T",
            "20-01-01",
            "2020-13",
            "2020-02-30",
            "2020-02-29T",
            "2020-02-29T12",
            "2020-02-29T12:30",
            "2020-02-29T12:30+1:00",
            "2020-02-29T12:30+24:00",
            "2020-02-29T12:30+01:60",
            "2020-02-29 12:30:00Z",
            "tomorrow",
            "-1",
            "99999999999999999999999",
            "2020-02-29T12:30:15z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
