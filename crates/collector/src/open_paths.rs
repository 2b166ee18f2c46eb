//! The paths that anyone may ask, without a token and by any name.

/// Neither pages that send nor health checks have a token, and nothing in the answers is secret. OTLP's routes ask for the
/// token themselves, for what services send.
pub const OPEN_PATHS: [&str; 9] = [
    "/v1/beacons",
    "/collect",
    "/v1/web-vitals",
    "/v1/reports",
    "/v1/logs",
    "/v1/metrics",
    "/v1/traces",
    "/healthz",
    "/readyz",
];
