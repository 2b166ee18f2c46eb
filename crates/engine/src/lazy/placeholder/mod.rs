//! Turns a ThumbHash into the data URL of a small, blurred PNG.
//!
//! The crates that decode ThumbHash and BlurHash (`thumbhash` 0.1, `fast-thumbhash` 0.2, `blurhash` 0.2,
//! `fast-blurhash` 1.0) need `std`, which bare wasm does not have. So the format is decoded here, and the tests
//! compare with `thumbhash`, the crate of the format's author. ThumbHash was chosen over BlurHash because it has the
//! aspect ratio and transparency, and needs no powers and no canvas.
mod base64;
mod error;
mod png;
mod thumbhash;

pub use error::ThumbHashError;
pub use thumbhash::{Image, decode};

use alloc::vec::Vec;

/// The image of a ThumbHash in base64, at most 32 px wide and high, as a `data:` URL in ASCII.
pub fn data_url(thumbhash: &[u8]) -> Result<Vec<u8>, ThumbHashError> {
    let image = decode(&base64::decode(thumbhash).ok_or(ThumbHashError::NotBase64)?)?;
    let mut url = b"data:image/png;base64,".to_vec();
    base64::encode(&png::encode(&image), &mut url);
    Ok(url)
}

#[cfg(test)]
mod tests;
