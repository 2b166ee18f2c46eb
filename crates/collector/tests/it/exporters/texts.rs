//! The recorded texts of each exporter, and what a backend would have printed between the two.
use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::path::Path;

use whippet_collector::scrape::read;
use whippet_engine::expo::Format;
use whippet_store::Sample;

/// How much of what happened between the two texts has happened at each scrape.
pub const PROGRESS: [f64; 9] = [0.0, 0.05, 0.1, 0.3, 0.3, 0.6, 0.62, 0.9, 1.0];

/// An exporter's two texts.
pub struct Exporter {
    pub name: String,
    pub texts: [String; 2],
    /// The lines of the second: a series with its value in both, or a comment.
    lines: Vec<Line>,
}

enum Line {
    Comment(String),
    Series { name: String, values: [f64; 2], counter: bool },
}

/// All of them, by name.
pub fn exporters() -> Vec<Exporter> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/exporters/texts");
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .filter_map(|entry| Some(entry.unwrap().file_name().to_str()?.strip_suffix(".1.txt")?.to_owned()))
        .collect();
    names.sort_unstable();
    assert!(names.len() > 30, "{names:?}");
    let texts = |name: &str| ["1", "2"].map(|which| read(&folder.join(format!("{name}.{which}.txt"))));
    names.iter().map(|name| Exporter::new(name, texts(name))).collect()
}

/// The samples of a text, all of which must be read.
pub fn samples(text: &str) -> Vec<Sample> {
    let reading = read(text.as_bytes(), Format::Text).unwrap();
    assert_eq!(reading.note(), None);
    reading.samples
}

/// The series of a sample line, and its value.
fn split(line: &str) -> Option<(&str, f64)> {
    if line.starts_with('#') || line.trim().is_empty() {
        return None;
    }
    let end = line.rfind('}').map_or_else(|| line.find(' ').unwrap(), |brace| brace + 1);
    let value = line[end..].split_whitespace().next().unwrap();
    Some((line[..end].trim(), value.parse().unwrap()))
}

impl Exporter {
    fn new(name: &str, texts: [String; 2]) -> Self {
        let values = |text: &str| -> HashMap<String, f64> {
            text.lines().filter_map(split).map(|(series, value)| (series.to_owned(), value)).collect()
        };
        let before = values(&texts[0]);
        let counters: HashSet<String> = samples(&texts[1])
            .into_iter()
            .filter(|sample| sample.counter)
            .map(|sample| sample.name)
            .collect();
        let line = |line: &str| {
            let Some((series, value)) = split(line) else { return Line::Comment(line.to_owned()) };
            let counter = counters.contains(series.split('{').next().unwrap());
            let was = before.get(series).copied().unwrap_or(if counter { 0.0 } else { value });
            Line::Series { name: series.to_owned(), values: [was, value], counter }
        };
        let lines = texts[1].lines().map(line).collect();
        Self { name: name.to_owned(), lines, texts }
    }

    /// What it would have printed at a scrape: counters are on their way, everything else changes at half of it. `time`: ms
    /// since the epoch, appended to each sample.
    pub fn text(&self, scrape: usize, time: Option<i64>) -> String {
        let progress = PROGRESS[scrape];
        let mut text = String::new();
        for line in &self.lines {
            let _ = match line {
                Line::Comment(line) => writeln!(text, "{line}"),
                Line::Series { name, values: [first, last], counter } => {
                    let value = match counter {
                        true if first < last => first + (last - first) * progress,
                        _ if progress < 0.5 => *first,
                        _ => *last,
                    };
                    match time {
                        Some(time) => writeln!(text, "{name} {value} {time}"),
                        None => writeln!(text, "{name} {value}"),
                    }
                }
            };
        }
        text
    }
}
