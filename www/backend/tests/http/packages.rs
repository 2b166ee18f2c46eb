use crate::support::Server;
use axum::body::Body;
use axum::http::Request;
use expect_test::expect;

#[tokio::test]
async fn a_list_is_paged_honestly() {
    let server = Server::start();
    let first = server.get("/api/packages?limit=2&sort=name").await;
    assert_eq!(first.names(), ["@scope/pkg", "app"]);
    let json = first.json();
    assert_eq!((&json["total"], &json["page"], &json["next"]), (&3.into(), &1.into(), &2.into()));
    let last = server.get("/api/packages?limit=2&sort=name&page=2").await;
    assert_eq!(last.names(), ["serde"]);
    assert!(last.json()["next"].is_null());
}

#[tokio::test]
async fn a_search_looks_into_descriptions() {
    let server = Server::start();
    assert_eq!(server.get("/api/packages?q=SERIAL").await.names(), ["serde"]);
    assert_eq!(server.get("/api/packages?q=%40scope%2F").await.names(), ["@scope/pkg"]);
    assert_eq!(server.get("/api/packages?q=nothing").await.json()["total"], 0);
}

#[tokio::test]
async fn details_of_a_name_with_a_slash() {
    let server = Server::start();
    let answer = server.get("/api/packages/npm/%40scope%2Fpkg/1.0.0").await;
    expect![[r#"{"ecosystem":"npm","name":"@scope/pkg","version":"1.0.0","description":null,"licence":null,"repository":null,"starredAt":null,"features":[],"dependencies":[],"dependents":[{"ecosystem":"cargo","name":"app","version":"1.0.0","kind":"normal"}]}"#]]
        .assert_eq(&answer.text());
    let serde = server.get("/api/packages/cargo/serde/1.0.0").await.json();
    assert_eq!(serde["features"][0], serde_json::json!({ "name": "default", "enables": ["std"] }));
}

#[tokio::test]
async fn what_is_wrong_is_said() {
    let server = Server::start();
    for (path, status, code) in [
        ("/api/packages?page=0", 400, "bad_request"),
        ("/api/packages?page=x", 400, "bad_request"),
        ("/api/packages?limit=101", 400, "bad_request"),
        ("/api/packages?sort=colour", 400, "bad_request"),
        ("/api/packages/cargo/nobody/1.0.0", 404, "no_such_package"),
        ("/api/packages/cargo/%FF/1.0.0", 400, "bad_request"),
        ("/icons/cargo/nobody.png", 404, "no_such_package"),
        ("/icons/cargo/serde.gif", 404, "no_such_package"),
        ("/api/nothing", 404, "no_such_endpoint"),
    ] {
        let answer = server.get(path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()["error"]["code"].as_str()),
            (status, Some(code)),
            "{path}"
        );
        assert!(!answer.json()["error"]["message"].as_str().unwrap().is_empty());
    }
    let long = server.get(&format!("/api/packages?q={}", "a".repeat(201))).await;
    assert_eq!(long.status, 400);
    let answer = server.send("DELETE", "/api/packages").await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()["error"]["code"].as_str()),
        (405, Some("method_not_allowed"))
    );
}

#[tokio::test]
async fn who_has_the_answer_gets_a_304() {
    let server = Server::start();
    let etag = server.get("/api/packages").await.header("etag").to_owned();
    let request = Request::get("/api/packages").header("if-none-match", &etag).body(Body::empty()).unwrap();
    let answer = server.ask(request).await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (304, 0));
    assert_eq!(answer.header("etag"), etag);
}

#[tokio::test]
async fn an_icon_is_a_png_to_be_kept() {
    let server = Server::start();
    let icon = server.get("/icons/npm/%40scope%2Fpkg.png").await;
    assert!(icon.body.starts_with(b"\x89PNG"));
    assert_eq!(
        (icon.header("content-type"), icon.header("cache-control")),
        ("image/png", "public, max-age=86400")
    );
    assert_ne!(icon.body, server.get("/icons/cargo/serde.png").await.body);
}
