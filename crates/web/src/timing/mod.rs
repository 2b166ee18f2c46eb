//! The one host timer, and pacing on it.
