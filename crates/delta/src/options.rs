//! How the layer was set up.
use http::request::Parts;
use std::sync::Arc;

/// The longest body that can be a dictionary: decoders of `dcz` take a window of 8 MiB (RFC 9842, 5).
pub const LONGEST: usize = 8 << 20;

/// Who a response is for.
pub type Scope = Arc<dyn Fn(&Parts) -> Option<String> + Send + Sync>;

#[derive(Clone)]
pub struct Options {
    pub shortest: usize,
    pub longest: usize,
    pub any_query: bool,
    pub keep_cache_control: bool,
    /// Seconds.
    pub lifetime: u64,
    pub scope: Option<Scope>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            shortest: 1024,
            longest: LONGEST,
            any_query: false,
            keep_cache_control: false,
            lifetime: 24 * 3600,
            scope: None,
        }
    }
}
