//! The panel, which `cargo xtask build` bundles from `pkg/src/devtools`.
use super::super::place::{DevtoolsButtonPosition, DevtoolsPosition, Place};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/js/devtools.js")]
extern "C" {
    /// The panel of one client.
    #[derive(Clone)]
    pub(super) type Panel;

    #[wasm_bindgen(constructor)]
    fn make(
        details: &Closure<dyn Fn(String) -> Option<String>>,
        act: &Closure<dyn Fn(String, String)>,
        is_open: bool,
        position: &str,
        button_position: &str,
    ) -> Panel;

    /// Shows it, once it is told what there is.
    #[wasm_bindgen(method)]
    pub(super) fn show(this: &Panel);

    /// A query is new, or has changed. Its values are functions that give JSON, or undefined.
    #[wasm_bindgen(method)]
    pub(super) fn query(this: &Panel, told: &str, data: &JsValue, error: &JsValue);

    #[wasm_bindgen(method)]
    pub(super) fn mutation(this: &Panel, told: &str, data: &JsValue, error: &JsValue);

    #[wasm_bindgen(method)]
    pub(super) fn removed(this: &Panel, kind: &str, id: &str);

    #[wasm_bindgen(method)]
    pub(super) fn remove(this: &Panel);
}

impl Panel {
    pub(super) fn new(
        details: &Closure<dyn Fn(String) -> Option<String>>,
        act: &Closure<dyn Fn(String, String)>,
        place: Place,
    ) -> Self {
        let position = match place.position {
            DevtoolsPosition::Bottom => "bottom",
            DevtoolsPosition::Top => "top",
            DevtoolsPosition::Left => "left",
            DevtoolsPosition::Right => "right",
        };
        let button = match place.button {
            DevtoolsButtonPosition::BottomRight => "bottom-right",
            DevtoolsButtonPosition::BottomLeft => "bottom-left",
            DevtoolsButtonPosition::TopRight => "top-right",
            DevtoolsButtonPosition::TopLeft => "top-left",
        };
        Self::make(details, act, place.is_open, position, button)
    }
}
