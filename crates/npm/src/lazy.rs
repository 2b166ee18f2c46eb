//! Lazy loading.
