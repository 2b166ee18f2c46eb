//! Why a ThumbHash has no placeholder.
use core::fmt;

/// What is wrong with a ThumbHash.
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
