//! Times as documents write them.
use super::json::Node;

/// The first and the last time that is believed, ms since the epoch: 2000 and 2100.
const FIRST: f64 = 946_684_800_000.0;
const LAST: f64 = 4_102_444_800_000.0;

/// The time that a value is, ms since the epoch: RFC 3339, or a number of s, ms, µs or ns since the epoch.
pub fn read(node: Node<'_>) -> Option<i64> {
    if let Some(number) = node.number() {
        return number_ms(number);
    }
    let text = node.string()?;
    let text = text.trim();
    text.parse().ok().and_then(number_ms).or_else(|| date(text))
}

fn number_ms(number: f64) -> Option<i64> {
    [1000.0, 1.0, 1e-3, 1e-6]
        .into_iter()
        .map(|scale| number * scale)
        .find(|ms| (FIRST..LAST).contains(ms))
        .map(|ms| ms as i64)
}

/// RFC 3339, also with a space for the `T`, and in UTC where no offset is told.
fn date(text: &str) -> Option<i64> {
    let digits = |from: usize, to: usize| -> Option<i64> {
        text.get(from..to).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok()
    };
    let mark = |at: usize, marks: &str| text.get(at..=at).filter(|mark| marks.contains(*mark));
    let (year, month, day) = (digits(0, 4)?, digits(5, 7)?, digits(8, 10)?);
    mark(4, "-").and(mark(7, "-"))?;
    let (hour, minute) = match text.len() {
        10 => (0, 0),
        _ => {
            mark(10, "Tt ").and(mark(13, ":"))?;
            (digits(11, 13)?, digits(14, 16)?)
        }
    };
    let second = if mark(16, ":").is_some() { digits(17, 19)? } else { 0 };
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut rest = text.get(if mark(16, ":").is_some() { 19 } else { 16 }..).unwrap_or_default();
    let mut ms = 0;
    if let Some(fraction) = rest.strip_prefix(['.', ',']) {
        let end = fraction.find(|c: char| !c.is_ascii_digit()).unwrap_or(fraction.len());
        let part = format!("{:0<3}", &fraction[..end]);
        ms = part.get(..3)?.parse().ok()?;
        rest = &fraction[end..];
    }
    let ms =
        ((days(year, month, day) * 24 + hour) * 60 + minute) * 60_000 + second * 1000 + ms - offset(rest)?;
    (FIRST..LAST).contains(&(ms as f64)).then_some(ms)
}

/// `Z`, `+02:00` or `+0200`, ms.
fn offset(text: &str) -> Option<i64> {
    let text = text.trim();
    let text = text.strip_suffix("UTC").unwrap_or(text).trim();
    if matches!(text, "" | "Z" | "z") {
        return Some(0);
    }
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits: String = text.get(1..)?.chars().filter(|c| *c != ':').collect();
    let number: i64 = digits.parse().ok().filter(|_| matches!(digits.len(), 2 | 4))?;
    let (hours, minutes) = if digits.len() == 4 { (number / 100, number % 100) } else { (number, 0) };
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60_000)
}

/// Days since the epoch. By Howard Hinnant's `days_from_civil`.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::super::json::Node;
    use super::read;

    #[test]
    fn times_are_read_as_documents_write_them() {
        let t = 1_706_720_461_500;
        for (text, expected) in [
            ("1706720461.5", Some(t)),
            ("1706720461500", Some(t)),
            ("1706720461500000", Some(t)),
            ("1706720461500000000", Some(t)),
            ("\"1706720461500\"", Some(t)),
            ("\"2024-01-31T17:01:01.5Z\"", Some(t)),
            ("\"2024-01-31T17:01:01.500123+00:00\"", Some(t)),
            ("\"2024-01-31 17:01:01,500\"", Some(t)),
            ("\"2024-01-31T19:01:01.500+0200\"", Some(t)),
            ("\"2024-01-31T12:01:01.500-05:00\"", Some(t)),
            ("\"2024-02-29\"", Some(1_709_164_800_000)),
            ("\"2024-02-29 00:00 UTC\"", Some(1_709_164_800_000)),
            ("5", None),
            ("true", None),
            ("\"yesterday\"", None),
            ("\"2024-13-01\"", None),
            ("\"2024-01-31T17:01:01.5 PST\"", None),
            ("\"１７\"", None),
        ] {
            assert_eq!(read(Node::new(text).unwrap()), expected, "{text}");
        }
    }
}
