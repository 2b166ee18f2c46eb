//! What a request costs before a collector does anything with it: the same server library, with a handler that reads the
//! body and forgets it.
use anyhow::Result;
use axum::Router;
use axum::body::Body;
use axum::http::StatusCode;
use axum::routing::post;
use http_body_util::BodyExt;
use tokio::net::TcpListener;

/// Serves until the process is ended. Says where on standard error, as `whippet serve` does.
///
/// # Errors
/// Where no port can be had.
#[allow(clippy::print_stderr, reason = "whoever starts it reads the address there")]
pub fn serve() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        eprintln!("dashboard at http://{}/", listener.local_addr()?);
        Ok(axum::serve(listener, Router::new().route("/v1/beacons", post(discard))).await?)
    })
}

async fn discard(body: Body) -> StatusCode {
    match body.collect().await {
        Ok(_) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::BAD_REQUEST,
    }
}
