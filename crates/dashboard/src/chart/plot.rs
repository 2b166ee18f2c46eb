//! The component that draws a [`ChartSpec`] with uPlot.
use super::{ChartSpec, Line};
use crate::data::use_missing_words;
use crate::format;
use leptos::html;
use leptos::prelude::*;
use serde::Serialize as _;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use whippet_api::Unit;

// Bundled from `js/chart.js` into `dist`, where the app's own module is.
#[wasm_bindgen(raw_module = "./chart.js")]
extern "C" {
    type ChartHandle;
    fn create(element: &web_sys::HtmlElement, spec: JsValue, format: &JsValue) -> ChartHandle;
    fn update(drawing: &ChartHandle, spec: JsValue);
    fn destroy(drawing: &ChartHandle);
}

/// A chart with title and legend, and a summary for screen readers.
#[component]
pub fn Plot(
    /// The title.
    #[prop(into)]
    title: String,
    /// The chart; `None` until it is loaded.
    #[prop(into)]
    spec: Signal<Option<ChartSpec>>,
    /// The unit of all values.
    unit: Unit,
    /// A lower chart without title and legend, for a panel that has both.
    #[prop(optional)]
    small: bool,
) -> impl IntoView {
    let place = NodeRef::<html::Div>::new();
    draw(place, spec, unit);

    let lines =
        Memo::new(move |_| spec.with(|spec| spec.as_ref().map_or_else(Vec::new, |spec| spec.lines.clone())));
    let empty = Memo::new(move |_| spec.with(|spec| spec.as_ref().is_some_and(ChartSpec::is_empty)));
    let waiting = Memo::new(move |_| spec.with(Option::is_none));
    let missing = use_missing_words();
    let summary = move || {
        spec.with(|spec| spec.as_ref().map(ChartSpec::summary))
            .unwrap_or_else(|| format!("{}.", missing.get()))
    };
    view! {
        <figure class="plot" class:small=small class:nothing=move || empty.get()>
            <figcaption>
                <h3 class:visually-hidden=small>{title}</h3>
                <p class="visually-hidden">{summary}</p>
                <ul class="legend" aria-hidden="true" hidden=small>
                    <For each=move || lines.get() key=move |line: &Line| legend_key(line, unit) let:line>
                        <li>
                            <i class=format!("swatch tone-{}", line.tone.name())></i>
                            <span>{line.name.clone()}</span>
                            <b>{ChartSpec::latest_text(&line, unit)}</b>
                        </li>
                    </For>
                </ul>
            </figcaption>
            <div class="plot-area" aria-hidden="true">
                <div class="plot-canvas" node_ref=place></div>
                <p class="plot-empty" hidden=move || !empty.get()>"No data in this time range"</p>
                <p class="plot-empty" hidden=move || !waiting.get()>{move || missing.get()}</p>
            </div>
        </figure>
    }
}

/// A legend entry is rendered again when its key changes: all that it shows.
fn legend_key(line: &Line, unit: Unit) -> (String, &'static str, String) {
    (line.name.clone(), line.tone.name(), ChartSpec::latest_text(line, unit))
}

/// Draws `spec` into `place`, and updates it until the component is unmounted.
fn draw(place: NodeRef<html::Div>, spec: Signal<Option<ChartSpec>>, unit: Unit) {
    let drawing: Rc<RefCell<Option<ChartHandle>>> = Rc::default();
    let format = Closure::<dyn Fn(f64) -> String>::new(move |value| format::figure(value, unit));
    // Stored as long as the chart, which calls it.
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

/// Converts a spec to a JavaScript object. `None` becomes `null`.
fn describe(spec: &ChartSpec) -> JsValue {
    spec.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).expect_throw("a chart is plain data")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::Tone;

    #[test]
    fn a_legend_has_the_colours_that_the_lines_have() {
        let key = |tone| {
            let line = Line { name: "a".to_owned(), tone, values: vec![Some(1.0)], beyond: Vec::new() };
            legend_key(&line, Unit::Ms)
        };
        // The largest line is the first: another one may be by the next answer.
        assert_ne!(key(Tone::First), key(Tone::Second));
        assert_eq!(key(Tone::First), key(Tone::First));
    }
}
