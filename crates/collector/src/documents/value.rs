//! Single values: numbers, also as text with a unit, and words for how something is.
use super::json::{Node, Type};
use super::unit::Unit;

/// A finite number, and the unit written behind it: `5`, `"5"`, `"93.1%"`, `"512 MB"`, `"45ms"`.
pub fn read(node: Node<'_>) -> Option<(f64, Option<Unit>)> {
    if let Some(number) = node.number() {
        return Some((number, None));
    }
    let text = node.string()?;
    let text = text.trim();
    if text.len() > 64 || !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) {
        return None;
    }
    if let Some(number) = text.parse().ok().filter(|number: &f64| number.is_finite()) {
        return Some((number, None));
    }
    let end = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, '-' | '+' | '.' | ','))?;
    let number: f64 = text[..end].parse().ok()?;
    Unit::symbol(&text[end..]).map(|unit| (number, Some(unit)))
}

/// A short text for a label: a string, a number or a truth value.
pub fn text(node: Node<'_>) -> Option<String> {
    match node.kind() {
        Type::String => node.string().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()),
        Type::Number => node.number().map(|number| number.to_string()),
        Type::Bool => node.bool().map(|is| is.to_string()),
        Type::Null | Type::List | Type::Object => None,
    }
}

/// How well something is: 1, 0.5 or 0.
pub fn health(word: &str) -> Option<f64> {
    let word = word.trim().to_ascii_lowercase();
    match word.as_str() {
        "ok" | "up" | "healthy" | "pass" | "passing" | "green" | "online" | "connected" | "ready"
        | "running" | "available" | "alive" | "active" | "operational" | "success" | "serving" | "open" => {
            Some(1.0)
        }
        "degraded" | "warn" | "warning" | "yellow" | "partial" | "slow" | "unstable" => Some(0.5),
        "down" | "unhealthy" | "fail" | "failed" | "failing" | "red" | "offline" | "disconnected"
        | "not ready" | "not_ready" | "stopped" | "unavailable" | "dead" | "error" | "critical"
        | "closed" | "inactive" | "not_serving" => Some(0.0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::json::Node;
    use super::super::unit::Unit;
    use super::read;

    #[test]
    fn numbers_are_read_also_as_text() {
        for (text, expected) in [
            ("5", Some((5.0, None))),
            ("\" -2.5e3 \"", Some((-2500.0, None))),
            ("\"93.1%\"", Some((93.1, Some(Unit::Percent)))),
            ("\"512 MB\"", Some((512.0, Some(Unit::Mebibytes)))),
            ("\"45ms\"", Some((45.0, Some(Unit::Milliseconds)))),
            ("\"3 apples\"", None),
            ("\"NaN\"", None),
            ("\"inf\"", None),
            ("\"1e999\"", None),
            ("1e999", None),
            ("\"\"", None),
            ("null", None),
            ("{}", None),
        ] {
            assert_eq!(read(Node::new(text).unwrap()), expected, "{text}");
        }
    }
}
