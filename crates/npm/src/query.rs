//! The query cache.
