//! The same pages, served by leptos_actix.
#![allow(clippy::unwrap_used, reason = "a test fails by a panic, its helpers too")]

use actix_web::HttpServer;
use actix_web::test::{TestRequest, call_and_read_body, init_service};
use leptos::prelude::*;
use leptos_actix::{
    ActixRouteListing, LeptosRoutes, Request, generate_route_list, render_app_to_stream_with_context,
};
use shop::{App, Asker, IslandsPage, document};
use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Listed once, before anything is rendered, as `docs/leptos-servers.md` says why: each test here renders on a thread of its own.
static ROUTES: LazyLock<Vec<ActixRouteListing>> = LazyLock::new(|| generate_route_list(App));

/// Says within a request whose it is.
fn asker() {
    let name = use_context::<Request>()
        .and_then(|request| Some(request.headers().get("x-asker")?.to_str().ok()?.to_owned()));
    provide_context(Asker(name.unwrap_or_else(|| "nobody".to_owned())));
}

/// The page at each path, all of them asked for at once; the asker of each is named by its place.
async fn pages(paths: &[&str]) -> Vec<String> {
    let routes = ROUTES.clone();
    let options = LeptosOptions::builder().output_name("shop").build();
    let (for_pages, for_islands) = (options.clone(), options.clone());
    let islands = move || document(true, for_islands.clone(), IslandsPage);
    let app = actix_web::App::new()
        .app_data(actix_web::web::Data::new(options))
        .route("/islands", render_app_to_stream_with_context(asker, islands, leptos_router::Method::Get))
        .leptos_routes_with_context(routes, asker, move || document(false, for_pages.clone(), App));
    let service = init_service(app).await;
    let answers = paths.iter().enumerate().map(|(n, path)| {
        let request = TestRequest::get().uri(path).insert_header(("x-asker", format!("asker-{n};")));
        call_and_read_body(&service, request.to_request())
    });
    let bodies = futures::future::join_all(answers).await;
    bodies.iter().map(|body| String::from_utf8_lossy(body).into_owned()).collect()
}

#[actix_web::test]
async fn every_mode_sends_what_was_fetched() {
    let paths = ["/out-of-order/1", "/in-order/2", "/partially-blocked/3", "/async/4"];
    for (n, html) in pages(&paths).await.iter().enumerate() {
        let id = n + 1;
        assert!(html.contains(&format!("product {id} for asker-{n};")), "{html}");
        assert!(html.contains(&format!("Reviews of product {id}")), "{html}");
        assert!(
            html.contains(&format!("maker {} for asker-{n};", id + 100)),
            "it depends on the product: {html}"
        );
        assert!(html.contains("not there: missing 0"), "{html}");
        // What the browser begins with.
        assert!(html.contains(&format!(r#"{{\"Data\":{{\"value\":{{\"id\":{id},"#)), "{html}");
    }
}

#[actix_web::test]
async fn islands_are_sent_with_what_was_fetched() {
    let html = pages(&["/islands"]).await.concat();
    assert_eq!(html.matches("<leptos-island").count(), 2, "{html}");
    assert_eq!(html.matches("basket 1 for asker-0;, asked 1<").count(), 2, "one request: {html}");
}

#[actix_web::test]
async fn requests_do_not_mix() {
    let html = pages(&["/out-of-order/7"; 200]).await;
    for (n, html) in html.iter().enumerate() {
        let mine = html.matches(&format!("asker-{n};")).count();
        assert!(mine > 0 && html.matches("asker-").count() == mine, "{n}: {html}");
    }
}

/// The page as `asker` gets it from a server.
async fn ask(address: SocketAddr, asker: &str) -> String {
    // By HTTP/1.0, so that the body is not in chunks.
    let request = format!("GET /out-of-order/7 HTTP/1.0\r\nHost: localhost\r\nX-Asker: {asker}\r\n\r\n");
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[actix_web::test]
async fn workers_of_one_server_render_at_once() {
    let (routes, workers) = (ROUTES.clone(), Arc::new(Mutex::new(HashSet::new())));
    let seen = workers.clone();
    let server = HttpServer::new(move || {
        let options = LeptosOptions::builder().output_name("shop").build();
        let (for_pages, seen) = (options.clone(), seen.clone());
        let asker = move || {
            seen.lock().unwrap().insert(std::thread::current().id());
            asker();
        };
        actix_web::App::new().app_data(actix_web::web::Data::new(options)).leptos_routes_with_context(
            routes.clone(),
            asker,
            move || document(false, for_pages.clone(), App),
        )
    });
    let server = server.workers(2).bind(("127.0.0.1", 0)).unwrap();
    let address = server.addrs()[0];
    let running = server.run();
    let handle = running.handle();
    actix_web::rt::spawn(running);
    let askers: Vec<_> = (0..200).map(|n| format!("asker-{n};")).collect();
    let pages = futures::future::join_all(askers.iter().map(|asker| ask(address, asker)));
    // A page that never ends fails the test, and does not stop it.
    let pages = tokio::time::timeout(Duration::from_secs(120), pages).await.unwrap();
    for (asker, html) in askers.iter().zip(pages) {
        let mine = html.matches(asker).count();
        assert!(mine > 0 && html.matches("asker-").count() == mine, "{asker}: {html}");
        assert!(html.contains("maker 107"), "{html}");
        assert!(html.contains("__RESOLVED_RESOURCES"), "it is whole: {html}");
    }
    handle.stop(false).await;
    assert_eq!(workers.lock().unwrap().len(), 2);
}
