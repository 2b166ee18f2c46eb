//! What a request says about what may be answered.
use crate::bodies::Digest;
use crate::headers::{accepts, digest};
use http::request::Parts;
use http::{HeaderMap, HeaderName, Method, Uri, header};

/// Names the dictionary that a browser has (RFC 9842, 2.2).
pub const AVAILABLE: HeaderName = HeaderName::from_static("available-dictionary");
/// Names the body that `whippet/json/delta` has.
pub const HAVE: HeaderName = HeaderName::from_static("whippet-have");

/// A request that may be answered with a delta.
pub struct Ask {
    pub uri: Uri,
    pub headers: HeaderMap,
    /// The body that the client has, and how it takes the difference to the next one.
    pub known: Option<(Digest, Format)>,
    /// Whether edits may be compressed with zstd.
    pub zstd: bool,
}

/// How a delta is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Format {
    /// Zstandard with a dictionary: `Content-Encoding: dcz`.
    Dcz,
    /// [Edits](mod@crate::edits).
    Edits,
}

impl Ask {
    /// `None` for a request that is none of ours: only whole bodies of `GET` are compared.
    pub fn of(parts: &Parts) -> Option<Self> {
        let Parts { method, headers, uri, .. } = parts;
        if method != Method::GET
            || headers.contains_key(header::RANGE)
            || headers.contains_key(header::UPGRADE)
        {
            return None;
        }
        // A browser that has dictionaries needs no edits.
        let dictionary = accepts(headers, "dcz").then(|| digest(headers, &AVAILABLE)).flatten();
        let known = match dictionary {
            Some(known) => Some((known, Format::Dcz)),
            None => digest(headers, &HAVE).map(|known| (known, Format::Edits)),
        };
        Some(Self { uri: uri.clone(), headers: headers.clone(), known, zstd: accepts(headers, "zstd") })
    }
}
