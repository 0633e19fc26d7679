//! [`Number`]: a decimal number of any length, compared by value.

use core::cmp::Ordering;

/// A number of a condition or a request.
///
/// It is kept as decimal digits: in binary floating point, 0.1 would be another number, and different large integers would
/// be equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Number {
    negative: bool,
    /// The digits from the first to the last that is not zero; none for zero.
    digits: Box<[u8]>,
    /// How many of the digits stand before the point; negative if zeros follow the point first.
    point: i64,
}

impl Number {
    /// Reads `-12.50` or `1e3`: an optional sign, digits with an optional point, an optional exponent.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
        let Some(end) = digits.iter().rposition(|digit| *digit != b'0') else {
            return Some(Self {
                negative: false,
                digits: Box::default(),
                point: 0,
            });
        };
        let significant = digits.get(zeros..=end)?;
        let point = i64::try_from(whole.len()).ok()? - i64::try_from(zeros).ok()?;
        Some(Self {
            negative,
            digits: significant.into(),
            point: point + i64::from(exponent),
        })
    }

    /// By magnitude: without the sign.
    fn cmp_magnitude(&self, other: &Self) -> Ordering {
        match (self.digits.is_empty(), other.digits.is_empty()) {
            // The point first: as neither begins with a zero, it tells the order of magnitude.
            (false, false) => (self.point, &self.digits).cmp(&(other.point, &other.digits)),
            (self_is_zero, other_is_zero) => other_is_zero.cmp(&self_is_zero),
        }
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.cmp_magnitude(other),
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (true, true) => other.cmp_magnitude(self),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::Number;

    #[test]
    fn numbers_are_ordered_by_value() {
        let ordered: [&[&str]; 11] = [
            &["-1e3", "-1000", "-1000.0"],
            &["-12.5"],
            &["-0.1", "-.1"],
            &["0", "-0", "0.000", "0e9", "+0"],
            &["0.0009", "9e-4"],
            &["0.1", "0.10", ".1", "00.1"],
            &["1.1", "1.10", "11e-1"],
            &["2"],
            &["10", "1e1", "1E+1", "10."],
            &["9007199254740992"],
            &["9007199254740993", "9007199254740993.0"],
        ];
        for (at, equal) in ordered.iter().enumerate() {
            for (other_at, others) in ordered.iter().enumerate() {
                for text in *equal {
                    for other in *others {
                        let read = |text| Number::parse(text).unwrap();
                        let order = read(text).partial_cmp(&read(other));
                        assert_eq!(order, Some(at.cmp(&other_at)), "{text} {other}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_not_a_number_is_refused() {
        for text in [
            "",
            "-",
            ".",
            "e3",
            "1e",
            "1 ",
            "0x1",
            "1,000",
            "1.2.3",
            "NaN",
            "ä",
            "--1",
            "1e99999999999",
        ] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
    }
}
