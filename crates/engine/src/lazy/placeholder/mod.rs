//! A blurred placeholder from a short string: ThumbHash in, the data URL of a small PNG out.
//!
//! The crates that decode ThumbHash and BlurHash (`thumbhash` 0.1, `fast-thumbhash` 0.2, `blurhash` 0.2,
//! `fast-blurhash` 1.0) need `std`, which bare wasm has not; so the format is read here, and the tests
//! compare with `thumbhash`, which is its author's. ThumbHash rather than BlurHash: it carries the aspect
//! ratio and transparency, and needs neither powers nor a canvas.
mod base64;
mod png;
mod thumbhash;

pub use thumbhash::{Picture, decode};

use alloc::vec::Vec;
use core::fmt;

/// Why there is no placeholder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThumbHashError {
    /// Something in it is not base64, neither the usual nor the one for URLs.
    NotBase64,
    /// It ends before all that its head announces.
    TooShort,
    /// Its head announces a picture without width or height.
    Empty,
}

impl fmt::Display for ThumbHashError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotBase64 => "a ThumbHash is given as base64: encode its bytes",
            Self::TooShort => "the ThumbHash is cut off: store all of its bytes, 25 at most",
            Self::Empty => "this is not a ThumbHash: it has no width or no height",
        })
    }
}

impl core::error::Error for ThumbHashError {}

/// The picture that a ThumbHash in base64 describes, at most 32 px wide and high, as a `data:` URL in ASCII.
pub fn data_url(thumbhash: &[u8]) -> Result<Vec<u8>, ThumbHashError> {
    let picture = decode(&base64::decode(thumbhash).ok_or(ThumbHashError::NotBase64)?)?;
    let mut url = b"data:image/png;base64,".to_vec();
    base64::encode(&png::encode(&picture), &mut url);
    Ok(url)
}

#[cfg(test)]
mod tests;
