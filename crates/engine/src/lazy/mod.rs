//! The life of one lazily loaded thing.
