//! How a host gets the value of a body.

/// How the host gets the value of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The value is the previous one: the body is the previous one byte for byte, or differs in white space only.
    Same,
    /// [`Bodies::program`](super::Bodies::program) makes the value from the previous one and from the parsed
    /// [`Bodies::slices`](super::Bodies::slices).
    Patch,
    /// The whole body must be parsed. It is JSON, and shares no object or array with the previous value.
    Whole,
    /// The whole body must be parsed. Nothing is known about it, not even whether it is JSON.
    Unknown,
}
