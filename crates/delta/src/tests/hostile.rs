//! Deltas of any form, bodies that break, and bounds.
use super::*;
use crate::edits::{EditError, apply, write};
use proptest::prelude::*;

const LIMIT: usize = 1 << 20;

#[test]
fn edits_of_small_changes_are_small() {
    let old: String = (0..3000).map(|id| format!("{{\"id\":{id},\"name\":\"row {}\"}},", id * 31)).collect();
    let check = |new: &str, most: usize| {
        let delta = write(old.as_bytes(), new.as_bytes());
        assert_eq!(apply(old.as_bytes(), &delta, LIMIT).unwrap(), new.as_bytes());
        assert!(delta.len() <= most, "{} bytes, not {most}", delta.len());
    };
    check(&old, 8);
    check(&old.replacen("\"id\":1500,", "\"id\":-1,", 1), 24);
    check(&format!("{{\"id\":-1}},{old}"), 24);
    check(&old[40..], 16);
    // A row that moved from the end to the front.
    let at = old.rfind("{\"id\":2999").unwrap();
    check(&format!("{}{}", &old[at..], &old[..at]), 60);
    check("", 1);
    check("quite another body", 32);
}

#[test]
fn deltas_that_lie_are_refused() {
    let old = b"0123456789";
    let refused = |delta: &[u8]| apply(old, delta, 100).unwrap_err();
    assert_eq!(refused(&[]), EditError::Truncated);
    assert_eq!(refused(&[5]), EditError::Length);
    assert_eq!(refused(&[5, 4, b'a']), EditError::Truncated);
    assert_eq!(refused(&[1, 4, b'a', b'b']), EditError::Length);
    assert_eq!(refused(&[1, 2, b'a', 0]), EditError::Length);
    assert_eq!(refused(&[101, 2, b'a']), EditError::TooLong);
    assert_eq!(refused(&[0xff, 0xff, 0xff, 0xff, 0x0f]), EditError::TooLong);
    assert_eq!(refused(&[0xff, 0xff, 0xff, 0xff, 0x10]), EditError::Number);
    assert_eq!(refused(&[0xff, 0xff, 0xff, 0xff, 0xff, 0]), EditError::Number);
    assert_eq!(refused(&[0x80]), EditError::Truncated);
    // Copies from before the beginning, and past the end.
    assert_eq!(refused(&[2, 5, 1]), EditError::Outside);
    assert_eq!(refused(&[2, 5, 18]), EditError::Outside);
    assert_eq!(apply(old, &[2, 5, 16], 100).unwrap(), b"89");
    // A bomb: 50 bytes that would copy the body again and again.
    let bomb: Vec<u8> = [&[100, 21, 0][..], &[21, 19].repeat(24)].concat();
    assert_eq!(apply(old, &bomb, 100), Err(EditError::Length));
}

#[tokio::test]
async fn a_body_that_breaks_breaks_for_the_client() {
    let broken = axum::routing::get(|| async {
        let mut response = Response::new(Body::new(Breaking));
        response.headers_mut().insert("content-type", HeaderValue::from_static("application/json"));
        response
    });
    let app = Router::new().route("/rows", broken).layer(DeltaLayer::new());
    let response = app.oneshot(Request::new(Body::empty())).await.unwrap();
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    let app = Router::new()
        .route(
            "/",
            axum::routing::get(|| async { (([("content-type", "text/plain")]), Body::new(Breaking)) }),
        )
        .layer(DeltaLayer::new());
    let response = app.oneshot(Request::new(Body::empty())).await.unwrap();
    assert!(response.into_body().collect().await.is_err());
}

/// A body that promises 5,000 bytes and gives an error.
struct Breaking;

impl http_body::Body for Breaking {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, std::io::Error>>> {
        std::task::Poll::Ready(Some(Err(std::io::Error::other("gone"))))
    }

    fn size_hint(&self) -> http_body::SizeHint {
        http_body::SizeHint::with_exact(5000)
    }
}

#[tokio::test]
async fn a_stream_passes_as_it_comes() {
    // It never ends: who waits for its end waits for ever.
    struct Endless(bool);
    impl http_body::Body for Endless {
        type Data = Bytes;
        type Error = std::io::Error;
        fn poll_frame(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, std::io::Error>>> {
            if std::mem::replace(&mut self.0, true) {
                return std::task::Poll::Pending;
            }
            std::task::Poll::Ready(Some(Ok(http_body::Frame::data(Bytes::from_static(b"[1,")))))
        }
    }
    let app = Router::new()
        .route(
            "/",
            axum::routing::get(|| async {
                (([("content-type", "application/json")]), Body::new(Endless(false)))
            }),
        )
        .layer(DeltaLayer::new());
    let response = app.oneshot(Request::new(Body::empty())).await.unwrap();
    assert!(response.headers().get("use-as-dictionary").is_none());
    let frame = response.into_body().frame().await.unwrap().unwrap();
    assert_eq!(frame.into_data().unwrap(), "[1,");
}

#[tokio::test]
async fn what_is_kept_is_bounded() {
    let site = Site::with(DeltaLayer::new().memory(40_000).bodies_per_url(1));
    for page in 0..50 {
        site.serve(&[], &rows(page));
        site.get(&format!("/rows/{page}"), &[]).await;
        assert!(site.layer.stats().kept_bytes <= 40_000);
    }
    let offer = dictionary(&rows(0));
    site.get("/rows/0", &fields(&offer, &[])).await;
    assert_eq!(site.layer.stats().unknown, 1);
    let small = Site::with(DeltaLayer::new().body_length(1024..=2000));
    small.serve(&[], &rows(1));
    assert_eq!(small.get("/rows", &[]).await.header("use-as-dictionary"), "");
}

#[tokio::test]
async fn a_long_body_is_compressed_where_it_may_block() {
    let long = |seen| rows(seen).repeat(80);
    assert!(long(1).len() > 600_000);
    let site = Site::new();
    site.serve(&[], &long(1));
    site.get("/rows", &[]).await;
    site.serve(&[], &long(2));
    let offer = dictionary(&long(1));
    let got = site.get("/rows", &fields(&offer, &[])).await;
    assert_eq!(got.header("content-encoding"), "dcz");
    assert!(got.body.len() < 1500, "{} bytes", got.body.len());
}

/// A body, and edits to it.
fn edited() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    let body = prop::collection::vec(0u8..3, 0..1500);
    let edits =
        prop::collection::vec((any::<u16>(), any::<u16>(), prop::collection::vec(any::<u8>(), 0..80)), 0..6);
    (body, edits).prop_map(|(old, edits)| {
        let mut new = old.clone();
        for (from, to, insert) in edits {
            let from = from as usize % (new.len() + 1);
            let to = from + to as usize % 90;
            new.splice(from..to.min(new.len()), insert);
            let middle = new.len() / 3;
            new.rotate_left(middle / 7);
        }
        (old, new)
    })
}

proptest! {
    #[test]
    fn any_edited_body_comes_back((old, new) in edited()) {
        let delta = write(&old, &new);
        prop_assert_eq!(apply(&old, &delta, LIMIT).unwrap(), new);
    }

    #[test]
    fn any_delta_is_bounded(old in prop::collection::vec(any::<u8>(), 0..200), delta in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(body) = apply(&old, &delta, 4096) {
            prop_assert!(body.len() <= 4096);
        }
    }

    #[test]
    fn damaged_deltas_do_no_harm((old, new) in edited(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut delta = write(&old, &new);
        let at = at.index(delta.len());
        delta[at] = byte;
        if let Ok(body) = apply(&old, &delta, 4096) {
            prop_assert!(body.len() <= 4096);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Any succession of bodies, asked for by clients that have any of them, or none, or one that never was.
    #[test]
    fn whatever_the_client_has_it_ends_up_with_the_body(
        (first, second) in edited(),
        steps in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0u8..4), 1..12),
    ) {
        let padded = |bytes: &[u8]| format!("{}{}", "0123456789abcdef".repeat(70), bytes.iter().map(|byte| byte.to_string()).collect::<String>());
        let bodies = [padded(&first), padded(&second), rows(1), rows(2), padded(&[&second[..], &first].concat())];
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let site = Site::with(DeltaLayer::new().bodies_per_url(2));
            for (now, had, how) in steps {
                let (now, had) = (now.get(&bodies), had.get(&bodies));
                site.serve(&[], now);
                let dictionary = dictionary(had);
                let have = named(had);
                let asked: Vec<(&str, &str)> = match how {
                    0 => fields(&dictionary, &[]),
                    1 => vec![("whippet-have", &have)],
                    2 => vec![("whippet-have", &have), ("accept-encoding", "zstd")],
                    _ => vec![],
                };
                let got = site.get("/rows", &asked).await;
                let sent = match got.header("content-encoding").as_str() {
                    "dcz" => crate::dictionary::tests::read(had.as_bytes(), &got.body),
                    "zstd" => zstd::bulk::decompress(&got.body, LIMIT).unwrap(),
                    _ => got.body.to_vec(),
                };
                let edited = got.header("whippet-delta") == "edits";
                let body = if edited { apply(had.as_bytes(), &sent, LIMIT).unwrap() } else { sent };
                assert_eq!(body, now.as_bytes());
            }
        });
    }
}

/// What `whippet/server` writes and `whippet/json/delta` reads, too: `tests/cases/delta`.
#[test]
fn both_languages_write_the_same_edits() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/cases/delta/edits.json");
    let cases: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let bytes = |hex: &serde_json::Value| -> Vec<u8> {
        let digits = hex.as_str().unwrap().as_bytes().chunks(2).map(|two| std::str::from_utf8(two).unwrap());
        digits.map(|two| u8::from_str_radix(two, 16).unwrap()).collect()
    };
    for case in cases["made"].as_array().unwrap() {
        let [old, new] = ["old", "new"].map(|name| case[name].as_str().unwrap().as_bytes());
        assert_eq!(write(old, new), bytes(&case["delta"]), "{}", case["name"]);
        assert_eq!(apply(old, &bytes(&case["delta"]), LIMIT).unwrap(), new);
    }
    for case in cases["refused"].as_array().unwrap() {
        apply(case["old"].as_str().unwrap().as_bytes(), &bytes(&case["delta"]), 100).unwrap_err();
    }
}
