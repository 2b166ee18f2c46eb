//! Which web pages may send beacons.
use axum::http::HeaderValue;

/// The origins that are let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origins {
    /// All of them.
    Any,
    /// These, each as browsers write it: `https://shop.example`.
    These(Vec<HeaderValue>),
}

impl Origins {
    /// Whether a page of that origin may send. Programs that are no browsers send no origin: they could claim
    /// any, so it is no use to keep them out.
    pub fn allow(&self, origin: Option<&HeaderValue>) -> bool {
        match (self, origin) {
            (Self::Any, _) | (_, None) => true,
            (Self::These(origins), Some(origin)) => origins.contains(origin),
        }
    }
}
