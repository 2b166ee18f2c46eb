//! `GET /api/backend`: one scraped backend, by the signals that it tells.
mod caches;
mod draw;
mod figure;
mod levels;
mod machine;
mod storage;
mod timings;
mod traffic;

use whippet_api::{Backend, Section, Timing};
use whippet_catalogue::{Signal, Told};

use super::matches::Matches;
use super::reading::Reading;
use super::scrapes::Scrapes;
use super::source::Source;
use super::steps::Steps;
use crate::database::{self, Database};
use caches::Caches;
use draw::Draw;
use timings::Named;

pub use figure::{Found, TargetFigures};
pub use levels::{PlainLevel, levels, unit, without_values};
pub use traffic::{SERVER, Traffic, route};

/// All charts and tables of `target`, scraped every `interval` ms.
pub fn backend(
    db: &dyn Database,
    matches: &Matches,
    target: &str,
    steps: &Steps,
    interval: i64,
) -> database::Result<Backend> {
    let Some(scrapes) = Scrapes::new(db, target, steps, interval)? else {
        return Ok(Backend::default());
    };
    let told = matches.told(db, scrapes.target())?;
    let backend = report(&scrapes, &told, steps)?;
    Ok(Backend { inexact_until: scrapes.inexact_until(steps)?, ..backend })
}

/// The same of any source.
pub fn report<S: Source>(source: &S, told: &Told, steps: &Steps) -> Result<Backend, S::Error> {
    let reading = Reading::new(source, told);
    let draw = Draw { grid: reading.grid(), steps };
    let requests = Traffic::read(&reading, traffic::SERVER)?;
    let routes = Named::read(&reading, (Signal::ServerRequests, Signal::ServerDuration), traffic::route)?;
    let database = Traffic::read(&reading, storage::DATABASE)?;
    let operations = Named::read(&reading, (Signal::DbQueries, Signal::DbDuration), storage::operation)?;
    let looked_up = Caches::read(&reading)?;
    let cpu = reading.counted_by_group(Signal::ProcessCpu)?;
    let memory = reading.levels(Signal::ProcessMemory)?;
    let rate = draw.line("requests", |pair| {
        (!requests.all.series.is_empty()).then(|| requests.all.sum(pair, |_| true) / draw.grid.seconds(pair))
    });
    let mut failures = draw.failures(&requests.by_status, &requests.all, &requests.errors);
    if failures.is_empty() {
        failures = ["4xx", "5xx"].map(|name| draw.line(name, |_| None)).into();
    }
    let sections = sections(&reading, steps, (&requests, &routes), (&database, &operations), &looked_up)?;
    Ok(Backend {
        rate: draw.chart(vec![rate]),
        latency: draw.chart(draw.percentiles(&requests.durations, traffic::route).lines),
        errors: draw.chart(failures),
        routes: bounded(routes.timings),
        database: draw.chart(draw.percentiles(&database.durations, storage::operation).lines),
        operations: bounded(operations.timings),
        caches: draw.chart(looked_up.lines(draw).lines),
        cpu: draw.chart(vec![draw.line("cpu", |pair| {
            (!cpu.series.is_empty()).then(|| cpu.sum(pair, |_| true) / draw.grid.seconds(pair) / 1000.0)
        })]),
        memory: draw.chart(vec![draw.line("resident", |pair| draw::total(&memory, pair, |_| true))]),
        inexact_until: None,
        notes: Vec::new(),
        sections,
        exporters: told.exporters().into_iter().map(str::to_owned).collect(),
        metrics: told.metrics.len(),
        unknown: told.unknown().count(),
    })
}

fn sections<S: Source>(
    reading: &Reading<'_, S>,
    steps: &Steps,
    (requests, routes): (&Traffic, &Named),
    (database, operations): (&Traffic, &Named),
    looked_up: &Caches,
) -> Result<Vec<Section>, S::Error> {
    let mut sections = vec![
        traffic::requests(reading, steps, requests, routes)?,
        traffic::calls(reading, steps, ("Other services", "Service", traffic::CLIENT))?,
        traffic::calls(reading, steps, ("AI providers", "Provider", traffic::MODEL))?,
        storage::database(reading, steps, database, operations)?,
        storage::pools(reading, steps)?,
        caches::caches(reading, steps, looked_up)?,
        machine::jobs(reading, steps)?,
        machine::process(reading, steps)?,
        machine::host(reading, steps)?,
        machine::runtime(reading, steps)?,
        machine::service(reading, steps)?,
    ];
    sections.retain(|section| !section.charts.is_empty() || !section.tables.is_empty());
    Ok(sections)
}

/// The most rows of a list.
const MOST_TIMINGS: usize = 1_000;

fn bounded(mut timings: Vec<Timing>) -> Vec<Timing> {
    timings.truncate(MOST_TIMINGS);
    timings
}
