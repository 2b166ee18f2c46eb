//! How figures and alerts are said.
use whippet_api::Unit;

/// A number with its unit, as people read it.
pub fn amount(value: f64, unit: Unit) -> String {
    if value.is_infinite() {
        // As Prometheus writes it.
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    match unit {
        Unit::Ms => time(value),
        Unit::Ratio => format!("{} %", short(value * 100.0)),
        Unit::PerSecond => format!("{}/s", short(value)),
        Unit::Bytes => bytes(value),
        Unit::BytesPerSecond => format!("{}/s", bytes(value)),
        Unit::Number => short(value),
    }
}

/// A time, ms.
pub fn time(ms: f64) -> String {
    let size = ms.abs();
    let (value, unit) = match size {
        _ if size < 1_000.0 => (ms, "ms"),
        _ if size < 60_000.0 => (ms / 1_000.0, "s"),
        _ if size < 3_600_000.0 => (ms / 60_000.0, "min"),
        _ if size < 2.0 * 86_400_000.0 => (ms / 3_600_000.0, "h"),
        _ => (ms / 86_400_000.0, "d"),
    };
    format!("{} {unit}", short(value))
}

fn bytes(bytes: f64) -> String {
    let units = ["B", "KB", "MB", "GB", "TB"];
    let mut value = bytes;
    let mut unit = 0;
    while value.abs() >= 1000.0 && unit + 1 < units.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{} {}", short(value), units[unit])
}

/// Three digits that count, or all before the point.
fn short(value: f64) -> String {
    let size = value.abs();
    let digits = match size {
        _ if size >= 100.0 || size == 0.0 => 0,
        _ if size >= 10.0 => 1,
        _ if size >= 1.0 => 2,
        _ => 4,
    };
    let text = format!("{value:.digits$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// The first line of a text, bounded.
pub fn line(text: &str, most: usize) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// How often something happened.
pub fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        for (value, unit, text) in [
            (3_140.0, Unit::Ms, "3.14 s"),
            (412.4, Unit::Ms, "412 ms"),
            (90_000.0, Unit::Ms, "1.5 min"),
            (0.01234, Unit::Ratio, "1.23 %"),
            (0.0, Unit::Ratio, "0 %"),
            (1_500_000.0, Unit::Bytes, "1.5 MB"),
            (0.1, Unit::Number, "0.1"),
            (100.0, Unit::Number, "100"),
            (5.0, Unit::PerSecond, "5/s"),
            (f64::INFINITY, Unit::Ms, "+Inf"),
            (f64::NEG_INFINITY, Unit::Bytes, "-Inf"),
        ] {
            assert_eq!(amount(value, unit), text);
        }
        assert_eq!(line("a\nb", 10), "a");
        assert_eq!(line("ääää", 2), "ää…");
        assert_eq!([0, 1, 2].map(times), ["0 times", "once", "2 times"]);
    }
}
