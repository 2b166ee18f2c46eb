//! CSS selectors for elements, as in web-vitals' attribution.
use super::super::read;
use wasm_bindgen::prelude::*;

/// The longest selector, in UTF-16 units.
const LENGTH: usize = 100;
const ELEMENT: f64 = 1.0;
const DOCUMENT: f64 = 9.0;

/// A selector of `node` by its nearest ancestors, up to one with an id: `#main>div.card.wide>p`.
pub(crate) fn selector(node: &JsValue) -> String {
    let mut path = String::new();
    let mut next = Some(node.clone());
    while let Some(node) = next {
        if read::number(&node, "nodeType") == DOCUMENT {
            break;
        }
        let id = read::text(&node, "id");
        let part = if id.is_empty() { name(&node) } else { format!("#{id}") };
        if units(&path) + units(&part) > LENGTH - 1 {
            return if path.is_empty() { part } else { path };
        }
        path = if path.is_empty() { part } else { format!("{part}>{path}") };
        if !id.is_empty() {
            break;
        }
        next = read::member(&node, "parentNode");
    }
    path
}

/// The node's own part: `div.card.wide`, or `TEXT`.
fn name(node: &JsValue) -> String {
    let name = read::text(node, "nodeName");
    let mut name = if read::number(node, "nodeType") == ELEMENT {
        name.to_lowercase()
    } else {
        name.to_uppercase().trim_start_matches('#').to_owned()
    };
    let list = read::member(node, "classList").unwrap_or_default();
    let length = read::positive(&list, "length") as u32;
    let mut classes: Vec<String> = (0..length).filter_map(|at| read::item(&list, at)?.as_string()).collect();
    classes.sort();
    for class in classes {
        name.push('.');
        name.push_str(&class);
    }
    name
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}
