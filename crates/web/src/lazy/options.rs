//! How a loader works.
use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;
use web_sys::Element;
use whippet_engine::lazy::Limits;
use whippet_engine::time::Duration;

type Listener = Box<dyn Fn(&Element)>;

/// How a [`LazyLoader`](super::LazyLoader) works.
pub struct LazyOptions {
    pub(super) root: Option<Element>,
    pub(super) root_margin: String,
    pub(super) threshold: f64,
    pub(super) limits: Limits,
    pub(super) class_loading: String,
    pub(super) class_loaded: String,
    pub(super) class_error: String,
    pub(super) on_load: Option<Listener>,
    pub(super) on_error: Option<Listener>,
}

impl LazyOptions {
    /// The defaults: 300 px around the viewport, twelve loads at once, two retries, and the classes `loading`,
    /// `loaded` and `error`.
    #[must_use]
    pub fn new() -> Self {
        Self {
            root: None,
            // As in pkg/src/lazy/driver.ts.
            root_margin: "300px".into(),
            threshold: 0.0,
            limits: Limits::default(),
            class_loading: "loading".into(),
            class_loaded: "loaded".into(),
            class_error: "error".into(),
            on_load: None,
            on_error: None,
        }
    }

    /// The scroll container to look at, instead of the viewport.
    #[must_use]
    pub fn root(mut self, root: Element) -> Self {
        self.root = Some(root);
        self
    }

    /// How far around the root loading begins, as CSS margins in px or per cent: `"300px 0px"`.
    #[must_use]
    pub fn root_margin(mut self, margin: impl Into<String>) -> Self {
        self.root_margin = margin.into();
        self
    }

    /// How much of an element must be within it, from 0 to 1.
    #[must_use]
    pub fn threshold(mut self, threshold: f64) -> Self {
        self.threshold = threshold;
        self
    }

    /// How many load at once, and how often a failed one is tried again.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// How many load at once, nearest first.
    #[must_use]
    pub fn max_concurrent(mut self, count: u32) -> Self {
        self.limits.concurrent = count;
        self
    }

    /// How long a load may keep its place among these, in ms; then the next one begins, while this one may still
    /// arrive. Default: 30,000.
    #[must_use]
    pub fn timeout(mut self, ms: f64) -> Self {
        self.limits.timeout = Duration::from_ms(ms);
        self
    }

    /// How often a failed load is tried again.
    #[must_use]
    pub fn retries(mut self, count: u32) -> Self {
        self.limits.retries = count;
        self
    }

    /// The classes of an element while it loads, once it is loaded, and once it was given up; empty for none.
    #[must_use]
    pub fn classes(
        mut self,
        loading: impl Into<String>,
        loaded: impl Into<String>,
        error: impl Into<String>,
    ) -> Self {
        self.class_loading = loading.into();
        self.class_loaded = loaded.into();
        self.class_error = error.into();
        self
    }

    /// Called with each element that was loaded.
    #[must_use]
    pub fn on_load(mut self, function: impl Fn(&Element) + 'static) -> Self {
        self.on_load = Some(Box::new(function));
        self
    }

    /// Called with each element that was given up. It is tried again when the network comes back.
    #[must_use]
    pub fn on_error(mut self, function: impl Fn(&Element) + 'static) -> Self {
        self.on_error = Some(Box::new(function));
        self
    }
}

impl Default for LazyOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for LazyOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LazyOptions")
            .field("root_margin", &self.root_margin)
            .field("threshold", &self.threshold)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
