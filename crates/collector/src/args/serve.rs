//! `whippet serve`.
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use axum::http::HeaderValue;
use clap::Args;

use whippet_store::database::ServerAddress;

use super::values::{
    Folder, Unshown, address, app, base_path, beacons, external_url, proxies, rate, sent_header, size,
};
use crate::prometheus::pages::Labels;
use crate::prometheus::reading::NamedSelector;
use crate::prometheus::{Endpoint, Header, labelled};
use crate::scrape::Target;
use crate::token::Token;
use crate::units::duration;
use crate::{hosts, origins};

/// How to run the collector.
#[derive(Debug, Args)]
pub struct Serve {
    /// Where to listen; port 0 takes any free one
    #[arg(long, env = "WHIPPET_LISTEN", default_value = "127.0.0.1:7300", value_name = "ADDRESS:PORT", value_parser = address)]
    pub listen: SocketAddr,
    /// The data folder
    #[arg(long, env = "WHIPPET_DATA", default_value = "whippet-data", value_name = "FOLDER", value_parser = Folder)]
    pub data: PathBuf,
    /// A PostgreSQL server that keeps everything instead of the folder, so that several collectors can share it:
    /// postgres://NAME:PASSWORD@db.example/DATABASE, with ?schema=NAME for another schema than `whippet`. The password may also
    /// be in the variable PGPASSWORD, and is never shown
    #[arg(long, env = "WHIPPET_STORE", value_name = "URL", value_parser = Unshown(str::parse::<ServerAddress>))]
    pub store: Option<ServerAddress>,
    /// The configuration file: docs/configuration.md [default: whippet.toml beside the data folder, if it is there]. A flag or a
    /// variable takes precedence over its key
    #[arg(long, env = "WHIPPET_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// A backend to scrape, such as shop=http://127.0.0.1:8080/metrics or shop=https://NAME:PASSWORD@shop.example/metrics;
    /// may be given several times, also with the same name for several documents of one backend. Name and password are sent
    /// as Basic, and never shown
    #[arg(long, env = "WHIPPET_SCRAPE", value_name = "NAME=URL", value_parser = Unshown(str::parse::<Target>))]
    pub scrape: Vec<Target>,
    /// The time between two scrapes
    #[arg(long, env = "WHIPPET_SCRAPE_INTERVAL", default_value = "5s", value_name = "TIME", value_parser = duration)]
    pub scrape_interval: Duration,
    /// How long a scrape may take [default: until the next one, 10s at most]
    #[arg(long, env = "WHIPPET_SCRAPE_TIMEOUT", value_name = "TIME", value_parser = duration)]
    pub scrape_timeout: Option<Duration>,
    /// A site whose pages may send beacons, such as https://shop.example, or https://*.shop.example for all of its
    /// subdomains; may be given several times. Default: all sites
    #[arg(long, env = "WHIPPET_ALLOW_ORIGIN", value_name = "ORIGIN", value_parser = origins::listed)]
    pub allow_origin: Vec<HeaderValue>,
    /// An application that is always kept and shown, however many names others make up; may be given several times. Also in
    /// the variable WHIPPET_APPS, with commas between them
    #[arg(long, value_name = "NAME", value_parser = app)]
    pub app: Vec<String>,
    /// The lowest sample rate that counts: a beacon with a lower one is counted with this, so that none stands for more
    /// than 1/RATE page views
    #[arg(long, env = "WHIPPET_MIN_SAMPLE_RATE", default_value_t = 0.01, value_name = "RATE", value_parser = rate)]
    pub min_sample_rate: f64,
    /// How long data is kept: by the day, and newer data by the hour and the minute too
    #[arg(long, env = "WHIPPET_RETENTION", default_value = "396d", value_name = "TIME", value_parser = duration)]
    pub retention: Duration,
    /// How long data is kept by the minute
    #[arg(long, env = "WHIPPET_KEEP_MINUTES", default_value = "2d", value_name = "TIME", value_parser = duration)]
    pub keep_minutes: Duration,
    /// How long data is kept by the hour
    #[arg(long, env = "WHIPPET_KEEP_HOURS", default_value = "30d", value_name = "TIME", value_parser = duration)]
    pub keep_hours: Duration,
    /// The largest size of the data, such as 500MB or 4GB. The oldest detail is deleted to stay below it. Default: no limit
    #[arg(long, env = "WHIPPET_MAX_SIZE", value_name = "SIZE", value_parser = size)]
    pub max_size: Option<u64>,
    /// How many beacons per second one address may send in the long run; 0 is no limit
    #[arg(long, env = "WHIPPET_RATE_LIMIT", default_value_t = 100, value_name = "BEACONS", value_parser = beacons)]
    pub rate_limit: u32,
    /// The number of proxies in front of the collector, each of which adds an address to X-Forwarded-For. Without it
    /// the header is ignored, as anyone can send it
    #[arg(long, env = "WHIPPET_TRUST_PROXY", default_value_t = 0, value_name = "PROXIES", value_parser = proxies)]
    pub trust_proxy: usize,
    /// A host name under which requests from this machine may reach the dashboard, such as that of a local proxy; may be
    /// given several times. IP addresses and localhost are always allowed, and with --token or --trust-proxy all names
    #[arg(long, env = "WHIPPET_ALLOW_HOST", value_name = "NAME", value_parser = hosts::name)]
    pub allow_host: Vec<String>,
    /// A Prometheus that scrapes backends already, such as http://127.0.0.1:9090: their figures are read from it, and nothing
    /// is scraped twice. Each job is a target. Credentials: in the variable WHIPPET_PROMETHEUS_TOKEN, or
    /// WHIPPET_PROMETHEUS_USER and _PASSWORD
    #[arg(long, env = "WHIPPET_PROMETHEUS", value_name = "URL", value_parser = Unshown(str::parse::<Endpoint>))]
    pub prometheus: Option<Endpoint>,
    /// What to read from --prometheus instead of every job, and the target's name: shop={namespace="shop"}, or {job="shop"};
    /// may be given several times
    #[arg(long, env = "WHIPPET_PROMETHEUS_SELECTOR", value_name = "NAME={MATCHERS}")]
    pub prometheus_selector: Vec<NamedSelector>,
    /// A header of all requests to --prometheus, such as X-Scope-OrgID=shop; may be given several times. With
    /// X-Key=env:VARIABLE the value is that of the variable
    #[arg(long, env = "WHIPPET_PROMETHEUS_HEADER", value_name = "NAME=VALUE", value_parser = Unshown(sent_header))]
    pub prometheus_header: Vec<Header>,
    /// Show on /metrics what pages measured: vitals, timings, page views, errors and counters, by these labels. Without a
    /// list: app,page,device,release
    #[arg(long, env = "WHIPPET_EXPORT_PAGES", value_name = "LABELS", num_args = 0..=1, require_equals = true, default_missing_value = "app,page,device,release")]
    pub export_pages: Option<Labels>,
    /// The most label sets of --export-pages; what is beyond counts as (other)
    #[arg(long, env = "WHIPPET_EXPORT_PAGES_LIMIT", default_value_t = 1000, value_name = "SETS", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub export_pages_limit: u32,
    /// How long a page view must be quiet until --export-pages counts its LCP, INP and CLS, which may grow until then
    #[arg(long, env = "WHIPPET_EXPORT_PAGES_AFTER", default_value = "1m", value_name = "TIME", value_parser = duration)]
    pub export_pages_after: Duration,
    /// A server that takes Prometheus' remote write, such as http://127.0.0.1:9090/api/v1/write: it is sent all that /metrics
    /// shows. Credentials: in the variable WHIPPET_REMOTE_WRITE_TOKEN, or WHIPPET_REMOTE_WRITE_USER and _PASSWORD
    #[arg(long, env = "WHIPPET_REMOTE_WRITE", value_name = "URL", value_parser = Unshown(str::parse::<Endpoint>))]
    pub remote_write: Option<Endpoint>,
    /// The time between two samples that are sent
    #[arg(long, env = "WHIPPET_REMOTE_WRITE_INTERVAL", default_value = "15s", value_name = "TIME", value_parser = duration)]
    pub remote_write_interval: Duration,
    /// How much may wait on disk while the server is down; beyond that the oldest is dropped
    #[arg(long, env = "WHIPPET_REMOTE_WRITE_QUEUE", default_value = "256MB", value_name = "SIZE", value_parser = size)]
    pub remote_write_queue: u64,
    /// A label of all series that are sent, such as cluster=eu; may be given several times. `job` is whippet and `instance`
    /// the address where the collector listens, unless they are given
    #[arg(long, env = "WHIPPET_REMOTE_WRITE_LABEL", value_name = "NAME=VALUE", value_parser = labelled)]
    pub remote_write_label: Vec<(String, String)>,
    /// A header of all requests, such as X-Scope-OrgID=shop; may be given several times. With X-Key=env:VARIABLE the value is
    /// that of the variable
    #[arg(long, env = "WHIPPET_REMOTE_WRITE_HEADER", value_name = "NAME=VALUE", value_parser = Unshown(sent_header))]
    pub remote_write_header: Vec<Header>,
    /// Send what is scraped, too, with the target's name as `job` and its address as `instance`
    #[arg(long, env = "WHIPPET_REMOTE_WRITE_SCRAPED")]
    pub remote_write_scraped: bool,
    /// Send histograms of pages as native ones, too, which Prometheus takes that has them enabled
    #[arg(long, env = "WHIPPET_REMOTE_WRITE_NATIVE")]
    pub remote_write_native: bool,
    /// Where people reach the dashboard, such as https://metrics.shop.example: what alerts link to [default: the address where
    /// the collector listens]
    #[arg(long, env = "WHIPPET_EXTERNAL_URL", value_name = "URL", value_parser = external_url)]
    pub external_url: Option<String>,
    /// A path below which everything is answered too, such as /whippet, for a proxy that leaves it in its requests. One that
    /// takes it off needs no option
    #[arg(long, env = "WHIPPET_BASE_PATH", default_value = "", hide_default_value = true, value_name = "PATH", value_parser = base_path)]
    pub base_path: String,
    /// What the dashboard, its API and /metrics ask for, as a bearer token or as the password of the user `whippet`;
    /// better in the variable WHIPPET_TOKEN, which no list of processes shows
    #[arg(long, env = "WHIPPET_TOKEN", value_name = "TOKEN", value_parser = Unshown(Token::new))]
    pub token: Option<Token>,
}
