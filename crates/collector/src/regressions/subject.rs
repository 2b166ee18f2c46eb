//! What is watched: an application by its pages, or a backend by its routes.
use std::collections::BTreeMap;

use whippet_api::{About, Compared, Range, Releases, Unit, View};
use whippet_store::database::{Database, Result};
use whippet_store::reports::releases::backend::{self, Backend, BackendAsked, BackendSide, METRICS, number};
use whippet_store::reports::releases::{
    self, Asked, HourOfReleases, Metrics, Pages, Quantile, SideAsked, Timeline,
};
use whippet_store::reports::{Filter, SplitBy, SplitFilter};
use whippet_store::{Dimension, Kind};
use whippet_watch::regressions::RegressionSettings;
use whippet_watch::regressions::drift::{Above, Baseline};
use whippet_watch::regressions::watch::{Before, Bounds};

use super::words;

/// An application or a backend.
#[derive(Clone, Debug)]
pub enum Subject {
    /// An application.
    App(String),
    /// A backend.
    Backend(Backend),
}

/// The numbers of two releases, and when the new one came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The new one.
    pub new: i64,
    /// The old one.
    pub old: i64,
    /// When the new one was first seen, ms since the epoch.
    pub first: i64,
}

/// One release in a span.
#[derive(Clone, Debug)]
pub struct ReleaseSide {
    /// Its name.
    pub name: String,
    /// The start, ms since the epoch.
    pub from: i64,
    /// The end.
    pub to: i64,
}

impl Subject {
    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::App(name) => name,
            Self::Backend(backend) => &backend.name,
        }
    }

    /// As answers have it.
    pub fn about(&self) -> About {
        About { name: self.name().to_owned(), backend: matches!(self, Self::Backend(_)), page: None }
    }

    /// What tells it from all others; ids of what was found begin with it.
    pub fn key(&self) -> String {
        match self {
            Self::App(name) => name.clone(),
            Self::Backend(backend) => format!("backend:{}", backend.name),
        }
    }

    /// How many metrics are watched: an application's vitals. Its page loads are compared only.
    pub fn metrics(&self) -> usize {
        if matches!(self, Self::App(_)) { words::WATCHED } else { METRICS }
    }

    /// What a metric is called.
    pub fn metric(&self, metric: usize) -> &'static str {
        if matches!(self, Self::App(_)) { Metrics::name(metric) } else { backend::metric_name(metric) }
    }

    /// Its unit.
    pub fn unit(&self, metric: usize) -> Unit {
        if matches!(self, Self::App(_)) { Metrics::unit(metric) } else { backend::metric_unit(metric) }
    }

    /// From when on something is reported.
    pub fn bounds(&self, settings: &RegressionSettings) -> Bounds {
        let floor = |metric| match self {
            Self::App(_) => Metrics::floor(metric),
            Self::Backend(_) => backend::floor(metric),
        };
        Bounds {
            alpha: settings.alpha,
            thresholds: (0..self.metrics()).map(|metric| settings.threshold(self.metric(metric))).collect(),
            floors: (0..self.metrics()).map(floor).collect(),
        }
    }

    /// The page of the dashboard that shows it.
    pub fn view(&self) -> View {
        if matches!(self, Self::App(_)) { View::Vitals } else { View::Backend }
    }

    /// Changes when there may be a new release.
    pub fn newest(&self, db: &dyn Database) -> Result<i64> {
        match self {
            Self::App(_) => {
                let sql = "SELECT max(id) FROM names WHERE kind = ?1";
                let newest: Option<i64> = db.scalar(sql, &[(Kind::Release as i64).into()])?;
                Ok(newest.unwrap_or_default())
            }
            Self::Backend(backend) => backend::newest_series(db, backend),
        }
    }

    /// When the oldest scrape of a backend that is kept was made.
    pub fn begun(&self, db: &dyn Database) -> Result<Option<i64>> {
        match self {
            Self::App(_) => Ok(None),
            Self::Backend(backend) => backend::oldest(db, backend),
        }
    }

    /// The names of all releases, where they are known without their figures.
    pub fn release_names(&self, db: &dyn Database) -> Result<Option<Vec<String>>> {
        match self {
            Self::App(_) => Ok(None),
            Self::Backend(backend) => Ok(Some(backend::release_names(db, backend)?.into_iter().collect())),
        }
    }

    /// When its releases were there.
    pub fn timeline(&self, db: &dyn Database, now: i64) -> Result<Timeline> {
        match self {
            Self::App(name) => releases::timeline(db, name, now),
            Self::Backend(backend) => backend::timeline(db, backend, now),
        }
    }

    /// Page views or requests by release in a span, as exactly as what is kept of it: a release may begin in the midst of an hour.
    pub fn views(&self, db: &dyn Database, span: (i64, i64)) -> Result<BTreeMap<i64, u64>> {
        let backend = match self {
            Self::App(name) => return releases::views(db, name, span),
            Self::Backend(backend) => backend,
        };
        let mut requests: BTreeMap<i64, f64> = BTreeMap::new();
        backend::requests(db, backend, span, &mut |release, more| {
            *requests.entry(number(release)).or_default() += more;
        })?;
        let requests = requests.into_iter().map(|(release, all)| (release, all.round() as u64));
        Ok(requests.filter(|release| release.1 > 0).collect())
    }

    /// The releases in a range, without verdicts.
    pub fn listed(&self, db: &dyn Database, range: &Range, now: i64) -> Result<(Timeline, Releases)> {
        match self {
            Self::App(name) => releases::releases(db, name, range, now),
            Self::Backend(backend) => {
                if backend::release_names(db, backend)?.is_empty() {
                    return Ok(Default::default());
                }
                let timeline = backend::timeline(db, backend, now)?;
                let requests = self.views(db, (range.from, range.to))?;
                let listed = releases::listed(&timeline, &self.about(), &requests, range);
                Ok((timeline, listed))
            }
        }
    }

    /// The pages or routes with the most traffic in a span.
    pub fn pages(&self, db: &dyn Database, span: (i64, i64), most: usize) -> Result<Pages> {
        match self {
            Self::App(name) => releases::most_viewed(db, name, span, most),
            Self::Backend(backend) => backend::most_requested(db, backend, span, most),
        }
    }

    /// What was usual of the old release before the new one came.
    pub fn before(&self, db: &dyn Database, pair: &Pair, pages: &Pages) -> Result<Before> {
        match self {
            Self::App(app) => releases::before(db, &of_app(app, pair), pages),
            Self::Backend(backend) => backend::before(db, backend, (pair.old, pair.first), pages),
        }
    }

    /// The hours of both releases.
    pub fn hours(
        &self,
        db: &dyn Database,
        pair: &Pair,
        known: (&Pages, &Before),
        span: (i64, i64),
    ) -> Result<Vec<HourOfReleases>> {
        match self {
            Self::App(app) => releases::hours(db, &of_app(app, pair), known, span),
            Self::Backend(backend) => backend::hours(db, backend, (pair.new, pair.old), known, span),
        }
    }

    /// What drift needs.
    pub fn drift(
        &self,
        db: &dyn Database,
        pages: &Pages,
        span: (i64, i64),
        bounds: Bounds,
    ) -> Result<(Baseline, Vec<Vec<Above>>)> {
        let bounds = (bounds.thresholds, bounds.floors);
        match self {
            Self::App(name) => releases::drift(db, (name, pages), span, bounds),
            Self::Backend(backend) => backend::drift(db, (backend, pages), span, bounds),
        }
    }

    /// The metrics of two releases, of one page or of all.
    pub fn compare(
        &self,
        db: &dyn Database,
        page: Option<String>,
        (new, old): (ReleaseSide, ReleaseSide),
        settings: &RegressionSettings,
    ) -> Result<(whippet_api::Verdict, Vec<Compared>)> {
        let quantile = Quantile::ALL[1];
        let comparison = match self {
            Self::App(app) => {
                let side = |ReleaseSide { name, from, to }| SideAsked {
                    split: Some(SplitFilter {
                        by: SplitBy::One(Dimension::Release),
                        value: name,
                        device: None,
                    }),
                    from,
                    to,
                };
                let filter = Filter { app: Some(app.clone()), page, ..Filter::default() };
                let (new, old, metrics) = (side(new), Some(side(old)), words::thresholds(settings));
                releases::compare(db, &Asked { filter, quantile, new, old, metrics, pages: false })?
            }
            Self::Backend(backend) => {
                let side = |ReleaseSide { name, from, to }| BackendSide { release: Some(name), from, to };
                let asked = BackendAsked {
                    backend: backend.clone(),
                    route: page,
                    quantile,
                    new: side(new),
                    old: Some(side(old)),
                    thresholds: words::backend_thresholds(settings),
                    routes: false,
                };
                backend::compare(db, &asked)?
            }
        };
        Ok((comparison.verdict, comparison.metrics))
    }
}

fn of_app(app: &str, pair: &Pair) -> releases::Pair {
    releases::Pair { app: app.to_owned(), new: pair.new, old: pair.old, first: pair.first }
}
