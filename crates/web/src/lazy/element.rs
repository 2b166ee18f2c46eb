//! What of an element is lazy: loading it apart from the page, and putting it in.
use super::dom::{self, Attributes, Image, Node, Picture, Source};
use alloc::string::String;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::JsValue;
use whippet_engine::lazy::placeholder;

/// How to know that an element is loaded.
pub(super) enum Loading {
    /// When this image, which is not in the page, is decoded. Then [`apply`] puts it in.
    Apart(Node),
    /// When its `load` event comes; it was put in already.
    Event,
    /// At once: its kind loads when it is played or looked at.
    Done,
}

/// Whether it is a part of another lazy element.
pub(super) fn is_part(element: &Node) -> bool {
    element.is_instance_of::<Source>()
}

/// Begins to load what the `data-` attributes of `element` name.
pub(super) fn begin(element: &Node) -> Loading {
    let data = element.dataset();
    if !element.can_decode().is_undefined() {
        return Loading::Apart(copy_apart(element));
    }
    for picture in [data.bg(), data.poster()] {
        if !picture.is_undefined() {
            let image: Node = Image::new().into();
            image.unchecked_ref::<Attributes>().set_src(&picture);
            return Loading::Apart(image);
        }
    }
    apply(element);
    if element.srcdoc().is_undefined() { Loading::Done } else { Loading::Event }
}

/// Puts what is loaded where the page shows it.
pub(super) fn apply(element: &Node) {
    let data = element.dataset();
    if let Some(picture) = picture_of(element) {
        each_child(&picture, uncover);
    }
    uncover(element);
    let poster = data.poster();
    if !poster.is_undefined() {
        element.unchecked_ref::<Attributes>().set_poster(&poster);
    }
    let background = data.bg();
    if !background.is_undefined() {
        let (url, end) = (JsValue::from_str("url(\""), JsValue::from_str("\")"));
        let value = url.unchecked_ref::<dom::Text>().concat(&background, &end);
        element.style().set_background_image(&value);
    }
    if !element.can_load().is_undefined() {
        each_child(element, uncover);
        element.load();
    }
}

/// Shows what `data-error` of an image names in the place of what could not be loaded.
pub(super) fn apply_instead(element: &Node) {
    let instead = element.dataset().error();
    if !instead.is_undefined() && !element.can_decode().is_undefined() {
        element.unchecked_ref::<Attributes>().set_src(&instead);
    }
}

/// Shows the `data-thumbhash` of an image that shows nothing yet. One that cannot be read is not shown: the
/// picture itself matters more.
pub(super) fn show_placeholder(element: &Node) {
    if element.can_decode().is_undefined() || element.has_attribute(&JsValue::from_str("src")) {
        return;
    }
    let Some(hash) = element.dataset().thumbhash() else { return };
    let url = placeholder::data_url(hash.as_bytes()).ok().and_then(|url| String::from_utf8(url).ok());
    if let Some(url) = url {
        element.unchecked_ref::<Attributes>().set_src(&JsValue::from_str(&url));
    }
}

/// The same image outside the page, with its picture's sources, loading.
fn copy_apart(image: &Node) -> Node {
    let copy = picture_of(image)
        .and_then(|picture| {
            let picture = picture.clone_node(true);
            each_child(&picture, uncover);
            picture.last_child()
        })
        .unwrap_or_else(|| image.clone_node(false));
    // Outside the page nothing ever comes near, and the browser's own laziness would wait for ever.
    copy.set_loading(&JsValue::from_str("eager"));
    uncover(&copy);
    copy
}

fn picture_of(image: &Node) -> Option<Node> {
    image.parent().dyn_into::<Picture>().ok().map(JsCast::unchecked_into)
}

/// Moves `data-src` and its like to the attributes that they stand for.
fn uncover(element: &Node) {
    let data = element.dataset();
    let own = element.unchecked_ref::<Attributes>();
    let set = |value: JsValue, set: fn(&Attributes, &JsValue)| {
        if !value.is_undefined() {
            set(own, &value);
        }
    };
    // The address comes last: by then the browser knows what to choose from.
    set(data.sizes(), Attributes::set_sizes);
    set(data.srcset(), Attributes::set_srcset);
    set(data.src(), Attributes::set_src);
}

fn each_child(parent: &Node, f: fn(&Node)) {
    let children = parent.children();
    for index in 0..children.length() {
        f(children.at(index).unchecked_ref());
    }
}
