//! Web vitals taken apart: where the time goes, and what the values are put down to.
use crate::data::Answer;
use crate::format;
use crate::parts::Column::{Figures, Words};
use crate::parts::{Breakdown, Cell, Panel, Rating, Table};
use leptos::prelude::*;
use whippet_api::{Cause, Vital, Vitals};

/// The parts by their names in beacons, and as web.dev calls them.
const PARTS: [(&str, &str); 12] = [
    ("ttfb", "Time to first byte"),
    ("loadDelay", "Resource load delay"),
    ("load", "Resource load duration"),
    ("render", "Element render delay"),
    ("input", "Input delay"),
    ("processing", "Processing duration"),
    ("presentation", "Presentation delay"),
    ("waiting", "Redirects and waiting"),
    ("cache", "Cache check"),
    ("dns", "DNS lookup"),
    ("connection", "Connection"),
    ("request", "Request"),
];

/// The parts of every metric whose parts are known; nothing where none is.
#[component]
pub(super) fn Breakdowns(vitals: Answer<Vitals>) -> impl IntoView {
    let taken_apart = Memo::new(move |_| {
        let metrics = vitals.data.get().map_or_else(Vec::new, |data| data.answer.metrics.clone());
        metrics.into_iter().filter(|vital| !vital.parts.is_empty()).collect::<Vec<_>>()
    });
    let known = Memo::new(move |_| taken_apart.with(|vitals| !vitals.is_empty()));
    let breakdowns = move || taken_apart.get().iter().map(breakdown).collect_view();
    let note = "75th percentiles of each part: they need not add up to the whole's";
    view! {
        <Show when=move || known.get()>
            <Panel title="Where the time goes" note=Signal::stored(note.to_owned())>
                <div class="breakdowns">{breakdowns}</div>
            </Panel>
        </Show>
    }
}

fn breakdown(vital: &Vital) -> impl IntoView + use<> {
    let parts =
        vital.parts.iter().map(|part| (part_name(&part.name), part.p75.unwrap_or_default())).collect();
    view! { <Breakdown title=vital.name.clone() whole=format::maybe(vital.p75, vital.unit) parts/> }
}

fn part_name(name: &str) -> String {
    PARTS.iter().find(|part| part.0 == name).map_or(name, |part| part.1).to_owned()
}

/// Elements, resources, scripts and states that the values are put down to; nothing where none is known.
#[component]
pub(super) fn Causes(vitals: Answer<Vitals>) -> impl IntoView {
    let rows = Signal::derive(move || {
        vitals.data.get().map(|data| data.answer.metrics.iter().flat_map(causes).collect::<Vec<_>>())
    });
    let known = Memo::new(move |_| rows.with(|rows| rows.as_ref().is_some_and(|rows| !rows.is_empty())));
    view! {
        <Show when=move || known.get()>
            <Panel title="Attribution" note=Signal::stored("by metric, what costs most in all first".to_owned())>
                <Table
                    caption="What web vitals are put down to, by metric, what costs most in all first"
                    columns=&[Words("Put down to"), Figures("Views"), Figures("p75")]
                    rows
                    nothing=""
                />
            </Panel>
        </Show>
    }
}

fn causes(vital: &Vital) -> Vec<Vec<Cell>> {
    // As web-vitals calls them.
    let (url, state) = match vital.name.as_str() {
        "INP" => ("longest script", "interaction type"),
        "CLS" => ("resource", "load state"),
        _ => ("resource", "state"),
    };
    let kinds = [(&vital.elements, "element"), (&vital.urls, url), (&vital.states, state)];
    let rows = kinds.into_iter().flat_map(|(causes, kind)| causes.iter().map(move |cause| (cause, kind)));
    rows.map(|(cause, kind)| row(vital, cause, kind)).collect()
}

fn row(vital: &Vital, cause: &Cause, kind: &str) -> Vec<Cell> {
    vec![
        Cell::Twofold(cause.name.clone(), format!("{} {kind}", vital.name)),
        Cell::Figure(format::count(cause.count)),
        match cause.p75 {
            Some(p75) => {
                Cell::Rated(format::figure(p75, vital.unit), Rating::of(p75, vital.good, vital.poor))
            }
            None => Cell::Figure(format::NOTHING.to_owned()),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_named_as_people_know_them() {
        assert_eq!(part_name("loadDelay"), "Resource load delay");
        assert_eq!(part_name("of-later-days"), "of-later-days");
    }
}
