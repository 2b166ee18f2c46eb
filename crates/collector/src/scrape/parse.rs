//! Metrics text as samples.
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use whippet_engine::expo::{self, Family, Format, Kind, ParseError};
use whippet_store::{BackendEvent, Sample};

use crate::documents::Document;

/// 2000: no counter was created before. What is less in a metric `…_created` counts something.
const CREATED: f64 = 946_684_800.0;

/// A name and sorted labels.
type Series = (String, Vec<(String, String)>);

/// The samples of a metrics text.
#[derive(Debug, Default)]
pub struct Reading {
    /// Its samples, each series once.
    pub samples: Vec<Sample>,
    /// The number of lines that cannot be parsed.
    pub bad: usize,
    /// The first of them.
    pub first: Option<ParseError>,
    /// How many samples are of a series that the text has already.
    pub repeated: usize,
    /// The errors and slow queries that JSON documents list.
    pub events: Vec<BackendEvent>,
    /// How many members of a JSON document are not what their names say, or too many.
    pub members: usize,
}

impl From<Document> for Reading {
    fn from(document: Document) -> Self {
        Self {
            samples: document.samples,
            events: document.events,
            members: document.left_out,
            ..Self::default()
        }
    }
}

impl Reading {
    /// Adds what another document of the target has.
    pub fn add(&mut self, other: Self) {
        self.samples.extend(other.samples);
        self.events.extend(other.events);
        self.bad += other.bad;
        self.first = self.first.or(other.first);
        self.repeated += other.repeated;
        self.members += other.members;
    }

    /// A note for the dashboard, if anything was left out.
    pub fn note(&self) -> Option<String> {
        let bad = self.first.map(|first| match self.bad {
            1 => format!("one line cannot be read and is left out: {first}"),
            bad => format!("{bad} lines cannot be read and are left out, the first of them {first}"),
        });
        let repeated = match self.repeated {
            0 => None,
            1 => Some("one series comes twice: its second sample is left out".to_owned()),
            more => Some(format!("{more} samples are left out, as their series come twice or more often")),
        };
        let members = match self.members {
            0 => None,
            1 => Some("one member is left out: it is no number, or there are too many".to_owned()),
            more => Some(format!("{more} members are left out: they are no numbers, or there are too many")),
        };
        let parts: Vec<String> = bad.into_iter().chain(repeated).chain(members).collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }
}

/// The samples of a metrics text in Prometheus' own format.
pub fn parse(text: &str) -> Result<Vec<Sample>, ParseError> {
    read(text.as_bytes(), Format::Text).map(|reading| reading.samples)
}

/// The samples of a metrics text, and what of it could not be read.
pub fn read(text: &[u8], format: Format) -> Result<Reading, ParseError> {
    let mut exposition = expo::parse(text, format)?;
    for sample in exposition.families.iter_mut().flat_map(|family| &mut family.samples) {
        // Prometheus treats an empty label as absent.
        sample.labels.retain(|label| !label.1.is_empty());
        sample.labels.sort_unstable();
    }
    let created = created(&exposition.families);
    let mut reading = Reading { bad: exposition.bad, first: exposition.first, ..Reading::default() };
    let mut times = Vec::new();
    for family in exposition.families {
        for sample in family.samples {
            let counter = is_counter(family.kind, &sample.name);
            let created = if counter && !created.is_empty() {
                created.get(&counted(&sample.name, &sample.labels)).copied()
            } else {
                None
            };
            times.push(sample.timestamp);
            let (name, labels, value) = (sample.name, sample.labels, sample.value);
            reading.samples.push(Sample { name, labels, value, counter, created });
        }
    }
    reading.repeated = keep_newest(&mut reading.samples, &times);
    Ok(reading)
}

/// Keeps one sample of each series: the newest; of the same time, the first. Returns how many others there were.
fn keep_newest(samples: &mut Vec<Sample>, times: &[Option<i64>]) -> usize {
    let mut places: HashMap<(&str, &[(String, String)]), usize> = HashMap::with_capacity(samples.len());
    let mut goes = Vec::new();
    for (place, sample) in samples.iter().enumerate() {
        match places.entry((&sample.name, &sample.labels)) {
            Entry::Vacant(entry) => {
                entry.insert(place);
            }
            Entry::Occupied(mut entry) if times[place] > times[*entry.get()] => {
                goes.push(entry.insert(place))
            }
            Entry::Occupied(_) => goes.push(place),
        }
    }
    goes.sort_unstable();
    let (mut place, mut gone) = (0, goes.iter().peekable());
    samples.retain(|_| {
        let stays = gone.next_if(|next| **next == place).is_none();
        place += 1;
        stays
    });
    goes.len()
}

/// Whether a sample only grows. Where nobody says it, the name does, by the convention that all client libraries
/// follow.
fn is_counter(kind: Kind, name: &str) -> bool {
    let ends = |suffixes: &[&str]| suffixes.iter().any(|suffix| name.ends_with(suffix));
    match kind {
        Kind::Counter | Kind::Histogram => !ends(&["_created"]),
        Kind::Gauge | Kind::GaugeHistogram | Kind::Info | Kind::StateSet => false,
        Kind::Summary => ends(&["_sum", "_count"]),
        Kind::Untyped => ends(&["_total", "_bucket", "_sum", "_count"]),
    }
}

/// When counters began at zero, s since the epoch. OpenMetrics declares that with the counter; clients that write the
/// text format make a gauge of it.
fn created(families: &[Family]) -> HashMap<Series, f64> {
    let mut created = HashMap::new();
    for family in families {
        let declared = matches!(family.kind, Kind::Counter | Kind::Histogram | Kind::Summary);
        for sample in &family.samples {
            let Some(stem) = sample.name.strip_suffix("_created") else { continue };
            if sample.value.is_finite() && (declared || sample.value >= CREATED) {
                created.insert((stem.to_owned(), sample.labels.clone()), sample.value);
            }
        }
    }
    created
}

/// Of what metric a counter is a sample: its name, and its labels without those that tell such samples apart.
fn counted(name: &str, labels: &[(String, String)]) -> Series {
    let stem = ["_total", "_bucket", "_sum", "_count"].iter().find_map(|suffix| name.strip_suffix(suffix));
    let labels = labels.iter().filter(|label| label.0 != "le").cloned().collect();
    (stem.unwrap_or(name).to_owned(), labels)
}

#[cfg(test)]
mod tests {
    use whippet_engine::expo::Format;

    use super::{parse, read};

    #[test]
    fn counters_are_told_from_gauges() {
        let text = "\
# TYPE a counter
a 1
# TYPE b gauge
b{x=\"y\"} 2
# TYPE c histogram
c_bucket{le=\"+Inf\"} 3
c_sum 3
c_count 3
# TYPE d summary
d{quantile=\"0.5\"} 4
d_count 4
# TYPE e counter
e_total 5
e_created 1.5e9
# TYPE f gaugehistogram
f_bucket{le=\"+Inf\"} 3
f_gcount 3
# TYPE g info
g_info 1
h_total 6
i 7
# EOF
";
        for format in [Format::Text, Format::OpenMetrics] {
            let samples = read(text.as_bytes(), format).unwrap().samples;
            let told: Vec<(&str, bool)> =
                samples.iter().map(|sample| (sample.name.as_str(), sample.counter)).collect();
            let expected = [
                ("a", true),
                ("b", false),
                ("c_bucket", true),
                ("c_sum", true),
                ("c_count", true),
                ("d", false),
                ("d_count", true),
                ("e_total", true),
                ("e_created", false),
                ("f_bucket", false),
                ("f_gcount", false),
                ("g_info", false),
                ("h_total", true),
                ("i", false),
            ];
            assert_eq!(told, expected);
        }
    }

    #[test]
    fn what_is_no_metrics_text_is_refused() {
        assert!(parse("<!doctype html><title>Not found</title>\n").is_err());
    }

    #[test]
    fn a_series_comes_once() {
        let text = "a{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\",z=\"\"} 2\nb 3 100\nb 4 200\nb 5 150\nc 6\n";
        let reading = read(text.as_bytes(), Format::Text).unwrap();
        let values: Vec<f64> = reading.samples.iter().map(|sample| sample.value).collect();
        assert_eq!((values, reading.repeated), (vec![1.0, 4.0, 6.0], 3));
        let note = reading.note().unwrap();
        assert_eq!(note, "3 samples are left out, as their series come twice or more often");
    }

    #[test]
    fn counters_say_when_they_began() {
        let created = |text: &str| -> Vec<Option<f64>> {
            let samples = parse(text).unwrap();
            samples.iter().filter(|sample| sample.counter).map(|sample| sample.created).collect()
        };
        let openmetrics = "# TYPE a counter\na_total{x=\"1\"} 5\na_total{x=\"2\"} 6\na_created{x=\"2\"} 10\n";
        assert_eq!(created(openmetrics), [None, Some(10.0)]);
        let histogram = "# TYPE h histogram\nh_bucket{le=\"1\"} 5\nh_sum 6\nh_count 5\n";
        let gauge = "# TYPE h_created gauge\nh_created 1.7e9\n";
        assert_eq!(created(&format!("{histogram}{gauge}")), [Some(1.7e9); 3]);
        // Orders that were created.
        assert_eq!(created("orders_total 5\norders_created 6\n"), [None]);
    }
}
