//! Formats numbers for tables, axes and tooltips.
//!
//! A no-break space separates a number from its unit. Small numbers have one or two decimals, large ones none: enough to
//! compare them.
use whippet_api::Unit;

/// The text for an unknown value.
pub const NOTHING: &str = "–";

/// Formats `value` in its unit.
pub fn figure(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Ms => milliseconds(value),
        Unit::Ratio => per_cent(value),
        Unit::PerSecond => format!("{}\u{a0}/s", number(value)),
        Unit::Bytes => bytes(value),
        Unit::BytesPerSecond => format!("{}/s", bytes(value)),
        Unit::Number => number(value),
    }
}

/// Formats `value` in its unit; `None` as a dash.
pub fn maybe(value: Option<f64>, unit: Unit) -> String {
    value.map_or_else(|| NOTHING.to_owned(), |value| figure(value, unit))
}

/// Formats `value` in its unit; with `>` if the true value is only known to be greater.
pub fn at_least(value: f64, beyond: bool, unit: Unit) -> String {
    let text = figure(value, unit);
    if beyond { format!(">\u{a0}{text}") } else { text }
}

/// Formats `value` with as many digits as it needs to look different from each of `bounds`.
pub fn beside(value: f64, bounds: &[f64], unit: Unit) -> String {
    let text = figure(value, unit);
    let near = bounds.iter().find(|bound| **bound != value && figure(**bound, unit) == text);
    match near {
        Some(bound) if value > *bound => format!(">\u{a0}{text}"),
        Some(_) => format!("<\u{a0}{text}"),
        None => text,
    }
}

/// Formats a time in the user's time zone: `28 Nov 14:02`; of another year than this `28 Nov 2025 14:02`. Only works in a browser.
pub fn moment(time: i64) -> String {
    let date = js_sys::Date::new(&(time as f64).into());
    let day =
        day(date.get_date(), date.get_month(), date.get_full_year(), js_sys::Date::new_0().get_full_year());
    format!("{day} {:02}:{:02}", date.get_hours(), date.get_minutes())
}

/// A day, with its year unless it is `this_year`. Months begin with 0.
fn day(day: u32, month: u32, year: u32, this_year: u32) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = MONTHS.get(month as usize).copied().unwrap_or_default();
    if year == this_year { format!("{day} {month}") } else { format!("{day} {month} {year}") }
}

/// Formats a time as `<input type="datetime-local">` takes it, in the user's time zone. Only works in a browser.
pub fn local(time: i64) -> String {
    let date = js_sys::Date::new(&(time as f64).into());
    let (year, month) = (date.get_full_year(), date.get_month() + 1);
    format!("{year:04}-{month:02}-{:02}T{:02}:{:02}", date.get_date(), date.get_hours(), date.get_minutes())
}

/// Formats a duration: `4 µs`, `0.42 ms`, `84 ms`, `1.3 s`, `4 min`, `3.4 h`, `12 days`.
pub fn milliseconds(ms: f64) -> String {
    const MINUTE: f64 = 60_000.0;
    const HOUR: f64 = 60.0 * MINUTE;
    match ms.abs() {
        0.0 => "0\u{a0}ms".to_owned(),
        size if size < 0.01 => format!("{}\u{a0}µs", number(ms * 1000.0)),
        size if size < 1.0 => format!("{}\u{a0}ms", trimmed(ms, 2)),
        size if size < 9.95 => format!("{}\u{a0}ms", trimmed(ms, 1)),
        size if size < 999.5 => format!("{ms:.0}\u{a0}ms"),
        size if size < 9_995.0 => format!("{}\u{a0}s", trimmed(ms / 1000.0, 2)),
        size if size < 119_500.0 => format!("{}\u{a0}s", trimmed(ms / 1000.0, 1)),
        size if size < 9.95 * MINUTE => format!("{}\u{a0}min", trimmed(ms / MINUTE, 1)),
        size if size < 119.5 * MINUTE => format!("{:.0}\u{a0}min", ms / MINUTE),
        size if size < 9.95 * HOUR => format!("{}\u{a0}h", trimmed(ms / HOUR, 1)),
        size if size < 48.0 * HOUR => format!("{:.0}\u{a0}h", ms / HOUR),
        _ => format!("{}\u{a0}days", number(ms / (24.0 * HOUR))),
    }
}

/// Formats a duration that may be long: `45 s`, `5 min`, `26 h`, `12 days`.
pub fn long(ms: f64) -> String {
    const HOUR: f64 = 3_600_000.0;
    match ms.abs() {
        size if size < 119_500.0 => milliseconds(ms),
        size if size < 2.0 * HOUR => format!("{:.0}\u{a0}min", ms / 60_000.0),
        size if size < 48.0 * HOUR => format!("{:.0}\u{a0}h", ms / HOUR),
        _ => format!("{}\u{a0}days", number(ms / (24.0 * HOUR))),
    }
}

/// Formats a change: `+18 %`, `−4.2 %`, `±0 %`.
pub fn change(ratio: f64) -> String {
    // Less than can be told from nothing is no change.
    let ratio = if ratio.abs() < 0.000_1 { 0.0 } else { ratio };
    let text = per_cent(ratio.abs());
    match ratio {
        _ if ratio > 0.0 => format!("+{text}"),
        _ if ratio < 0.0 => format!("\u{2212}{text}"),
        _ => format!("\u{b1}{text}"),
    }
}

/// Formats a ratio: `0.05 %`, `4.2 %`, `87 %`. Less than all is never written as `100 %`.
pub fn per_cent(ratio: f64) -> String {
    let per_cent = ratio * 100.0;
    match per_cent {
        _ if per_cent > 0.0 && per_cent < 0.01 => "<\u{a0}0.01\u{a0}%".to_owned(),
        _ if per_cent < 1.0 => format!("{}\u{a0}%", trimmed(per_cent, 2)),
        _ if per_cent < 10.0 => format!("{}\u{a0}%", trimmed(per_cent, 1)),
        _ if per_cent < 99.0 => format!("{per_cent:.0}\u{a0}%"),
        // 0.9912 times 10,000 is a little less than 9,912.
        _ if per_cent < 100.0 => {
            format!("{}\u{a0}%", ((per_cent * 100.0 + 1e-6).floor() / 100.0).min(99.99))
        }
        _ if per_cent < 10_000.0 => format!("{per_cent:.0}\u{a0}%"),
        _ => format!("{}\u{a0}%", number(per_cent)),
    }
}

/// Formats a size: `0.4 B`, `312 B`, `4.2 KiB`, `87 MiB`. Limits that are none have EiB.
pub fn bytes(bytes: f64) -> String {
    const UNITS: [&str; 7] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let mut size = bytes;
    let mut unit = 0;
    while size.abs() >= 1023.5 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    if size.abs() < 1.0 || size.abs() >= 1024.0 {
        format!("{}\u{a0}{}", number(size), UNITS[unit])
    } else if unit == 0 || size.abs() >= 99.95 {
        format!("{size:.0}\u{a0}{}", UNITS[unit])
    } else {
        format!("{}\u{a0}{}", trimmed(size, 1), UNITS[unit])
    }
}

/// Formats a number: `1e-7`, `0.0004`, `0.045`, `4.2`, `1 234`, `1.2 M`, `1.8e19`. What is not nothing is never written as `0`.
pub fn number(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if size < 1e-6 => format!("{value:.1e}").replace(".0e", "e"),
        // Two digits that count.
        size if size < 0.1 => trimmed(value, (1.0 - size.log10().floor()) as usize),
        size if size < 9.995 => trimmed(value, 2),
        size if size < 99.95 => trimmed(value, 1),
        size if size < 999_999.5 => grouped(value.round() as i64),
        size if size < 999_999_500.0 => format!("{}\u{a0}M", trimmed(value / 1e6, 1)),
        size if size < 999_999_500_000.0 => format!("{}\u{a0}G", trimmed(value / 1e9, 1)),
        size if size < 999_999_500_000_000.0 => format!("{}\u{a0}T", trimmed(value / 1e12, 1)),
        _ => format!("{value:.1e}").replace(".0e", "e"),
    }
}

/// Formats a count: `1 234`, `12.3 M`.
pub fn count(count: u64) -> String {
    number(count as f64)
}

/// Formats the time between `then` and `now`, ms: `just now`, `12 s ago`, `4 min ago`, `3 h ago`, `2 d ago`.
pub fn ago(then: i64, now: i64) -> String {
    let seconds = (now - then).max(0) / 1000;
    match seconds {
        0..=1 => "just now".to_owned(),
        2..=119 => format!("{seconds}\u{a0}s ago"),
        120..=7_199 => format!("{}\u{a0}min ago", seconds / 60),
        7_200..=172_799 => format!("{}\u{a0}h ago", seconds / 3_600),
        _ => format!("{}\u{a0}d ago", seconds / 86_400),
    }
}

/// At most `digits` decimals, without trailing zeros.
fn trimmed(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    // What is a little less than nothing has no sign.
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Separates thousands by a narrow no-break space.
fn grouped(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = String::from(if value < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    /// Compares with ordinary spaces: the others look alike in an expectation.
    fn check(write: fn(f64) -> String, values: &[f64], expect: Expect) {
        let text: Vec<String> = values.iter().map(|&value| write(value)).collect();
        expect.assert_eq(&text.join(" | ").replace(['\u{a0}', '\u{202f}'], " "));
    }

    #[test]
    fn days_of_another_year_have_it() {
        assert_eq!(day(28, 10, 2026, 2026), "28 Nov");
        assert_eq!([day(28, 10, 2025, 2026), day(1, 0, 2027, 2026)], ["28 Nov 2025", "1 Jan 2027"]);
    }

    #[test]
    fn spans() {
        check(
            milliseconds,
            &[0.0, 0.123, 0.999, 1.0, 9.94, 9.96, 84.4, 999.4, 999.6, 1234.0, 12_340.0, 119_000.0, 240_000.0],
            expect![
                "0 ms | 0.12 ms | 1 ms | 1 ms | 9.9 ms | 10 ms | 84 ms | 999 ms | 1 s | 1.23 s | 12.3 s | 119 s | 4 min"
            ],
        );
    }

    #[test]
    fn long_spans() {
        check(
            long,
            &[45_000.0, 300_000.0, 7_199_000.0, 7_200_000.0, 93_600_000.0, 172_800_000.0, 1_036_800_000.0],
            expect!["45 s | 5 min | 120 min | 2 h | 26 h | 2 days | 12 days"],
        );
    }

    #[test]
    fn changes() {
        check(
            change,
            &[0.181, -0.042, 0.0, 2.5, -0.000_01],
            expect!["+18 % | −4.2 % | ±0 % | +250 % | ±0 %"],
        );
    }

    #[test]
    fn ratios() {
        check(
            per_cent,
            &[0.0, 0.000_01, 0.0005, 0.0423, 0.5, 0.991, 0.999_99, 1.0],
            expect!["0 % | < 0.01 % | 0.05 % | 4.2 % | 50 % | 99.1 % | 99.99 % | 100 %"],
        );
    }

    #[test]
    fn sizes() {
        check(
            bytes,
            &[0.0, 1023.0, 1024.0, 4300.0, 104_857_600.0, 3.5e9],
            expect!["0 B | 1023 B | 1 KiB | 4.2 KiB | 100 MiB | 3.3 GiB"],
        );
        // Rates below a byte in a second, and `process_virtual_memory_max_bytes` where there is no limit.
        check(bytes, &[0.4, 0.02, 5e15, 2_f64.powi(64)], expect!["0.4 B | 0.02 B | 4.4 PiB | 16 EiB"]);
    }

    #[test]
    fn numbers() {
        check(
            number,
            &[0.0, 0.0451, 0.25, 4.256, 42.25, 999.0, 1234.0, 999_999.0, 1_250_000.0, -1234.0, 4e9],
            expect!["0 | 0.045 | 0.25 | 4.26 | 42.2 | 999 | 1 234 | 999 999 | 1.2 M | -1 234 | 4 G"],
        );
    }

    #[test]
    fn what_is_huge_is_short() {
        check(
            number,
            &[9.999_996e11, 5e13, 1e15, 2_f64.powi(64), -1e300],
            expect!["1 T | 50 T | 1e15 | 1.8e19 | -1e300"],
        );
        check(bytes, &[1000.0 * 2_f64.powi(60), f64::MAX], expect!["1000 EiB | 1.6e290 EiB"]);
        check(per_cent, &[25.0, 250.0, 1e300], expect!["2500 % | 25 000 % | 1e302 %"]);
        let units = [Unit::Ms, Unit::Ratio, Unit::PerSecond, Unit::Bytes, Unit::BytesPerSecond, Unit::Number];
        for unit in units {
            assert!(figure(f64::MAX, unit).chars().count() < 16, "{}", figure(f64::MAX, unit));
        }
    }

    #[test]
    fn what_is_small_is_not_nothing() {
        check(
            number,
            &[1e-7, -1.2e-7, 0.000_001, 0.000_04, 0.0004, -0.0025, 0.009_99, 0.05],
            expect!["1e-7 | -1.2e-7 | 0.000001 | 0.00004 | 0.0004 | -0.0025 | 0.01 | 0.05"],
        );
        check(milliseconds, &[0.004_2, 0.000_3, 0.01], expect!["4.2 µs | 0.3 µs | 0.01 ms"]);
        assert_eq!(figure(0.0004, Unit::PerSecond), "0.0004\u{a0}/s");
    }

    #[test]
    fn spans_of_hours_and_days() {
        check(
            milliseconds,
            &[119_600.0, 150_000.0, 1_200_000.0, 5_400_000.0, 7_200_000.0, 12_345_678.0, 86_400_000.0, 1.3e9],
            expect!["2 min | 2.5 min | 20 min | 90 min | 2 h | 3.4 h | 24 h | 15 days"],
        );
    }

    #[test]
    fn what_is_less_than_nothing_has_the_unit_of_its_size() {
        check(milliseconds, &[-84.4, -1234.0, -240_000.0], expect!["-84 ms | -1.23 s | -4 min"]);
        check(bytes, &[-312.0, -4300.0, -104_857_600.0], expect!["-312 B | -4.2 KiB | -100 MiB"]);
        check(per_cent, &[-0.5, -0.000_001], expect!["-50 % | 0 %"]);
    }

    #[test]
    fn shares_near_all_are_not_one_digit_too_low() {
        check(
            per_cent,
            &[0.9912, 0.9923, 0.9984, 0.9999, 0.999_999_999_999],
            expect!["99.12 % | 99.23 % | 99.84 % | 99.99 % | 99.99 %"],
        );
    }

    #[test]
    fn times_gone_by() {
        check(
            |seconds| ago(0, (seconds * 1000.0) as i64),
            &[-5.0, 0.0, 12.0, 119.0, 120.0, 7_199.0, 7_200.0, 172_799.0, 172_800.0],
            expect![
                "just now | just now | 12 s ago | 119 s ago | 2 min ago | 119 min ago | 2 h ago | 47 h ago | 2 d ago"
            ],
        );
    }

    #[test]
    fn what_is_only_near_a_bound_does_not_look_like_it() {
        let ms = |value: f64| beside(value, &[2500.0, 4000.0], Unit::Ms).replace('\u{a0}', " ");
        assert_eq!(
            [2490.0, 2499.0, 2500.0, 2501.0, 3999.9].map(ms),
            ["2.49 s", "< 2.5 s", "2.5 s", "> 2.5 s", "< 4 s"]
        );
        assert_eq!(beside(0.1001, &[0.1, 0.25], Unit::Number), ">\u{a0}0.1");
        assert_eq!(at_least(500.0, true, Unit::Ms), ">\u{a0}500\u{a0}ms");
    }

    #[test]
    fn nothing_known_is_a_dash() {
        assert_eq!(maybe(None, Unit::Ms), NOTHING);
    }
}
