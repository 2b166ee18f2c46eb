//! What is answered, and with which headers.
use super::*;
use crate::dictionary::tests::read;

#[tokio::test]
async fn who_has_the_last_body_gets_what_changed() {
    let site = Site::new();
    site.serve(&[], &rows(1));
    let first = site.get("/api/rows?page=2", &[("accept-encoding", "gzip, br, zstd")]).await;
    assert_eq!(first.body, rows(1));
    assert_eq!(first.header("use-as-dictionary"), r#"match="rows?page=2""#);
    assert_eq!(first.header("whippet-delta"), "whole");
    assert_eq!(first.header("content-encoding"), "");

    site.serve(&[], &rows(2));
    let offer = dictionary(&rows(1));
    let second = site.get("/api/rows?page=2", &fields(&offer, &[])).await;
    assert_eq!(second.header("content-encoding"), "dcz");
    assert_eq!(second.header("content-length"), second.body.len().to_string());
    assert!(second.body.len() < 100, "{} bytes", second.body.len());
    assert_eq!(read(rows(1).as_bytes(), &second.body), rows(2).as_bytes());
    // It is a dictionary, too.
    assert_eq!(second.header("use-as-dictionary"), r#"match="rows?page=2""#);

    let stats = site.layer.stats();
    assert_eq!((stats.whole, stats.dictionary, stats.unknown), (1, 1, 0));
    assert_eq!(stats.body_bytes, 2 * rows(1).len() as u64);
    assert_eq!(stats.sent_bytes, (rows(1).len() + second.body.len()) as u64);
}

#[tokio::test]
async fn without_dictionaries_edits_are_sent_to_who_asks_for_them() {
    let site = Site::new();
    site.serve(&[("etag", "\"one\"")], &rows(1));
    site.get("/rows", &[]).await;
    site.serve(&[("etag", "\"two\"")], &rows(2));
    let have = named(&rows(1));
    let got = site.get("/rows", &[("whippet-have", &have), ("accept-encoding", "gzip, zstd")]).await;
    assert_eq!(got.header("whippet-delta"), "edits");
    assert_eq!(got.header("cache-control"), "no-store");
    assert_eq!(got.header("etag"), "W/\"two\"");
    assert_eq!(
        (got.header("use-as-dictionary"), got.header("content-encoding")),
        (String::new(), String::new())
    );
    assert_eq!(edits::apply(rows(1).as_bytes(), &got.body, 1 << 20).unwrap(), rows(2).as_bytes());

    // The browser's own dictionary goes first.
    let both = dictionary(&rows(1));
    let got = site.get("/rows", &fields(&both, &[("whippet-have", &have)])).await;
    assert_eq!(got.header("content-encoding"), "dcz");
}

#[tokio::test]
async fn long_edits_are_compressed() {
    let long = |word: &str| {
        (0..900)
            .map(|id| {
                if id % 3 == 0 {
                    format!("{word} {id}\n")
                } else {
                    format!("a line that stays as it is, whatever happens to others: {id}\n")
                }
            })
            .collect::<String>()
    };
    let site = Site::new();
    site.serve(&[("content-type", "text/plain")], &long("old"));
    site.get("/text", &[]).await;
    site.serve(&[("content-type", "text/plain")], &long("new words"));
    let got = site.get("/text", &[("whippet-have", &named(&long("old"))), ("accept-encoding", "zstd")]).await;
    assert_eq!(
        (got.header("whippet-delta"), got.header("content-encoding")),
        ("edits".into(), "zstd".into())
    );
    let edits = zstd::bulk::decompress(&got.body, 1 << 20).unwrap();
    assert_eq!(edits::apply(long("old").as_bytes(), &edits, 1 << 20).unwrap(), long("new words").as_bytes());
}

#[tokio::test]
async fn an_unknown_dictionary_is_answered_whole() {
    let site = Site::new();
    site.serve(&[], &rows(1));
    let offer = dictionary(&rows(9));
    let got = site.get("/rows", &fields(&offer, &[])).await;
    assert_eq!((got.header("content-encoding"), got.body), (String::new(), rows(1).into()));
    assert_eq!(site.layer.stats().unknown, 1);
    // So several processes are right: each knows what it has sent itself.
    let other = Site::new();
    other.serve(&[], &rows(2));
    let offer = dictionary(&rows(1));
    assert_eq!(other.get("/rows", &fields(&offer, &[])).await.body, rows(2));
    for wrong in ["", ":", "::", ":AAAA:", "AAAA", ":!!!!:", &named("x")[1..]] {
        let got = site.get("/rows", &[("accept-encoding", "dcz"), ("available-dictionary", wrong)]).await;
        assert_eq!(got.body, rows(1), "{wrong}");
    }
    let have = named(&rows(1));
    for weight in ["q=0", "Q=0", "q=0.000"] {
        let codings = format!("zstd, dcz;{weight}");
        let refused = [("accept-encoding", codings.as_str()), ("available-dictionary", have.as_str())];
        assert_eq!(site.get("/rows", &refused).await.header("content-encoding"), "", "{weight}");
    }
}

#[tokio::test]
async fn what_the_client_has_is_not_sent_again() {
    let site = Site::new();
    site.serve(&[("cache-control", "no-cache")], &rows(1));
    let first = site.get("/rows", &[]).await;
    let tag = first.header("etag");
    assert!(tag.starts_with("W/\""), "{tag}");
    let again = site.get("/rows", &[("if-none-match", &format!("\"other\", {tag}"))]).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
    assert_eq!(again.header("etag"), tag);
    assert_eq!(again.header("cache-control"), first.header("cache-control"));
    assert_eq!(again.header("vary"), first.header("vary"));
    assert_eq!(again.header("content-length"), "");

    // The application's own tag, and its own 304.
    site.serve(&[("etag", "\"mine\""), ("cache-control", "no-cache")], &rows(1));
    assert_eq!(site.get("/rows", &[("if-none-match", "W/\"mine\"")]).await.status, StatusCode::NOT_MODIFIED);
    // A tag may have a comma in it.
    site.serve(&[("etag", "\"a,b\"")], &rows(1));
    let tags = [("if-none-match", "\"a\", W/\"a,b\"")];
    assert_eq!(site.get("/rows", &tags).await.status, StatusCode::NOT_MODIFIED);
    site.serve(&[("etag", "\"mine\""), ("cache-control", "no-cache")], "");
    site.status(StatusCode::NOT_MODIFIED);
    let got = site.get("/rows", &[("if-none-match", "\"mine\"")]).await;
    assert_eq!((got.status, got.header("vary")), (StatusCode::NOT_MODIFIED, "*".into()));
    assert_eq!(
        site.get("/elsewhere", &[("if-none-match", "\"mine\"")]).await.header("cache-control"),
        "no-cache"
    );
}

#[tokio::test]
async fn nobody_gets_an_older_answer_than_before() {
    let asked_again = ("private, max-age=0, stale-while-revalidate=86400".to_owned(), "*".to_owned());
    let depends = "accept-encoding, available-dictionary, whippet-have".to_owned();
    let site = Site::new();
    for (given, expected) in [
        ("", asked_again.clone()),
        ("no-cache", asked_again.clone()),
        ("private", asked_again.clone()),
        ("private, no-cache", asked_again.clone()),
        ("max-age=0, must-revalidate", asked_again.clone()),
        ("max-age=60", ("max-age=60".into(), depends.clone())),
        ("public, max-age=0, s-maxage=60", ("public, max-age=0, s-maxage=60".into(), depends.clone())),
        (
            "max-age=0, stale-while-revalidate=5",
            ("max-age=0, stale-while-revalidate=5".into(), depends.clone()),
        ),
        // Of one field alone: the response itself is as fresh as it says.
        (
            "max-age=60, no-cache=\"set-cookie\"",
            ("max-age=60, no-cache=\"set-cookie\"".into(), depends.clone()),
        ),
        ("private=\"x-a, no-store, x-b\"", ("private=\"x-a, no-store, x-b\"".into(), depends.clone())),
        ("no-store", ("no-store".into(), String::new())),
        ("no-transform", ("no-transform".into(), String::new())),
    ] {
        site.serve(&if given.is_empty() { vec![] } else { vec![("cache-control", given)] }, &rows(1));
        let got = site.get("/rows", &[]).await;
        assert_eq!((got.header("cache-control"), got.header("vary")), expected, "{given}");
        assert_eq!(
            got.header("use-as-dictionary").is_empty(),
            given.starts_with("no-store") || given == "no-transform"
        );
    }
    // A cache guesses how long this one is fresh.
    site.serve(&[("last-modified", "Mon, 01 Jan 2024 00:00:00 GMT"), ("vary", "accept-language")], &rows(1));
    let got = site.get("/rows", &[]).await;
    assert_eq!(
        (got.header("cache-control"), got.header("vary")),
        (String::new(), format!("accept-language, {depends}"))
    );
    let kept = Site::with(DeltaLayer::new().keep_cache_control());
    kept.serve(&[("cache-control", "no-cache")], &rows(1));
    assert_eq!(kept.get("/rows", &[]).await.header("cache-control"), "no-cache");
    let forever = Site::with(DeltaLayer::new().lifetime(std::time::Duration::MAX));
    forever.serve(&[("cache-control", "no-cache")], &rows(1));
    let told = forever.get("/rows", &[]).await.header("cache-control");
    assert_eq!(told, "private, max-age=0, stale-while-revalidate=2147483648");
}

#[tokio::test]
async fn a_field_that_is_not_well_formed_hides_no_directive() {
    let site = Site::new();
    for given in ["private=\"x-a, no-store".as_bytes(), b"no-store, x=\"\xfc\"", b"x=\"\xc3\xbc\", no-store"]
    {
        let given = HeaderValue::from_bytes(given).unwrap();
        site.serve(&[], &rows(1));
        site.next.lock().unwrap().1.insert("cache-control", given.clone());
        let got = site.get("/rows", &[]).await;
        assert_eq!(got.headers.get("cache-control"), Some(&given));
        assert_eq!(got.header("use-as-dictionary"), "", "{given:?}");
    }
    assert_eq!(site.layer.stats().kept_bytes, 0);
}

#[tokio::test]
async fn a_body_that_says_that_it_is_not_encoded_is_compared() {
    let site = Site::new();
    site.serve(&[("content-encoding", "identity")], &rows(1));
    let first = site.get("/rows", &[]).await;
    assert_eq!(first.header("whippet-delta"), "whole");
    let again = site.get("/rows", &[("if-none-match", &first.header("etag"))]).await;
    assert_eq!((again.status, again.header("content-encoding")), (StatusCode::NOT_MODIFIED, String::new()));
    site.serve(&[("content-encoding", "identity")], &rows(2));
    let got = site.get("/rows", &fields(&dictionary(&rows(1)), &[])).await;
    assert_eq!(got.header("content-encoding"), "dcz");
    assert_eq!(read(rows(1).as_bytes(), &got.body), rows(2).as_bytes());
}

#[tokio::test]
async fn what_cannot_be_compared_passes_untouched() {
    let site = Site::new();
    let offer = dictionary(&rows(1));
    let untouched = async |what: &str, method: &str, more: &[(&str, &str)]| {
        let got = site.send(method, "/rows", &fields(&offer, more)).await;
        let added = ["whippet-delta", "use-as-dictionary", "vary"].map(|name| got.header(name));
        assert_eq!(added, ["", "", ""], "{what}");
        got
    };
    site.serve(&[], &rows(1));
    untouched("a method", "POST", &[]).await;
    untouched("a head", "HEAD", &[]).await;
    untouched("a range", "GET", &[("range", "bytes=0-9")]).await;
    site.serve(&[("content-encoding", "br")], &rows(1));
    assert_eq!(untouched("an encoded body", "GET", &[]).await.body, rows(1));
    site.serve(&[("content-type", "image/png")], &rows(1));
    untouched("an image", "GET", &[]).await;
    site.serve(&[("content-type", "text/event-stream")], &rows(1));
    untouched("events", "GET", &[]).await;
    site.serve(&[], "[1]");
    untouched("a short body", "GET", &[]).await;
    site.serve(&[("set-cookie", "session=1")], &rows(1));
    untouched("a new session", "GET", &[]).await;
    for status in [
        StatusCode::NO_CONTENT,
        StatusCode::NOT_FOUND,
        StatusCode::INTERNAL_SERVER_ERROR,
        StatusCode::PARTIAL_CONTENT,
    ] {
        site.serve(&[], &rows(1));
        site.status(status);
        assert_eq!(untouched(status.as_str(), "GET", &[]).await.status, status);
    }
    assert_eq!(site.layer.stats().kept_bytes, 0);
}

#[tokio::test]
async fn a_head_says_how_long_the_body_is() {
    let site = Site::new();
    site.serve(&[], &rows(1));
    let got = site.send("HEAD", "/rows", &[]).await;
    assert_eq!((got.header("content-length"), got.body.len()), (rows(1).len().to_string(), 0));
}

#[tokio::test]
async fn urls_are_patterns() {
    let site = Site::new();
    site.serve(&[], &rows(1));
    for (url, pattern) in [
        ("/a/rows", r#"match="rows""#),
        ("/a/rows/", r#"match="/a/rows/""#),
        ("/a/rows?q=a+b*(c)", r#"match="rows?q=a\\+b\\*\\(c\\)""#),
        ("/a/rows?at=10:30?", r#"match="rows?at=10{\\:}30\\?""#),
        ("/a/it's%20here", r#"match="it's%20here""#),
    ] {
        assert_eq!(site.get(url, &[]).await.header("use-as-dictionary"), pattern);
    }
    let any = Site::with(DeltaLayer::new().any_query());
    any.serve(&[], &rows(1));
    assert_eq!(any.get("/rows?q=a", &[]).await.header("use-as-dictionary"), r#"match="rows""#);
    any.serve(&[], &rows(2));
    let offer = dictionary(&rows(1));
    assert_eq!(any.get("/rows?q=ab", &fields(&offer, &[])).await.header("content-encoding"), "dcz");
}

#[tokio::test]
async fn a_layer_that_compresses_goes_outside() {
    let site = Site::new();
    let app = site.app.clone().layer(tower_http::compression::CompressionLayer::new());
    let ask = async |fields: &[(&str, &str)]| {
        let mut request = Request::builder().uri("/rows").body(Body::empty()).unwrap();
        *request.headers_mut() = map(fields);
        app.clone()
            .oneshot(request)
            .await
            .unwrap()
            .headers()
            .get("content-encoding")
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned()
    };
    site.serve(&[], &rows(1));
    assert_eq!(ask(&[("accept-encoding", "gzip")]).await, "gzip");
    site.serve(&[], &rows(2));
    let offer = dictionary(&rows(1));
    assert_eq!(ask(&fields(&offer, &[])).await, "dcz");
}
