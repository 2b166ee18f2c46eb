//! Any bytes are read as what other SDKs send, or refused; what was read becomes beacons within the limits that beacons have.
#![no_main]

use libfuzzer_sys::fuzz_target;
use whippet_collector::intake::{Views, gather};
use whippet_collector::otlp::browser::{self, Cumulative, Post};
use whippet_collector::otlp::{self, Encoding, Logs, Metrics, Traces};
use whippet_collector::sdks::{Origin, faro, reports, web_vitals};
use whippet_engine::beacon::{decode, encode};

fuzz_target!(|body: &[u8]| {
    let origin = Origin { app: Some("shop".to_owned()), now: 1_790_000_000_000, ..Origin::default() };
    let mut all = Vec::new();
    all.extend(faro::read(body, &origin));
    all.extend(web_vitals::read(body, &origin).into_iter().flatten());
    all.extend(reports::read(body, &origin).into_iter().flatten());
    let post = Post { origin: &origin, from_page: true };
    for encoding in [Encoding::Json, Encoding::Protobuf] {
        if let Ok(logs) = otlp::read::<Logs>(body, encoding) {
            all.extend(browser::logs(&logs, &post).reports);
        }
        if let Ok(traces) = otlp::read::<Traces>(body, encoding) {
            all.extend(browser::traces(&traces, &post).reports);
        }
        if let Ok(metrics) = otlp::read::<Metrics>(body, encoding) {
            all.extend(browser::metrics(&metrics, &post, &Cumulative::new(0)).0.reports);
        }
    }
    for beacon in gather(all, &Views::default(), "id", None, origin.now) {
        let bytes = encode(&beacon);
        if let Err(error) = decode(&bytes) {
            // Several beacons' worth of measurements may be in one that is never sent.
            assert_eq!(error.code(), "too_large", "{error}: {}", String::from_utf8_lossy(&bytes));
        }
    }
});
