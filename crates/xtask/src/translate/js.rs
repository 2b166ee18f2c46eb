//! What an expression becomes.
use super::types::Type;

/// A function or a constant: the name of its type, if any, and its own.
pub type Key = (Option<String>, String);

/// An expression of TypeScript, with the type that it had in Rust.
#[derive(Clone, Debug)]
pub struct Js {
    pub text: String,
    pub ty: Type,
    /// It stands for something that may be written, so that to use its value is to copy it.
    pub is_place: bool,
}

impl Js {
    pub fn new(text: impl Into<String>, ty: Type) -> Self {
        Self { text: text.into(), ty, is_place: false }
    }

    pub fn place(text: impl Into<String>, ty: Type) -> Self {
        Self { text: text.into(), ty, is_place: true }
    }
}

/// The condition under which a pattern matches, `None` if it always does, and what it binds.
pub type Matched = (Option<String>, Vec<(String, Js)>);
