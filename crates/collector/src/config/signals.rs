//! What rules name that is known beforehand: signals of the catalogue, and values of dimensions. Of a signal that there is not, of an
//! aggregate that it has not, or of page views that no browser reports, nothing would ever be known: such an alert could never fire.
use whippet_catalogue::{Shape, Signal, hint};
use whippet_store::Dimension;
use whippet_store::reports::{SplitBy, SplitFilter};
use whippet_watch::alerts::{AlertRule, Condition};
use whippet_watch::levels::{Aggregate, Figure, LevelRule};

/// A level whose signal there is.
///
/// # Errors
/// The nearest signal, or the aggregates that it has.
pub fn known_level(level: LevelRule) -> Result<LevelRule, String> {
    check(&level).map(|()| level)
}

/// An alert whose signal there is.
///
/// # Errors
/// The nearest signal, or the aggregates that it has.
pub fn known_alert(alert: AlertRule) -> Result<AlertRule, String> {
    if let Condition::Level(level) = &alert.condition {
        check(level)?;
    }
    Ok(alert)
}

/// Whether page views may have the value that a rule's `split` names.
fn check_split(text: &str) -> Result<(), String> {
    let Some(SplitFilter { by, value, device }) = SplitFilter::parse(text) else { return Ok(()) };
    let (dimension, value) = match by {
        SplitBy::One(dimension) => (dimension, value),
        SplitBy::ReleaseAndDevice => (Dimension::Device, device.unwrap_or_default()),
    };
    let Some(values) = dimension.values().filter(|values| !values.contains(&value.as_str())) else {
        return Ok(());
    };
    let hint = match hint(&value, values.iter().copied()) {
        none if none.is_empty() => format!(": there are {}", values.join(", ")),
        near => near,
    };
    Err(format!("`split`: there is no {} `{}`{hint}", dimension.label(), value.escape_debug()))
}

fn check(level: &LevelRule) -> Result<(), String> {
    use Aggregate::{Last, Max, Mean, Min, Quantile, Rate, ShareAbove, Sum, Usual};
    level.split.as_deref().map_or(Ok(()), check_split)?;
    let Figure::Signal(name) = &level.figure else { return Ok(()) };
    let Some(signal) = Signal::from_name(name) else {
        let hint = match hint(name, Signal::ALL.iter().map(|signal| signal.name())) {
            none if none.is_empty() => ": docs/backends.md says where all are listed".to_owned(),
            near => near,
        };
        return Err(format!("there is no signal `{}`{hint}", name.escape_debug()));
    };
    let (has, all) = match signal.shape() {
        Shape::Spread => (
            matches!(level.aggregate, Quantile(_) | ShareAbove(_) | Mean | Rate | Sum | Usual),
            "percentiles such as p95, mean, rate, sum, share > 1s",
        ),
        Shape::Count => (matches!(level.aggregate, Rate | Sum | Usual), "rate, sum"),
        Shape::Level => (matches!(level.aggregate, Mean | Last | Min | Max | Usual), "mean, last, min, max"),
    };
    if has { Ok(()) } else { Err(format!("{name} has no {}: it has {all}", level.aggregate)) }
}
