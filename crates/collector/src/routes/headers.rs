//! The values of headers that answers have, whoever gives them.

/// Scripts and wasm only from the collector itself; styles also inline, as charts set them. No page may frame the dashboard.
pub const CSP: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
                   img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// A body is what its type says, and nothing else.
pub const NO_SNIFFING: &str = "nosniff";
/// Other sites do not learn which page of the dashboard links to them.
pub const REFERRER: &str = "same-origin";

/// What pages of other origins may read of an answer.
pub const EXPOSED: &str = "Accept-Encoding, Retry-After";
