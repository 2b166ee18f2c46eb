//! Answers below a path of a proxy that leaves that path in the requests.
use axum::Router;
use axum::extract::Request;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use tower::ServiceExt;

/// Answers requests below `base` as those without it, which are answered too: health checks do not come through the proxy.
pub fn below(base: String, router: Router) -> Router {
    if base.is_empty() {
        return router;
    }
    Router::new().fallback(move |mut request: Request| {
        let inner = match request.uri().path().strip_prefix(&base) {
            Some("") => None,
            Some(rest) if rest.starts_with('/') => Some(without(&base, request.uri())),
            _ => Some(request.uri().clone()),
        };
        let (base, router) = (base.clone(), router.clone());
        async move {
            let Some(inner) = inner else { return to_folder(&base, request.uri().query()) };
            *request.uri_mut() = inner;
            router.oneshot(request).await.unwrap_or_else(|never| match never {})
        }
    })
}

fn without(base: &str, uri: &Uri) -> Uri {
    let mut parts = uri.clone().into_parts();
    let rest = parts.path_and_query.as_ref().and_then(|path| path.as_str().get(base.len()..));
    parts.path_and_query = rest.and_then(|rest| rest.parse::<PathAndQuery>().ok());
    Uri::from_parts(parts).unwrap_or_else(|_| uri.clone())
}

/// The page's own addresses are relative to the folder. The query string has what it shows.
fn to_folder(base: &str, query: Option<&str>) -> Response {
    let mut response = StatusCode::PERMANENT_REDIRECT.into_response();
    let query = query.map_or_else(String::new, |query| format!("?{query}"));
    if let Ok(place) = HeaderValue::from_str(&format!("{base}/{query}")) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::below;
    use axum::Router;
    use axum::body::Body;
    use axum::extract::Request;
    use axum::http::Uri;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    #[tokio::test]
    async fn requests_are_answered_with_the_base_and_without() {
        let router =
            below("/w".to_owned(), Router::new().fallback(|uri: Uri| async move { uri.to_string() }));
        for (asked, expected) in [
            ("/w/api/status?a=/w/", "/api/status?a=/w/"),
            ("/w/", "/"),
            ("/w/?a", "/?a"),
            ("/", "/"),
            ("/healthz", "/healthz"),
            ("/what", "/what"),
            ("/w/w/", "/w/"),
        ] {
            let request = Request::get(asked).body(Body::empty()).unwrap();
            let body = router.clone().oneshot(request).await.unwrap().into_body();
            assert_eq!(body.collect().await.unwrap().to_bytes(), expected.as_bytes(), "{asked}");
        }
        for (asked, expected) in [("/w", "/w/"), ("/w?range=6h&app=a%20b", "/w/?range=6h&app=a%20b")] {
            let request = Request::get(asked).body(Body::empty()).unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            let place = response.headers()["location"].to_str().unwrap();
            assert_eq!((response.status().as_u16(), place), (308, expected));
        }
    }
}
