//! The phases of web vitals, and their attribution.
use super::view_count::view_count;
use crate::components::Column::{Figures, Words};
use crate::components::{Breakdown, Cell, Panel, Rating, Table};
use crate::data::ReportQuery;
use crate::format;
use leptos::prelude::*;
use whippet_api::{Cause, Vital, Vitals};

/// The phases: name in beacons, and web.dev's name.
const PHASES: [(&str, &str); 12] = [
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

/// The phases of every metric that has them. Hidden if there are none.
#[component]
pub(super) fn Breakdowns(vitals: ReportQuery<Vitals>) -> impl IntoView {
    let with_phases = Memo::new(move |_| {
        let metrics = vitals.data.get().map_or_else(Vec::new, |report| report.data.metrics.clone());
        metrics.into_iter().filter(|vital| !vital.parts.is_empty()).collect::<Vec<_>>()
    });
    let known = Memo::new(move |_| with_phases.with(|vitals| !vitals.is_empty()));
    let breakdowns = move || with_phases.get().iter().map(breakdown).collect_view();
    let note = "75th percentiles of each phase: they need not add up to that of the whole";
    view! {
        <Show when=move || known.get()>
            <Panel title="Where the time goes" note=Signal::stored(note.to_owned()) busy=vitals.is_placeholder_data>
                <div class="breakdowns">{breakdowns}</div>
            </Panel>
        </Show>
    }
}

fn breakdown(vital: &Vital) -> impl IntoView + use<> {
    let phases =
        vital.parts.iter().map(|phase| (phase_name(&phase.name), phase.p75.unwrap_or_default())).collect();
    view! { <Breakdown title=vital.name.clone() whole=format::maybe(vital.p75, vital.unit) phases/> }
}

fn phase_name(name: &str) -> String {
    PHASES.iter().find(|phase| phase.0 == name).map_or(name, |phase| phase.1).to_owned()
}

/// The elements, resources, scripts and states that values are attributed to. Hidden if there are none.
#[component]
pub(super) fn Causes(vitals: ReportQuery<Vitals>) -> impl IntoView {
    let rows = Signal::derive(move || {
        vitals.data.get().map(|report| report.data.metrics.iter().flat_map(causes).collect::<Vec<_>>())
    });
    let known = Memo::new(move |_| rows.with(|rows| rows.as_ref().is_some_and(|rows| !rows.is_empty())));
    view! {
        <Show when=move || known.get()>
            <Panel
                title="Attribution"
                note=Signal::stored("by metric, highest total first".to_owned())
                busy=vitals.is_placeholder_data
            >
                <Table
                    caption="What web vitals are attributed to, by metric, highest total first"
                    columns=&[Words("Attributed to"), Figures("Views"), Figures("p75")]
                    rows
                    nothing=""
                />
            </Panel>
        </Show>
    }
}

fn causes(vital: &Vital) -> Vec<Vec<Cell>> {
    // The names of web-vitals.
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
        Cell::TwoLines(cause.name.clone(), format!("{} {kind}", vital.name)),
        Cell::Figure(view_count(cause.count)),
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
    fn phases_have_the_names_of_web_dev() {
        assert_eq!(phase_name("loadDelay"), "Resource load delay");
        assert_eq!(phase_name("of-later-days"), "of-later-days");
    }
}
