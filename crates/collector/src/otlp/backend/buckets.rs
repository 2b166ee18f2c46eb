//! What the buckets of histograms had counted in the last export.
use std::collections::HashMap;

use whippet_store::Sample;

use super::known::{Key, Series};

/// A bucket: its bound, what it had counted, and since when, as [`Sample::created`].
type Bucket = (f64, f64, Option<f64>);

/// The buckets of an instance's last export. The instance's series are looked through for them once, and only where one is asked for.
#[derive(Default)]
pub struct LastBuckets(Option<HashMap<Key, Vec<Bucket>>>);

impl LastBuckets {
    /// What a bucket has counted that its histogram had not in its last export: the bounds of an exponential histogram become more as
    /// its values spread. All that was counted is above such a bound, or below it, so that it is what the next bound had. `series`: all
    /// of the instance. Those of this histogram are of the last export from that bound on, as buckets come with rising bounds.
    pub fn before(&mut self, series: &Series, sample: &Sample) -> f64 {
        let Some((histogram, own)) = bucket(sample) else { return 0.0 };
        // A histogram that is new had nothing. Most are.
        if !series.contains_key(&last_of(sample)) {
            return 0.0;
        }
        let known = self.0.get_or_insert_with(|| by_histogram(series));
        let above = known.get(&histogram).into_iter().flatten();
        let above = above.filter(|(bound, _, created)| *bound > own && *created == sample.created);
        above.min_by(|a, b| a.0.total_cmp(&b.0)).map_or(0.0, |(_, value, _)| value.min(sample.value))
    }
}

fn by_histogram(series: &Series) -> HashMap<Key, Vec<Bucket>> {
    let mut all: HashMap<Key, Vec<Bucket>> = HashMap::new();
    for (known, _) in series.values() {
        if let Some((histogram, bound)) = bucket(known) {
            all.entry(histogram).or_default().push((bound, known.value, known.created));
        }
    }
    all
}

/// The histogram that a sample is a bucket of, by its name and the labels without the bound, and the bound.
fn bucket(sample: &Sample) -> Option<(Key, f64)> {
    if !sample.name.ends_with("_bucket") {
        return None;
    }
    let bound = sample.labels.iter().find(|label| label.0 == "le")?.1.parse().ok()?;
    let labels = sample.labels.iter().filter(|label| label.0 != "le").cloned().collect();
    Some(((sample.name.clone(), labels), bound))
}

/// The last bucket of the same histogram, which each has.
fn last_of(sample: &Sample) -> Key {
    let mut labels = sample.labels.clone();
    labels.iter_mut().filter(|label| label.0 == "le").for_each(|label| label.1 = "+Inf".to_owned());
    (sample.name.clone(), labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(route: &str, le: &str, value: f64) -> Sample {
        let labels = [("le", le), ("route", route)].map(|(name, value)| (name.to_owned(), value.to_owned()));
        Sample {
            name: "m_bucket".to_owned(),
            labels: labels.to_vec(),
            value,
            counter: true,
            created: Some(5.0),
        }
    }

    fn series(samples: &[Sample]) -> Series {
        let entry = |sample: &Sample| ((sample.name.clone(), sample.labels.clone()), (sample.clone(), 0));
        samples.iter().map(entry).collect()
    }

    #[test]
    fn a_new_bucket_had_what_the_next_one_of_its_own_histogram_had() {
        let known = series(&[
            sample("/a", "2", 3.0),
            sample("/a", "4", 7.0),
            sample("/a", "+Inf", 7.0),
            sample("/b", "3", 90.0),
            sample("/b", "+Inf", 90.0),
        ]);
        let mut buckets = LastBuckets::default();
        let mut before = |route: &str, le: &str| buckets.before(&known, &sample(route, le, 50.0));
        assert_eq!(["0.5", "2.5", "16"].map(|le| before("/a", le)), [3.0, 7.0, 7.0]);
        // Never more than it has now; none of a histogram that is new, or was begun anew.
        assert_eq!(["1", "+Inf"].map(|le| before("/b", le)), [50.0, 0.0]);
        assert_eq!(before("/c", "1"), 0.0);
        let begun_anew = Sample { created: Some(6.0), ..sample("/a", "1", 2.0) };
        assert_eq!(buckets.before(&known, &begun_anew), 0.0);
    }

    #[test]
    fn series_are_looked_through_once_for_all_new_buckets_of_a_push() {
        let mut known = series(&[sample("/a", "2", 3.0), sample("/a", "+Inf", 3.0)]);
        let mut buckets = LastBuckets::default();
        assert_eq!(buckets.before(&known, &sample("/new", "1", 9.0)), 0.0);
        assert!(buckets.0.is_none(), "not even once for histograms that are new");
        assert_eq!(buckets.before(&known, &sample("/a", "1", 9.0)), 3.0);
        known.extend(series(&[sample("/a", "1.5", 1.0)]));
        assert_eq!(buckets.before(&known, &sample("/a", "1.2", 9.0)), 3.0, "of the last export");
    }
}
