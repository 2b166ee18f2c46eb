//! What a line holds.

/// An object of a line.
pub type Object = serde_json::Map<String, serde_json::Value>;
