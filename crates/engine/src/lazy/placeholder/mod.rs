//! Turns a ThumbHash into the data URL of a small, blurred PNG.
//!
//! The crates that decode ThumbHash and BlurHash (`thumbhash` 0.1, `fast-thumbhash` 0.2, `blurhash` 0.2,
//! `fast-blurhash` 1.0) need `std`, which bare wasm does not have. So the format is decoded here, and the tests
//! compare with `thumbhash`, the crate of the format's author. ThumbHash was chosen over BlurHash because it has the
//! aspect ratio and transparency, and needs no powers and no canvas.
mod base64;
mod png;
mod thumbhash;

pub use thumbhash::{Image, decode};

use alloc::vec::Vec;
use core::fmt;

/// Why there is no placeholder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThumbHashError {
    /// It contains a character of neither base64 nor base64url.
    NotBase64,
    /// It is shorter than its header says.
    TooShort,
    /// Its header describes an image without width or height.
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

/// The image of a ThumbHash in base64, at most 32 px wide and high, as a `data:` URL in ASCII.
pub fn data_url(thumbhash: &[u8]) -> Result<Vec<u8>, ThumbHashError> {
    let image = decode(&base64::decode(thumbhash).ok_or(ThumbHashError::NotBase64)?)?;
    let mut url = b"data:image/png;base64,".to_vec();
    base64::encode(&png::encode(&image), &mut url);
    Ok(url)
}

#[cfg(test)]
mod tests;
