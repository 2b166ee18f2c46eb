//! The layer: whatever a client says that it has, it ends up with the body.
#![no_main]
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use libfuzzer_sys::fuzz_target;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use tower::{Layer, Service, service_fn};
use whippet_delta::{DeltaLayer, edits};

const LIMIT: usize = 1 << 20;

fuzz_target!(|input: (Vec<&[u8]>, &str, &str)| {
    let (bodies, available, accept) = input;
    let next = Arc::new(Mutex::new(Bytes::new()));
    let answer = next.clone();
    let layer = DeltaLayer::new().body_length(0..=LIMIT).bodies_per_url(2).memory(1 << 16);
    let mut service = layer.layer(service_fn(move |_: Request<()>| {
        let body = Full::new(answer.lock().unwrap().clone());
        async move { Ok::<_, Infallible>(Response::builder().header("content-type", "text/plain").body(body).unwrap()) }
    }));
    let mut had: &[u8] = &[];
    for (turn, body) in bodies.into_iter().enumerate() {
        *next.lock().unwrap() = Bytes::copy_from_slice(body);
        let name = edits::name(had);
        let request = match turn % 3 {
            0 => Request::builder().header("available-dictionary", &name).header("accept-encoding", "dcz"),
            1 => Request::builder().header("whippet-have", &name).header("accept-encoding", "zstd"),
            _ => Request::builder().header("available-dictionary", available).header("accept-encoding", accept),
        };
        let Ok(request) = request.body(()) else { continue };
        let (parts, sent) = now(service.call(request)).unwrap().into_parts();
        let sent = now(sent.collect()).unwrap().to_bytes();
        let plain = match parts.headers.get("content-encoding").map(|coding| coding.as_bytes()) {
            Some(b"dcz") => {
                let mut reader = zstd::stream::Decoder::with_ref_prefix(&sent[40..], had).unwrap().single_frame();
                let mut plain = Vec::new();
                std::io::Read::read_to_end(&mut reader, &mut plain).unwrap();
                plain
            }
            Some(b"zstd") => zstd::bulk::decompress(&sent, LIMIT).unwrap(),
            _ => sent.to_vec(),
        };
        let edited = parts.headers.get("whippet-delta").is_some_and(|kind| kind == "edits");
        assert_eq!(if edited { edits::apply(had, &plain, LIMIT).unwrap() } else { plain }, body);
        had = body;
    }
    assert!(layer.stats().kept_bytes <= 1 << 16);
});

/// Runs a future that never waits.
fn now<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}
