//! The layer around an axum application, as a browser sees it.
mod answers;
mod buffers;
mod hostile;
mod whose;

use crate::DeltaLayer;
use crate::edits;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;
use bytes::Bytes;
use http_body_util::BodyExt;
use std::sync::{Arc, Mutex};
use tower::ServiceExt;

/// What the application answers next.
type Next = Arc<Mutex<(StatusCode, HeaderMap, Vec<u8>)>>;

/// An application that answers what it is told, behind the layer.
struct Site {
    app: Router,
    next: Next,
    layer: DeltaLayer,
}

/// What came back.
struct Got {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Got {
    fn header(&self, name: &str) -> String {
        let all = self.headers.get_all(name).iter().map(|value| value.to_str().unwrap());
        all.collect::<Vec<_>>().join(", ")
    }
}

impl Site {
    fn new() -> Self {
        Self::with(DeltaLayer::new())
    }

    fn with(layer: DeltaLayer) -> Self {
        let next = Next::new(Mutex::new((StatusCode::OK, HeaderMap::new(), Vec::new())));
        let answer = |State(next): State<Next>| async move {
            let (status, headers, body) = next.lock().unwrap().clone();
            (status, headers, body).into_response()
        };
        let app = Router::new()
            .route("/{*any}", get(answer).post(answer))
            .layer(layer.clone())
            .with_state(next.clone());
        let site = Self { app, next, layer };
        site.serve(&[], "");
        site
    }

    /// The application answers with `body` from now on.
    fn serve(&self, fields: &[(&str, &str)], body: &str) {
        let mut headers = map(fields);
        headers.entry("content-type").or_insert(HeaderValue::from_static("application/json"));
        *self.next.lock().unwrap() = (StatusCode::OK, headers, body.as_bytes().to_vec());
    }

    fn status(&self, status: StatusCode) {
        self.next.lock().unwrap().0 = status;
    }

    async fn get(&self, path: &str, fields: &[(&str, &str)]) -> Got {
        self.send("GET", path, fields).await
    }

    async fn send(&self, method: &str, path: &str, fields: &[(&str, &str)]) -> Got {
        let mut request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        *request.headers_mut() = map(fields);
        let response: Response<Body> = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Got { status: parts.status, headers: parts.headers, body: body.collect().await.unwrap().to_bytes() }
    }
}

fn map(fields: &[(&str, &str)]) -> HeaderMap {
    fields.iter().map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap())).collect()
}

/// A digest as a client writes it.
fn named(body: &str) -> String {
    edits::name(body.as_bytes())
}

/// Rows of JSON, the seventh of which has `seen`.
fn rows(seen: u32) -> String {
    let rows = (0..200).map(|id| {
        format!(r#"{{"id":{id},"text":"row {}","seen":{}}}"#, id * 77, if id == 7 { seen } else { 0 })
    });
    format!("[{}]", rows.collect::<Vec<_>>().join(","))
}

/// What a browser with dictionaries sends that has `body`.
fn dictionary(body: &str) -> Vec<(&'static str, String)> {
    vec![("accept-encoding", "gzip, br, zstd, dcb, dcz".into()), ("available-dictionary", named(body))]
}

fn fields<'a>(owned: &'a [(&'static str, String)], more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    owned.iter().map(|(name, value)| (*name, value.as_str())).chain(more.iter().copied()).collect()
}
