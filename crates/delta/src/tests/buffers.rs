//! Bodies that are a part of something, and what follows them.
use super::*;
use http_body_util::Full;
use std::convert::Infallible;
use tower_layer::Layer;

/// A buffer that says, by the count of `_alive`, whether anything has it still.
struct Buffer {
    bytes: Vec<u8>,
    _alive: Arc<()>,
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[tokio::test]
async fn a_body_that_is_kept_does_not_keep_the_buffer_that_it_is_a_part_of() {
    let alive = Arc::new(());
    let buffer = Buffer { bytes: rows(1).repeat(10).into_bytes(), _alive: alive.clone() };
    let part = Bytes::from_owner(buffer).slice(..2000);
    let layer = DeltaLayer::new();
    let service = layer.layer(tower::service_fn(move |_: Request<Body>| {
        let mut response = Response::new(Full::new(part.clone()));
        *response.headers_mut() = map(&[("content-type", "application/json")]);
        async move { Ok::<_, Infallible>(response) }
    }));
    let got = service.oneshot(Request::new(Body::empty())).await.unwrap();
    assert_eq!(got.into_body().collect().await.unwrap().to_bytes(), rows(1).as_bytes()[..2000]);
    assert!(layer.stats().kept_bytes > 2000);
    assert_eq!(Arc::strong_count(&alive), 1);
}

#[tokio::test]
async fn trailers_arrive() {
    let layer = DeltaLayer::new();
    let service = layer.layer(tower::service_fn(|_: Request<Body>| {
        let trailers = map(&[("server-timing", "db;dur=3")]);
        let body = Full::<Bytes>::from(rows(1));
        let body = body.with_trailers(std::future::ready(Some(Ok::<_, Infallible>(trailers))));
        let mut response = Response::new(body);
        *response.headers_mut() = map(&[("content-type", "application/json")]);
        async move { Ok::<_, Infallible>(response) }
    }));
    let got = service.oneshot(Request::new(Body::empty())).await.unwrap();
    assert!(got.headers().get("use-as-dictionary").is_none());
    let collected = got.into_body().collect().await.unwrap();
    assert_eq!(collected.trailers().and_then(|all| all.get("server-timing")).unwrap(), "db;dur=3");
    assert_eq!(collected.to_bytes(), rows(1));
    assert_eq!(layer.stats().kept_bytes, 0);
}

#[tokio::test]
async fn what_is_said_of_other_bytes_or_another_framing_is_not_sent() {
    let digests = [("repr-digest", "sha-256=:AA==:"), ("content-digest", "sha-256=:AA==:")];
    let given = [digests[0], digests[1], ("transfer-encoding", "chunked")];
    let of = |got: &Got| given.map(|(name, _)| got.header(name));
    let site = Site::new();
    site.serve(&given, &rows(1));
    let whole = site.get("/rows", &[]).await;
    assert_eq!(of(&whole), [digests[0].1, digests[1].1, ""]);
    site.serve(&given, &rows(2));
    let offer = dictionary(&rows(1));
    let delta = site.get("/rows", &fields(&offer, &[])).await;
    assert_eq!(
        (delta.header("content-encoding"), of(&delta)),
        ("dcz".into(), ["", "", ""].map(String::from))
    );
    let edits = site.get("/rows", &[("whippet-have", &named(&rows(1)))]).await;
    assert_eq!((edits.header("whippet-delta"), of(&edits)), ("edits".into(), ["", "", ""].map(String::from)));
    // What announces trailers passes.
    site.serve(&[("trailer", "server-timing")], &rows(3));
    assert_eq!(site.get("/rows", &[]).await.header("use-as-dictionary"), "");
}
