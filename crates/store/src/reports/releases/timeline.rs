//! `GET /api/releases`: when releases were there, and with how much traffic.
use std::collections::BTreeMap;

use whippet_api::{About, Range, Release, Releases};

use super::super::split_by::SplitBy;
use super::reading::{Reading, Span};
use crate::cells::{Level, Page};
use crate::database::{Database, Result};
use crate::dimension::Dimension;
use crate::kind::{OTHER, UNKNOWN};
use crate::time::{DAY, HOUR};

/// How long before a release the one that it is compared with was there, ms.
const BEFORE: i64 = 7 * DAY;
/// The most releases in a report.
const MOST: usize = 200;

/// A release of an application. 0 is the number of those page views that do not say theirs.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// The number of its name.
    pub number: i64,
    /// Its name.
    pub name: String,
    /// The beginning of the first minute, hour or day with page views, ms since the epoch.
    pub first: i64,
    /// The same of the last one.
    pub last: i64,
}

/// The releases of an application, and the page views of each by bucket.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    /// The one seen first first.
    pub seen: Vec<Seen>,
    /// By the beginning of an hour or a day: page views by release.
    pub views: BTreeMap<i64, BTreeMap<i64, u64>>,
}

const BY_RELEASE: SplitBy = SplitBy::One(Dimension::Release);

/// All that is kept: days, of what is newer hours.
pub fn timeline(db: &dyn Database, app: &str, now: i64) -> Result<Timeline> {
    let reading = Reading::new(db, app)?;
    let mut timeline = Timeline::default();
    let mut ends: BTreeMap<i64, (i64, Level, i64)> = BTreeMap::new();
    gather(&reading, (0, now, Level::Day), &mut |level, time, release, views| {
        let bucket = if level == Level::Day { time } else { Level::Hour.bucket(time) };
        *timeline.views.entry(bucket).or_default().entry(release).or_default() += views;
        let (first, first_level, last) = ends.entry(release).or_insert((time, level, time));
        if time < *first {
            (*first, *first_level) = (time, level);
        }
        *last = (*last).max(time);
    })?;
    // A day tells only the day: its hours are read where they are kept, and of a first hour the minutes.
    for (finer, length) in [(Level::Hour, DAY), (Level::Minute, HOUR)] {
        let coarse = |level: Level| level.length() == length;
        let mut starts: Vec<i64> = ends.values().filter(|end| coarse(end.1)).map(|end| end.0).collect();
        starts.sort_unstable();
        starts.dedup();
        for start in starts {
            let mut found: BTreeMap<i64, (i64, Level)> = BTreeMap::new();
            gather(&reading, (start, start + length - 1, finer), &mut |level, time, release, _| {
                let held = found.entry(release).or_insert((time, level));
                if time < held.0 {
                    *held = (time, level);
                }
            })?;
            for (release, (time, level)) in found {
                if let Some(end) = ends.get_mut(&release).filter(|end| end.0 == start && coarse(end.1)) {
                    (end.0, end.1) = (time.max(start), level);
                }
            }
        }
    }
    let seen = |(number, (first, _, last)): (i64, (i64, Level, i64))| Seen {
        number,
        name: Dimension::Release.value(number, &reading.releases).to_owned(),
        first,
        last,
    };
    timeline.seen = ends.into_iter().map(seen).collect();
    timeline.seen.sort_by_key(|seen| (seen.first, seen.number));
    Ok(timeline)
}

fn gather(reading: &Reading<'_>, span: Span, each: &mut dyn FnMut(Level, i64, i64, u64)) -> Result<()> {
    reading.each(BY_RELEASE, Page::Whole, span, &mut |at, vitals, _| {
        if vitals.views > 0 {
            each(at.level, at.time, at.key.value, vitals.views);
        }
    })
}

impl Timeline {
    /// The release that another one is compared with: that with the most traffic in the week before it came. Page views without a
    /// release are one as well, if most were so.
    pub fn before(&self, seen: &Seen) -> Option<&Seen> {
        let views = self.sum(seen.first - BEFORE, seen.first);
        // One that came later in the same hour is none.
        let earlier =
            |number: i64| self.seen.iter().find(|other| other.number == number && other.first < seen.first);
        let found = views.iter().filter_map(|(release, views)| Some((*views, earlier(*release)?)));
        found.max_by_key(|found| found.0).map(|found| found.1)
    }

    /// Page views by release in buckets that begin in `from..to`.
    pub fn sum(&self, from: i64, to: i64) -> BTreeMap<i64, u64> {
        let mut sum = BTreeMap::new();
        for views in self.views.range(from..to).map(|bucket| bucket.1) {
            for (release, views) in views {
                *sum.entry(*release).or_default() += views;
            }
        }
        sum
    }

    /// The share of a release among the page views of the newest bucket that has any.
    pub fn share(&self, release: i64, to: i64) -> f64 {
        let newest = self.views.range(..=to).next_back();
        newest.map_or(0.0, |(_, views)| {
            let all: u64 = views.values().sum();
            *views.get(&release).unwrap_or(&0) as f64 / all.max(1) as f64
        })
    }
}

/// The releases with page views in the range, without verdicts.
pub fn releases(db: &dyn Database, app: &str, range: &Range, now: i64) -> Result<(Timeline, Releases)> {
    let timeline = timeline(db, app, now)?;
    let views = views(db, app, (range.from, range.to))?;
    let about = About { name: app.to_owned(), ..About::default() };
    let listed = listed(&timeline, &about, &views, range);
    Ok((timeline, listed))
}

/// Page views by release in a span: of its first and its last hour only what is in it, as far as minutes are kept.
pub fn views(db: &dyn Database, app: &str, (from, to): (i64, i64)) -> Result<BTreeMap<i64, u64>> {
    let reading = Reading::new(db, app)?;
    let mut views: BTreeMap<i64, u64> = BTreeMap::new();
    gather(&reading, (from, to, Level::Day), &mut |_, _, release, more| {
        *views.entry(release).or_default() += more;
    })?;
    Ok(views)
}

/// The releases of a timeline, the newest first. `views`: page views or requests in the range, by release.
pub fn listed(timeline: &Timeline, about: &About, views: &BTreeMap<i64, u64>, range: &Range) -> Releases {
    let all: u64 = views.values().sum();
    let unnamed = (all > 0).then(|| *views.get(&0).unwrap_or(&0) as f64 / all as f64);
    let one = |seen: &Seen| {
        Some(Release {
            about: about.clone(),
            name: seen.name.clone(),
            first: seen.first,
            last: seen.last,
            views: *views.get(&seen.number)?,
            share: timeline.share(seen.number, range.to),
            before: timeline.before(seen).map(|before| before.name.clone()),
            ..Release::default()
        })
    };
    let told = timeline.seen.iter().rev().filter(|seen| seen.name != UNKNOWN);
    let (dropped, named): (Vec<&Seen>, Vec<&Seen>) = told.partition(|seen| seen.name == OTHER);
    let mut releases: Vec<Release> = named.into_iter().filter_map(&one).collect();
    releases.extend(together(dropped.into_iter().filter_map(&one)));
    let left_out = releases.len().saturating_sub(MOST);
    releases.truncate(MOST);
    Releases { releases, left_out, unnamed, ..Releases::default() }
}

/// Releases that were dropped for want of a place, and those that never had one, as one entry. It is no release: it is compared with
/// nothing.
fn together(dropped: impl Iterator<Item = Release>) -> Option<Release> {
    let all = dropped.reduce(|all, one| Release {
        first: all.first.min(one.first),
        last: all.last.max(one.last),
        views: all.views + one.views,
        share: all.share + one.share,
        ..all
    })?;
    Some(Release { before: None, ..all })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_before_is_none_that_came_later_in_the_same_hour() {
        let seen = |number, first| Seen { number, name: number.to_string(), first, last: 5 * HOUR };
        let (old, new, later) = (seen(1, 0), seen(2, HOUR + 300_000), seen(3, HOUR + 600_000));
        let timeline = Timeline {
            seen: vec![old, new.clone(), later],
            views: BTreeMap::from([
                (0, BTreeMap::from([(1, 10)])),
                (HOUR, BTreeMap::from([(1, 5), (2, 7), (3, 90)])),
            ]),
        };
        assert_eq!(timeline.before(&new).map(|before| before.number), Some(1));
    }

    #[test]
    fn dropped_releases_are_one_entry_that_is_compared_with_nothing() {
        let seen =
            |number, name: &str, first| Seen { number, name: name.to_owned(), first, last: first + HOUR };
        let timeline = Timeline {
            seen: vec![seen(1, OTHER, 0), seen(2, OTHER, HOUR), seen(3, "3.0", 2 * HOUR)],
            views: BTreeMap::from([
                (0, BTreeMap::from([(1, 10)])),
                (HOUR, BTreeMap::from([(2, 30)])),
                (2 * HOUR, BTreeMap::from([(3, 5)])),
            ]),
        };
        let views = BTreeMap::from([(1, 10), (2, 30), (3, 5)]);
        let found = listed(&timeline, &About::default(), &views, &Range { from: 0, to: DAY });
        let shown: Vec<(&str, i64, i64, u64, Option<&str>)> = found
            .releases
            .iter()
            .map(|one| (one.name.as_str(), one.first, one.last, one.views, one.before.as_deref()))
            .collect();
        assert_eq!(shown, [("3.0", 2 * HOUR, 3 * HOUR, 5, Some(OTHER)), (OTHER, 0, 2 * HOUR, 40, None)]);
    }
}
