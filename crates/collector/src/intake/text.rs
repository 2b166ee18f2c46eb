//! Texts of SDKs within the limits that beacons have.
use whippet_engine::beacon::{self, Attribution, Device, PageError, Vital, limits, scrub};
use whippet_engine::stats::Histogram;
use whippet_engine::vitals::{Metric, Rating};

/// A line of at most `bytes` bytes with something to see in it.
pub fn label(text: &str, bytes: usize) -> Option<String> {
    let line = limits::line(text.trim(), bytes);
    beacon::is_label(&line).then_some(line)
}

/// A word of letters, digits, `-` and `_`; other characters become `-`.
pub fn word(text: &str) -> String {
    let fits = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    text.chars().take(limits::WORD).map(fits).collect()
}

/// A vital whose value can be one. The rating is computed: what was sent could be anything.
pub fn vital(name: Metric, value: f64, attribution: Attribution) -> Option<Vital> {
    let plausible = (0.0..Histogram::LIMIT).contains(&value);
    let rating: Rating = name.rate(value);
    plausible.then(|| Vital { name, value, rating, attribution: bounded(attribution) })
}

fn bounded(attribution: Attribution) -> Attribution {
    let Attribution { target, url, state, phases } = attribution;
    let mut phases = phases;
    phases.retain(|phase| (0.0..Histogram::LIMIT).contains(&phase.1));
    phases.truncate(limits::VITAL_PHASES);
    Attribution {
        target: limits::line(&target, limits::TARGET),
        url: limits::line(&scrub::text(limits::cut(&url, 4 * limits::URL)), limits::URL),
        state: word(&state),
        phases,
    }
}

/// An error by the name of its class, its message, its place and its stack. Addresses are scrubbed, and errors that differ
/// in numbers only share a fingerprint.
pub fn error(kind: &str, message: &str, source: &str, stack: &str) -> PageError {
    let message = match kind {
        "" => message.to_owned(),
        kind if message.is_empty() => kind.to_owned(),
        kind if message.strip_prefix(kind).is_some_and(|rest| rest.is_empty() || rest.starts_with(':')) => {
            message.to_owned()
        }
        kind => format!("{kind}: {message}"),
    };
    beacon::describe(limits::cut(&message, 8 * limits::MESSAGE), source, limits::cut(stack, 32 * 1024))
}

/// The class of a device by its user agent, where the SDK says only that it is mobile.
pub fn device(user_agent: &str, mobile: Option<bool>) -> Device {
    let has = |words: &[&str]| words.iter().any(|word| user_agent.contains(word));
    if has(&["iPad", "Tablet"]) || has(&["Android"]) && !has(&["Mobi"]) {
        Device::Tablet
    } else if mobile.unwrap_or_else(|| has(&["Mobi"])) {
        Device::Phone
    } else {
        Device::Desktop
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_has_its_class_once() {
        let told = |kind, message| error(kind, message, "", "").message;
        assert_eq!(told("TypeError", "TypeError: x is null"), "TypeError: x is null");
        assert_eq!(told("TypeError", "x is null"), "TypeError: x is null");
        assert_eq!(told("Error", "Errors were found"), "Error: Errors were found");
        assert_eq!([told("Error", "Error"), told("Error", ""), told("", "x")], ["Error", "Error", "x"]);
    }

    #[test]
    fn devices_are_told_by_their_user_agent() {
        for (agent, mobile, device) in [
            ("Mozilla/5.0 (X11; Linux x86_64) Chrome/150.0.0.0 Safari/537.36", None, Device::Desktop),
            ("Mozilla/5.0 (Linux; Android 10; K) Chrome/150.0.0.0 Mobile Safari/537.36", None, Device::Phone),
            ("Mozilla/5.0 (Linux; Android 10; K) Chrome/150.0.0.0 Safari/537.36", None, Device::Tablet),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148", None, Device::Phone),
            ("Mozilla/5.0 (iPad; CPU OS 12_0 like Mac OS X) Mobile/15E148", Some(true), Device::Tablet),
            ("", Some(true), Device::Phone),
            ("", None, Device::Desktop),
        ] {
            assert_eq!(super::device(agent, mobile), device, "{agent}");
        }
    }

    #[test]
    fn an_error_begins_with_its_class_once() {
        let message = |kind, message| error(kind, message, "", "").message;
        assert_eq!(message("TypeError", "x is null"), "TypeError: x is null");
        assert_eq!(message("TypeError", "TypeError: x is null"), "TypeError: x is null");
        assert_eq!(message("TypeError", ""), "TypeError");
        assert_eq!(message("", "Script error."), "Script error.");
    }

    #[test]
    fn a_vital_must_be_a_measurement() {
        let vital = |value| vital(Metric::Lcp, value, Attribution::default());
        assert_eq!(vital(4100.0).unwrap().rating, Rating::Poor);
        assert!([-1.0, f64::NAN, 1e300].into_iter().all(|value| vital(value).is_none()));
    }
}
