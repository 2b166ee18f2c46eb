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

/// Whether there is anything to load: it, or a part of it, names an address.
pub(super) fn has_more(element: &Node) -> bool {
    let data = element.dataset();
    has_address(element) || !data.bg().is_falsy() || !data.poster().is_falsy()
}

fn has_address(element: &Node) -> bool {
    let mut found = false;
    each_part(element, |part| {
        let data = part.dataset();
        found |= !data.src().is_falsy() || !data.srcset().is_falsy();
    });
    found
}

/// Begins to load what the `data-` attributes of `element` name.
pub(super) fn begin(element: &Node) -> Loading {
    let data = element.dataset();
    if is_image(element) && has_address(element) {
        return Loading::Apart(copy_apart(element));
    }
    for picture in [data.bg(), data.poster()] {
        if !picture.is_falsy() {
            let image: Node = Image::new().into();
            image.unchecked_ref::<Attributes>().set_src(&picture);
            return Loading::Apart(image);
        }
    }
    apply(element);
    if element.srcdoc().is_undefined() || data.src().is_falsy() { Loading::Done } else { Loading::Event }
}

/// Puts what is loaded where the page shows it.
pub(super) fn apply(element: &Node) {
    apply_addresses(element);
    let data = element.dataset();
    let poster = data.poster();
    if !poster.is_falsy() {
        element.unchecked_ref::<Attributes>().set_poster(&poster);
    }
    if let Some(background) = data.bg().as_string().filter(|address| !address.is_empty()) {
        element.style().set_background_image(&JsValue::from_str(&url(&background)));
    }
}

/// Puts in what there is without a poster that failed or is late: the video itself.
pub(super) fn apply_rest(element: &Node) {
    if is_video(element) {
        apply_addresses(element);
    }
}

fn apply_addresses(element: &Node) {
    if !is_video(element) {
        return each_part(element, |part| uncover(part, element));
    }
    // What plays, plays on.
    let mut is_new = false;
    each_part(element, |part| {
        let address = part.dataset().src();
        is_new |= !address.is_falsy() && part.attribute(&JsValue::from_str("src")) != address;
    });
    if is_new {
        each_part(element, |part| uncover(part, element));
        element.load();
    }
}

/// An address as CSS.
fn url(address: &str) -> String {
    let mut css = String::from("url(\"");
    for character in address.trim().chars() {
        match character {
            '"' | '\\' => css.extend(['\\', character]),
            // Addresses have no breaks in them: browsers take them out.
            '\n' | '\r' | '\u{c}' => {}
            _ => css.push(character),
        }
    }
    css.push_str("\")");
    css
}

/// Shows what `data-error` of an image names in the place of what could not be loaded.
pub(super) fn apply_instead(element: &Node) {
    let instead = element.dataset().error();
    if !instead.is_undefined() && is_image(element) {
        element.unchecked_ref::<Attributes>().set_src(&instead);
    }
}

/// Shows the `data-thumbhash` of an image that shows nothing yet. One that cannot be read is not shown: the
/// picture itself matters more.
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

/// The same image outside the page, with its picture's sources, loading.
fn copy_apart(image: &Node) -> Node {
    let copy = picture_of(image)
        .and_then(|picture| {
            let picture = picture.clone_node(true);
            each_child(&picture, |part| uncover(part, image));
            picture.last_child()
        })
        .unwrap_or_else(|| image.clone_node(false));
    // Outside the page nothing ever comes near, and the browser's own laziness would wait for ever.
    copy.set_loading(&JsValue::from_str("eager"));
    uncover(&copy, image);
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

/// Moves `data-src` and its like to the attributes that they stand for; `image` is the one in the page.
fn uncover(element: &Node, image: &Node) {
    let data = element.dataset();
    let own = element.unchecked_ref::<Attributes>();
    let set = |value: JsValue, set: fn(&Attributes, &JsValue)| {
        if !value.is_falsy() {
            set(own, &value);
        }
    };
    // The address comes last: by then the browser knows what to choose from.
    let named = data.sizes();
    let sizes = if named.is_falsy() { own.sizes() } else { named.clone() };
    // The browser's own `auto` counts for lazy images in the page alone; elsewhere it is all of the screen.
    let is_auto = sizes.as_string().is_some_and(|sizes| {
        sizes.trim_start().get(..4).is_some_and(|word| word.eq_ignore_ascii_case("auto"))
    });
    if is_auto {
        let is_lazy = element.is_connected() && image.loading().as_string().as_deref() == Some("lazy");
        let (auto, px) = (JsValue::from_str(if is_lazy { "auto, " } else { "" }), JsValue::from_str("px"));
        let width = JsValue::from_f64(width_of(image));
        own.set_sizes(&auto.unchecked_ref::<dom::Text>().concat(&width, &px));
    } else {
        set(named, Attributes::set_sizes);
    }
    set(data.srcset(), Attributes::set_srcset);
    set(data.src(), Attributes::set_src);
}

/// How wide an image is shown, in px. Some are shown as nothing until they have an address: those have room around
/// them.
fn width_of(image: &Node) -> f64 {
    let mut width = image.width().as_f64().unwrap_or(0.0);
    let own = image.attribute(&JsValue::from_str("width")).as_string();
    let own = own.and_then(|own| own.parse().ok()).unwrap_or(f64::INFINITY);
    let mut around = image.parent_element();
    while let Some(node) = around.filter(|_| width <= 0.0) {
        width = node.client_width().min(own);
        around = node.parent_element();
    }
    if width > 0.0 { width } else { dom::WINDOW.with(Node::inner_width) }
}

/// The sources of a picture's image, or of a video; then the element itself.
fn each_part(element: &Node, mut f: impl FnMut(&Node)) {
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
