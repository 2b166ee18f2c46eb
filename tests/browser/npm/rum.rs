//! The exports behind `whippet/rum`.
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_npm::rum::{RumDriver, RumHost, VitalListener, VitalsDriver};

#[wasm_bindgen(inline_js = r#"
export const makeListener = (onReport) => {
  const reports = []
  let entries = 0
  return {
    reports,
    entry() { entries++ },
    report(value, delta, rating, navigation, view) {
      reports.push([value, delta, rating, navigation, view, entries].join(' '))
      entries = 0
      onReport?.()
    },
  }
}
export const reports = (listener) => listener.reports
export const makeHost = () => {
  const sent = []
  return {
    sent,
    namePage: (path) => (path ? undefined : 'never'),
    beforeSend(text) { sent.push(text); return undefined },
    collect() {},
  }
}
export const sent = (host) => host.sent
export const restorePage = async () => {
  dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
  for (let i = 0; i < 4; i++) await new Promise((done) => requestAnimationFrame(done))
}
"#)]
extern "C" {
    #[wasm_bindgen(js_name = makeListener)]
    fn listener(on_report: &JsValue) -> JsValue;
    fn reports(listener: &JsValue) -> Vec<JsValue>;
    #[wasm_bindgen(js_name = makeHost)]
    fn host() -> JsValue;
    fn sent(host: &JsValue) -> Vec<JsValue>;
    #[wasm_bindgen(js_name = restorePage, catch)]
    async fn restore() -> Result<JsValue, JsValue>;
}

// The places in `Metric::ALL` and `Navigation::ALL`.
const LCP: u8 = 0;
const FCP: u8 = 3;
const BACK_FORWARD_CACHE: &str = "3";

fn texts(values: Vec<JsValue>) -> Vec<String> {
    values.iter().filter_map(JsValue::as_string).collect()
}

#[wasm_bindgen_test]
async fn listeners_are_told_once_each_and_late_ones_at_once() {
    let driver = VitalsDriver::new();
    let early = listener(&JsValue::UNDEFINED);
    driver.listen(FCP, false, early.clone().unchecked_into::<VitalListener>());
    // A number that no metric has is nobody's.
    driver.listen(9, false, early.clone().unchecked_into::<VitalListener>());
    restore().await.unwrap();

    let told = texts(reports(&early)).pop().expect("FCP of the restored page");
    let fields: Vec<&str> = told.split(' ').collect();
    assert_eq!(fields[0], fields[1], "the first delta is the whole value: {told}");
    assert_eq!(fields[3..], [BACK_FORWARD_CACHE, "1", "0"], "{told}");

    let late = listener(&JsValue::UNDEFINED);
    driver.listen(LCP, false, late.clone().unchecked_into::<VitalListener>());
    assert_eq!(reports(&late).len(), 1);
}

#[wasm_bindgen_test]
async fn a_listener_may_add_another() {
    let driver = std::rc::Rc::new(VitalsDriver::new());
    let (inner, added) = (std::rc::Rc::clone(&driver), listener(&JsValue::UNDEFINED));
    let second = added.clone();
    let on_report = Closure::<dyn Fn()>::new(move || {
        inner.listen(FCP, false, second.clone().unchecked_into::<VitalListener>());
    });
    driver.listen(FCP, false, listener(on_report.as_ref()).unchecked_into::<VitalListener>());
    restore().await.unwrap();
    assert!(!reports(&added).is_empty());
}

#[wasm_bindgen_test]
fn figures_cross_and_beacons_come_back() {
    let host = host();
    let rum = RumDriver::new(
        "/beacons".into(),
        "npm".into(),
        None,
        1.0,
        1e9,
        true,
        host.clone().unchecked_into::<RumHost>(),
    );
    rum.total("query.hits", 3.0);
    rum.record("query.fetch", 25.0);
    rum.flush();
    let beacon = texts(sent(&host)).pop().expect("a beacon");
    assert!(beacon.contains(r#""counters":{"query.hits":3}"#), "{beacon}");
    assert!(beacon.contains(r#""query.fetch":{"scale":5,"sum":25,"#), "{beacon}");
    // Held back: nothing was sent, and nothing was lost.
    assert_eq!((rum.beacons(), rum.bytes(), rum.lost()), (0, 0, 0));
    rum.stop();
}
