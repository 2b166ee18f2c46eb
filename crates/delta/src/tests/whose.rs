//! No body of one user is a dictionary for another.
use super::*;

/// Asks as `first` for one body, then as `second` for the next with that dictionary, and says how it came.
async fn between(
    site: &Site,
    response: &[(&str, &str)],
    first: &[(&str, &str)],
    second: &[(&str, &str)],
) -> String {
    site.serve(response, &rows(1));
    site.get("/rows", first).await;
    site.serve(response, &rows(2));
    let offer = dictionary(&rows(1));
    let got = site.get("/rows", &fields(&offer, second)).await;
    if got.header("content-encoding").is_empty() { "whole".into() } else { got.header("content-encoding") }
}

#[tokio::test]
async fn users_are_told_apart_by_what_they_send() {
    let ann = [("authorization", "Bearer ann")];
    let bob = [("authorization", "Bearer bob")];
    for name in
        ["authorization", "cookie", "x-api-key", "proxy-authorization", "x-auth-token", "x-access-token"]
    {
        let (ann, bob) = ([(name, "ann")], [(name, "bob")]);
        assert_eq!(between(&Site::new(), &[], &ann, &ann).await, "dcz", "{name}");
        assert_eq!(between(&Site::new(), &[], &ann, &bob).await, "whole", "{name}");
        assert_eq!(between(&Site::new(), &[], &ann, &[]).await, "whole", "{name}");
        assert_eq!(between(&Site::new(), &[], &[], &ann).await, "whole", "{name}");
    }
    let public = [("cache-control", "public, max-age=60")];
    assert_eq!(between(&Site::new(), &public, &ann, &bob).await, "dcz");
    // Unless it says that it is not the same for all.
    let depends = [("cache-control", "public, max-age=60"), ("vary", "Origin, Authorization")];
    assert_eq!(between(&Site::new(), &depends, &ann, &bob).await, "whole");
    assert_eq!(between(&Site::new(), &depends, &ann, &ann).await, "dcz");
}

#[tokio::test]
async fn whatever_the_answer_depends_on_tells_bodies_apart() {
    let depends = [("vary", "x-tenant, accept-encoding")];
    assert_eq!(between(&Site::new(), &depends, &[("x-tenant", "a")], &[("x-tenant", "b")]).await, "whole");
    assert_eq!(between(&Site::new(), &depends, &[("x-tenant", "a")], &[("x-tenant", "a")]).await, "dcz");
    // How it is written does not.
    assert_eq!(between(&Site::new(), &depends, &[("accept-encoding", "br")], &[]).await, "dcz");
    assert_eq!(between(&Site::new(), &[], &[("host", "a.example")], &[("host", "b.example")]).await, "whole");
}

#[tokio::test]
async fn the_application_can_say_who_it_is() {
    let site = || {
        Site::with(DeltaLayer::new().scope(|request| {
            let user = request.headers.get("cookie")?.to_str().ok()?.split_once("user=")?.1;
            Some(user.to_owned())
        }))
    };
    let ann = [("cookie", "seen=1; user=ann")];
    assert_eq!(between(&site(), &[], &ann, &[("cookie", "seen=2; user=ann")]).await, "dcz");
    assert_eq!(between(&site(), &[], &ann, &[("cookie", "seen=1; user=bob")]).await, "whole");
    assert_eq!(between(&site(), &[], &ann, &[("cookie", "seen=1")]).await, "whole");
}

#[tokio::test]
async fn fields_do_not_run_into_one_another() {
    let depends = [("vary", "x-a, x-b")];
    assert_eq!(
        between(&Site::new(), &depends, &[("x-a", "12")], &[("x-a", "1"), ("x-b", "2")]).await,
        "whole"
    );
    assert_eq!(
        between(&Site::new(), &depends, &[("x-a", "1"), ("x-a", "2")], &[("x-a", "12")]).await,
        "whole"
    );
}
