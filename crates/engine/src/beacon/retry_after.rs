//! Parses the header `Retry-After`.

/// How long to wait, ms, by the header `Retry-After` (RFC 9110, 10.2.3): seconds, or an HTTP date in any of the three formats
/// that recipients must accept (5.6.7). `now` is the wall clock, ms since the Unix epoch. `None` for a past date and for any
/// other text.
pub fn retry_after(header: &str, now: u64) -> Option<u64> {
    let header = header.trim_ascii();
    match header.bytes().all(|byte| byte.is_ascii_digit()) {
        true if header.is_empty() => None,
        true => Some(number(header).saturating_mul(1000)),
        false => date(header, now)?.checked_sub(now),
    }
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// An HTTP date in ms since the Unix epoch.
fn date(text: &str, now: u64) -> Option<u64> {
    let mut words = [""; 8];
    let mut count = 0;
    for word in text.split([' ', ',', '-', ':']).filter(|word| !word.is_empty()) {
        *words.get_mut(count)? = word;
        count += 1;
    }
    let [year, month, day, hour, minute, second] = match (count, words) {
        // `Sun, 06 Nov 1994 08:49:37 GMT` and `Sunday, 06-Nov-94 08:49:37 GMT`
        (8, [_, day, month, year, hour, minute, second, "GMT"]) => [year, month, day, hour, minute, second],
        // `Sun Nov  6 08:49:37 1994`
        (7, [_, month, day, hour, minute, second, year, _]) => [year, month, day, hour, minute, second],
        _ => return None,
    };
    let month = MONTHS.iter().position(|name| *name == month)? as u64 + 1;
    let year = match (year.len(), digits(year, 9999)?) {
        (2, short) => {
            // A two-digit year more than fifty years ahead is in the past (RFC 9110, 5.6.7).
            let this_year = 1970 + now / 31_556_952_000;
            if 2000 + short > this_year + 50 { 1900 + short } else { 2000 + short }
        }
        (_, year) => year,
    };
    let days = days_since_epoch(year, month, digits(day, 31)?)?;
    let hours = days * 24 + digits(hour, 23)?;
    Some(((hours * 60 + digits(minute, 59)?) * 60 + digits(second, 60)?) * 1000)
}

/// Days of the Gregorian calendar since 1970; `None` before. Years are counted from March, so that a leap day comes last.
fn days_since_epoch(year: u64, month: u64, day: u64) -> Option<u64> {
    if year < 1970 || day == 0 {
        return None;
    }
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let until_year = 365 * year + year / 4 - year / 100 + year / 400;
    // From March on, any five months have 153 days, except those with February.
    let until_month = (153 * month + 2) / 5;
    (until_year + until_month + day).checked_sub(719_469)
}

/// A decimal number up to `most`.
fn digits(text: &str, most: u64) -> Option<u64> {
    let value = number(text);
    (text.bytes().all(|byte| byte.is_ascii_digit()) && value <= most).then_some(value)
}

/// The value of decimal digits; saturates.
fn number(digits: &str) -> u64 {
    let ten = |number: u64, byte: u8| number.saturating_mul(10).saturating_add(u64::from(byte & 15));
    digits.bytes().fold(0, ten)
}

#[cfg(test)]
mod tests {
    use super::super::shared_cases as cases;
    use super::*;
    use proptest::prelude::*;
    use std::string::String;

    #[test]
    fn a_header_is_parsed_as_in_the_npm_package() {
        let cases: cases::RetryAfter =
            cases::read(include_str!("../../../../tests/cases/rum/retry-after.json"));
        for cases::RetryAfterCase { header, now, ms } in cases.cases {
            assert_eq!(retry_after(&header, now), ms, "{header:?}");
        }
    }

    #[test]
    fn the_asctime_format_is_in_gmt() {
        assert_eq!(retry_after("Sun Nov  6 08:49:37 1994", 784_111_770_000), Some(7000));
        assert_eq!(retry_after("Mon Sep 21 14:13:21 2026", 1_790_000_000_000), Some(1000));
    }

    #[test]
    fn a_huge_number_of_seconds_saturates() {
        assert_eq!(retry_after(&"9".repeat(400), 0), Some(u64::MAX));
    }

    proptest! {
        #[test]
        fn any_header_is_parsed(header: String, now in 0..1u64 << 53) {
            retry_after(&header, now);
        }

        #[test]
        fn months_follow_each_other(year in 1970u64..9999, month in 1u64..=12) {
            let length = match month {
                2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
                2 => 28,
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            let next = if month == 12 { days_since_epoch(year + 1, 1, 1) } else { days_since_epoch(year, month + 1, 1) };
            prop_assert_eq!(next, days_since_epoch(year, month, length).map(|days| days + 1));
        }
    }
}
