//! Bindings to the browser for lazy loading. Most strings are `JsValue`s, which are only passed on.
use alloc::string::String;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// An element of any kind. A property that it does not have is `undefined`.
    #[derive(Clone, Debug)]
    pub type Node;

    #[wasm_bindgen(method, getter)]
    pub fn dataset(this: &Node) -> Attributes;
    #[wasm_bindgen(method, getter, js_name = classList)]
    pub fn class_list(this: &Node) -> ClassList;
    #[wasm_bindgen(method, getter, js_name = parentNode)]
    pub fn parent(this: &Node) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = parentElement)]
    pub fn parent_element(this: &Node) -> Option<Node>;
    #[wasm_bindgen(method, getter, js_name = clientWidth)]
    pub fn client_width(this: &Node) -> f64;
    #[wasm_bindgen(method, getter)]
    pub fn children(this: &Node) -> List;
    #[wasm_bindgen(method, getter, js_name = lastElementChild)]
    pub fn last_child(this: &Node) -> Option<Node>;
    #[wasm_bindgen(method, getter, js_name = nodeType)]
    pub fn node_type(this: &Node) -> u32;
    #[wasm_bindgen(method, getter, js_name = isConnected)]
    pub fn is_connected(this: &Node) -> bool;
    #[wasm_bindgen(method)]
    pub fn contains(this: &Node, other: &Node) -> bool;
    #[wasm_bindgen(method)]
    pub fn matches(this: &Node, selector: &JsValue) -> bool;
    #[wasm_bindgen(method, js_name = querySelectorAll)]
    pub fn query_all(this: &Node, selector: &JsValue) -> List;
    #[wasm_bindgen(method, js_name = cloneNode)]
    pub fn clone_node(this: &Node, deep: bool) -> Node;
    #[wasm_bindgen(method, js_name = addEventListener)]
    pub fn listen(this: &Node, event: &JsValue, listener: &JsValue, options: &ListenerOptions);

    #[wasm_bindgen(method, js_name = hasAttribute)]
    pub fn has_attribute(this: &Node, name: &JsValue) -> bool;
    #[wasm_bindgen(method, js_name = getAttribute)]
    pub fn attribute(this: &Node, name: &JsValue) -> JsValue;
    #[wasm_bindgen(method, js_name = removeAttribute)]
    pub fn remove_attribute(this: &Node, name: &JsValue);
    #[wasm_bindgen(method, js_name = getBoundingClientRect)]
    pub fn bounding_rect(this: &Node) -> Rect;

    // Images.
    /// The displayed width in CSS px.
    #[wasm_bindgen(method, getter)]
    pub fn width(this: &Node) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = decode)]
    pub fn can_decode(this: &Node) -> JsValue;
    #[wasm_bindgen(method)]
    pub fn decode(this: &Node) -> DecodePromise;
    #[wasm_bindgen(method, getter, js_name = currentSrc)]
    pub fn current_src(this: &Node) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = naturalWidth)]
    pub fn natural_width(this: &Node) -> u32;
    #[wasm_bindgen(method, getter)]
    pub fn loading(this: &Node) -> JsValue;
    #[wasm_bindgen(method, setter)]
    pub fn set_loading(this: &Node, value: &JsValue);
    // Iframes.
    #[wasm_bindgen(method, getter)]
    pub fn srcdoc(this: &Node) -> JsValue;
    // Videos.
    #[wasm_bindgen(method, getter, js_name = load)]
    pub fn can_load(this: &Node) -> JsValue;
    #[wasm_bindgen(method)]
    pub fn load(this: &Node);

    /// A `dataset`, or an element with the properties of the same names.
    #[derive(Clone)]
    pub type Attributes;
    #[wasm_bindgen(method, getter)]
    pub fn src(this: &Attributes) -> JsValue;
    #[wasm_bindgen(method, setter)]
    pub fn set_src(this: &Attributes, value: &JsValue);
    #[wasm_bindgen(method, getter)]
    pub fn srcset(this: &Attributes) -> JsValue;
    #[wasm_bindgen(method, setter)]
    pub fn set_srcset(this: &Attributes, value: &JsValue);
    #[wasm_bindgen(method, getter)]
    pub fn sizes(this: &Attributes) -> JsValue;
    #[wasm_bindgen(method, setter)]
    pub fn set_sizes(this: &Attributes, value: &JsValue);
    #[wasm_bindgen(method, getter)]
    pub fn poster(this: &Attributes) -> JsValue;
    #[wasm_bindgen(method, setter)]
    pub fn set_poster(this: &Attributes, value: &JsValue);
    #[wasm_bindgen(method, getter)]
    pub fn bg(this: &Attributes) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn error(this: &Attributes) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn thumbhash(this: &Attributes) -> Option<String>;

    #[wasm_bindgen(method, getter)]
    pub fn style(this: &Node) -> Style;
    pub type Style;
    #[wasm_bindgen(method, setter, js_name = backgroundImage)]
    pub fn set_background_image(this: &Style, value: &JsValue);

    pub type ClassList;
    #[wasm_bindgen(method)]
    pub fn add(this: &ClassList, class: &JsValue);
    #[wasm_bindgen(method)]
    pub fn remove(this: &ClassList, class: &JsValue);

    /// An array, a `NodeList` or an `HTMLCollection`.
    pub type List;
    #[wasm_bindgen(method, getter)]
    pub fn length(this: &List) -> u32;
    #[wasm_bindgen(method, indexing_getter)]
    pub fn at(this: &List, index: u32) -> JsValue;

    #[wasm_bindgen(js_name = HTMLPictureElement)]
    pub type Picture;
    #[wasm_bindgen(js_name = HTMLSourceElement)]
    pub type Source;

    #[wasm_bindgen(extends = Node)]
    #[derive(Clone)]
    pub type Image;
    #[wasm_bindgen(constructor)]
    pub fn new() -> Image;

    pub type DecodePromise;
    #[wasm_bindgen(method)]
    pub fn then(this: &DecodePromise, done: &JsValue, failed: &JsValue);

    pub type ListenerOptions;
    #[wasm_bindgen(method, setter)]
    pub fn set_once(this: &ListenerOptions, once: bool);

    pub type IntersectionObserver;
    #[wasm_bindgen(constructor, catch)]
    pub fn new(callback: &JsValue, options: &JsValue) -> Result<IntersectionObserver, JsValue>;
    #[wasm_bindgen(method)]
    pub fn observe(this: &IntersectionObserver, element: &Node);
    #[wasm_bindgen(method)]
    pub fn unobserve(this: &IntersectionObserver, element: &Node);
    #[wasm_bindgen(method)]
    pub fn disconnect(this: &IntersectionObserver);

    pub type IntersectionObserverInit;
    #[wasm_bindgen(method, setter)]
    pub fn set_root(this: &IntersectionObserverInit, root: &JsValue);
    #[wasm_bindgen(method, setter, js_name = rootMargin)]
    pub fn set_root_margin(this: &IntersectionObserverInit, margin: &str);
    #[wasm_bindgen(method, setter)]
    pub fn set_threshold(this: &IntersectionObserverInit, threshold: f64);

    pub type IntersectionEntry;
    #[wasm_bindgen(method, getter, js_name = isIntersecting)]
    pub fn is_intersecting(this: &IntersectionEntry) -> bool;
    #[wasm_bindgen(method, getter)]
    pub fn target(this: &IntersectionEntry) -> Node;
    #[wasm_bindgen(method, getter, js_name = boundingClientRect)]
    pub fn rect(this: &IntersectionEntry) -> Rect;
    #[wasm_bindgen(method, getter, js_name = rootBounds)]
    pub fn root_bounds(this: &IntersectionEntry) -> Option<Rect>;

    pub type Rect;
    #[wasm_bindgen(method, getter)]
    pub fn top(this: &Rect) -> f64;
    #[wasm_bindgen(method, getter)]
    pub fn bottom(this: &Rect) -> f64;
    #[wasm_bindgen(method, getter)]
    pub fn left(this: &Rect) -> f64;
    #[wasm_bindgen(method, getter)]
    pub fn right(this: &Rect) -> f64;

    pub type PerformanceObserver;
    #[wasm_bindgen(constructor, catch)]
    pub fn new(callback: &JsValue) -> Result<PerformanceObserver, JsValue>;
    #[wasm_bindgen(method, catch, js_name = observe)]
    pub fn observe_entries(
        this: &PerformanceObserver,
        options: &PerformanceObserverInit,
    ) -> Result<(), JsValue>;
    #[wasm_bindgen(method, js_name = disconnect)]
    pub fn disconnect_entries(this: &PerformanceObserver);

    pub type PerformanceObserverInit;
    #[wasm_bindgen(method, setter, js_name = type)]
    pub fn set_kind(this: &PerformanceObserverInit, kind: &str);
    #[wasm_bindgen(method, setter)]
    pub fn set_buffered(this: &PerformanceObserverInit, buffered: bool);

    pub type EntryList;
    #[wasm_bindgen(method, js_name = getEntries)]
    pub fn entries(this: &EntryList) -> List;

    pub type PaintEntry;
    #[wasm_bindgen(method, getter)]
    pub fn element(this: &PaintEntry) -> Option<Node>;

    pub type ShowEvent;
    /// Whether the page comes from the back/forward cache.
    #[wasm_bindgen(method, getter)]
    pub fn persisted(this: &ShowEvent) -> bool;

    pub type MutationObserver;
    #[wasm_bindgen(constructor)]
    pub fn new(callback: &JsValue) -> MutationObserver;
    #[wasm_bindgen(method, js_name = observe)]
    pub fn observe_tree(this: &MutationObserver, root: &Node, options: &MutationObserverInit);
    #[wasm_bindgen(method)]
    pub fn disconnect(this: &MutationObserver);

    pub type MutationObserverInit;
    #[wasm_bindgen(method, setter, js_name = childList)]
    pub fn set_child_list(this: &MutationObserverInit, on: bool);
    #[wasm_bindgen(method, setter)]
    pub fn set_subtree(this: &MutationObserverInit, on: bool);

    pub type MutationRecord;
    #[wasm_bindgen(method, getter, js_name = addedNodes)]
    pub fn added(this: &MutationRecord) -> List;
    #[wasm_bindgen(method, getter, js_name = removedNodes)]
    pub fn removed(this: &MutationRecord) -> List;

    /// The index of each element's item.
    #[wasm_bindgen(js_name = WeakMap)]
    pub type ItemIndexes;
    #[wasm_bindgen(constructor, js_class = "WeakMap")]
    pub fn new() -> ItemIndexes;
    /// NaN for an element without one.
    #[wasm_bindgen(method)]
    pub fn get(this: &ItemIndexes, element: &Node) -> f64;
    #[wasm_bindgen(method)]
    pub fn set(this: &ItemIndexes, element: &Node, index: f64);
    #[wasm_bindgen(method)]
    pub fn delete(this: &ItemIndexes, element: &Node);

    #[derive(Clone)]
    pub type Callback;
    #[wasm_bindgen(method)]
    pub fn bind(this: &Callback, this_arg: &JsValue, kind: u32, id: u32) -> JsValue;

    /// An empty object.
    #[wasm_bindgen(js_name = Object)]
    pub fn object() -> JsValue;
    #[wasm_bindgen(js_name = setTimeout)]
    pub fn set_timeout(callback: &JsValue, ms: f64) -> f64;
    #[wasm_bindgen(js_name = clearTimeout)]
    pub fn clear_timeout(timer: f64);
    #[wasm_bindgen(js_namespace = performance)]
    pub fn now() -> f64;
    #[wasm_bindgen(js_namespace = Math)]
    pub fn random() -> f64;

    #[wasm_bindgen(thread_local_v2, js_name = window)]
    pub static WINDOW: Node;
    #[wasm_bindgen(method, getter, js_name = innerWidth)]
    pub fn inner_width(this: &Node) -> f64;
    #[wasm_bindgen(method, getter, js_name = innerHeight)]
    pub fn inner_height(this: &Node) -> f64;
    #[wasm_bindgen(method, js_name = removeEventListener)]
    pub fn unlisten(this: &Node, event: &JsValue, listener: &JsValue);
    #[wasm_bindgen(thread_local_v2, js_namespace = ["window"], js_name = navigator)]
    pub static NAVIGATOR: Navigator;
    pub type Navigator;
    #[wasm_bindgen(method, getter, js_name = onLine)]
    pub fn on_line(this: &Navigator) -> bool;

    pub type Text;
    #[wasm_bindgen(method)]
    pub fn concat(this: &Text, middle: &JsValue, end: &JsValue) -> JsValue;
}

/// Whether the browser thinks that it has a network.
pub fn is_online() -> bool {
    NAVIGATOR.with(Navigator::on_line)
}
