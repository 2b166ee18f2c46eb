//! What posts of other SDKs in pages have in common: bounds, who sends, and how their beacons are stored.
use std::borrow::Cow;
use std::net::IpAddr;

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use tokio::task::JoinSet;
use whippet_engine::beacon::{Beacon, limits, without_lone_surrogates};
use whippet_store::{Browser, StoreError};

use super::body::{self, Encoding};
use crate::app::App;
use crate::browser_family;
use crate::client::{self, Sender};
use crate::failure::Failure;
use crate::intake;
use crate::sdks::Origin;

/// The most bytes of a post, as sent and decompressed: a batch of OpenTelemetry's 512 spans.
pub const MOST: usize = 1024 * 1024;
/// The longest part of `User-Agent` that is looked at, bytes.
const USER_AGENT: usize = 512;

/// A post as it arrived.
pub struct Post {
    /// Its body, decompressed.
    pub body: Vec<u8>,
    /// How many bytes were sent.
    pub sent: usize,
    /// Where from.
    pub client: IpAddr,
    /// The family of the browser.
    pub browser: Browser,
    /// What the request says of its sender.
    pub origin: Origin,
}

/// Reads a post of at most `most` bytes.
pub async fn read(app: &App, request: Request, most: usize) -> Result<Post, Failure> {
    let now = app.clock.now();
    let client = client::address(&request, app.proxies);
    let browser = browser_family::of(request.headers());
    let encoding = Encoding::of(request.headers())?;
    let origin = origin(app, request.headers(), request.uri(), client, now);
    let sent = body::read_within(request.into_body(), most).await?;
    let plain = body::plain_within(&sent, encoding, most)?.into_owned();
    Ok(Post { sent: sent.len(), body: plain, client, browser, origin })
}

/// Reads a post of JSON. Half a surrogate pair in it is U+FFFD.
pub async fn read_json(app: &App, request: Request, most: usize) -> Result<Post, Failure> {
    let mut post = read(app, request, most).await?;
    if let Cow::Owned(whole) = without_lone_surrogates(&post.body) {
        post.body = whole;
    }
    Ok(post)
}

fn origin(app: &App, headers: &HeaderMap, uri: &Uri, client: IpAddr, now: i64) -> Origin {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let agent = limits::cut(text(header::USER_AGENT), USER_AGENT).to_owned();
    let host = intake::app_of(text(header::ORIGIN)).or_else(|| intake::app_of(text(header::REFERER)));
    let page = parameter(uri, "page").and_then(|page| intake::page_of(&page));
    Origin {
        app: parameter(uri, "app").and_then(|app| intake::label(&app, limits::LABEL)),
        host,
        page: page.or_else(|| intake::referred(headers)),
        visitor: format!("{:x} {agent}", app.networks.network(client)),
        user_agent: agent,
        now,
    }
}

/// A parameter of the query, decoded.
fn parameter(uri: &Uri, name: &str) -> Option<String> {
    let pairs = uri.query()?.split('&').filter_map(|pair| pair.split_once('='));
    let value = pairs.into_iter().find(|pair| pair.0 == name)?.1;
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                (digit(rest.next())? << 4 | digit(rest.next())?) as u8
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

/// Takes from the rate limit: as much as so many beacons that are as long as they may be.
pub fn take(app: &App, post: &Post) -> Result<(), Failure> {
    let beacons = post.body.len().div_ceil(limits::READ_BYTES).max(1);
    app.limiter.take_many(post.client, beacons, post.origin.now).map_err(|seconds| {
        let message = "this address sends too much: wait as Retry-After says, and send less often";
        Failure::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", message).retry_after(seconds)
    })
}

/// Stores all beacons, and returns once they are on disk. They wait together, so that they share a transaction.
///
/// # Errors
/// The first failure. Others may be stored; sent again, they count once.
pub async fn keep(app: &App, post: &Post, beacons: Vec<Beacon>) -> Result<(), StoreError> {
    let mut writes = JoinSet::new();
    let share = post.sent / beacons.len().max(1);
    for beacon in beacons {
        let (app, now) = (app.clone(), post.origin.now);
        let client = Sender { address: post.client, browser: post.browser };
        writes.spawn(async move { app.ingest(beacon, client, share, now).await });
    }
    let mut failed = None;
    while let Some(outcome) = writes.join_next().await {
        if let Err(error) = outcome.unwrap_or(Err(StoreError::Failed)) {
            failed = failed.or(Some(error));
        }
    }
    failed.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::parameter;

    #[test]
    fn parameters_are_decoded() {
        let uri = "/v1/reports?app=my+shop%20%C3%A9&page=/a%2Fb&bad=%zz&cut=%4".parse().unwrap();
        assert_eq!(parameter(&uri, "app").as_deref(), Some("my shop é"));
        assert_eq!(parameter(&uri, "page").as_deref(), Some("/a/b"));
        assert_eq!(["bad", "cut", "none"].map(|name| parameter(&uri, name)), [None, None, None]);
    }
}
