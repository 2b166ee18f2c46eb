//! `[regressions]` of the configuration file.
use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

/// The metrics that are watched, and may have a threshold of their own.
pub const METRICS: [&str; 7] = ["LCP", "INP", "CLS", "FCP", "TTFB", "response_time", "errors"];

/// What is watched, and from when on a change counts.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RegressionSettings {
    /// Whether releases and drift are watched.
    pub watch: bool,
    /// The chance that a release is called slow by a metric that it does not make slower, over all pages and all time.
    pub alpha: f64,
    /// By how much a metric must be worse: 0.2 or "20 %".
    #[serde(deserialize_with = "share")]
    pub threshold: f64,
    /// The same for one metric.
    #[serde(deserialize_with = "shares")]
    pub thresholds: BTreeMap<String, f64>,
}

impl Default for RegressionSettings {
    fn default() -> Self {
        Self { watch: true, alpha: 0.001, threshold: 0.2, thresholds: BTreeMap::new() }
    }
}

impl RegressionSettings {
    /// From when on a change of a metric counts. Where its name has blanks, its key has `_`.
    pub fn threshold(&self, metric: &str) -> f64 {
        self.thresholds.get(&metric.replace(' ', "_")).copied().unwrap_or(self.threshold)
    }

    /// Says what is wrong with a value that has the right type.
    pub fn check(&self) -> Result<(), String> {
        if !(1e-9..=0.05).contains(&self.alpha) {
            return Err(format!(
                "alpha = {} must be between 0.000000001 and 0.05; 0.001 is usual",
                self.alpha
            ));
        }
        let all = self.thresholds.iter().map(|(name, share)| (format!("thresholds.{name}"), *share));
        for (name, share) in all.chain([("threshold".to_owned(), self.threshold)]) {
            if !(0.02..=10.0).contains(&share) {
                return Err(format!("{name} = {share} must be between 0.02 (2 %) and 10 (1000 %)"));
            }
        }
        match self.thresholds.keys().find(|name| !METRICS.contains(&name.as_str())) {
            Some(name) => {
                Err(format!("thresholds.{name}: there is no such metric; there is: {}", METRICS.join(", ")))
            }
            None => Ok(()),
        }
    }
}

/// A share as people write it: 0.2 or "20 %".
#[derive(Clone, Copy)]
struct Share(f64);

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShareVisitor)
    }
}

struct ShareVisitor;

impl Visitor<'_> for ShareVisitor {
    type Value = Share;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a share such as 0.2 or \"20 %\"")
    }

    fn visit_f64<E: Error>(self, share: f64) -> Result<Share, E> {
        Ok(Share(share))
    }

    fn visit_i64<E: Error>(self, share: i64) -> Result<Share, E> {
        Ok(Share(share as f64))
    }

    fn visit_u64<E: Error>(self, share: u64) -> Result<Share, E> {
        Ok(Share(share as f64))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Share, E> {
        let number = text.trim().strip_suffix('%').map(|number| number.trim().parse::<f64>());
        match number {
            Some(Ok(percent)) => Ok(Share(percent / 100.0)),
            _ => Err(E::custom(format!("`{text}` is no share: write 0.2 or \"20 %\""))),
        }
    }
}

fn share<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Share::deserialize(deserializer).map(|share| share.0)
}

fn shares<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, f64>, D::Error> {
    let all = BTreeMap::<String, Share>::deserialize(deserializer)?;
    Ok(all.into_iter().map(|(name, share)| (name, share.0)).collect())
}
