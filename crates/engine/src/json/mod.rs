//! JSON bodies as bytes.
