//! A small shop, to be measured: two routes, a picture, a button that takes its time. Its page decides what happens,
//! through what is exported here.
use leptos::prelude::*;
use leptos_router::components::{A, Route, Router, Routes};
use leptos_router::path;
use std::cell::RefCell;
use wasm_bindgen::prelude::*;
use whippet_leptos::{Rum, RumOptions, Traceparent, provide_rum, use_rum};

#[wasm_bindgen]
extern "C" {
    /// Keeps a beacon for the test. What is to be sent is the text that it returns.
    #[wasm_bindgen(js_name = keepLeptosBeacon)]
    fn keep(beacon: String) -> JsValue;
    /// What the button does.
    #[wasm_bindgen(js_name = onBuy)]
    fn buy();
}

thread_local! {
    static RUM: RefCell<Option<Rum>> = const { RefCell::new(None) };
}

/// Starts the app in the page's body.
#[wasm_bindgen]
pub fn start(consent: bool) {
    console_error_panic_hook::set_once();
    mount_to_body(move || view! { <App consent/> });
}

/// The page's own figures, and what it tells the measuring.
#[wasm_bindgen]
pub fn call(method: &str, name: &str, value: f64) -> Option<f64> {
    let rum = RUM.with_borrow(Clone::clone)?;
    match method {
        "mark" => rum.mark(name),
        "measure" => return rum.measure("measured", Some(name), None),
        "timing" => rum.timing(name, value),
        "count" => rum.count(name, value as u64),
        "gauge" => rum.gauge(name, value),
        "flush" => rum.flush(),
        "stop" => rum.stop(),
        "consent" => rum.consent(value > 0.0),
        _ => unreachable!("no method {method}"),
    }
    None
}

/// Reports what JavaScript threw.
#[wasm_bindgen]
pub fn thrown(error: &JsValue) {
    if let Some(rum) = RUM.with_borrow(Clone::clone) {
        rum.thrown(error);
    }
}

#[component]
fn App(consent: bool) -> impl IntoView {
    let mut options = RumOptions::new("/v1/beacons", "shop");
    options.flush_interval = 3_600_000.0;
    options.consent = consent;
    options.traceparent = Traceparent::Listed(vec!["/api".into()]);
    options.before_send = Some(Box::new(|beacon| keep(beacon).as_string()));
    provide_rum(options);
    RUM.set(use_rum());
    view! {
        <Router>
            <nav>
                <A href="/orders/1042/items/7?token=secret" attr:id="to-items">"Items"</A>
            </nav>
            <main>
                <Routes fallback=Orders>
                    <Route path=path!("/orders/:id/items/:item") view=Items/>
                </Routes>
            </main>
        </Router>
    }
}

#[component]
fn Orders() -> impl IntoView {
    view! {
        <h1>"Orders"</h1>
        <button class="buy now" on:click=move |_| buy()>
            "Buy"
        </button>
    }
}

#[component]
fn Items() -> impl IntoView {
    view! { <p style="font-size: 70px">"Another route, with far more to read than the one before it had"</p> }
}
