//! Reads the series that a report needs.
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use whippet_store::reports::memory::Memory;
use whippet_store::reports::steps::Steps;

use super::api::{Answered, Api, AskError, Series};
use super::discovery::Discovered;
use super::native;
use super::sampling::Sampling;
use super::selector::Selector;

/// The most names of one question.
const NAMES: usize = 15;
/// The most questions at once.
const QUESTIONS: usize = 4;
/// As how many series a native histogram counts.
const NATIVE: usize = 40;

/// The series of a report.
#[derive(Debug)]
pub struct Fetched {
    /// The series.
    pub memory: Memory,
    /// What the report lacks, and why.
    pub notes: Vec<String>,
}

/// Why there are no series.
#[derive(Debug)]
#[non_exhaustive]
pub enum FetchError {
    /// Prometheus did not answer.
    Ask(AskError),
    /// There are this many series, which are too many.
    TooMany(usize),
}

impl std::fmt::Display for FetchError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ask(error) => error.fmt(f),
            Self::TooMany(series) => write!(
                f,
                "has {series} series for this, more than one report reads: narrow the selector, or choose a shorter range"
            ),
        }
    }
}

impl std::error::Error for FetchError {}

/// A question, and the name of all series of its answer where these do not have it.
type Question = (String, Option<String>);

/// Reads the series called `names` in their classic form, which were scraped every `interval` ms.
pub async fn fetch(
    api: &Arc<Api>,
    selector: &Selector,
    discovered: &Discovered,
    names: &BTreeSet<String>,
    (steps, interval): (&Steps, i64),
) -> Result<Fetched, FetchError> {
    let wanted: BTreeSet<&str> = names.iter().filter_map(|name| asked(name, discovered)).collect();
    let weigh = |name: &&str| {
        let each = if discovered.natives.contains(*name) { NATIVE } else { 1 };
        discovered.series.get(*name).copied().unwrap_or_default() * each
    };
    let series = wanted.iter().map(weigh).sum();
    let sampling = Sampling::new(steps, interval, series).ok_or(FetchError::TooMany(series))?;
    let mut memory = Memory::new(sampling.times(), steps);
    let (mut notes, mut failed, mut succeeded) = (Vec::new(), None, wanted.is_empty());
    let mut answers = ask(api, questions(selector, discovered, &wanted, &sampling), &sampling);
    while let Some(joined) = answers.join_next().await {
        let Ok((name, answer)) = joined else { continue };
        match answer {
            Ok(Answered { data, warnings }) => {
                succeeded = true;
                notes.extend(warnings);
                for one in data {
                    add(&mut memory, one, name.as_deref(), discovered, &sampling);
                }
            }
            Err(error) => failed = Some(error),
        }
    }
    match failed {
        Some(error) if !succeeded => return Err(FetchError::Ask(error)),
        Some(error) => notes.push(format!("not everything could be read: Prometheus {error}")),
        None => {}
    }
    memory.finish();
    notes.sort_unstable();
    notes.dedup();
    Ok(Fetched { memory, notes })
}

/// The name to ask for: that of the native histogram, where the classic series are made of one.
fn asked<'a>(name: &'a str, discovered: &'a Discovered) -> Option<&'a str> {
    if discovered.series.contains_key(name) && !discovered.natives.contains(name) {
        return Some(name);
    }
    let stem = ["_bucket", "_sum", "_count"].iter().find_map(|suffix| name.strip_suffix(suffix))?;
    discovered.natives.get(stem).map(String::as_str)
}

fn questions(
    selector: &Selector,
    discovered: &Discovered,
    wanted: &BTreeSet<&str>,
    sampling: &Sampling,
) -> Vec<Question> {
    let grows = |name: &str| discovered.counters.contains(name) || discovered.natives.contains(name);
    let (counters, gauges): (Vec<&str>, Vec<&str>) =
        wanted.iter().partition(|name| sampling.by_increase && grows(name));
    let mut questions: Vec<Question> =
        gauges.chunks(NAMES).map(|names| (selector.any_of(names.iter().copied()), None)).collect();
    // `increase` leaves the name out.
    questions.extend(counters.into_iter().map(|name| {
        let question = format!("increase({}[{}ms])", selector.named(name), sampling.every);
        (question, Some(name.to_owned()))
    }));
    questions
}

type Asked = (Option<String>, Result<Answered<Vec<Series>>, AskError>);

fn ask(api: &Arc<Api>, questions: Vec<Question>, sampling: &Sampling) -> JoinSet<Asked> {
    let mut answers = JoinSet::new();
    let permits = Arc::new(Semaphore::new(QUESTIONS));
    let range = (sampling.from, sampling.to, sampling.every);
    for (question, name) in questions {
        let (api, permits) = (Arc::clone(api), Arc::clone(&permits));
        answers.spawn(async move {
            let _permit = permits.acquire_owned().await;
            let answer = api.query_range(&question, range).await;
            (name, answer)
        });
    }
    answers
}

/// Adds a series of an answer. `increased` is its name where its values are increases.
fn add(
    memory: &mut Memory,
    one: Series,
    increased: Option<&str>,
    discovered: &Discovered,
    sampling: &Sampling,
) {
    let mut labels = one.metric;
    let own = labels.remove("__name__");
    let Some(name) = increased.or(own.as_deref()) else { return };
    let cumulate = |values: Vec<Option<f64>>| if increased.is_some() { cumulative(&values) } else { values };
    if !one.values.is_empty() {
        let mut values = vec![None; sampling.times().len()];
        for (time, value) in &one.values {
            if let Some(place) = sampling.place(*time) {
                values[place] = value.parse().ok();
            }
        }
        let counter = discovered.counters.contains(name);
        memory.add(name, labels.clone(), counter, cumulate(values));
    }
    if !one.histograms.is_empty() {
        let classic = native::classic(&one.histograms, sampling);
        for (bound, values) in classic.buckets {
            let mut labels = labels.clone();
            labels.insert("le".to_owned(), bound);
            memory.add(&format!("{name}_bucket"), labels, true, cumulate(values));
        }
        memory.add(&format!("{name}_sum"), labels.clone(), true, cumulate(classic.sum));
        memory.add(&format!("{name}_count"), labels, true, cumulate(classic.count));
    }
}

/// A counter that grew by these increases. It begins at 0 before the first of them, also where it began within the window.
fn cumulative(increases: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut sum = 0.0;
    let mut values: Vec<Option<f64>> = Vec::with_capacity(increases.len());
    for (place, increase) in increases.iter().enumerate() {
        let increase = increase.filter(|increase| increase.is_finite());
        if let (Some(_), Some(before)) = (increase, place.checked_sub(1)) {
            values[before].get_or_insert(sum);
        }
        sum += increase.unwrap_or_default().max(0.0);
        values.push(increase.map(|_| sum));
    }
    values
}

/// The names of the series of one metric, as [`fetch`] takes them.
pub fn series_of(metric: &str) -> BTreeSet<String> {
    ["", "_bucket", "_sum", "_count"].into_iter().map(|suffix| format!("{metric}{suffix}")).collect()
}

/// Results that are kept for a moment, so that many dashboards cost no more than one.
#[derive(Debug, Default)]
pub struct Kept(HashMap<String, (i64, Arc<Fetched>)>);

impl Kept {
    /// The most results.
    const MOST: usize = 8;
    /// How long one holds, ms. It never holds beyond the next time of its sampling, which is part of its name.
    const HOLDS: i64 = 15_000;

    /// The result of that name, unless it is too old.
    pub fn get(&self, name: &str, now: i64) -> Option<Arc<Fetched>> {
        let (at, fetched) = self.0.get(name)?;
        (now - at < Self::HOLDS).then(|| Arc::clone(fetched))
    }

    /// Keeps a result.
    pub fn keep(&mut self, name: String, now: i64, fetched: Arc<Fetched>) {
        self.0.retain(|_, (at, _)| now - *at < Self::HOLDS);
        if self.0.len() >= Self::MOST {
            self.0.clear();
        }
        self.0.insert(name, (now, fetched));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn increases_add_up_from_the_time_before_the_first() {
        let increases = [None, None, Some(2.0), Some(3.0), None, Some(1.0), Some(f64::NAN)];
        let expected = [None, Some(0.0), Some(2.0), Some(5.0), Some(5.0), Some(6.0), None];
        assert_eq!(cumulative(&increases), expected);
        assert_eq!(cumulative(&[]), []);
        assert_eq!(cumulative(&[Some(4.0), Some(1.0)]), [Some(4.0), Some(5.0)]);
    }

    #[test]
    fn classic_names_of_native_histograms_ask_for_these() {
        let discovered = Discovered {
            series: HashMap::from([("a_seconds".to_owned(), 1), ("b_bucket".to_owned(), 5)]),
            natives: BTreeSet::from(["a_seconds".to_owned()]),
            ..Discovered::default()
        };
        let ask = |name| asked(name, &discovered);
        assert_eq!([ask("a_seconds_bucket"), ask("a_seconds_count")], [Some("a_seconds"); 2]);
        assert_eq!((ask("b_bucket"), ask("b_sum"), ask("a_seconds")), (Some("b_bucket"), None, None));
    }
}
