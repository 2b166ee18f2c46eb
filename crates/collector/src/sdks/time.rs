//! Points in time as SDKs write them.

/// A time such as `2026-01-31T12:00:00.123Z`, which is all that `Date.prototype.toISOString` writes; ms since the Unix epoch.
/// An offset other than `Z` is read, too.
pub fn iso(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize| -> Option<i64> {
        let digits = bytes.get(from..to)?;
        digits
            .iter()
            .try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
    };
    let is = |at: usize, wanted: &[u8]| bytes.get(at).is_some_and(|byte| wanted.contains(byte));
    if !(is(4, b"-") && is(7, b"-") && is(10, b"Tt ") && is(13, b":") && is(16, b":")) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut at = 19;
    let mut ms = 0;
    if is(at, b".") {
        let digits = bytes[20..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let kept = digits.min(3);
        ms = number(20, 20 + kept)? * [1000, 100, 10, 1][kept];
        at = 20 + digits;
    }
    let offset = match bytes.get(at)? {
        b'Z' | b'z' => 0,
        sign @ (b'+' | b'-') => {
            let minutes = number(at + 1, at + 3)? * 60 + number(at + 4, at + 6)?;
            if *sign == b'+' { minutes } else { -minutes }
        }
        _ => return None,
    };
    let seconds = ((days(year, month, day) * 24 + hour) * 60 + minute - offset) * 60 + second;
    Some(seconds * 1000 + ms)
}

/// Days since 1970-01-01, by Howard Hinnant's `days_from_civil`.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::iso;

    #[test]
    fn times_are_those_of_date() {
        for (text, ms) in [
            ("1970-01-01T00:00:00.000Z", Some(0)),
            ("2024-02-29T00:00:00Z", Some(1_709_164_800_000)),
            ("2026-11-28T12:00:00.5Z", Some(1_795_867_200_500)),
            ("2026-11-28T12:00:00.123456Z", Some(1_795_867_200_123)),
            ("2026-11-28T13:30:00.000+01:30", Some(1_795_867_200_000)),
            ("2026-11-28", None),
            ("yesterday", None),
            ("2026-13-28T12:00:00Z", None),
            ("", None),
        ] {
            assert_eq!(iso(text), ms, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_not(text: String) {
            let _ = iso(&text);
        }

        #[test]
        fn digits_anywhere_are_read_or_not(text in "[0-9T:.Z+-]{0,40}") {
            let _ = iso(&text);
        }
    }
}
