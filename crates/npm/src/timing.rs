//! Debounce and throttle.
