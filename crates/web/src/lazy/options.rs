//! How a loader works.
use super::dom;
use wasm_bindgen::prelude::*;
use whippet_engine::lazy::Limits;

#[wasm_bindgen]
extern "C" {
    /// How a [`LazyLoader`](super::LazyLoader) works: an object of JavaScript, the same that the npm package
    /// takes, and that goes to the `IntersectionObserver` as it is.
    #[derive(Clone, Debug)]
    #[wasm_bindgen(js_name = Object)]
    pub type LazyOptions;

    #[wasm_bindgen(constructor, js_class = "Object")]
    fn make() -> LazyOptions;
    #[wasm_bindgen(method, getter, js_name = rootMargin)]
    fn get_root_margin(this: &LazyOptions) -> JsValue;
    #[wasm_bindgen(method, setter, js_name = rootMargin)]
    fn set_root_margin(this: &LazyOptions, value: &JsValue);
    #[wasm_bindgen(method, setter, js_name = root)]
    fn set_root(this: &LazyOptions, value: &JsValue);
    #[wasm_bindgen(method, setter, js_name = threshold)]
    fn set_threshold(this: &LazyOptions, value: f64);
    #[wasm_bindgen(method, getter, js_name = maxConcurrent)]
    fn get_max_concurrent(this: &LazyOptions) -> JsValue;
    #[wasm_bindgen(method, setter, js_name = maxConcurrent)]
    fn set_max_concurrent(this: &LazyOptions, value: f64);
    #[wasm_bindgen(method, getter, js_name = retries)]
    fn get_retries(this: &LazyOptions) -> JsValue;
    #[wasm_bindgen(method, setter, js_name = retries)]
    fn set_retries(this: &LazyOptions, value: f64);
    #[wasm_bindgen(method, getter, js_name = onLoad)]
    fn get_on_load(this: &LazyOptions) -> Option<dom::Callback>;
    #[wasm_bindgen(method, setter, js_name = onLoad)]
    fn set_on_load(this: &LazyOptions, value: &JsValue);
    #[wasm_bindgen(method, getter, js_name = onError)]
    fn get_on_error(this: &LazyOptions) -> Option<dom::Callback>;
    #[wasm_bindgen(method, setter, js_name = onError)]
    fn set_on_error(this: &LazyOptions, value: &JsValue);
    #[wasm_bindgen(method, getter, js_name = classLoading)]
    fn get_class_loading(this: &LazyOptions) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = classLoaded)]
    fn get_class_loaded(this: &LazyOptions) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = classError)]
    fn get_class_error(this: &LazyOptions) -> JsValue;
}

impl LazyOptions {
    /// The defaults: 300 px around the viewport, six loads at once, two retries, and the classes `loading`,
    /// `loaded` and `error`.
    #[must_use]
    pub fn new() -> Self {
        Self::make()
    }

    /// The scroll container to look at, instead of the viewport.
    #[must_use]
    pub fn root(self, root: &JsValue) -> Self {
        self.set_root(root);
        self
    }

    /// How far around the root loading begins, as CSS margins: `"300px 0px"`.
    #[must_use]
    pub fn root_margin(self, margin: &str) -> Self {
        self.set_root_margin(&JsValue::from_str(margin));
        self
    }

    /// How much of an element must be within it, from 0 to 1.
    #[must_use]
    pub fn threshold(self, threshold: f64) -> Self {
        self.set_threshold(threshold);
        self
    }

    /// How many load at once.
    #[must_use]
    pub fn max_concurrent(self, count: u32) -> Self {
        self.set_max_concurrent(f64::from(count));
        self
    }

    /// How often a failed load is tried again.
    #[must_use]
    pub fn retries(self, count: u32) -> Self {
        self.set_retries(f64::from(count));
        self
    }

    /// Called with each element that was loaded: a function of JavaScript, as `Closure::into_js_value` makes.
    #[must_use]
    pub fn on_load(self, function: &JsValue) -> Self {
        self.set_on_load(function);
        self
    }

    /// Called with each element that was given up.
    #[must_use]
    pub fn on_error(self, function: &JsValue) -> Self {
        self.set_on_error(function);
        self
    }
}

impl Default for LazyOptions {
    fn default() -> Self {
        Self::new()
    }
}

/// The options as the driver needs them.
pub(super) struct Settings {
    pub(super) on_load: Option<dom::Callback>,
    pub(super) on_error: Option<dom::Callback>,
    pub(super) loading: JsValue,
    pub(super) loaded: JsValue,
    pub(super) error: JsValue,
}

impl Settings {
    /// Reads the options, and puts the default margin into them where there is none.
    pub(super) fn read(options: &LazyOptions) -> Self {
        if options.get_root_margin().is_undefined() {
            options.set_root_margin(&JsValue::from_str("300px"));
        }
        Self {
            on_load: options.get_on_load(),
            on_error: options.get_on_error(),
            loading: or(options.get_class_loading(), "loading"),
            loaded: or(options.get_class_loaded(), "loaded"),
            error: or(options.get_class_error(), "error"),
        }
    }
}

pub(super) fn limits(options: &LazyOptions) -> Limits {
    let mut limits = Limits::default();
    if let Some(count) = options.get_max_concurrent().as_f64() {
        limits.concurrent = count as u32;
    }
    if let Some(count) = options.get_retries().as_f64() {
        limits.retries = count as u32;
    }
    limits
}

fn or(value: JsValue, default: &str) -> JsValue {
    if value.is_undefined() { JsValue::from_str(default) } else { value }
}
