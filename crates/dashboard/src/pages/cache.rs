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

const WIRE: &str = "json.bytes_wire";
const RECEIVED: &str = "json.bytes_received";
const COMPARED: &str = "json.bytes_compared";
const PARSED: &str = "json.bytes_parsed";

/// The counters that not every page has: Leptos compares no bodies, and few measure what is transferred.
const OPTIONAL: [&str; 3] = [WIRE, COMPARED, PARSED];

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
            (WIRE, "On the wire", Unit::Bytes),
            (RECEIVED, "Received", Unit::Bytes),
            (COMPARED, "Compared", Unit::Bytes),
            (PARSED, "Parsed", Unit::Bytes),
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
    let counters = Memo::new(move |_| {
        toolkit.data.with(|report| report.as_ref().map(|report| report.data.counters.clone()))
    });
    let none = Memo::new(move |_| {
        counters.with(|counters| {
            counters.as_ref().is_some_and(|counters| counters.iter().all(|counter| counter.total == 0))
        })
    });
    let says = move || counters.with(|counters| counters.as_deref().map(verdict));
    let is_busy = move || toolkit.is_placeholder_data.get().then_some("true");
    let groups = GROUPS.map(|(title, entries)| view! { <Group title entries counters/> }).collect_view();
    view! {
        <Page title="Cache" aside=|| view! { <AppFilter/> }>
            <ReportNotice query=toolkit/>
            <Show when=move || never.get()><BeaconHint/></Show>
            <Show when=move || none.get() && !never.get()><NoDataInRange what="reports from the toolkit"/></Show>
            <p class="verdict" aria-busy=is_busy>{says}</p>
            <div class="groups" aria-busy=is_busy>{groups}</div>
            <div class="grid">
                <Panel title="Hit rate" busy=toolkit.is_placeholder_data>
                    <Plot
                        title="Queries answered from cache"
                        unit=Unit::Ratio
                        spec=spec(toolkit, Unit::Ratio, |toolkit| &toolkit.hit_rate, |spec, _| spec.sparse().whole().bound(0.7, Tone::Fair))
                    />
                </Panel>
                <Panel title="Fetch latency" busy=toolkit.is_placeholder_data>
                    <Plot title="As the browsers saw it" unit=Unit::Ms spec=spec(toolkit, Unit::Ms, |toolkit| &toolkit.fetches, |spec, _| spec.sparse())/>
                </Panel>
            </div>
        </Page>
    }
}

fn total(counters: &[Counter], name: &str) -> u64 {
    known(counters, name).unwrap_or(0)
}

fn known(counters: &[Counter], name: &str) -> Option<u64> {
    counters.iter().find(|counter| counter.name == name).map(|counter| counter.total)
}

/// What a tile shows.
fn tile(counters: &[Counter], name: &str, unit: Unit) -> String {
    let known = known(counters, name).or((!OPTIONAL.contains(&name)).then_some(0));
    format::maybe(known.map(|total| total as f64), unit)
}

/// Summarises the cache in one sentence.
fn verdict(counters: &[Counter]) -> String {
    // Stale data was also served from the cache. The engine counts it separately.
    let served = total(counters, "query.hits") + total(counters, "query.stale_served");
    let all = served + total(counters, "query.misses");
    let shared = total(counters, "query.deduplicated");
    let queries = if all == 0 {
        "No query was asked.".to_owned()
    } else {
        format!(
            "{} of {} queries were served from cache, and {} requests were shared with one under way.",
            format::per_cent(served as f64 / all as f64),
            format::count(all),
            format::count(shared)
        )
    };
    bodies(counters).into_iter().fold(queries, |before, next| format!("{before} {next}"))
}

/// What became of JSON, as far as it was counted.
fn bodies(counters: &[Counter]) -> Option<String> {
    let bytes = |name| known(counters, name).map(|total| format::figure(total as f64, Unit::Bytes));
    let received = bytes(RECEIVED)?;
    let transferred = bytes(WIRE).map(|bytes| format!("{bytes} were transferred"));
    let parsed = bytes(PARSED).map(|bytes| format!("{bytes} were parsed"));
    let parts: Vec<String> = transferred.into_iter().chain(parsed).collect();
    (!parts.is_empty()).then(|| format!("Of {received} of JSON, {}.", parts.join(" and ")))
}

#[component]
fn Group(
    title: &'static str,
    entries: &'static [Entry],
    // `None` until they are loaded: not one of them is 0 then.
    counters: Memo<Option<Vec<Counter>>>,
) -> impl IntoView {
    let tiles = entries
        .iter()
        .map(|&(name, words, unit)| {
            let figure = move || {
                let shown =
                    counters.with(|counters| counters.as_ref().map(|counters| tile(counters, name, unit)));
                shown.unwrap_or_else(|| format::NOTHING.to_owned())
            };
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

    #[test]
    fn the_verdict_says_what_became_of_json() {
        let counter = |name: &str, total| Counter { name: name.to_owned(), total };
        let said = |counters: &[Counter]| verdict(counters).replace('\u{a0}', " ");
        let mut counters = vec![counter(RECEIVED, 12 << 20)];
        expect!["No query was asked."].assert_eq(&said(&counters));
        counters.push(counter(PARSED, 512 << 10));
        expect!["No query was asked. Of 12 MiB of JSON, 512 KiB were parsed."].assert_eq(&said(&counters));
        counters.push(counter(WIRE, 9 << 10));
        expect!["No query was asked. Of 12 MiB of JSON, 9 KiB were transferred and 512 KiB were parsed."]
            .assert_eq(&said(&counters));
    }

    #[test]
    fn a_tile_tells_nothing_from_none() {
        assert_eq!(tile(&[], "query.hits", Unit::Number), "0");
        for name in OPTIONAL {
            assert_eq!(tile(&[], name, Unit::Bytes), format::NOTHING);
        }
        let counters = [Counter { name: COMPARED.to_owned(), total: 0 }];
        assert_eq!(tile(&counters, COMPARED, Unit::Bytes), format::figure(0.0, Unit::Bytes));
    }
}
