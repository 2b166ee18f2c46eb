//! Pacing: debounce and throttle.
