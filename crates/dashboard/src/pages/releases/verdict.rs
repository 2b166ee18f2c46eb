//! Verdicts as badges, and changes with their intervals.
use crate::components::Cell;
use crate::format;
use whippet_api::{Compared, Unit, Verdict};

/// The CSS class of a verdict's badge.
pub(super) fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Worse => "poor",
        Verdict::Better => "good",
        Verdict::Same | Verdict::Unclear | Verdict::Unknown => "",
    }
}

/// A verdict in a word or two.
pub(super) fn words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Unknown => "Too little data",
        Verdict::Better => "Better",
        Verdict::Same => "Same",
        Verdict::Unclear => "Unclear",
        Verdict::Worse => "Worse",
    }
}

/// The verdict, with what the collector says of it.
pub(super) fn cell(verdict: Verdict, said: &str) -> Cell {
    match said {
        "" => Cell::Badge(words(verdict).to_owned(), class(verdict)),
        said => Cell::BadgeTwoLines(words(verdict).to_owned(), class(verdict), said.to_owned()),
    }
}

/// A change and its interval: `+18 %`, and `+12 % to +25 %`.
pub(super) fn change(change: Option<f64>, low: Option<f64>, high: Option<f64>) -> Cell {
    let Some(change) = change else { return Cell::Figure(format::NOTHING.to_owned()) };
    match (low, high) {
        (Some(low), Some(high)) => Cell::FigureTwoLines(
            format::change(change),
            format!("{} to {}", format::change(low), format::change(high)),
        ),
        _ => Cell::Figure(format::change(change)),
    }
}

/// What all visitors together wait longer; a dash for what is not a time.
pub(super) fn impact(compared: &Compared) -> Cell {
    if compared.unit != Unit::Ms || compared.change.is_none() {
        return Cell::Figure(format::NOTHING.to_owned());
    }
    let sign = match compared.impact {
        impact if impact > 0.0 => "+",
        impact if impact < 0.0 => "\u{2212}",
        _ => "",
    };
    Cell::Figure(format!("{sign}{}", format::long(compared.impact.abs())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_has_its_interval() {
        let plain = |cell: Cell| format!("{cell:?}").replace("\\u{a0}", " ");
        assert_eq!(
            plain(change(Some(0.18), Some(0.12), Some(0.25))),
            r#"FigureTwoLines("+18 %", "+12 % to +25 %")"#
        );
        assert_eq!(plain(change(Some(-0.5), None, None)), r#"Figure("−50 %")"#);
        assert_eq!(change(None, Some(0.1), Some(0.2)), Cell::Figure(format::NOTHING.to_owned()));
    }

    #[test]
    fn only_times_have_an_impact_that_can_be_said() {
        let compared = |unit, impact| Compared { unit, impact, change: Some(0.1), ..Compared::default() };
        assert_eq!(impact(&compared(Unit::Ms, 7_200_000.0)), Cell::Figure("+2\u{a0}h".to_owned()));
        assert_eq!(impact(&compared(Unit::Ms, -60_000.0)), Cell::Figure("−60\u{a0}s".to_owned()));
        assert_eq!(impact(&compared(Unit::Number, 12.0)), Cell::Figure(format::NOTHING.to_owned()));
    }
}
