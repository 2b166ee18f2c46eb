//! Lazy loading through IntersectionObserver.
