//! The component that draws a [`Spec`], through uPlot.
use super::{Line, Spec};
use crate::format;
use leptos::html;
use leptos::prelude::*;
use serde::Serialize as _;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use whippet_api::Unit;

// Beside the app's own module in `dist`, bundled from `js/chart.js`.
#[wasm_bindgen(raw_module = "./chart.js")]
extern "C" {
    type Drawing;
    fn create(element: &web_sys::HtmlElement, spec: JsValue, format: &JsValue) -> Drawing;
    fn update(drawing: &Drawing, spec: JsValue);
    fn destroy(drawing: &Drawing);
}

/// A titled chart with its legend, and its summary in words.
#[component]
pub fn Plot(
    /// What the figures are.
    #[prop(into)]
    title: String,
    /// What to draw; `None` until there is something to draw.
    #[prop(into)]
    spec: Signal<Option<Spec>>,
    /// Of all values, known before the first are there.
    unit: Unit,
    /// A lower one, without title and legend: for use inside a card that has both.
    #[prop(optional)]
    small: bool,
) -> impl IntoView {
    let place = NodeRef::<html::Div>::new();
    draw(place, spec, unit);

    let lines =
        Memo::new(move |_| spec.with(|spec| spec.as_ref().map_or_else(Vec::new, |spec| spec.lines.clone())));
    let empty = Memo::new(move |_| spec.with(|spec| spec.as_ref().is_some_and(Spec::is_empty)));
    let waiting = Memo::new(move |_| spec.with(Option::is_none));
    let summary =
        move || spec.with(|spec| spec.as_ref().map_or_else(|| "Loading.".to_owned(), Spec::summary));
    view! {
        <figure class="plot" class:small=small class:nothing=move || empty.get()>
            <figcaption>
                <h3 class:visually-hidden=small>{title}</h3>
                <p class="visually-hidden">{summary}</p>
                <ul class="legend" aria-hidden="true" hidden=small>
                    <For each=move || lines.get() key=legend_key let:line>
                        <li>
                            <i class=format!("swatch tone-{}", line.tone.name())></i>
                            <span>{line.name.clone()}</span>
                            <b>{Spec::latest_text(&line, unit)}</b>
                        </li>
                    </For>
                </ul>
            </figcaption>
            <div class="plot-area" aria-hidden="true">
                <div class="plot-canvas" node_ref=place></div>
                <p class="plot-empty" hidden=move || !empty.get()>"No data in this time range"</p>
                <p class="plot-empty" hidden=move || !waiting.get()>"Waiting for figures"</p>
            </div>
        </figure>
    }
}

/// A legend's entry is made anew when what it says changes.
fn legend_key(line: &Line) -> (String, Option<u64>, Option<bool>) {
    (line.name.clone(), Spec::latest(line).map(f64::to_bits), line.beyond.last().copied())
}

/// Draws into `place` whatever `spec` says, until the component goes.
fn draw(place: NodeRef<html::Div>, spec: Signal<Option<Spec>>, unit: Unit) {
    let drawing: Rc<RefCell<Option<Drawing>>> = Rc::default();
    let format = Closure::<dyn Fn(f64) -> String>::new(move |value| format::figure(value, unit));
    // Held as long as the drawing: it calls back.
    let format = StoredValue::new_local(format);

    let shown = StoredValue::new_local(drawing);
    Effect::new(move || {
        let Some(element) = place.get() else { return };
        spec.with(|spec| {
            let Some(spec) = spec else { return };
            let described = describe(spec);
            shown.with_value(|shown| {
                let mut shown = shown.borrow_mut();
                match shown.as_ref() {
                    Some(drawing) => update(drawing, described),
                    None => {
                        *shown =
                            Some(format.with_value(|format| create(&element, described, format.as_ref())));
                    }
                }
            });
        });
    });
    on_cleanup(move || {
        if let Some(drawing) = shown.try_with_value(|shown| shown.borrow_mut().take()).flatten() {
            destroy(&drawing);
        }
    });
}

/// As the drawing side reads it: `null` where nothing is known, as in JSON.
fn describe(spec: &Spec) -> JsValue {
    spec.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).expect_throw("a chart is plain data")
}
