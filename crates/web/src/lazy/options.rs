//! The options of a loader.
use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;
use web_sys::Element;
use whippet_engine::lazy::Limits;
use whippet_engine::time::Duration;

type Listener = Box<dyn Fn(&Element)>;

/// The options of a [`LazyLoader`](super::LazyLoader).
pub struct LazyOptions {
    pub(super) root: Option<Element>,
    pub(super) root_margin: String,
    pub(super) threshold: f64,
    pub(super) limits: Limits,
    pub(super) class_loading: String,
    pub(super) class_loaded: String,
    pub(super) class_error: String,
    pub(super) state_attribute: String,
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
            // The same as in pkg/src/lazy/options.ts.
            root_margin: "300px".into(),
            threshold: 0.0,
            limits: Limits::default(),
            class_loading: "loading".into(),
            class_loaded: "loaded".into(),
            class_error: "error".into(),
            state_attribute: String::new(),
            on_load: None,
            on_error: None,
        }
    }

    /// The scroll container, instead of the viewport.
    #[must_use]
    pub fn root(mut self, root: Element) -> Self {
        self.root = Some(root);
        self
    }

    /// How far outside the root loading begins, as CSS margins in px or per cent: `"300px 0px"`.
    #[must_use]
    pub fn root_margin(mut self, margin: impl Into<String>) -> Self {
        self.root_margin = margin.into();
        self
    }

    /// The share of an element that must be within the margin, from 0 to 1.
    #[must_use]
    pub fn threshold(mut self, threshold: f64) -> Self {
        self.threshold = threshold;
        self
    }

    /// How many elements load at once, and how often a failed load is retried.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The most elements that load at once, the nearest first.
    #[must_use]
    pub fn max_concurrent(mut self, count: u32) -> Self {
        self.limits.concurrent = count;
        self
    }

    /// How long a load keeps its place among these, in ms. After that the next one begins, and this one may still arrive.
    /// Default: 30,000.
    #[must_use]
    pub fn timeout(mut self, ms: f64) -> Self {
        self.limits.timeout = Duration::from_ms(ms);
        self
    }

    /// How often a failed load is retried.
    #[must_use]
    pub fn retries(mut self, count: u32) -> Self {
        self.limits.retries = count;
        self
    }

    /// The classes of a loading element, a loaded one, and one whose attempts all failed: several with spaces between them;
    /// empty for none.
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

    /// The attribute that tells the state, too: `loading`, `loaded` or `error`. No framework that sets an element's classes
    /// wipes it. Default: none.
    #[must_use]
    pub fn state_attribute(mut self, name: impl Into<String>) -> Self {
        self.state_attribute = name.into();
        self
    }

    /// Called with each element that was loaded.
    #[must_use]
    pub fn on_load(mut self, function: impl Fn(&Element) + 'static) -> Self {
        self.on_load = Some(Box::new(function));
        self
    }

    /// Called with each element whose attempts all failed. It is retried when the network comes back.
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
