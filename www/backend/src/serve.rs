//! Runs the server, from the command line to the shutdown.
use crate::args::Args;
use crate::graph::{Graph, GraphError};
use crate::http::{App, AppConfig, router};
use crate::store::{Store, StoreError};
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use tokio::net::TcpListener;

/// Why the server could not start, or stopped.
#[derive(Debug)]
pub enum StartError {
    /// Another program listens on the address.
    AddressInUse(SocketAddr),
    /// The address cannot be listened on for another reason.
    Listen(SocketAddr, std::io::Error),
    /// A dependency graph cannot be read.
    Graph(GraphError),
    /// The database cannot be opened or written.
    Store(StoreError),
    /// No graph was given, and none was imported before.
    NoPackages,
    /// The site has not been built.
    NoSite(PathBuf),
    /// The collector's address is not an HTTP origin.
    Collector(String),
    /// The running server failed.
    Serve(std::io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AddressInUse(address) => {
                write!(f, "{address} is taken by another program: end it, or choose another with --listen")
            }
            Self::Listen(address, cause) => write!(f, "cannot listen on {address}: {cause}"),
            Self::Graph(cause) => cause.fmt(f),
            Self::Store(cause) => cause.fmt(f),
            Self::NoPackages => f.write_str(
                "there are no packages to show: write the graph with `cargo metadata --format-version 1 > \
                 metadata.json` and pass it with --graph metadata.json package-lock.json",
            ),
            Self::NoSite(path) => write!(
                f,
                "there is no site in {}: build it with `node www/build.mjs`, or name its folder with --site",
                path.display()
            ),
            Self::Collector(text) => write!(
                f,
                "--collector {text:?} is not an address: give scheme, host and port, as in http://127.0.0.1:7300"
            ),
            Self::Serve(cause) => write!(f, "the server ended: {cause}"),
        }
    }
}

impl std::error::Error for StartError {}

/// Imports the graphs and serves until Ctrl-C or SIGTERM. Running requests may finish.
pub async fn run(args: Args) -> Result<(), StartError> {
    let collector = origin(&args.collector).ok_or_else(|| StartError::Collector(args.collector.clone()))?;
    if !args.site.join("index.html").is_file() {
        return Err(StartError::NoSite(args.site));
    }
    // Before the import, so that an address in use is reported at once.
    let listener = TcpListener::bind(args.listen).await.map_err(|cause| match cause.kind() {
        std::io::ErrorKind::AddrInUse => StartError::AddressInUse(args.listen),
        _ => StartError::Listen(args.listen, cause),
    })?;
    let address = listener.local_addr().unwrap_or(args.listen);

    let mut store = Store::open(&args.data).map_err(StartError::Store)?;
    if !args.graph.is_empty() {
        let graph = Graph::read(&args.graph).map_err(StartError::Graph)?;
        store.import(&graph).map_err(StartError::Store)?;
    }
    let packages = store.package_count().map_err(StartError::Store)?;
    if packages == 0 {
        return Err(StartError::NoPackages);
    }

    let app = App::new(store, AppConfig { site: args.site, collector, ..AppConfig::default() });
    tracing::info!("demo at http://{address} with {packages} packages, metrics at http://{address}/metrics");
    axum::serve(listener, router(app)).with_graceful_shutdown(asked_to_end()).await.map_err(StartError::Serve)
}

/// Parses an origin (scheme, host, port). It is written into a header and into the page, so nothing else may pass.
fn origin(text: &str) -> Option<String> {
    let text = text.strip_suffix('/').unwrap_or(text);
    let host = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"))?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    (!host.is_empty() && host.chars().all(plain)).then(|| text.to_owned())
}

async fn asked_to_end() {
    let interrupt = async {
        // Without a handler, Ctrl-C ends the process anyway.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
    tracing::info!("ending");
}

#[cfg(test)]
mod tests {
    use super::origin;

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        assert_eq!(origin("http://127.0.0.1:7300/").as_deref(), Some("http://127.0.0.1:7300"));
        assert_eq!(origin("https://metrics.example.org").as_deref(), Some("https://metrics.example.org"));
        for bad in ["127.0.0.1:7300", "http://", "http://a/b", "http://a; script-src *", "ftp://a"] {
            assert_eq!(origin(bad), None, "{bad}");
        }
    }
}
