//! Objects that sum up many durations or sizes: `{"count": 150, "avg": 0.234, "p95": 0.456}`. They become a summary as Prometheus
//! has it: percentiles with the label `quantile`, which a backend computed and which are never merged, like its mean (`_avg`); `_sum` and `_count`.
use super::output::Output;
use super::place::{Members, Mode, Place};
use super::unit::Unit;
use super::value;
use super::words::{self, Statistic};

/// Words that say that a series is of durations.
const TIMES: &[&str] =
    &["duration", "durations", "latency", "time", "times", "elapsed", "lag", "delay", "wait"];

/// Reads what belongs to a summary, if the object has one. Returns the places of these members.
pub fn read(output: &mut Output, members: &Members<'_>, place: &Place) -> Vec<usize> {
    let mut parts: Vec<(usize, Statistic, f64, Option<Unit>)> = Vec::new();
    let mut total = None;
    let mut said = None;
    for (at, (name, node)) in members.iter().enumerate() {
        let mut leaf = words::words(name);
        if leaf.len() == 1 && leaf[0] == "unit" {
            said = node.string().and_then(|unit| Unit::symbol(&unit));
        }
        let Some((value, written)) = value::read(*node) else { continue };
        if leaf.len() == 1 && leaf[0] == "total" {
            total = Some(value);
        }
        let unit = leaf.last().and_then(|last| Unit::word(last)).filter(|_| leaf.len() == 2);
        if unit.is_some() {
            leaf.pop();
        }
        if let ([word], true) = (leaf.as_slice(), leaf.len() == 1)
            && let Some(statistic) = Statistic::of(word)
        {
            parts.push((at, statistic, value, written.or(unit)));
        }
    }
    let has = |wanted: fn(&Statistic) -> bool| parts.iter().any(|part| wanted(&part.1));
    let has_count = has(|statistic| *statistic == Statistic::Count);
    let has_mean = has(|statistic| matches!(statistic, Statistic::Mean | Statistic::Sum));
    let has_quantile = has(|statistic| matches!(statistic, Statistic::Quantile(_)));
    let is_summary =
        has_quantile || has_count && has_mean || place.mode == Mode::Timings && !parts.is_empty();
    if !is_summary || place.path.is_empty() && place.mode != Mode::Timings {
        return Vec::new();
    }
    let of_parts = parts.iter().filter(|part| part.1 != Statistic::Count).find_map(|part| part.3);
    let (stem, unit) = stem(output, place, of_parts.or(said));
    write(output, place, &words::series(&stem, unit, ""), unit, &parts, total);
    parts.into_iter().map(|part| part.0).collect()
}

/// The words of the summary's name without its unit, and the unit.
fn stem(output: &Output, place: &Place, of_parts: Option<Unit>) -> (Vec<String>, Option<Unit>) {
    let (path, leaf) = place.path.split_at(place.path.len().saturating_sub(1));
    let meaning = words::meaning(path, leaf, output.time_unit());
    let mut stem = meaning.stem;
    let unit = of_parts.or(meaning.unit).or((place.mode == Mode::Timings).then(|| output.time_unit()));
    let is_time = unit.is_some_and(|unit| unit.suffix() == "seconds");
    if is_time && !stem.iter().any(|word| TIMES.contains(&word.as_str())) {
        stem.push("duration".to_owned());
    }
    (stem, unit)
}

fn write(
    output: &mut Output,
    place: &Place,
    base: &str,
    unit: Option<Unit>,
    parts: &[(usize, Statistic, f64, Option<Unit>)],
    total: Option<f64>,
) {
    let in_base = |value: f64, own: Option<Unit>| own.or(unit).map_or(value, |unit| unit.base(value));
    let count = parts.iter().find(|part| part.1 == Statistic::Count).map(|part| part.2).or(total);
    for (_, statistic, value, own) in parts {
        let labels = place.labels.clone();
        match statistic {
            Statistic::Count => {}
            Statistic::Quantile(quantile) => {
                let mut labels = labels;
                labels.retain(|label| label.0 != "quantile");
                labels.push(("quantile".to_owned(), quantile.clone()));
                output.add(base.to_owned(), labels, in_base(*value, *own), false);
            }
            Statistic::Sum => output.add(format!("{base}_sum"), labels, in_base(*value, *own), true),
            // As the backend computed it. Times the count it would be no sum: a mean is rounded, so the product may fall
            // although the sum has grown, and all of it would be an increase.
            Statistic::Mean => output.add(format!("{base}_avg"), labels, in_base(*value, *own), false),
            Statistic::Min | Statistic::Max => {
                output.add(format!("{base}_{}", statistic.suffix()), labels, in_base(*value, *own), false);
            }
        }
    }
    if let Some(count) = count {
        output.add(format!("{base}_count"), place.labels.clone(), count, true);
    }
}
