//! Reports on targets whose figures a Prometheus has.
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::http::StatusCode;
use tokio::task::JoinSet;
use whippet_api::{Backend, Level, MetricChart, Metrics, Overview, Range, Subject};
use whippet_store::reports::steps::Steps;
use whippet_store::reports::{backend, metric_chart, overview};

use super::params::Window;
use crate::app::App;
use crate::failure::Failure;
use crate::prometheus::reading::{FetchError, Read, ReadTarget, Reader, series_of};

type Answer<T> = Result<Json<T>, Failure>;

/// How long an overview waits for all of them.
const PATIENCE: Duration = Duration::from_secs(10);
/// At how many times of a window an overview looks at gauges.
const LOOKS: i64 = 12;

/// A target of a Prometheus, and who reads it.
pub struct Source {
    reader: Arc<Reader>,
    target: ReadTarget,
}

impl From<FetchError> for Failure {
    fn from(error: FetchError) -> Self {
        let code = match &error {
            FetchError::TooMany(_) => "too_many_series",
            _ => "prometheus_failed",
        };
        Self::new(StatusCode::BAD_GATEWAY, code, format!("Prometheus {error}")).retry_after(15)
    }
}

impl Source {
    /// That of the target called `name`; `None` where no Prometheus has such a target.
    pub fn of(app: &App, name: &str) -> Option<Self> {
        let reader = app.prometheus.as_ref()?;
        Some(Self { reader: Arc::clone(reader), target: reader.target(name)? })
    }

    /// Two scrapes belong to each step at least.
    fn steps(&self, range: &Range) -> Steps {
        Steps::whole(range, self.target.interval)
    }

    /// `GET /api/backend`
    pub async fn backend(&self, app: &App, window: &Window) -> Answer<Backend> {
        let now = app.clock.now();
        let steps = self.steps(&window.range(now)?);
        let read = self.reader.read(&self.target, &steps, None, &app.matches.catalogue(), now).await?;
        let notes = read.fetched.notes.clone();
        let report = move || {
            let Ok(report) = backend::report(&read.fetched.memory, &read.told, &steps);
            report
        };
        Ok(Json(Backend { notes, ..computed(report).await? }))
    }

    /// `GET /api/series`
    pub async fn series(&self, app: &App, window: &Window) -> Answer<Metrics> {
        let now = app.clock.now();
        let steps = self.steps(&window.range(now)?);
        let told = self.reader.told(&self.target, &steps, &app.matches.catalogue(), now).await?;
        Ok(Json(metric_chart::listed(&told)))
    }

    /// `GET /api/chart`
    pub async fn chart(
        &self,
        app: &App,
        window: &Window,
        metric: String,
        by: Option<String>,
    ) -> Result<Option<MetricChart>, Failure> {
        let now = app.clock.now();
        let steps = self.steps(&window.range(now)?);
        let names = Some(series_of(&metric));
        let read = self.reader.read(&self.target, &steps, names, &app.matches.catalogue(), now).await?;
        let draw = move || {
            let question = (metric.as_str(), by.as_deref());
            let Ok(chart) = metric_chart::draw(&read.fetched.memory, &read.told, question, &steps);
            chart
        };
        computed(draw).await
    }
}

/// Adds the levels and the state of all targets of a Prometheus to an overview. A target that does not answer in time has no
/// levels.
pub async fn add_to(overview: &mut Overview, app: &App, range: &Range) {
    let Some(reader) = &app.prometheus else { return };
    let now = app.clock.now();
    let targets = reader.read_targets();
    let mut reading = JoinSet::new();
    for target in targets.iter().cloned() {
        let (app, reader, range) = (app.clone(), Arc::clone(reader), range.clone());
        reading.spawn(async move {
            let steps = Steps::whole(&range, target.interval).coarse(LOOKS);
            let read = reader.read(&target, &steps, None, &app.matches.catalogue(), now).await;
            (target.name, read.ok().map(levels).unwrap_or_default())
        });
    }
    let mut found = Vec::new();
    let all = async {
        while let Some(joined) = reading.join_next().await {
            found.extend(joined.ok());
        }
    };
    let _ = tokio::time::timeout(PATIENCE, all).await;
    let mut subjects = Vec::new();
    for target in targets {
        let levels =
            found.iter_mut().find(|found| found.0 == target.name).map(|found| std::mem::take(&mut found.1));
        let levels =
            overview::of_backend(&target.name, levels.unwrap_or_else(|| backend::without_values(None)));
        overview.levels.extend(levels.into_iter().map(|level| Level { backend: true, ..level }));
        let last = target.last.filter(|last| *last <= range.to);
        let late = (3 * target.interval).max(60_000);
        subjects.push(Subject {
            name: target.name,
            backend: true,
            last,
            stopped: last.is_some_and(|last| last < range.to - late),
            // How it is now says nothing about a window that ended before.
            error: target.error.filter(|_| range.to > now - late),
        });
    }
    // Backends come before applications.
    let place =
        overview.subjects.iter().position(|subject| !subject.backend).unwrap_or(overview.subjects.len());
    overview.subjects.splice(place..place, subjects);
}

fn levels(read: Read) -> Vec<backend::PlainLevel> {
    let memory = &read.fetched.memory;
    let Ok(levels) = backend::levels(memory, memory, &read.told);
    levels
}

async fn computed<T: Send + 'static>(compute: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    tokio::task::spawn_blocking(compute).await.map_err(|error| {
        tracing::error!(%error, "a report failed");
        Failure::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "report_failed",
            "the report failed: see the collector's log",
        )
    })
}
