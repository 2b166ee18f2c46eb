//! States of alerts, in words and colours; figures beside their bounds.
use crate::format;
use whippet_api::{About, AlertState, Reading, Watches};

/// The CSS class of a state's badge.
pub(super) fn class(state: AlertState) -> &'static str {
    match state {
        AlertState::Firing => "poor",
        AlertState::Pending | AlertState::NoData => "fair",
        AlertState::Resolved | AlertState::Ok => "good",
    }
}

/// A state in a word or two.
pub(super) fn words(state: AlertState) -> &'static str {
    match state {
        AlertState::Ok => "Ok",
        AlertState::Pending => "Pending",
        AlertState::Firing => "Firing",
        AlertState::Resolved => "Resolved",
        AlertState::NoData => "No data",
    }
}

/// What a rule watches, in a word or two.
pub(super) fn kind(watches: Watches) -> &'static str {
    match watches {
        Watches::Level => "Level",
        Watches::Objective => "Error budget",
        Watches::Figure => "Figure",
        Watches::Down => "Target down",
        Watches::Silent => "App silent",
        Watches::NewError => "New error",
        Watches::Regression => "Regression",
    }
}

/// The value, with as many digits as it needs to look different from the bound.
pub(super) fn value(reading: &Reading) -> String {
    let Some(value) = reading.value else { return format::NOTHING.to_owned() };
    match reading.bound {
        _ if reading.beyond => format::at_least(value, true, reading.unit),
        Some(bound) => format::beside(value, &[bound], reading.unit),
        None => format::figure(value, reading.unit),
    }
}

/// What the value has to be: `below 2.5 s`.
pub(super) fn bound(reading: &Reading) -> Option<String> {
    let word = if reading.above { "above" } else { "below" };
    Some(format!("{word} {}", format::figure(reading.bound?, reading.unit)))
}

/// `shop`, or `shop, /cart`.
pub(super) fn name_of(about: &About) -> String {
    match &about.page {
        None => about.name.clone(),
        Some(page) => format!("{}, {page}", about.name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use whippet_api::Unit;

    #[test]
    fn a_figure_stands_beside_its_bound() {
        let reading =
            Reading { value: Some(2501.0), bound: Some(2500.0), unit: Unit::Ms, ..Reading::default() };
        assert_eq!(value(&reading).replace('\u{a0}', " "), "> 2.5 s");
        assert_eq!(bound(&reading).unwrap().replace('\u{a0}', " "), "below 2.5 s");
        let beyond = Reading { value: Some(1000.0), beyond: true, ..reading };
        assert_eq!(value(&beyond).replace('\u{a0}', " "), "> 1 s");
        let hits = Reading {
            value: Some(0.5),
            bound: Some(0.7),
            above: true,
            unit: Unit::Ratio,
            ..Reading::default()
        };
        assert_eq!(bound(&hits).unwrap().replace('\u{a0}', " "), "above 70 %");
        assert_eq!(value(&Reading::default()), format::NOTHING);
        assert_eq!(bound(&Reading::default()), None);
    }
}
