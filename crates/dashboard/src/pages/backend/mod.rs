//! Backend: throughput, latency and errors of a scraped target.
use super::slow_queries::SlowQueries;
use super::targets::Targets;
use super::{plain, spec};
use crate::chart::{Plot, Tone};
use crate::components::Column::{Figures, Words};
use crate::components::{Cell, Page, Panel, Rating, ReportNotice, ScrapeHint, Select, Table};
use crate::data::{ApiError, use_backend};
use crate::format;
use crate::view_state::{use_change_view_state, use_view_state};
use leptos::prelude::*;
use whippet_api::{Backend, Status, Target, Timing, Unit};
use whippet_leptos::Query;

/// The target name of the collector itself.
const COLLECTOR: &str = "collector";

/// Whether the collector is the only target.
pub(super) fn only_itself(status: &Status) -> bool {
    status.targets.iter().all(|target| target.name == COLLECTOR)
}

/// The selected target; by default the first that is not the collector.
pub(super) fn target() -> Signal<Option<String>> {
    let status: Query<Status, ApiError> = expect_context();
    let view = use_view_state();
    Memo::new(move |_| {
        view.get().target.or_else(|| {
            let status = status.data.get()?;
            let first = status.targets.iter().find(|target| target.name != COLLECTOR);
            Some(first.or(status.targets.first())?.name.clone())
        })
    })
    .into()
}

/// At `/backend`.
#[component]
pub fn Backend() -> impl IntoView {
    let status: Query<Status, ApiError> = expect_context();
    let target = target();
    let backend = use_backend(target);
    let itself_only = Memo::new(move |_| status.data.get().is_some_and(|status| only_itself(&status)));
    let chosen = Memo::new(move |_| {
        let name = target.get()?;
        status.data.get()?.targets.iter().find(|target| target.name == name).cloned()
    });

    let routes = Signal::derive(move || Some(rows(&backend.data.get()?.data.routes, route_row)));
    let operations = Signal::derive(move || Some(rows(&backend.data.get()?.data.operations, operation_row)));
    let inexact = move || {
        let until = backend.data.get()?.data.inexact_until?;
        let now = status.data.with(|status| status.as_ref().map_or(0, |status| status.now));
        let until = format::ago(until, now);
        Some(format!(
            "Counts until {until} may be too high: an older version of the collector counted some twice."
        ))
    };
    view! {
        <Page title="Backend" aside=move || view! { <TargetPicker target/> }>
            <ReportNotice query=backend/>
            <Scraped chosen/>
            {move || inexact().map(|text| view! { <p class="note">{text}</p> })}
            <Show when=move || itself_only.get()><ScrapeHint/></Show>
            <div class="grid">
                <Panel title="Traffic">
                    <Plot title="Requests" unit=Unit::PerSecond spec=plain(backend, Unit::PerSecond, |b: &Backend| &b.rate)/>
                    <Plot title="Errors, of all requests" unit=Unit::Ratio spec=plain(backend, Unit::Ratio, |b: &Backend| &b.errors)/>
                </Panel>
                <Panel title="Response time">
                    <Plot title="Percentiles" unit=Unit::Ms spec=plain(backend, Unit::Ms, |b: &Backend| &b.latency)/>
                    <Plot
                        title="Cache hit rate"
                        unit=Unit::Ratio
                        spec=spec(backend, Unit::Ratio, |b: &Backend| &b.caches, |spec, _| spec.whole().bound(0.7, Tone::Fair))
                    />
                </Panel>
            </div>
            <Panel title="Routes">
                <Table
                    caption="Requests by route, busiest first"
                    columns=&[Words("Route"), Figures("Requests"), Figures("Rate"), Figures("p50"), Figures("p95"), Figures("p99"), Figures("4xx"), Figures("5xx")]
                    rows=routes
                    nothing="No request in this time range."
                />
            </Panel>
            <div class="grid">
                <Panel title="Database">
                    <Plot title="Query time" unit=Unit::Ms spec=plain(backend, Unit::Ms, |b: &Backend| &b.database)/>
                    <Table
                        caption="Database operations, busiest first"
                        columns=&[Words("Operation"), Figures("Queries"), Figures("Rate"), Figures("p50"), Figures("p95"), Figures("p99")]
                        rows=operations
                        nothing="No query in this time range."
                    />
                </Panel>
                <Panel title="Process">
                    <Plot title="CPU, of one core" unit=Unit::Ratio spec=spec(backend, Unit::Ratio, |b: &Backend| &b.cpu, |spec, _| spec.unbounded())/>
                    <Plot title="Resident memory" unit=Unit::Bytes spec=plain(backend, Unit::Bytes, |b: &Backend| &b.memory)/>
                </Panel>
            </div>
            <SlowQueries target/>
            <Targets/>
        </Page>
    }
}

#[component]
fn TargetPicker(target: Signal<Option<String>>) -> impl IntoView {
    let status: Query<Status, ApiError> = expect_context();
    let change = use_change_view_state();
    let choices = Memo::new(move |_| {
        let mut names: Vec<String> = status.data.get().map_or_else(Vec::new, |status| {
            status.targets.iter().map(|target| target.name.clone()).collect()
        });
        names.extend(target.get().filter(|name| !names.contains(name)));
        names.into_iter().map(|name| (name.clone(), name)).collect::<Vec<_>>()
    });
    view! {
        <Select
            label="Target"
            choices
            chosen=Signal::derive(move || target.get().unwrap_or_default())
            choose=move |name: String| change(&|view| view.target = Some(name.clone()))
        />
    }
}

/// Whether the target responds, and when it was last scraped.
#[component]
fn Scraped(chosen: Memo<Option<Target>>) -> impl IntoView {
    let status: Query<Status, ApiError> = expect_context();
    let when = move |target: &Target| {
        let now = status.data.with(|status| status.as_ref().map_or(0, |status| status.now));
        target.last_scrape.map_or_else(|| "not yet".to_owned(), |then| format::ago(then, now))
    };
    move || match chosen.get() {
        // Keeps the space, so that the page does not move.
        None => view! { <p class="note"></p> }.into_any(),
        Some(target) => match target.error.as_ref().filter(|_| !target.up) {
            Some(error) => view! {
                <p class="notice notice-poor" role="status">
                    <span>
                        <strong>{format!("{} does not answer. ", target.name)}</strong>
                        {format!("{} was last tried {}: {error}", target.url, when(&target))}
                    </span>
                </p>
            }
            .into_any(),
            None => {
                let address = (target.name != COLLECTOR).then(|| view! { <code>{target.url.clone()}</code> });
                let note = target.note.as_ref().map(|note| format!("; {note}"));
                view! { <p class="note">{address} {format!(" scraped {}", when(&target))} {note}</p> }
                    .into_any()
            }
        },
    }
}

fn rows(timings: &[Timing], row: fn(&Timing) -> Vec<Cell>) -> Vec<Vec<Cell>> {
    timings.iter().map(row).collect()
}

fn operation_row(timing: &Timing) -> Vec<Cell> {
    let mut cells = vec![
        Cell::Text(timing.name.clone()),
        Cell::Figure(format::number(timing.count.round())),
        Cell::Figure(format::figure(timing.rate, Unit::PerSecond)),
    ];
    let percentiles = [timing.p50, timing.p95, timing.p99].into_iter().zip(timing.beyond);
    cells.extend(percentiles.map(|(value, beyond)| {
        let figure = |value| format::at_least(value, beyond, Unit::Ms);
        Cell::Figure(value.map_or_else(|| format::NOTHING.to_owned(), figure))
    }));
    cells
}

fn route_row(timing: &Timing) -> Vec<Cell> {
    let mut cells = operation_row(timing);
    let share = |share: Option<f64>, fair: f64, poor: f64| match share {
        Some(share) if share > 0.0 => Cell::Rated(format::per_cent(share), Rating::of(share, fair, poor)),
        share => Cell::Figure(format::maybe(share, Unit::Ratio)),
    };
    // The default service levels: less than 1 % client errors, less than 0.1 % server errors.
    cells.push(share(timing.client_errors, 0.01, 0.05));
    cells.push(share(timing.server_errors, 0.001, 0.01));
    cells
}
