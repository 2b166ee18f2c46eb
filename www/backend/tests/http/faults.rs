use crate::support::Server;
use std::time::Duration;
use tokio::time::Instant;

const STAR: &str = "/api/packages/cargo/serde/1.0.0/star";

#[tokio::test]
async fn failing_fails_all_but_the_switch() {
    let server = Server::start();
    assert_eq!(server.switch(r#"{"mode":"failing"}"#).await.json()["mode"], "failing");
    for path in ["/api/packages", "/api/activity", "/icons/cargo/serde.png"] {
        let answer = server.get(path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()["error"]["code"].as_str()),
            (500, Some("failing")),
            "{path}"
        );
    }
    assert_eq!(server.get("/api/faults").await.json()["mode"], "failing");
    assert_eq!(server.get("/").await.status, 200);
    assert_eq!(server.get("/metrics").await.status, 200);
    server.switch(r#"{"mode":"normal"}"#).await;
    assert_eq!(server.get("/api/packages").await.status, 200);
}

#[tokio::test]
async fn refusing_refuses_only_stars() {
    let server = Server::start();
    server.switch(r#"{"mode":"refuse"}"#).await;
    for method in ["PUT", "DELETE"] {
        let answer = server.send(method, STAR).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()["error"]["code"].as_str()),
            (409, Some("star_refused"))
        );
    }
    assert_eq!(server.get("/api/activity").await.json()["totals"]["starred"], 0);
}

#[tokio::test(start_paused = true)]
async fn slow_holds_answers_back() {
    let server = Server::start();
    server.switch(r#"{"mode":"slow"}"#).await;
    let begin = Instant::now();
    assert_eq!(server.get("/api/packages").await.status, 200);
    assert!(begin.elapsed() >= Duration::from_millis(1500), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn an_unknown_mode_is_refused() {
    let server = Server::start();
    assert_eq!(server.switch(r#"{"mode":"odd"}"#).await.json()["error"]["code"], "bad_request");
    assert_eq!(server.switch("garbage").await.status, 400);
    assert_eq!(server.get("/api/faults").await.json()["mode"], "normal");
}
