//! The loader as its users hold it.
use super::driver::Driver;
use super::options::LazyOptions;
use alloc::rc::Rc;
use core::fmt;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::JsValue;
use web_sys::Element;
use whippet_engine::lazy::Stats;

/// Why there is no loader.
#[derive(Debug)]
pub enum LazyError {
    /// The browser has no `IntersectionObserver`, or it refused the options: a margin must be in px or per
    /// cent, a threshold from 0 to 1. The value is what it threw.
    Observer(JsValue),
}

impl fmt::Display for LazyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Observer(_) => f.write_str(
                "no IntersectionObserver could be made: check the root margin (px or per cent) and the threshold (0 to 1)",
            ),
        }
    }
}

impl core::error::Error for LazyError {}

/// Loads elements when they come near. One observer serves all that it is given. Clones are the same loader.
#[derive(Clone)]
#[must_use = "dropping the last clone stops observing"]
pub struct LazyLoader(Rc<Driver>);

impl LazyLoader {
    /// A loader with nothing to load yet.
    pub fn new(options: LazyOptions) -> Result<Self, LazyError> {
        Driver::new(options).map(Self).map_err(LazyError::Observer)
    }

    /// Loads `element` once it is near. One that is known already is left as it is.
    pub fn observe(&self, element: &Element) {
        self.0.observe(element.unchecked_ref());
    }

    /// Forgets `element`.
    pub fn unobserve(&self, element: &Element) {
        self.0.unobserve(element.unchecked_ref());
    }

    /// Observes all elements in `root` (and `root` itself) that match `selector`, also those that are added
    /// later; those that are removed are forgotten. `root` may be a document or a shadow root.
    pub fn watch(&self, root: &web_sys::Node, selector: &str) {
        self.0.watch(root.unchecked_ref(), &selector.into());
    }

    /// Looks again for elements in all that is watched: for markup that changed without nodes being added.
    pub fn update(&self) {
        self.0.update();
    }

    /// What became of the elements so far.
    pub fn stats(&self) -> Stats {
        self.0.stats()
    }
}

impl fmt::Debug for LazyLoader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LazyLoader")
    }
}
