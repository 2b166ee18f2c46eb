//! Cache: the toolkit's counters in browsers, and its hit rate.
use super::spec;
use crate::chart::{Plot, Tone};
use crate::components::{AppFilter, BeaconHint, NoDataInRange, Page, Panel, ReportNotice};
use crate::data::{ApiError, use_toolkit};
use crate::format;
use leptos::prelude::*;
use whippet_api::{Counter, Status, Unit};
use whippet_leptos::Query;

/// A counter: name in beacons, label, unit.
type Entry = (&'static str, &'static str, Unit);

/// The counters by module.
const GROUPS: [(&str, &[Entry]); 3] = [
    (
        "Queries",
        &[
            ("query.hits", "Served fresh", Unit::Number),
            ("query.stale_served", "Served stale", Unit::Number),
            ("query.misses", "Not in cache", Unit::Number),
            ("query.deduplicated", "Requests shared", Unit::Number),
            ("query.fetches", "Requests sent", Unit::Number),
            ("query.errors", "Requests failed", Unit::Number),
        ],
    ),
    (
        "JSON",
        &[
            ("json.bytes_received", "Received", Unit::Bytes),
            ("json.bytes_spared", "Not parsed again", Unit::Bytes),
        ],
    ),
    (
        "Images and pacing",
        &[
            ("lazy.loaded", "Images loaded", Unit::Number),
            ("lazy.failed", "Images failed", Unit::Number),
            ("pace.calls", "Calls paced", Unit::Number),
            ("pace.invocations", "Calls let through", Unit::Number),
        ],
    ),
];

/// At `/cache`.
#[component]
pub fn Cache() -> impl IntoView {
    let status: Query<Status, ApiError> = expect_context();
    let toolkit = use_toolkit();
    let never = Memo::new(move |_| status.data.get().is_some_and(|status| status.beacons == 0));
    let counters =
        Memo::new(move |_| toolkit.data.get().map_or_else(Vec::new, |report| report.data.counters.clone()));
    let none = Memo::new(move |_| {
        toolkit.data.with(Option::is_some)
            && counters.with(|counters| counters.iter().all(|counter| counter.total == 0))
    });
    let groups = GROUPS.map(|(title, entries)| view! { <Group title entries counters/> }).collect_view();
    view! {
        <Page title="Cache" aside=|| view! { <AppFilter/> }>
            <ReportNotice query=toolkit/>
            <Show when=move || never.get()><BeaconHint/></Show>
            <Show when=move || none.get() && !never.get()><NoDataInRange what="reports from the toolkit"/></Show>
            <p class="verdict">{move || verdict(&counters.get())}</p>
            <div class="groups">{groups}</div>
            <div class="grid">
                <Panel title="Hit rate">
                    <Plot
                        title="Queries answered from cache"
                        unit=Unit::Ratio
                        spec=spec(toolkit, Unit::Ratio, |toolkit| &toolkit.hit_rate, |spec, _| spec.sparse().whole().bound(0.7, Tone::Fair))
                    />
                </Panel>
                <Panel title="Fetch latency">
                    <Plot title="As the browsers saw it" unit=Unit::Ms spec=spec(toolkit, Unit::Ms, |toolkit| &toolkit.fetches, |spec, _| spec.sparse())/>
                </Panel>
            </div>
        </Page>
    }
}

fn total(counters: &[Counter], name: &str) -> u64 {
    counters.iter().find(|counter| counter.name == name).map_or(0, |counter| counter.total)
}

/// Summarises the cache in one sentence.
fn verdict(counters: &[Counter]) -> String {
    // Stale data was also served from the cache. The engine counts it separately.
    let served = total(counters, "query.hits") + total(counters, "query.stale_served");
    let all = served + total(counters, "query.misses");
    let shared = total(counters, "query.deduplicated");
    if all == 0 {
        return "No query was asked.".to_owned();
    }
    format!(
        "{} of {} queries were served from cache, and {} requests were shared with one under way.",
        format::per_cent(served as f64 / all as f64),
        format::count(all),
        format::count(shared)
    )
}

#[component]
fn Group(title: &'static str, entries: &'static [Entry], counters: Memo<Vec<Counter>>) -> impl IntoView {
    let tiles = entries
        .iter()
        .map(|&(name, words, unit)| {
            let figure = move || counters.with(|counters| format::figure(total(counters, name) as f64, unit));
            view! {
                <div class="tile">
                    <dt class="tile-name">{words}</dt>
                    <dd class="tile-figure">{figure}</dd>
                </div>
            }
        })
        .collect_view();
    view! {
        <section class="subject">
            <h2>{title}</h2>
            <dl class="levels">{tiles}</dl>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn the_verdict_needs_queries() {
        let counter = |name: &str, total| Counter { name: name.to_owned(), total };
        assert_eq!(verdict(&[]), "No query was asked.");
        let counters =
            [counter("query.hits", 75), counter("query.misses", 25), counter("query.deduplicated", 9)];
        expect!["75 % of 100 queries were served from cache, and 9 requests were shared with one under way."]
            .assert_eq(&verdict(&counters).replace('\u{a0}', " "));
    }
}
