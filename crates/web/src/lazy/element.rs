//! The lazy attributes of an element: loading what they name, and applying them.
use super::dom::{self, Attributes, Image, Node, Picture, Source};
use alloc::string::String;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::JsValue;
use whippet_engine::lazy::placeholder;

/// When an element counts as loaded.
pub(super) enum Loading {
    /// When this detached image is decoded. [`apply`] shows it then.
    Detached(Node),
    /// When its `load` event fires. Its attributes were applied already.
    Event,
    /// At once: media load when they are played.
    Done,
}

/// Whether it is a source, which is loaded with its image or video.
pub(super) fn is_source(element: &Node) -> bool {
    element.is_instance_of::<Source>()
}

/// Whether there is anything to load.
pub(super) fn has_resource(element: &Node) -> bool {
    let data = element.dataset();
    has_url(element) || !data.bg().is_falsy() || !data.poster().is_falsy()
}

fn has_url(element: &Node) -> bool {
    let mut found = false;
    each_with_url(element, |each| {
        let data = each.dataset();
        found |= !data.src().is_falsy() || !data.srcset().is_falsy();
    });
    found
}

/// Loads what the `data-` attributes of `element` name.
pub(super) fn begin(element: &Node) -> Loading {
    let data = element.dataset();
    if is_image(element) && has_url(element) {
        return Loading::Detached(detached_copy(element));
    }
    for url in [data.bg(), data.poster()] {
        if !url.is_falsy() {
            let image: Node = Image::new().into();
            image.unchecked_ref::<Attributes>().set_src(&url);
            return Loading::Detached(image);
        }
    }
    // An iframe would keep its place until the browser finds it near, too.
    hurry(element);
    apply(element);
    if element.srcdoc().is_undefined() || data.src().is_falsy() { Loading::Done } else { Loading::Event }
}

/// Lets the browser load an element wherever it is.
pub(super) fn hurry(element: &Node) {
    if element.loading().as_string().as_deref() == Some("lazy") {
        element.set_loading(&JsValue::from_str("eager"));
    }
}

/// Sets the attributes and the background that the `data-` attributes describe.
pub(super) fn apply(element: &Node) {
    apply_urls(element);
    let data = element.dataset();
    let poster = data.poster();
    if !poster.is_falsy() {
        element.unchecked_ref::<Attributes>().set_poster(&poster);
    }
    if let Some(background) = data.bg().as_string().filter(|url| !url.is_empty()) {
        element.style().set_background_image(&JsValue::from_str(&css_url(&background)));
    }
}

/// Applies the URLs of a video without its poster, which failed or is overdue.
pub(super) fn apply_without_poster(element: &Node) {
    if is_video(element) {
        apply_urls(element);
    }
}

fn apply_urls(element: &Node) {
    if !is_video(element) {
        return each_with_url(element, |each| apply_data(each, element));
    }
    // A video with the same URL goes on playing.
    let mut is_new = false;
    each_with_url(element, |each| {
        let url = each.dataset().src();
        is_new |= !url.is_falsy() && each.attribute(&JsValue::from_str("src")) != url;
    });
    if is_new {
        each_with_url(element, |each| apply_data(each, element));
        element.load();
    }
}

/// A URL as a CSS `url()`.
fn css_url(url: &str) -> String {
    let mut css = String::from("url(\"");
    for character in url.trim().chars() {
        match character {
            '"' | '\\' => css.extend(['\\', character]),
            // The URL parser removes line breaks.
            '\n' | '\r' | '\u{c}' => {}
            _ => css.push(character),
        }
    }
    css.push_str("\")");
    css
}

/// Shows the image of `data-error` instead of the one that failed.
pub(super) fn apply_error(element: &Node) {
    let url = element.dataset().error();
    if !url.is_falsy() && is_image(element) {
        // That of an earlier load would take precedence.
        each_with_url(element, |each| {
            if !each.dataset().srcset().is_falsy() {
                each.remove_attribute(&JsValue::from_str("srcset"));
            }
        });
        element.unchecked_ref::<Attributes>().set_src(&url);
    }
}

/// Shows the `data-thumbhash` of an image that has no `src` yet. An invalid one is ignored: it must not prevent the
/// image from loading.
pub(super) fn show_placeholder(element: &Node) {
    if !is_image(element) || element.has_attribute(&JsValue::from_str("src")) {
        return;
    }
    let Some(hash) = element.dataset().thumbhash() else { return };
    let url = placeholder::data_url(hash.as_bytes()).ok().and_then(|url| String::from_utf8(url).ok());
    if let Some(url) = url {
        element.unchecked_ref::<Attributes>().set_src(&JsValue::from_str(&url));
    }
}

/// A detached copy of an image, with the sources of its picture. It begins to load.
fn detached_copy(image: &Node) -> Node {
    let copy = picture_of(image)
        .and_then(|picture| {
            let picture = picture.clone_node(true);
            each_child(&picture, |child| apply_data(child, image));
            picture.last_child()
        })
        .unwrap_or_else(|| image.clone_node(false));
    // A detached image never comes near, so with `loading="lazy"` the browser would wait for ever.
    copy.set_loading(&JsValue::from_str("eager"));
    apply_data(&copy, image);
    copy
}

fn is_image(element: &Node) -> bool {
    !element.can_decode().is_undefined()
}

fn is_video(element: &Node) -> bool {
    !element.can_load().is_undefined()
}

fn picture_of(image: &Node) -> Option<Node> {
    image.parent().dyn_into::<Picture>().ok().map(JsCast::unchecked_into)
}

/// Copies `data-src` and its like to the attributes of the same names; `image` is the one in the page.
fn apply_data(element: &Node, image: &Node) {
    let data = element.dataset();
    let own = element.unchecked_ref::<Attributes>();
    let set = |value: JsValue, set: fn(&Attributes, &JsValue)| {
        if !value.is_falsy() {
            set(own, &value);
        }
    };
    let lazy_sizes = data.sizes();
    let sizes = if lazy_sizes.is_falsy() { own.sizes() } else { lazy_sizes.clone() };
    // Browsers support `auto` for lazy images in the page only. Elsewhere it would be the width of the viewport.
    let is_auto = sizes.as_string().is_some_and(|sizes| {
        sizes.trim_start().get(..4).is_some_and(|word| word.eq_ignore_ascii_case("auto"))
    });
    if is_auto {
        let is_lazy = element.is_connected() && image.loading().as_string().as_deref() == Some("lazy");
        let (auto, px) = (JsValue::from_str(if is_lazy { "auto, " } else { "" }), JsValue::from_str("px"));
        let width = JsValue::from_f64(width_of(image));
        own.set_sizes(&auto.unchecked_ref::<dom::Text>().concat(&width, &px));
    } else {
        set(lazy_sizes, Attributes::set_sizes);
    }
    set(data.srcset(), Attributes::set_srcset);
    // The URL comes last, since it starts the load.
    set(data.src(), Attributes::set_src);
}

/// The displayed width of an image, in px. Without a URL an image may have none; then its ancestors tell how much room it
/// has.
fn width_of(image: &Node) -> f64 {
    let mut width = image.width().as_f64().unwrap_or(0.0);
    let attribute = image.attribute(&JsValue::from_str("width")).as_string();
    let attribute = attribute.and_then(|width| width.parse().ok()).unwrap_or(f64::INFINITY);
    let mut parent = image.parent_element();
    while let Some(node) = parent.filter(|_| width <= 0.0) {
        width = node.client_width().min(attribute);
        parent = node.parent_element();
    }
    if width > 0.0 { width } else { dom::WINDOW.with(Node::inner_width) }
}

/// Calls `f` with the sources of an image's picture, or of a video, then with the element: the browser selects a source
/// when the element gets its URL.
fn each_with_url(element: &Node, mut f: impl FnMut(&Node)) {
    let parent = picture_of(element).or_else(|| is_video(element).then(|| element.clone()));
    if let Some(parent) = parent {
        each_child(&parent, |child| {
            if child.is_instance_of::<Source>() {
                f(child);
            }
        });
    }
    f(element);
}

fn each_child(parent: &Node, mut f: impl FnMut(&Node)) {
    let children = parent.children();
    for index in 0..children.length() {
        f(children.at(index).unchecked_ref());
    }
}
