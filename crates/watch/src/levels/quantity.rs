//! Numbers as people write them: `2.5s`, `80%`, `512MiB`, `0.1`, `15m`.

/// The longest time that a rule may name, ms: 400 days, as no window of a report is longer.
const LONGEST: f64 = 400.0 * 86_400_000.0;

/// What a unit says that a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `2.5s`
    Time,
    /// `80%`
    Share,
    /// `512MiB`
    Size,
    /// `5/s`
    Rate,
}

/// What the unit of a number says that it is; `None` without a unit.
pub fn kind(text: &str) -> Option<Kind> {
    match parts(text).1 {
        "" => None,
        "%" => Some(Kind::Share),
        unit if unit.starts_with('/') => Some(Kind::Rate),
        unit if size(unit).is_some() => Some(Kind::Size),
        _ => Some(Kind::Time),
    }
}

/// The number, and its unit.
fn parts(text: &str) -> (&str, &str) {
    let text = text.trim();
    let digits = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+');
    let (number, unit) = text.split_at(text.find(|c| !digits(c)).unwrap_or(text.len()));
    (number, unit.trim())
}

/// A number in the unit in which figures are kept: times in ms, shares from 0 to 1, sizes in bytes.
///
/// # Errors
/// What a number looks like.
pub fn number(text: &str) -> Result<f64, String> {
    let (number, unit) = parts(text);
    let factor = match unit {
        "" | "ms" => Some(1.0),
        "s" => Some(1000.0),
        "m" | "min" => Some(60_000.0),
        "h" => Some(3_600_000.0),
        "d" => Some(86_400_000.0),
        "%" => Some(0.01),
        "/s" => Some(1.0),
        "/min" => Some(1.0 / 60.0),
        "/h" => Some(1.0 / 3600.0),
        unit => size(unit),
    };
    match number.parse::<f64>().ok().zip(factor).map(|(number, factor)| number * factor) {
        Some(value) if value.is_finite() => Ok(value),
        _ => Err(format!("'{}' is no number: write 0.1, 80%, 2.5s, 200ms, 512MiB or 5/s", text.trim())),
    }
}

fn size(unit: &str) -> Option<f64> {
    Some(match unit.to_ascii_lowercase().as_str() {
        "b" => 1.0,
        "kb" => 1e3,
        "mb" => 1e6,
        "gb" => 1e9,
        "tb" => 1e12,
        "kib" => 1024.0,
        "mib" => 1024.0 * 1024.0,
        "gib" => 1024.0 * 1024.0 * 1024.0,
        "tib" => 1024.0 * 1024.0 * 1024.0 * 1024.0,
        _ => return None,
    })
}

/// A time, ms, with a unit.
///
/// # Errors
/// What a time looks like.
pub fn duration(text: &str) -> Result<i64, String> {
    let text = text.trim();
    let has_unit = ["ms", "s", "m", "h", "d"]
        .iter()
        .any(|unit| text.strip_suffix(unit).is_some_and(|rest| rest.ends_with(|c: char| c.is_ascii_digit())));
    match number(text) {
        Ok(ms) if has_unit && (0.0..=LONGEST).contains(&ms) => Ok(ms as i64),
        Ok(ms) if has_unit && ms > LONGEST => Err(format!("'{text}' is longer than 400d")),
        _ => Err(format!("'{text}' is no time: write 30s, 15m, 12h or 30d")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, duration, kind, number};

    #[test]
    fn numbers_have_units() {
        for (text, value) in [
            ("2.5s", 2500.0),
            ("200ms", 200.0),
            ("200", 200.0),
            ("80%", 0.8),
            ("80 %", 0.8),
            ("1MiB", 1_048_576.0),
            ("-1", -1.0),
            ("6/min", 0.1),
        ] {
            assert!((number(text).unwrap() - value).abs() < 1e-9, "{text}");
        }
        for wrong in ["", "s", "NaN", "inf", "1e5", "1..5", "5 parsecs", "9999999999999999999999TB9"] {
            assert!(number(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_unit_says_what_a_number_is() {
        for (text, wanted) in [
            ("2.5 s", Some(Kind::Time)),
            ("5m", Some(Kind::Time)),
            (" 80%", Some(Kind::Share)),
            ("5MB", Some(Kind::Size)),
            ("1B", Some(Kind::Size)),
            ("6/min", Some(Kind::Rate)),
            ("-0.1", None),
        ] {
            assert_eq!(kind(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_time_needs_its_unit() {
        assert_eq!(duration("15m"), Ok(900_000));
        assert_eq!(duration("0s"), Ok(0));
        assert_eq!(duration("1.5h"), Ok(5_400_000));
        for wrong in ["15", "15%", "-1s", "401d", "m", ""] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
