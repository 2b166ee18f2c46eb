//! The command line.
use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use axum::http::HeaderValue;
use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Args, Parser, Subcommand};
use whippet_engine::beacon::limits;
use whippet_store::{Kind, OTHER};

use crate::config::units::{bytes, duration};
use crate::prometheus::pages::Labels;
use crate::prometheus::reading::NamedSelector;
use crate::prometheus::{BadEndpoint, Endpoint, Header, header, labelled};
use crate::scrape::{Target, TargetError};
use crate::token::Token;
use crate::{hosts, origins};

/// Collects what browsers measured and what backends expose, and shows both.
#[derive(Debug, Parser)]
#[command(name = "whippet", version, about)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the collector, with the dashboard at /
    Serve(Box<Serve>),
    /// List what beacons name (apps, pages, hosts …), or drop a name
    Names(Names),
}

/// What to do with names.
#[derive(Debug, Args)]
pub struct Names {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<NamesCommand>,
    /// The data folder
    #[arg(long, default_value = "whippet-data", value_name = "FOLDER", global = true)]
    pub data: PathBuf,
    /// Only names of this application
    #[arg(long, value_name = "NAME", global = true)]
    pub app: Option<String>,
}

/// What to do with names.
#[derive(Debug, Subcommand)]
pub enum NamesCommand {
    /// List all names, or those of one kind (the default)
    List {
        /// The kind: app, page, counter, histogram, host, element, script, gauge, url or state
        #[arg(value_parser = kind)]
        kind: Option<Kind>,
    },
    /// Drop a name, also while the collector runs. Its figures are moved to (other)
    Drop {
        /// The kind: app, page, counter, histogram, host, element, script, gauge, url or state
        #[arg(value_parser = kind)]
        kind: Kind,
        /// The name
        #[arg(allow_hyphen_values = true)]
        name: String,
        /// Delete its figures instead of moving them
        #[arg(long)]
        delete: bool,
    },
}

fn kind(text: &str) -> Result<Kind, String> {
    Kind::from_label(text).ok_or_else(|| {
        let labels = Kind::ALL.map(Kind::label);
        format!("must be one of {}", labels.join(", "))
    })
}

/// How to run the collector.
#[derive(Debug, Args)]
pub struct Serve {
    /// Where to listen; port 0 takes any free one
    #[arg(long, default_value = "127.0.0.1:7300", value_name = "ADDRESS:PORT", value_parser = address)]
    pub listen: SocketAddr,
    /// The data folder
    #[arg(long, default_value = "whippet-data", value_name = "FOLDER")]
    pub data: PathBuf,
    /// A configuration file, such as whippet.toml. What the other options say is added to it
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// A backend to scrape, such as shop=http://127.0.0.1:8080/metrics or shop=https://NAME:PASSWORD@shop.example/metrics;
    /// may be given several times, also with the same name for several documents of one backend. Name and password are sent
    /// as Basic, and never shown
    #[arg(long, value_name = "NAME=URL", value_parser = ScrapeParser)]
    pub scrape: Vec<Target>,
    /// The time between two scrapes
    #[arg(long, default_value = "5s", value_name = "TIME", value_parser = duration)]
    pub scrape_interval: Duration,
    /// How long a scrape may take [default: until the next one, 10s at most]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub scrape_timeout: Option<Duration>,
    /// A site whose pages may send beacons, such as https://shop.example, or https://*.shop.example for all of its
    /// subdomains; may be given several times. Default: all sites
    #[arg(long, value_name = "ORIGIN", value_parser = origins::listed)]
    pub allow_origin: Vec<HeaderValue>,
    /// An application that is always kept and shown, however many names others make up; may be given several times. Also in
    /// the variable WHIPPET_APPS, with commas between them
    #[arg(long, value_name = "NAME", value_parser = app)]
    pub app: Vec<String>,
    /// The lowest sample rate that counts: a beacon with a lower one is counted with this, so that none stands for more
    /// than 1/RATE page views
    #[arg(long, default_value_t = 0.01, value_name = "RATE", value_parser = rate)]
    pub min_sample_rate: f64,
    /// How long data is kept
    #[arg(long, default_value = "30d", value_name = "TIME", value_parser = duration)]
    pub retention: Duration,
    /// The largest size of the data, such as 500MB or 4GB. The oldest detail is deleted to stay below it. Default: no limit
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub max_size: Option<u64>,
    /// How many beacons per second one address may send in the long run; 0 is no limit
    #[arg(long, default_value_t = 100, value_name = "BEACONS")]
    pub rate_limit: u32,
    /// The number of proxies in front of the collector, each of which adds an address to X-Forwarded-For. Without it
    /// the header is ignored, as anyone can send it
    #[arg(long, default_value_t = 0, value_name = "PROXIES")]
    pub trust_proxy: usize,
    /// A host name under which requests from this machine may reach the dashboard, such as that of a local proxy; may be
    /// given several times. IP addresses and localhost are always allowed, and with --token or --trust-proxy all names
    #[arg(long, value_name = "NAME", value_parser = hosts::name)]
    pub allow_host: Vec<String>,
    /// A Prometheus that scrapes backends already, such as http://127.0.0.1:9090: their figures are read from it, and nothing
    /// is scraped twice. Each job is a target. Credentials: in the variable WHIPPET_PROMETHEUS_TOKEN, or
    /// WHIPPET_PROMETHEUS_USER and _PASSWORD
    #[arg(long, value_name = "URL", value_parser = EndpointParser("--prometheus <URL>"))]
    pub prometheus: Option<Endpoint>,
    /// What to read from --prometheus instead of every job, and the target's name: shop={namespace="shop"}, or {job="shop"};
    /// may be given several times
    #[arg(long, value_name = "NAME={MATCHERS}", requires = "prometheus")]
    pub prometheus_selector: Vec<NamedSelector>,
    /// A header of all requests to --prometheus, such as X-Scope-OrgID=shop; may be given several times. With
    /// X-Key=env:VARIABLE the value is that of the variable
    #[arg(long, value_name = "NAME=VALUE", requires = "prometheus", value_parser = HeaderParser("--prometheus-header <NAME=VALUE>"))]
    pub prometheus_header: Vec<Header>,
    /// Show on /metrics what pages measured: vitals, timings, page views, errors and counters, by these labels. Without a
    /// list: app,page,device,release
    #[arg(long, value_name = "LABELS", num_args = 0..=1, require_equals = true, default_missing_value = "app,page,device,release")]
    pub export_pages: Option<Labels>,
    /// The most label sets of --export-pages; what is beyond counts as (other)
    #[arg(long, default_value_t = 1000, value_name = "SETS", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub export_pages_limit: u32,
    /// How long a page view must be quiet until --export-pages counts its LCP, INP and CLS, which may grow until then
    #[arg(long, default_value = "1m", value_name = "TIME", value_parser = duration)]
    pub export_pages_after: Duration,
    /// A server that takes Prometheus' remote write, such as http://127.0.0.1:9090/api/v1/write: it is sent all that /metrics
    /// shows. Credentials: in the variable WHIPPET_REMOTE_WRITE_TOKEN, or WHIPPET_REMOTE_WRITE_USER and _PASSWORD
    #[arg(long, value_name = "URL", value_parser = EndpointParser("--remote-write <URL>"))]
    pub remote_write: Option<Endpoint>,
    /// The time between two samples that are sent
    #[arg(long, default_value = "15s", value_name = "TIME", value_parser = duration)]
    pub remote_write_interval: Duration,
    /// How much may wait on disk while the server is down; beyond that the oldest is dropped
    #[arg(long, default_value = "256MB", value_name = "SIZE", value_parser = size)]
    pub remote_write_queue: u64,
    /// A label of all series that are sent, such as cluster=eu; may be given several times. `job` is whippet and `instance`
    /// the address where the collector listens, unless they are given
    #[arg(long, value_name = "NAME=VALUE", value_parser = labelled)]
    pub remote_write_label: Vec<(String, String)>,
    /// A header of all requests, such as X-Scope-OrgID=shop; may be given several times. With X-Key=env:VARIABLE the value is
    /// that of the variable
    #[arg(long, value_name = "NAME=VALUE", value_parser = HeaderParser("--remote-write-header <NAME=VALUE>"))]
    pub remote_write_header: Vec<Header>,
    /// Send what is scraped, too, with the target's name as `job` and its address as `instance`
    #[arg(long)]
    pub remote_write_scraped: bool,
    /// Send histograms of pages as native ones, too, which Prometheus takes that has them enabled
    #[arg(long)]
    pub remote_write_native: bool,
    /// What the dashboard, its API and /metrics ask for, as a bearer token or as the password of the user `whippet`;
    /// better in the variable WHIPPET_TOKEN, which no list of processes shows
    #[arg(long, value_name = "TOKEN", value_parser = Token::new)]
    pub token: Option<Token>,
}

fn address(text: &str) -> Result<SocketAddr, String> {
    // A name could stand for several addresses; this one never does.
    let numeric = text.strip_prefix("localhost").map(|port| format!("127.0.0.1{port}"));
    numeric.as_deref().unwrap_or(text).parse().map_err(|_| {
        "must be an address and a port: 127.0.0.1:7300 for this machine only, 0.0.0.0:7300 for all".to_owned()
    })
}

/// The name of an application, as beacons may have it.
pub fn app(text: &str) -> Result<String, String> {
    let name = text.trim();
    if name.is_empty() || name.len() > limits::LABEL || name.chars().any(char::is_control) || name == OTHER {
        return Err(format!(
            "must be the name that beacons have: 1 to {} bytes, not '{OTHER}'",
            limits::LABEL
        ));
    }
    Ok(name.to_owned())
}

/// A share of visits.
fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        // A beacon never stands for more than ten thousand.
        Ok(rate) if (0.0001..=1.0).contains(&rate) => Ok(rate),
        _ => Err("must be from 0.0001 to 1: 0.01 if pages sample one visit in a hundred".to_owned()),
    }
}

/// A size that the store can keep to.
fn size(text: &str) -> Result<u64, String> {
    match bytes(text)? {
        // Less holds hardly more than the tables themselves. More than SQLite's own bound is none.
        bytes @ 4_000_000..=1_000_000_000_000_000 => Ok(bytes),
        _ => Err("must be from 4MB to 1000TB".to_owned()),
    }
}

/// Parses `--scrape`. The error that clap writes for a wrong value would show all of it, also a password.
#[derive(Clone)]
struct ScrapeParser;

impl TypedValueParser for ScrapeParser {
    type Value = Target;

    fn parse_ref(
        &self,
        command: &clap::Command,
        _: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Target, clap::Error> {
        let parsed = value.to_str().ok_or(TargetError::BadUrl(None)).and_then(str::parse);
        parsed.map_err(|error| {
            let message = format!("invalid value for '--scrape <NAME=URL>': {error}\n");
            command.clone().error(ErrorKind::ValueValidation, message)
        })
    }
}

/// Parses the address of a server, without showing a password where it is wrong.
#[derive(Clone)]
struct EndpointParser(&'static str);

impl TypedValueParser for EndpointParser {
    type Value = Endpoint;

    fn parse_ref(
        &self,
        command: &clap::Command,
        _: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Endpoint, clap::Error> {
        let parsed = value.to_str().ok_or(BadEndpoint).and_then(str::parse);
        parsed.map_err(|error| refused(command, self.0, error))
    }
}

fn refused(command: &clap::Command, flag: &str, error: impl std::fmt::Display) -> clap::Error {
    command.clone().error(ErrorKind::ValueValidation, format!("invalid value for '{flag}': {error}\n"))
}

/// Parses a header, without showing its value where it is wrong.
#[derive(Clone)]
struct HeaderParser(&'static str);

impl TypedValueParser for HeaderParser {
    type Value = Header;

    fn parse_ref(
        &self,
        command: &clap::Command,
        _: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Header, clap::Error> {
        let parsed = value.to_str().ok_or_else(|| "must be UTF-8".to_owned());
        parsed
            .and_then(|text| header(text, |name| std::env::var(name).ok()))
            .map_err(|error| refused(command, self.0, error))
    }
}

#[cfg(test)]
mod tests {
    use super::{Cli, address, size};
    use clap::{CommandFactory, Parser};

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn addresses_have_a_port() {
        assert_eq!(address("localhost:80"), address("127.0.0.1:80"));
        assert_eq!(address("[::1]:80").unwrap().port(), 80);
        for wrong in ["", "7300", ":7300", "localhost", "127.0.0.1", "127.0.0.1:99999", "example.org:80"] {
            assert!(address(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(size("500MB"), Ok(500_000_000));
        assert_eq!(size("4gib"), Ok(4 << 30));
        for wrong in
            ["", "500", "MB", "-5MB", "5 MB", "1.5GB", "0MB", "3999KB", "99999999999999999999TB", "5000TB"]
        {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_bad_endpoint_shows_no_password() {
        for wrong in ["me:secret@a.b/", "http://me:sec/secret@a.b/"] {
            let error = Cli::try_parse_from(["whippet", "serve", "--remote-write", wrong]).unwrap_err();
            assert!(
                error.to_string().contains("--remote-write") && !error.to_string().contains("secret"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_bad_target_says_what_to_write() {
        let error =
            Cli::try_parse_from(["whippet", "serve", "--scrape", "http://127.0.0.1/metrics"]).unwrap_err();
        assert!(error.to_string().contains("--scrape shop=http://127.0.0.1:8080/metrics"), "{error}");
        for wrong in ["shop=ftp://me:secret@a.b/", "http://me:secret@a.b/", "shop=http://me:sec/secret@a.b/"]
        {
            let error = Cli::try_parse_from(["whippet", "serve", "--scrape", wrong]).unwrap_err();
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }
}
