//! Reads the requests of a backend by release, route and bucket of time.
use std::collections::BTreeMap;

use whippet_catalogue::{Class, Signal, Tags, Told};
use whippet_watch::regressions::spread::Spread;

use super::super::super::backend::{Traffic, route};
use super::super::super::reading::{Durations, Reading};
use super::super::super::scrapes::{Points, Scrapes};
use super::super::super::source::{Grid, Labels, Pair, Source};
use super::super::super::tagged::{Counted, Set};
use super::members::{Backend, Member};
use super::requests::Requests;
use super::versions::{Versions, of_labels};
use crate::database::{Database, Result};
use crate::time::HOUR;

/// The most points that are read at once.
const POINTS: i64 = 200;
/// What a backend's requests are told by.
pub const SIGNALS: [Signal; 3] = [Signal::ServerRequests, Signal::ServerDuration, Signal::ServerErrors];

/// Where requests belong.
#[derive(Clone, Copy, Debug)]
pub struct Piece<'a> {
    /// The first of two neighbouring scrapes, ms since the epoch.
    pub from: i64,
    /// The second.
    pub to: i64,
    /// The release; empty where nothing tells it.
    pub release: &'a str,
    /// The route; `None`: all of them together.
    pub route: Option<&'a str>,
}

impl Piece<'_> {
    /// The beginning of the bucket that it belongs to.
    pub fn bucket(&self, length: i64) -> i64 {
        let inside = self.to - 1;
        inside - inside.rem_euclid(length)
    }
}

/// What is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// How many requests there were.
    Counts,
    /// All of it, of all routes together.
    Whole,
    /// The same, and of each route.
    Routes,
}

/// Hands the requests of a span to `each`, of steps of `step` ms, and apart where a process got another release.
pub fn each(
    db: &dyn Database,
    backend: &Backend,
    ((from, to), step): ((i64, i64), i64),
    want: Want,
    each: &mut dyn FnMut(&Piece<'_>, &Requests),
) -> Result<()> {
    if from >= to {
        return Ok(());
    }
    for member in &backend.members {
        let Some(target) = Scrapes::id(db, &member.name)? else { continue };
        let told = backend.matches.told(db, target)?;
        if SIGNALS.iter().all(|signal| told.choices(*signal).is_empty()) {
            continue;
        }
        let versions = Versions::read(db, member, target, (from, to))?;
        for run in runs((from, to), step, &versions.cuts) {
            read_run(db, (member, &told, &versions), (&run, step), want, each)?;
        }
    }
    Ok(())
}

/// A part of a span.
#[derive(Debug, PartialEq)]
struct Run {
    from: i64,
    to: i64,
    /// Where it is divided, besides by steps.
    cuts: Vec<i64>,
}

/// Hours in which releases changed are read finely, all others are not.
fn runs((from, to): (i64, i64), step: i64, cuts: &[i64]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut at = from;
    let plain = |runs: &mut Vec<Run>, mut begin: i64, end: i64| {
        while begin < end {
            let until = begin.saturating_add(POINTS.saturating_mul(step)).min(end);
            runs.push(Run { from: begin, to: until, cuts: Vec::new() });
            begin = until;
        }
    };
    for cut in cuts.iter().copied().filter(|cut| (from..to).contains(cut)) {
        if cut < at
            && let Some(last) = runs.last_mut()
        {
            last.cuts.push(cut);
            continue;
        }
        let hour = cut - cut.rem_euclid(HOUR);
        let (begin, end) = (hour.max(at), (hour + HOUR).min(to));
        plain(&mut runs, at, begin);
        runs.push(Run { from: begin, to: end, cuts: vec![cut] });
        at = end;
    }
    plain(&mut runs, at, to);
    runs
}

fn read_run(
    db: &dyn Database,
    (member, told, versions): (&Member, &Told, &Versions),
    (run, step): (&Run, i64),
    want: Want,
    each: &mut dyn FnMut(&Piece<'_>, &Requests),
) -> Result<()> {
    let points = if run.cuts.is_empty() { Points::Steps(step) } else { Points::Fine(step, &run.cuts) };
    let span = (run.from, run.to);
    let Some(scrapes) = Scrapes::between(db, &member.name, span, points, member.interval)? else {
        return Ok(());
    };
    let reading = Reading::new(&scrapes, told);
    let whole = Sets::read(&reading, want, |_| true)?;
    whole.hand_out(scrapes.grid(), versions, |_| None, each);
    if want == Want::Routes {
        let routes = Sets::read(&reading, want, |tags| !route(tags).is_empty())?;
        let name = |tags: &Tags| Some(route(tags)).filter(|route| !route.is_empty());
        routes.hand_out(scrapes.grid(), versions, name, each);
    }
    Ok(())
}

/// The series that tell of requests.
struct Sets {
    counts: Set<Counted>,
    errors: Set<Counted>,
    durations: Durations,
}

/// What a series adds to.
struct Counting<'a> {
    counted: &'a Counted,
    route: Option<String>,
    own: Option<&'a str>,
    processes: Vec<usize>,
    what: What,
}

#[derive(Clone, Copy)]
enum What {
    /// A request, and whether it failed where that is told.
    Request(Option<bool>),
    Failure,
    /// Values up to a bound, ms.
    Upto(f64),
}

impl Sets {
    fn read<S: Source>(
        reading: &Reading<'_, S>,
        want: Want,
        need: impl Fn(&Tags) -> bool,
    ) -> std::result::Result<Self, S::Error> {
        let Traffic { all, by_status, errors, durations } =
            Traffic::read_where(reading, super::super::super::backend::SERVER, need)?;
        let is_told = !by_status.series.is_empty();
        let counts = if is_told { by_status } else { all };
        // Requests that are counted nowhere else are those that took some time.
        let durations =
            if want == Want::Counts && !counts.series.is_empty() { Durations::default() } else { durations };
        Ok(Self { counts, errors: if is_told { Set::default() } else { errors }, durations })
    }

    fn counting<'a>(
        &'a self,
        versions: &Versions,
        name: impl Fn(&Tags) -> Option<String>,
        is_whole: bool,
    ) -> Vec<Counting<'a>> {
        let one = |counted: &'a Counted, what: What| {
            let labels: &'a Labels = &counted.counter().labels;
            let own = of_labels(labels);
            let processes = if own.is_some() { Vec::new() } else { versions.of_series(labels) };
            Counting { counted, route: name(&counted.tags), own, processes, what }
        };
        let request = |counted: &'a Counted| {
            let tags = &counted.tags;
            let failed = matches!(tags.class, Some(Class::Server | Class::Failed));
            one(counted, What::Request(tags.has_status.then_some(failed)))
        };
        let upto = |counted: &'a Counted| {
            let bound = counted.counter().label("le").parse::<f64>().ok()?;
            Some(one(counted, What::Upto(bound * counted.tags.factor)))
        };
        let requests = self.counts.series.iter().map(request);
        let failures = self.errors.series.iter().map(|counted| one(counted, What::Failure));
        let durations = self.durations.buckets.series().filter_map(upto);
        let all = requests.chain(failures).chain(durations);
        all.filter(|counting| is_whole || counting.route.is_some()).collect()
    }

    fn hand_out(
        &self,
        grid: &Grid,
        versions: &Versions,
        name: impl Fn(&Tags) -> Option<String> + Copy,
        each: &mut dyn FnMut(&Piece<'_>, &Requests),
    ) {
        // Of all routes together nothing has a name.
        let is_whole = name(&Tags { route: "/".to_owned(), ..Tags::default() }).is_none();
        let all = self.counting(versions, name, is_whole);
        let are_counted = !self.counts.series.is_empty();
        for pair in grid.steps.iter().flatten() {
            let (from, to) = (grid.points[pair.0], grid.points[pair.1]);
            for ((release, route), requests) in tally(&all, versions, (*pair, to), are_counted) {
                each(&Piece { from, to, release, route }, &requests);
            }
        }
    }
}

/// The requests of one step, by release and route.
fn tally<'a>(
    all: &'a [Counting<'a>],
    versions: &'a Versions,
    (pair, time): (Pair, i64),
    are_counted: bool,
) -> Vec<((&'a str, Option<&'a str>), Requests)> {
    type Sums = (Requests, BTreeMap<u64, (f64, f64)>);
    let mut sums: BTreeMap<(&str, Option<&str>), Sums> = BTreeMap::new();
    for Counting { counted, route, own, processes, what } in all {
        let release = own.or_else(|| versions.at(processes, time)).unwrap_or_default();
        let (requests, bounds) = sums.entry((release, route.as_deref())).or_default();
        let more = counted.counter().increase(pair);
        match *what {
            What::Request(failed) => {
                requests.all += more;
                requests.failed += if failed == Some(true) { more } else { 0.0 };
                requests.tells_failures |= failed.is_some();
            }
            What::Failure => {
                requests.failed += more;
                requests.tells_failures = true;
            }
            What::Upto(bound) => bounds.entry(bound.to_bits()).or_insert((bound, 0.0)).1 += more,
        }
    }
    let requests = |(key, (mut requests, bounds)): (_, Sums)| {
        let durations = Spread::cumulative(bounds.into_values());
        // A release that is gone leaves its series, whose buckets must not matter.
        if durations.count() > 0.0 {
            requests.durations = durations;
        }
        if !are_counted {
            requests.all = requests.durations.count();
        }
        requests.failed = requests.failed.min(requests.all);
        (requests.all > 0.0 || requests.durations.count() > 0.0).then_some((key, requests))
    };
    sums.into_iter().filter_map(requests).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_with_a_change_are_read_finely() {
        let run = |from, to, cuts: &[i64]| Run { from: from * HOUR, to: to * HOUR, cuts: cuts.to_vec() };
        assert_eq!(runs((0, 5 * HOUR), HOUR, &[]), [run(0, 5, &[])]);
        let (one, two) = (2 * HOUR + 5, 2 * HOUR + 7);
        assert_eq!(
            runs((0, 5 * HOUR), HOUR, &[one, two]),
            [run(0, 2, &[]), run(2, 3, &[one, two]), run(3, 5, &[])]
        );
        assert_eq!(runs((2 * HOUR, 3 * HOUR), HOUR, &[one]), [run(2, 3, &[one])]);
        assert_eq!(runs((0, 450 * HOUR), HOUR, &[]).len(), 3);
        // Cuts outside of the span divide nothing.
        assert_eq!(runs((0, HOUR), HOUR, &[-5, HOUR, 7 * HOUR]), [run(0, 1, &[])]);
    }

    #[test]
    fn a_piece_belongs_to_the_hour_that_it_ends_in() {
        let piece = |to| Piece { from: 0, to, release: "", route: None };
        assert_eq!([HOUR - 1, HOUR, HOUR + 1].map(|to| piece(to).bucket(HOUR)), [0, 0, HOUR]);
    }
}
