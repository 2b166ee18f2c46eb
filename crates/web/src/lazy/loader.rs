//! The public handle of a loader.
use super::driver::Driver;
use super::options::LazyOptions;
use alloc::rc::Rc;
use core::fmt;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::JsValue;
use web_sys::Element;
use whippet_engine::lazy::Stats;

/// Why a loader could not be created.
#[derive(Debug)]
pub enum LazyError {
    /// The browser has no `IntersectionObserver`, or it rejected the options: a margin must be in px or per cent, a
    /// threshold from 0 to 1. Holds the exception.
    Observer(JsValue),
}

impl fmt::Display for LazyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Observer(_) => f.write_str(
                "IntersectionObserver is missing or rejected its options: check the root margin (px or per cent) and the threshold (0 to 1)",
            ),
        }
    }
}

impl core::error::Error for LazyError {}

/// Loads elements when they come near, with one `IntersectionObserver`. Clones are the same loader.
#[derive(Clone)]
#[must_use = "dropping the last clone stops observing"]
pub struct LazyLoader(Rc<Driver>);

impl LazyLoader {
    /// A loader without elements.
    pub fn new(options: LazyOptions) -> Result<Self, LazyError> {
        Driver::new(options).map(Self).map_err(LazyError::Observer)
    }

    /// Loads `element` when it comes near. Has no effect on an element that is observed or loaded already.
    pub fn observe(&self, element: &Element) {
        self.0.observe(element.unchecked_ref());
    }

    /// Stops observing `element`. It is loaded again if it is observed again.
    pub fn unobserve(&self, element: &Element) {
        self.0.unobserve(element.unchecked_ref());
    }

    /// Loads `element` anew when it is near, because its attributes name something else now. It has no state until then.
    pub fn reload(&self, element: &Element) {
        self.0.reload(element.unchecked_ref());
    }

    /// Counts `element` as loaded, because the browser has loaded it by itself.
    pub fn adopt(&self, element: &Element) {
        self.0.adopt(element.unchecked_ref());
    }

    /// Observes `root` and all elements in it that match `selector`, also those that are added later, until they are
    /// removed. `root` may be a document or a shadow root.
    pub fn watch(&self, root: &web_sys::Node, selector: &str) {
        self.0.watch(root.unchecked_ref(), &selector.into());
    }

    /// Searches all watched roots again, for elements that match because something other than their nodes changed.
    pub fn update(&self) {
        self.0.update();
    }

    /// Observes the page's largest contentful paint from now on.
    pub fn watch_largest_paint(&self) {
        self.0.watch_largest_paint();
    }

    /// Whether that was loaded lazily, as far as it is known: then it should not be lazy.
    pub fn largest_paint_is_lazy(&self) -> bool {
        self.0.largest_paint_is_lazy()
    }

    /// The figures so far.
    pub fn stats(&self) -> Stats {
        self.0.stats()
    }
}

impl fmt::Debug for LazyLoader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LazyLoader")
    }
}
