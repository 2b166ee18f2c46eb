//! The service levels of a backend, by the default rules.
use whippet_api::Unit;
use whippet_catalogue::{Signal, Told};
use whippet_watch::levels::{Aggregate, Bound, Figure, LevelRule, Share, defaults};

use super::figure::TargetFigures;
use crate::reports::source::Source;

/// A level: its name, value and bound.
#[derive(Clone, Debug, PartialEq)]
pub struct PlainLevel {
    /// Its name.
    pub name: String,
    /// The value, and whether the true one is only known to be greater.
    pub value: Option<(f64, bool)>,
    /// The bound.
    pub bound: Bound,
    /// The unit of both.
    pub unit: Unit,
}

fn plain(rule: LevelRule, value: Option<(f64, bool)>) -> PlainLevel {
    PlainLevel { unit: unit(&rule.figure, rule.aggregate), name: rule.name, value, bound: rule.bound }
}

fn of_targets() -> impl Iterator<Item = LevelRule> {
    defaults().into_iter().filter(|rule| rule.scope.is_target())
}

/// The unit of a figure. Of a metric it is known only with its kind.
pub fn unit(figure: &Figure, aggregate: Aggregate) -> Unit {
    match (figure, aggregate) {
        (_, Aggregate::ShareAbove(_)) | (Figure::Share(_) | Figure::ErrorRate, _) => Unit::Ratio,
        (Figure::Signal(name), Aggregate::Rate) => match Signal::from_name(name).map(Signal::unit) {
            Some(Unit::Ms | Unit::Number) | None => Unit::PerSecond,
            Some(Unit::Bytes) => Unit::BytesPerSecond,
            Some(unit) => unit,
        },
        (Figure::Signal(name), Aggregate::Sum) => match Signal::from_name(name).map(Signal::unit) {
            Some(Unit::Bytes) => Unit::Bytes,
            _ => Unit::Number,
        },
        (Figure::Signal(name), _) => Signal::from_name(name).map_or(Unit::Number, Signal::unit),
        (_, Aggregate::Rate) => Unit::PerSecond,
        (Figure::Vital(whippet_engine::vitals::Metric::Cls), _) => Unit::Number,
        (Figure::Vital(_) | Figure::PageLoad | Figure::Timing(_), _) => Unit::Ms,
        _ => Unit::Number,
    }
}

/// The levels of a target that was not scraped in the window: those that it usually has.
pub fn without_values(told: Option<&Told>) -> Vec<PlainLevel> {
    let tells = |signal| told.is_none_or(|told| told.metrics.is_empty() || !told.choices(signal).is_empty());
    let is_usual = |rule: &LevelRule| match &rule.figure {
        Figure::Signal(name) if name == Signal::ServerDuration.name() => {
            matches!(rule.aggregate, Aggregate::Quantile(_)) && tells(Signal::ServerDuration)
        }
        Figure::Share(Share::ClientErrors | Share::ServerErrors) => tells(Signal::ServerRequests),
        _ => false,
    };
    of_targets().filter(is_usual).map(|rule| plain(rule, None)).collect()
}

/// The levels of a target. `over` has the window as a whole, for what is counted, and `through` its course, for gauges.
pub fn levels<S: Source>(over: &S, through: &S, told: &Told) -> Result<Vec<PlainLevel>, S::Error> {
    let figures = TargetFigures::new(over, through, told);
    if figures.whole().is_none() {
        return Ok(without_values(Some(told)));
    }
    let mut levels = Vec::new();
    for rule in of_targets() {
        if let Figure::Signal(name) = &rule.figure
            && let Some(signal) = Signal::from_name(name)
        {
            // Percentiles that a backend computed are of its own window, and cannot be those of this one. A mean stands in for
            // percentiles that are not told.
            let has_buckets = !figures.durations(signal)?.buckets.is_empty();
            if has_buckets != matches!(rule.aggregate, Aggregate::Quantile(_)) {
                continue;
            }
        }
        if let Some(found) = figures.read(&rule.figure, rule.aggregate)? {
            levels.push(plain(rule, found.value));
        }
    }
    Ok(levels)
}
