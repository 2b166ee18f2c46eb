//! What a refetch of 1 MB of JSON costs on the wire and in CPU, through the layer: `cargo xtask bench wire`.
//!
//! Each row is another change of the same list. CPU is the best of many runs, in one thread, the digest of the new body
//! included; codings without a dictionary are what a server would send instead.
use axum::body::Body;
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http::{Request, Response, header};
use http_body_util::BodyExt;
use std::convert::Infallible;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Instant;
use tower::{Layer, Service, service_fn};
use whippet_delta::{DeltaLayer, edits};

const ROWS: usize = 2600;
const RUNS: usize = 15;

/// Words that look like prose, the same each time.
struct Words(u64);

impl Words {
    fn number(&mut self) -> u64 {
        // A step of SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed ^ (mixed >> 29)
    }

    fn text(&mut self, words: usize) -> String {
        const SYLLABLES: [&str; 16] = [
            "ba", "cor", "den", "fi", "gal", "ho", "in", "jus", "ka", "lo", "mer", "nu", "pos", "ra", "sti",
            "vo",
        ];
        let word = |number: u64| -> String {
            (0..2 + number % 3).map(|at| SYLLABLES[(number >> (4 * at + 8)) as usize % 16]).collect()
        };
        (0..words).map(|_| word(self.number())).collect::<Vec<_>>().join(" ")
    }
}

#[derive(Clone)]
struct Row {
    id: usize,
    title: String,
    body: String,
    comments: u64,
    updated: u64,
}

fn list(rows: &[Row]) -> String {
    let line = |Row { id, title, body, comments, updated }: &Row| {
        format!(
            r#"{{"id":{id},"title":"{title}","state":"open","labels":["bug"],"body":"{body}","comments":{comments},"updated_at":{updated}}}"#
        )
    };
    format!("[{}]", rows.iter().map(line).collect::<Vec<_>>().join(","))
}

/// Short rows that differ in their numbers alone.
fn look_alikes(changed: usize) -> String {
    (0..50_000)
        .map(|id| format!("{{\"id\":{id},\"seen\":{}}},", if id == changed { 12_345 } else { id % 7 }))
        .collect()
}

fn main() {
    let mut words = Words(1);
    let rows: Vec<Row> = (0..ROWS)
        .map(|id| Row {
            id,
            title: words.text(5),
            body: words.text(45),
            comments: words.number() % 30,
            updated: 1_700_000_000 + words.number() % 10_000_000,
        })
        .collect();
    let touched = |every: usize| {
        let mut rows = rows.clone();
        for row in rows.iter_mut().skip(every / 2).step_by(every) {
            row.comments += 1;
            row.updated += 86_400 + row.comments;
        }
        list(&rows)
    };
    let mut sorted = rows.clone();
    sorted.sort_by(|a, b| a.title.cmp(&b.title));
    let old = list(&rows);
    println!("{} rows, {} bytes; bytes on the wire, ms of CPU\n", ROWS, old.len());
    println!(
        "| {:<22} | {:>16} | {:>16} | {:>16} | {:>16} | {:>16} |",
        "changed", "dictionary", "edits", "gzip 6", "br 4", "zstd 3"
    );
    println!("|---|--:|--:|--:|--:|--:|");
    let cases: [(&str, &str, String); 7] = [
        ("none", &old, old.clone()),
        ("one row", &old, touched(ROWS)),
        ("1 %", &old, touched(100)),
        ("10 %", &old, touched(10)),
        ("all", &old, touched(1)),
        ("sorted anew", &old, list(&sorted)),
        ("one of 50,000 alike", &look_alikes(usize::MAX), look_alikes(25_000)),
    ];
    for (name, old, new) in cases {
        let [dictionary, edits] = [false, true].map(|edits| layered(old, &new, edits));
        let gzip = timed(|| {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
            encoder.write_all(new.as_bytes()).expect("memory is written");
            encoder.finish().expect("memory is written")
        });
        let br = timed(|| {
            let mut out = Vec::new();
            let params = brotli::enc::BrotliEncoderParams { quality: 4, lgwin: 22, ..Default::default() };
            brotli::BrotliCompress(&mut new.as_bytes(), &mut out, &params).expect("memory is written");
            out
        });
        let zstd = timed(|| zstd::bulk::compress(new.as_bytes(), 3).expect("memory is written"));
        let columns = [dictionary, edits, gzip, br, zstd].map(|(bytes, ms)| format!("{bytes} in {ms:.2}"));
        let [a, b, c, d, e] = columns;
        println!("| {name:<22} | {a:>16} | {b:>16} | {c:>16} | {d:>16} | {e:>16} |");
    }
}

fn timed(run: impl Fn() -> Vec<u8>) -> (usize, f64) {
    let mut best = f64::MAX;
    let mut bytes = 0;
    for _ in 0..RUNS {
        let begin = Instant::now();
        bytes = run().len();
        best = best.min(begin.elapsed().as_secs_f64() * 1e3);
    }
    (bytes, best)
}

/// What the layer sends to who has `old`, and the best time that it takes.
fn layered(old: &str, new: &str, by_edits: bool) -> (usize, f64) {
    let bodies = [old, new].map(|text| Bytes::copy_from_slice(text.as_bytes()));
    let mut best = f64::MAX;
    let mut sent = 0;
    for _ in 0..RUNS {
        // A layer of its own each time, as the digest of a body that is there already is not taken again.
        let next = Arc::new(Mutex::new(bodies[0].clone()));
        let answer = next.clone();
        let mut service = DeltaLayer::new().layer(service_fn(move |_: Request<Body>| {
            let body = Body::from(answer.lock().expect("no panic").clone());
            async move {
                Ok::<_, Infallible>(
                    Response::builder()
                        .header(header::CONTENT_TYPE, "application/json")
                        .body(body)
                        .expect("a response"),
                )
            }
        }));
        let named = edits::name(old.as_bytes());
        let mut ask = |fields: &[(&str, &str)]| {
            let mut request = Request::builder().uri("/rows");
            for (name, value) in fields {
                request = request.header(*name, *value);
            }
            let answer = service.call(request.body(Body::empty()).expect("a request"));
            // Without a runtime the work is done here.
            let response = now(answer).expect("it cannot fail");
            let (parts, body) = response.into_parts();
            (parts, now(body.collect()).expect("bytes").to_bytes())
        };
        ask(&[]);
        *next.lock().expect("no panic") = bodies[1].clone();
        let begin = Instant::now();
        let (_, body) = if by_edits {
            ask(&[("whippet-have", &named), ("accept-encoding", "zstd")])
        } else {
            ask(&[("available-dictionary", &named), ("accept-encoding", "dcz")])
        };
        best = best.min(begin.elapsed().as_secs_f64() * 1e3);
        sent = body.len();
    }
    (sent, best)
}

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
