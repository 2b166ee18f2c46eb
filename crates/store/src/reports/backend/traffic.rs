//! Requests that a backend answers, and calls that it makes: to other services, and to AI providers.
use whippet_api::{Section, Unit};
use whippet_catalogue::{Signal, Tags};

use super::draw::{Draw, Lines, durations_panel, panel};
use super::timings::{Named, timings_table};
use crate::reports::reading::{Durations, Reading};
use crate::reports::source::Source;
use crate::reports::steps::Steps;
use crate::reports::tagged::{Counted, Set};

/// What is told of requests or of calls.
#[derive(Debug, Default)]
pub struct Traffic {
    /// All of them.
    pub all: Set<Counted>,
    /// Those with a status.
    pub by_status: Set<Counted>,
    /// Those that failed.
    pub errors: Set<Counted>,
    /// How long they took.
    pub durations: Durations,
}

/// The signals of one kind of traffic: how many, how long, how many failed.
pub type Signals = (Signal, Signal, Signal);

/// Requests that a backend answers.
pub const SERVER: Signals = (Signal::ServerRequests, Signal::ServerDuration, Signal::ServerErrors);
/// Calls to other services.
pub const CLIENT: Signals = (Signal::ClientRequests, Signal::ClientDuration, Signal::ClientErrors);
/// Calls to AI providers.
pub const MODEL: Signals = (Signal::ModelRequests, Signal::ModelDuration, Signal::ModelErrors);

impl Traffic {
    /// Reads what is told of `signals`.
    pub fn read<S: Source>(reading: &Reading<'_, S>, signals: Signals) -> Result<Self, S::Error> {
        Self::read_where(reading, signals, |_| true)
    }

    /// The same of metrics of which a series fulfils `need`.
    pub fn read_where<S: Source>(
        reading: &Reading<'_, S>,
        (requests, duration, errors): Signals,
        need: impl Fn(&Tags) -> bool,
    ) -> Result<Self, S::Error> {
        Ok(Self {
            all: reading.counted(requests, &need)?,
            by_status: reading.counted(requests, |tags| tags.has_status && need(tags))?,
            errors: reading.counted(errors, &need)?,
            durations: reading.durations(duration, &need)?,
        })
    }
}

/// The name of a route: its method and its path.
pub fn route(tags: &Tags) -> String {
    match (tags.method.as_str(), tags.route.as_str()) {
        (_, "") => String::new(),
        ("", route) => route.to_owned(),
        (method, route) => format!("{method} {route}"),
    }
}

/// The name of a service or provider, with the method, model or route where it is told.
pub fn service(tags: &Tags) -> String {
    let parts = [&tags.group, &tags.method, &tags.operation, &tags.route];
    parts.into_iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" ")
}

/// The section on requests.
pub fn requests<S: Source>(
    reading: &Reading<'_, S>,
    steps: &Steps,
    traffic: &Traffic,
    routes: &Named,
) -> Result<Section, S::Error> {
    let draw = Draw { grid: reading.grid(), steps };
    let (requests, duration, errors) = SERVER;
    let in_flight = reading.levels(Signal::ServerInFlight)?;
    let received = reading.counted(Signal::ServerRequestBytes, |_| true)?;
    let sent = reading.counted(Signal::ServerResponseBytes, |_| true)?;
    let failures = draw.failures(&traffic.by_status, &traffic.all, &traffic.errors);
    let failed = if traffic.all.series.is_empty() {
        draw.rates(&traffic.errors, |_| String::new(), "errors", 1.0)
    } else {
        Lines::default()
    };
    let both = bytes(draw, &received, &sent, ["received", "sent"]);
    let charts = [
        panel(
            draw,
            "Requests",
            Unit::PerSecond,
            &[requests],
            &[&traffic.all.metrics],
            draw.rates(&traffic.all, |_| String::new(), "requests", 1.0),
        ),
        panel(
            draw,
            "Errors, of all requests",
            Unit::Ratio,
            &[requests, errors],
            &[&traffic.by_status.metrics, &traffic.errors.metrics],
            Lines { lines: failures, left_out: 0 },
        ),
        panel(draw, "Errors", Unit::PerSecond, &[errors], &[&traffic.errors.metrics], failed),
        durations_panel(draw, "Response time", duration, &traffic.durations, route),
        panel(
            draw,
            "In flight",
            Unit::Number,
            &[Signal::ServerInFlight],
            &[&in_flight.metrics],
            draw.levels(&in_flight, |_| String::new(), "in flight"),
        ),
        panel(
            draw,
            "Bytes",
            Unit::BytesPerSecond,
            &[Signal::ServerRequestBytes, Signal::ServerResponseBytes],
            &[&received.metrics, &sent.metrics],
            both,
        ),
    ];
    let table = timings_table("Routes", "Route", "Requests", routes);
    Ok(Section {
        name: "Requests".to_owned(),
        charts: charts.into_iter().flatten().collect(),
        tables: table.into_iter().collect(),
    })
}

/// Bytes that come in and go out.
pub fn bytes(draw: Draw<'_>, received: &Set<Counted>, sent: &Set<Counted>, names: [&str; 2]) -> Lines {
    let mut lines = draw.rates(received, |_| String::new(), names[0], 1.0);
    lines.lines.extend(draw.rates(sent, |_| String::new(), names[1], 1.0).lines);
    lines
}

/// The section on calls to other services, or to AI providers.
pub fn calls<S: Source>(
    reading: &Reading<'_, S>,
    steps: &Steps,
    (name, head, signals): (&str, &str, Signals),
) -> Result<Section, S::Error> {
    let traffic = Traffic::read(reading, signals)?;
    let draw = Draw { grid: reading.grid(), steps };
    let (requests, duration, errors) = signals;
    let group = |tags: &Tags| tags.group.clone();
    let by_group = reading.counted_by_group(requests)?;
    let failures = draw.failures(&traffic.by_status, &traffic.all, &traffic.errors);
    let mut charts = vec![
        panel(
            draw,
            "Calls",
            Unit::PerSecond,
            &[requests],
            &[&by_group.metrics],
            draw.rates(&by_group, group, "calls", 1.0),
        ),
        panel(
            draw,
            "Errors, of all calls",
            Unit::Ratio,
            &[requests, errors],
            &[&traffic.by_status.metrics, &traffic.errors.metrics],
            Lines { lines: failures, left_out: 0 },
        ),
        durations_panel(draw, "Time of calls", duration, &traffic.durations, service),
    ];
    if requests == Signal::ModelRequests {
        let first = reading.durations(Signal::ModelFirstToken, |_| true)?;
        charts.push(durations_panel(
            draw,
            "Time until the first token",
            Signal::ModelFirstToken,
            &first,
            service,
        ));
        let input = reading.counted(Signal::ModelInputTokens, |_| true)?;
        let output = reading.counted(Signal::ModelOutputTokens, |_| true)?;
        let tokens = bytes(draw, &input, &output, ["input", "output"]);
        let signals = [Signal::ModelInputTokens, Signal::ModelOutputTokens];
        charts.push(panel(
            draw,
            "Tokens",
            Unit::PerSecond,
            &signals,
            &[&input.metrics, &output.metrics],
            tokens,
        ));
    }
    let named = Named::read(reading, (requests, duration), service)?;
    let table = timings_table(name, head, "Calls", &named);
    Ok(Section {
        name: name.to_owned(),
        charts: charts.into_iter().flatten().collect(),
        tables: table.into_iter().collect(),
    })
}
