//! What can be measured, and how it is named in a rule.
use std::fmt;

use whippet_engine::vitals::Metric;

use super::aggregate::Aggregate;
use super::quantity::{Kind, kind};

/// A figure that the collector has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Figure {
    /// A web vital of page views.
    Vital(Metric),
    /// The time that documents took to load.
    PageLoad,
    /// Page views.
    Views,
    /// JavaScript errors.
    Errors,
    /// JavaScript errors per page view.
    ErrorRate,
    /// A custom timing.
    Timing(String),
    /// A custom count.
    Count(String),
    /// A custom gauge.
    Gauge(String),
    /// A signal of a target, by its name in the catalogue: `http.server.duration`.
    Signal(String),
    /// A share that is computed from signals of a target.
    Share(Share),
    /// A metric as the target prints it, and labels that its series have.
    Metric {
        /// Its name.
        name: String,
        /// Labels with their values.
        labels: Vec<(String, String)>,
    },
}

/// A share of a target, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Share {
    /// Requests that were answered with 4xx.
    ClientErrors,
    /// Requests that were answered with 5xx.
    ServerErrors,
    /// Requests that failed, where no status is told.
    Failed,
    /// Database queries that took longer than a second.
    SlowQueries,
    /// Connections in use of the pool that is used most.
    PoolUse,
    /// Look-ups that caches answered.
    CacheHits,
    /// The host's CPU.
    HostCpu,
    /// The host's memory.
    HostMemory,
    /// The heap, of its limit.
    Heap,
    /// File descriptors, of their limit.
    FileDescriptors,
}

impl Share {
    const NAMES: [(Self, &'static str); 10] = [
        (Self::ClientErrors, "client_errors"),
        (Self::ServerErrors, "server_errors"),
        (Self::Failed, "failed_requests"),
        (Self::SlowQueries, "slow_queries"),
        (Self::PoolUse, "pool_use"),
        (Self::CacheHits, "cache_hit_rate"),
        (Self::HostCpu, "host_cpu"),
        (Self::HostMemory, "host_memory"),
        (Self::Heap, "heap_use"),
        (Self::FileDescriptors, "fd_use"),
    ];

    /// Its name in a rule.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|entry| entry.0 == self).map_or("", |entry| entry.1)
    }
}

/// The longest name of a figure, bytes.
const LONGEST: usize = 300;
/// The most labels that select series.
const LABELS: usize = 16;

impl Figure {
    /// What a figure's name in a rule means.
    ///
    /// # Errors
    /// The names that there are.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() || text.len() > LONGEST {
            return Err(format!("a figure has a name of 1 to {LONGEST} bytes"));
        }
        if let Some(metric) = Metric::ALL.iter().find(|metric| metric.as_str().eq_ignore_ascii_case(text)) {
            return Ok(Self::Vital(*metric));
        }
        if let Some((share, _)) = Share::NAMES.iter().find(|entry| entry.1 == text) {
            return Ok(Self::Share(*share));
        }
        if let Some((kind, name)) = text.split_once(':')
            && !name.trim().is_empty()
        {
            let name = name.trim();
            match kind {
                "timing" => return Ok(Self::Timing(name.to_owned())),
                "count" => return Ok(Self::Count(name.to_owned())),
                "gauge" => return Ok(Self::Gauge(name.to_owned())),
                "metric" => return metric(name),
                _ => {}
            }
        }
        match text {
            "page_load" => Ok(Self::PageLoad),
            "views" => Ok(Self::Views),
            "errors" => Ok(Self::Errors),
            "error_rate" => Ok(Self::ErrorRate),
            _ if text.contains('.') && !text.contains(':') && !text.contains(' ') => {
                Ok(Self::Signal(text.to_owned()))
            }
            _ => Err(format!(
                "there is no figure '{text}'. Of an app: LCP, INP, CLS, FCP, TTFB, page_load, views, errors, error_rate, \
                 timing:NAME, count:NAME, gauge:NAME. Of a target: a signal such as http.server.duration, {}, or \
                 metric:NAME{{label=\"value\"}}",
                Share::NAMES.map(|entry| entry.1).join(", ")
            )),
        }
    }

    /// Whether it is of targets; otherwise it is of apps and pages.
    pub fn is_of_target(&self) -> bool {
        matches!(self, Self::Signal(_) | Self::Share(_) | Self::Metric { .. })
    }

    /// What is looked at where a rule does not say.
    pub fn usual_aggregate(&self) -> Aggregate {
        match self {
            Self::Vital(_) => Aggregate::Quantile(0.75),
            Self::PageLoad | Self::Timing(_) => Aggregate::Quantile(0.95),
            Self::Views | Self::Errors | Self::Count(_) => Aggregate::Sum,
            Self::ErrorRate | Self::Share(_) => Aggregate::Share,
            Self::Gauge(_) => Aggregate::Mean,
            // What kind of metric it is decides, once it is known.
            Self::Signal(_) | Self::Metric { .. } => Aggregate::Usual,
        }
    }

    /// Whether the aggregate says anything of it. What a target's metric is is known only when it is read.
    pub fn can(&self, aggregate: Aggregate) -> bool {
        use Aggregate::{Last, Max, Mean, Min, Quantile, Rate, Share, ShareAbove, Sum, Usual};
        match self {
            Self::Vital(_) | Self::PageLoad | Self::Timing(_) => {
                matches!(aggregate, Quantile(_) | Mean | Rate | Min | Max | ShareAbove(_))
            }
            Self::Views | Self::Errors | Self::Count(_) => matches!(aggregate, Rate | Sum),
            Self::ErrorRate | Self::Share(_) => matches!(aggregate, Share),
            Self::Gauge(_) => matches!(aggregate, Mean | Min | Max),
            Self::Signal(_) | Self::Metric { .. } => match aggregate {
                Quantile(_) | Mean | Rate | Last | Min | Max | Sum | ShareAbove(_) | Usual => true,
                Share => false,
            },
        }
    }

    /// Whether a number with such a unit can be a bound of it. What custom counts, gauges and targets' metrics are of is not known.
    ///
    /// # Errors
    /// What its numbers look like.
    pub fn fits(&self, aggregate: Aggregate, kind: Option<Kind>) -> Result<(), String> {
        let (wanted, such) = match (self, aggregate) {
            (_, Aggregate::Share | Aggregate::ShareAbove(_)) => (Some(Kind::Share), "a share, such as 5%"),
            (Self::Count(_) | Self::Gauge(_) | Self::Signal(_) | Self::Metric { .. } | Self::Share(_), _) => {
                return Ok(());
            }
            (_, Aggregate::Rate) => (Some(Kind::Rate), "a rate, such as 5/s"),
            (Self::Vital(metric), _) if *metric == Metric::Cls => (None, "a plain number, such as 0.1"),
            (Self::Vital(_) | Self::PageLoad | Self::Timing(_), _) => {
                (Some(Kind::Time), "a time, such as 2.5s")
            }
            _ => (None, "a plain number, such as 100"),
        };
        match kind.is_none() || kind == wanted {
            true => Ok(()),
            false => Err(format!("{aggregate} of {self} is {such}: write its bound so")),
        }
    }

    /// The same of the bound within an aggregate, as of `share > 4s`.
    ///
    /// # Errors
    /// As [`Self::fits`].
    pub fn fits_share(&self, aggregate: Option<&str>) -> Result<(), String> {
        match aggregate.and_then(Aggregate::bound_of_share) {
            Some(bound) => self.fits(self.usual_aggregate(), kind(bound)),
            None => Ok(()),
        }
    }
}

/// `NAME` or `NAME{label="value",other="value"}`.
fn metric(text: &str) -> Result<Figure, String> {
    let wrong = || format!("'{text}' is no metric: write metric:NAME or metric:NAME{{label=\"value\"}}");
    let (name, rest) = match text.split_once('{') {
        None => (text, None),
        Some((name, rest)) => (name.trim(), Some(rest.trim().strip_suffix('}').ok_or_else(wrong)?)),
    };
    if name.is_empty() || name.contains(['"', '}', ' ', ',']) {
        return Err(wrong());
    }
    let mut labels = Vec::new();
    let mut rest = rest.unwrap_or_default().trim();
    while !rest.is_empty() {
        let (label, value) = rest.split_once('=').ok_or_else(wrong)?;
        let value = value.trim_start().strip_prefix('"').ok_or_else(wrong)?;
        let (value, after) = value.split_once('"').ok_or_else(wrong)?;
        let label = label.trim();
        if label.is_empty() || label.contains(['"', ' ', '!', '~']) || labels.len() == LABELS {
            return Err(wrong());
        }
        labels.push((label.to_owned(), value.to_owned()));
        let after = after.trim_start();
        rest = match after.strip_prefix(',') {
            Some(next) => next.trim_start(),
            None if after.is_empty() => after,
            None => return Err(wrong()),
        };
    }
    labels.sort();
    Ok(Figure::Metric { name: name.to_owned(), labels })
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vital(metric) => f.write_str(metric.as_str()),
            Self::PageLoad => f.write_str("page_load"),
            Self::Views => f.write_str("views"),
            Self::Errors => f.write_str("errors"),
            Self::ErrorRate => f.write_str("error_rate"),
            Self::Timing(name) => write!(f, "timing:{name}"),
            Self::Count(name) => write!(f, "count:{name}"),
            Self::Gauge(name) => write!(f, "gauge:{name}"),
            Self::Signal(name) => f.write_str(name),
            Self::Share(share) => f.write_str(share.name()),
            Self::Metric { name, labels } => {
                write!(f, "metric:{name}")?;
                if labels.is_empty() {
                    return Ok(());
                }
                let labels: Vec<String> =
                    labels.iter().map(|(label, value)| format!("{label}=\"{value}\"")).collect();
                write!(f, "{{{}}}", labels.join(","))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_figure_is_written_as_it_is_read() {
        for text in [
            "LCP",
            "page_load",
            "views",
            "errors",
            "error_rate",
            "timing:checkout step",
            "count:orders",
            "gauge:cart",
            "http.server.duration",
            "server_errors",
            "metric:up",
            "metric:http_requests_total{code=\"500\",path=\"/a, b\"}",
        ] {
            assert_eq!(Figure::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Figure::parse("lcp"), Ok(Figure::Vital(Metric::Lcp)));
    }

    #[test]
    fn what_is_none_is_refused_with_the_names() {
        for wrong in
            ["", "lcpp", "timing:", "metric:", "metric:a{b}", "metric:a{b=\"c\"", "metric:a{b=\"c\"d}"]
        {
            assert!(Figure::parse(wrong).is_err(), "{wrong}");
        }
        assert!(Figure::parse("lcpp").unwrap_err().contains("page_load"));
    }
}
