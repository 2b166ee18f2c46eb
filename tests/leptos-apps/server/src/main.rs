//! Serves the shop: `whippet-leptos-server ADDRESS FOLDER`, where the folder has the wasm and its JavaScript.
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Json, Response};
use axum::routing::{get, post};
use leptos::prelude::*;
use leptos_axum::{LeptosRoutes, generate_route_list, render_app_to_stream_with_context};
use shop::{App, Asker, IslandsPage, document, product};
use std::error::Error;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("usage: whippet-leptos-server ADDRESS FOLDER".into());
    };
    let options = LeptosOptions::builder()
        .output_name("shop")
        .site_addr(address.parse::<std::net::SocketAddr>()?)
        .build();
    let pages = {
        let options = options.clone();
        move || document(false, options.clone(), App)
    };
    let islands = {
        let options = options.clone();
        move || document(true, options.clone(), IslandsPage)
    };
    let app = Router::new()
        .leptos_routes_with_context(&options, generate_route_list(App), asker, pages)
        .route("/islands", get(render_app_to_stream_with_context(asker, islands)))
        .route("/csr", get(|| async { Html(BARE) }))
        .route("/api/{kind}/{id}", get(api))
        .route("/counts", get(|| async { Json(shop::counts::all()) }))
        .route("/memory", get(memory))
        .route("/v1/beacons", post(|| async { StatusCode::NO_CONTENT }))
        .route("/dog.svg", get(dog))
        .route("/pkg/{*file}", get(move |file| package(folder.clone(), file)))
        .with_state(options);
    let listener = tokio::net::TcpListener::bind(&address).await?;
    Ok(axum::serve(listener, app).await?)
}

/// Says within a request whose it is.
fn asker() {
    let name = use_context::<axum::http::request::Parts>()
        .and_then(|parts| Some(parts.headers.get("x-asker")?.to_str().ok()?.to_owned()));
    provide_context(Asker(name.unwrap_or_else(|| "nobody".to_owned())));
}

async fn api(Path((kind, id)): Path<(String, u32)>, request: Request) -> Response {
    const KINDS: [&str; 11] = [
        "product", "maker", "missing", "fresh", "stale", "known", "page", "basket", "bare", "stock", "price",
    ];
    let Some(kind) = KINDS.into_iter().find(|it| *it == kind) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    drop(request);
    // What a browser asks for has an owner of its own, as a page has.
    let owner = Owner::new();
    owner.set();
    provide_context(Asker("a browser".to_owned()));
    let answer = leptos::reactive::computed::ScopedFuture::new(product(kind, id)).await;
    Json(answer).into_response()
}

/// What this process has in memory, in KB.
async fn memory() -> Result<String, StatusCode> {
    let status = tokio::fs::read_to_string("/proc/self/status").await.map_err(|_| StatusCode::NOT_FOUND)?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    Ok(line.unwrap_or_default().trim_end_matches("kB").trim().to_owned())
}

async fn dog() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "image/svg+xml")],
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"/>"#,
    )
}

/// A page that a browser renders.
const BARE: &str = r#"<!doctype html><title>Shop</title><link rel="icon" href="data:,"><script type="module">
import init, { mount } from '/pkg/shop.js'
history.replaceState(null, '', '/out-of-order/1')
await init({ module_or_path: '/pkg/shop_bg.wasm' })
mount()
</script>"#;

/// What wasm-bindgen wrote, with the JavaScript of crates in folders.
async fn package(folder: String, Path(file): Path<String>) -> Response {
    let kind = match file.rsplit_once('.') {
        Some((_, "js")) => "text/javascript",
        Some((_, "wasm")) => "application/wasm",
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    if file.split('/').any(|part| part.starts_with('.')) {
        return StatusCode::NOT_FOUND.into_response();
    }
    match tokio::fs::read(std::path::Path::new(&folder).join(file)).await {
        Ok(bytes) => ([(header::CONTENT_TYPE, kind)], Body::from(bytes)).into_response(),
        Err(error) => (StatusCode::NOT_FOUND, error.to_string()).into_response(),
    }
}
