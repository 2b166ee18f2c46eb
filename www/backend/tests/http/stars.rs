use crate::support::Server;

const STAR: &str = "/api/packages/npm/%40scope%2Fpkg/1.0.0/star";

#[tokio::test]
async fn a_star_shows_at_once_everywhere() {
    let server = Server::start();
    // Fills the cache with answers without the star.
    server.get("/api/packages?sort=starred").await;
    server.get("/api/packages/npm/%40scope%2Fpkg/1.0.0").await;

    let star = server.send("PUT", STAR).await.json();
    assert!(star["starredAt"].is_number());
    let list = server.get("/api/packages?sort=starred").await.json();
    assert_eq!(list["packages"][0]["starredAt"], star["starredAt"]);
    let details = server.get("/api/packages/npm/%40scope%2Fpkg/1.0.0").await.json();
    assert_eq!(details["starredAt"], star["starredAt"]);
    let activity = server.get("/api/activity").await.json();
    assert_eq!(
        (&activity["totals"]["starred"], &activity["events"][0]["name"]),
        (&1.into(), &"@scope/pkg".into())
    );

    assert!(server.send("DELETE", STAR).await.json()["starredAt"].is_null());
    assert_eq!(server.get("/api/activity").await.json()["totals"]["starred"], 0);
}

#[tokio::test]
async fn a_star_survives_a_restart() {
    let server = Server::start();
    server.send("PUT", STAR).await;
    let server = server.restart();
    assert_eq!(server.get("/api/activity").await.json()["totals"]["starred"], 1);
}

#[tokio::test]
async fn a_star_for_nothing_is_refused() {
    let answer = Server::start().send("PUT", "/api/packages/cargo/nobody/1.0.0/star").await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()["error"]["code"].as_str()),
        (404, Some("no_such_package"))
    );
}
