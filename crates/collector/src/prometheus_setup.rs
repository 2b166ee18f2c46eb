//! What the command line and the configuration file say of a Prometheus that is there already. Where both name one, the
//! command line counts.
use std::collections::HashSet;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use whippet_store::OWN_TARGET;

use crate::args::Serve;
use crate::config;
use crate::metrics::Metrics;
use crate::prometheus::reading::Reader;
use crate::prometheus::remote_write::{RemoteWriteError, RemoteWriteOptions, RemoteWriter};
use crate::scrape::NoRoots;

/// Why a Prometheus cannot be read from, or written to.
#[derive(Debug)]
#[non_exhaustive]
pub enum SetupError {
    /// What is to be read from a Prometheus is said, but not from which.
    NoPrometheus,
    /// Two targets have the same name.
    SameName(String),
    /// A variable of the environment holds what cannot be sent.
    Credentials(String),
    /// Remote write cannot begin.
    RemoteWrite(RemoteWriteError),
    /// No certificate can be checked.
    Roots(NoRoots),
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPrometheus => f.write_str(
                "--prometheus-selector and --prometheus-header need the address of a Prometheus: give --prometheus URL, too",
            ),
            Self::SameName(name) => write!(
                f,
                "two targets are called '{name}': give the one that is read from Prometheus another name, as in \
                 --prometheus-selector 'other={{job=\"{name}\"}}'"
            ),
            Self::Credentials(variable) => {
                write!(f, "the value of {variable} cannot be sent: it must be one line of text")
            }
            Self::RemoteWrite(error) => error.fmt(f),
            Self::Roots(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for SetupError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::RemoteWrite(error) => Some(error),
            Self::Roots(error) => Some(error),
            Self::NoPrometheus | Self::SameName(_) | Self::Credentials(_) => None,
        }
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Who reads backends' figures from a Prometheus, if one is named. `targets` are the names of those that are scraped.
pub fn reader(
    arguments: &Serve,
    configured: Option<config::Prometheus>,
    targets: impl Iterator<Item = String>,
) -> Result<Option<Arc<Reader>>, SetupError> {
    let (mut endpoint, selectors) = match (&arguments.prometheus, configured) {
        (Some(endpoint), _) => (endpoint.clone(), arguments.prometheus_selector.clone()),
        (None, Some(table)) if arguments.prometheus_selector.is_empty() => (table.endpoint, table.selectors),
        (None, Some(table)) => (table.endpoint, arguments.prometheus_selector.clone()),
        (None, None)
            if !arguments.prometheus_selector.is_empty() || !arguments.prometheus_header.is_empty() =>
        {
            return Err(SetupError::NoPrometheus);
        }
        (None, None) => return Ok(None),
    };
    endpoint.authorize("WHIPPET_PROMETHEUS", variable).map_err(SetupError::Credentials)?;
    endpoint.headers.extend(arguments.prometheus_header.iter().cloned());
    let taken: HashSet<String> = targets.chain([OWN_TARGET.to_owned()]).collect();
    let mut names = taken.clone();
    if let Some(twice) = selectors.iter().find(|named| !names.insert(named.name.clone())) {
        return Err(SetupError::SameName(twice.name.clone()));
    }
    Reader::new(endpoint, selectors, taken).map(|reader| Some(Arc::new(reader))).map_err(SetupError::Roots)
}

/// What sends the figures of the collector that listens at `address`, if a server is named that takes them.
pub fn writer(
    arguments: &Serve,
    configured: Option<config::RemoteWrite>,
    address: SocketAddr,
    metrics: &Metrics,
) -> Result<Option<Arc<RemoteWriter>>, SetupError> {
    let (endpoint, mut labels) = match (&arguments.remote_write, configured) {
        (Some(endpoint), _) => (endpoint.clone(), Vec::new()),
        (None, Some(table)) => (table.endpoint, table.labels),
        (None, None) => return Ok(None),
    };
    if !arguments.remote_write_label.is_empty() {
        labels = arguments.remote_write_label.clone();
    }
    let mut options = RemoteWriteOptions {
        endpoint,
        interval: arguments.remote_write_interval,
        queue: arguments.remote_write_queue,
        labels,
        native: arguments.remote_write_native,
        scraped: arguments.remote_write_scraped,
    };
    options.endpoint.authorize("WHIPPET_REMOTE_WRITE", variable).map_err(SetupError::Credentials)?;
    options.endpoint.headers.extend(arguments.remote_write_header.iter().cloned());
    for (name, value) in [("job", "whippet".to_owned()), ("instance", address.to_string())] {
        if options.labels.iter().all(|label| label.0 != name) {
            options.labels.push((name.to_owned(), value));
        }
    }
    let writer = RemoteWriter::new(options, &arguments.data, Arc::clone(&metrics.remote_write));
    writer.map(|writer| Some(Arc::new(writer))).map_err(SetupError::RemoteWrite)
}
