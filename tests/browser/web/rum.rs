//! Real user monitoring in a page: what it measures and sends, and that it does not break the page.
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_web::rum::{Rum, RumOptions, start};

#[wasm_bindgen(inline_js = r#"
export const throwError = (message) =>
  dispatchEvent(new ErrorEvent('error', { message, filename: 'https://a.example/app.js?key=1', lineno: 10, colno: 5 }))
export const rejectWith = (reason) => dispatchEvent(
  new PromiseRejectionEvent('unhandledrejection', { promise: Promise.resolve(), reason }))
export const hostile = () => ({ toString() { throw new Error('no text') }, get stack() { throw new Error('no stack') } })
export const throwReal = (message) => {
  const error = new RangeError(message)
  dispatchEvent(new ErrorEvent('error', { message: 'Uncaught ' + error, filename: '/app.js', lineno: 1, colno: 2, error }))
  return error.stack
}
export const goTo = (url) => history.pushState(null, '', url)
export const rename = (url) => history.replaceState(null, '', url)
export const load = async (url) => {
  await fetch(url).then((response) => response.text())
  for (let i = 0; i < 100 && !performance.getEntriesByName(new URL(url, location).href).length; i++) await frames(1)
}
const natives = [history.pushState, history.replaceState]
export const isHistoryNative = () => history.pushState === natives[0] && history.replaceState === natives[1]
const supported = Object.getOwnPropertyDescriptor(PerformanceObserver, 'supportedEntryTypes')
export const lack = (type) => Object.defineProperty(PerformanceObserver, 'supportedEntryTypes', !type ? supported : {
  configurable: true,
  get: () => supported.get.call(PerformanceObserver).filter((known) => known !== type),
})
const navigationApi = Object.getOwnPropertyDescriptor(window, 'navigation')
export const denyNavigation = (denies) => {
  Object.defineProperty(window, 'navigation', denies ? { configurable: true, value: undefined } : navigationApi)
}
const broken = () => { throw new Error('taken away') }
export const breakPerformance = (breaks) => {
  for (const [of, name] of [[performance, 'getEntriesByType'], [navigator, 'connection'], [document, 'readyState']]) {
    if (breaks) Object.defineProperty(of, name, { configurable: true, get: broken })
    else delete of[name]
  }
}
export const showNow = () => {
  const activationStart = performance.now()
  performance.getEntriesByType = () => [{ responseStart: 1, activationStart }]
}
export const neverShown = () => delete performance.getEntriesByType
export const shiftLayout = async () => {
  // Scroll anchoring would prevent the shift in a scrolled page.
  scrollTo(0, 0)
  const [text, above] = [document.createElement('h1'), document.createElement('p')]
  text.textContent = 'This text moves.'
  text.style.height = '200px'
  document.body.prepend(text)
  await frames(4)
  let moved = 0
  const observer = new PerformanceObserver((list) => list.getEntries().forEach(({ value }) => (moved += value)))
  observer.observe({ type: 'layout-shift' })
  above.style.height = '300px'
  document.body.prepend(above)
  for (let i = 0; i < 300 && moved < 0.02; i++) await frames(1)
  observer.disconnect()
}
export const oddError = () => dispatchEvent(new Event('error'))
export const hide = () => dispatchEvent(new Event('pagehide'))
export const restore = () => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
export const frames = async (count) => {
  for (let i = 0; i < count; i++) await new Promise((done) => requestAnimationFrame(done))
}
export const painted = async () => {
  document.body.append('something to paint')
  for (let i = 0; i < 300 && !performance.getEntriesByName('first-contentful-paint').length; i++) await frames(1)
  await new Promise((done) => setTimeout(done))
}
export const endVisit = () => {
  const before = Date.now() - 31 * 60 * 1000
  sessionStorage.setItem('whippet.session', `3fffffff00000000 ${before} ${before}`)
}
export const beginVisit = () =>
  sessionStorage.setItem('whippet.session', `3fffffff00000000 ${Date.now()} ${Date.now()}`)
export const chance = (value) => {
  if (value < 0) delete crypto.getRandomValues
  else crypto.getRandomValues = (words) => words.fill(value * 2 ** 32)
}
export const stored = () => sessionStorage.getItem('whippet.session')
let storage
export const denyStorage = () => {
  storage = Object.getOwnPropertyDescriptor(window, 'sessionStorage')
  Object.defineProperty(window, 'sessionStorage', { configurable: true, get() { throw new Error('denied') } })
}
export const allowStorage = () => Object.defineProperty(window, 'sessionStorage', storage)
export const declineAll = (declines) => Object.defineProperty(
  navigator, 'globalPrivacyControl', { configurable: true, value: declines })
"#)]
extern "C" {
    #[wasm_bindgen(js_name = throwReal)]
    fn throw_real(message: &str) -> String;
    #[wasm_bindgen(js_name = goTo)]
    fn go_to(url: &str);
    #[wasm_bindgen(js_name = rename)]
    fn rename(url: &str);
    #[wasm_bindgen(catch)]
    async fn load(url: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_name = shiftLayout)]
    async fn shift_layout() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_name = isHistoryNative)]
    fn is_history_native() -> bool;
    #[wasm_bindgen(js_name = denyNavigation)]
    fn deny_navigation(denies: bool);
    #[wasm_bindgen(js_name = breakPerformance)]
    fn break_performance(breaks: bool);
    #[wasm_bindgen(js_name = showNow)]
    fn show_now();
    #[wasm_bindgen(js_name = neverShown)]
    fn never_shown();
    #[wasm_bindgen(js_name = throwError)]
    fn throw_error(message: &str);
    #[wasm_bindgen(js_name = rejectWith)]
    fn reject_with(reason: &JsValue);
    fn hostile() -> JsValue;
    #[wasm_bindgen(js_name = oddError)]
    fn odd_error();
    fn hide();
    fn restore();
    #[wasm_bindgen(catch)]
    async fn frames(count: u32) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    async fn painted() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_name = endVisit)]
    fn end_visit();
    #[wasm_bindgen(js_name = beginVisit)]
    fn begin_visit();
    fn chance(value: f64);
    fn stored() -> Option<String>;
    fn lack(kind: &str);
    #[wasm_bindgen(js_name = denyStorage)]
    fn deny_storage();
    #[wasm_bindgen(js_name = allowStorage)]
    fn allow_storage();
    #[wasm_bindgen(js_name = declineAll)]
    fn decline_all(declines: bool);
}

type Beacons = Rc<RefCell<Vec<String>>>;

/// Measures this page, and collects its beacons instead of sending them.
fn measured(change: impl FnOnce(&mut RumOptions)) -> (Rum, Beacons) {
    let beacons = Beacons::default();
    let kept = Rc::clone(&beacons);
    let mut options = RumOptions::new("/beacons", "test");
    options.flush_interval = 1e9;
    options.before_send = Some(Box::new(move |text| {
        kept.borrow_mut().push(text);
        None
    }));
    change(&mut options);
    (start(options), beacons)
}

fn only(beacons: &Beacons) -> String {
    let mut beacons = beacons.borrow_mut();
    assert_eq!(beacons.len(), 1, "{beacons:?}");
    beacons.remove(0)
}

fn member(beacon: &str, name: &str) -> String {
    let start = beacon.find(&format!("\"{name}\":\"")).expect(name) + name.len() + 4;
    beacon[start..].split('"').next().unwrap().to_owned()
}

/// The id of the page view, with which the beacon's id begins.
fn view(beacon: &str) -> String {
    let id = member(beacon, "id");
    id.rsplit_once('-').expect("a view and a number").0.to_owned()
}

#[wasm_bindgen_test]
fn recorded_measurements_are_sent() {
    let (rum, beacons) = measured(|options| {
        options.release = Some("1.2.3".into());
        options.page = Some(Box::new(|_| Some("/packages/:name".into())));
        options.collect = Some(Box::new(|rum| rum.total("query.hits", 7)));
    });
    rum.timing("query.fetch", 12.5);
    rum.count("custom", 2);
    rum.flush();
    let beacon = only(&beacons);
    for part in [
        r#"{"v":1,"id":""#,
        r#""app":"test","release":"1.2.3","page":"/packages/:name""#,
        r#""counters":{"custom":2,"query.hits":7}"#,
        r#""query.fetch":12.5"#,
    ] {
        assert!(beacon.contains(part), "{part} in {beacon}");
    }
    // The total did not grow, so nothing is reported.
    rum.flush();
    assert!(beacons.borrow().is_empty());
    rum.stop();
}

#[wasm_bindgen_test]
fn errors_are_counted_and_scrubbed() {
    let (rum, beacons) = measured(|_| {});
    throw_error("Uncaught TypeError: x at https://a.example/?token=1");
    throw_error("Uncaught TypeError: x at https://a.example/?token=2");
    reject_with(&JsValue::from(js_sys::RangeError::new("too far")));
    reject_with(&JsValue::from_str("plain"));
    reject_with(&JsValue::UNDEFINED);
    // Neither value may break the page.
    reject_with(&hostile());
    odd_error();
    rum.flush();
    let beacon = only(&beacons);
    for part in [
        r#"{"message":"Uncaught TypeError: x at https://a.example/","source":"https://a.example/app.js:10:5","fingerprint":"2194ca47","count":2}"#,
        r#"{"message":"RangeError: too far","source":""#,
        r#"\nat "#,
        r#"{"message":"plain","fingerprint":"c17dd897"}"#,
        r#"{"message":"undefined","fingerprint":""#,
        r#"{"message":"unknown","fingerprint":""#,
    ] {
        assert!(beacon.contains(part), "{part} in {beacon}");
    }
    rum.stop();
}

#[wasm_bindgen_test]
async fn vitals_are_sent_once_when_the_page_is_hidden() {
    let (rum, beacons) = measured(|_| {});
    painted().await.unwrap();
    hide();
    let sent = beacons.borrow_mut().join("\n");
    assert!(sent.contains(r#""FCP":{"value":"#) && sent.contains(r#""CLS":{"value":"#), "{sent}");
    beacons.borrow_mut().clear();
    hide();
    assert!(beacons.borrow().is_empty(), "{beacons:?}");
    rum.stop();
}

#[wasm_bindgen_test]
async fn a_vital_without_browser_support_is_not_reported() {
    painted().await.unwrap();
    let vitals = |lacking: &str| {
        lack(lacking);
        let (rum, beacons) = measured(|_| {});
        hide();
        rum.stop();
        lack("");
        let beacon = only(&beacons);
        ["CLS", "FCP", "LCP"].map(|metric| beacon.contains(&format!("\"{metric}\":")))
    };
    assert_eq!(vitals("")[..2], [true, true]);
    assert_eq!(vitals("layout-shift")[..2], [false, true]);
    assert_eq!(vitals("largest-contentful-paint"), [true, true, false]);
    assert_eq!(vitals("paint")[..2], [false, false]);
}

#[wasm_bindgen_test]
async fn a_restored_page_is_a_new_page_view() {
    let (rum, beacons) = measured(|_| {});
    rum.count("before", 1);
    restore();
    frames(4).await.unwrap();
    rum.flush();
    let (first, second) = {
        let beacons = beacons.borrow();
        (beacons.first().unwrap().clone(), beacons.last().unwrap().clone())
    };
    assert!(first.contains("before"), "{first}");
    assert_ne!(view(&first), view(&second));
    assert_eq!(member(&first, "session"), member(&second, "session"));
    assert_eq!(member(&second, "navigation"), "back-forward-cache");
    assert!(second.contains(r#""LCP":{"value":"#), "{second}");
    rum.stop();
}

#[wasm_bindgen_test]
fn a_visit_is_stored_and_withdrawn_consent_removes_it() {
    let (rum, beacons) = measured(|_| {});
    let (next, more) = measured(|_| {});
    rum.count("a", 1);
    next.count("a", 1);
    rum.flush();
    next.flush();
    assert_eq!(member(&only(&beacons), "session"), member(&only(&more), "session"));
    next.stop();

    rum.count("a", 1);
    rum.consent(false);
    assert_eq!(stored(), None);
    throw_error("unreported");
    rum.count("a", 1);
    rum.flush();
    hide();
    assert!(beacons.borrow().is_empty(), "{beacons:?}");

    rum.consent(true);
    rum.count("b", 1);
    rum.flush();
    let beacon = only(&beacons);
    assert!(!beacon.contains("\"a\"") && !beacon.contains("unreported"), "{beacon}");
    rum.stop();
}

#[wasm_bindgen_test]
fn nothing_is_measured_without_consent_or_outside_the_sample() {
    let (quiet, beacons) = measured(|options| options.consent = false);
    let (unsampled, others) = measured(|options| options.sample_rate = 0.0);
    for rum in [&quiet, &unsampled] {
        rum.count("a", 1);
        throw_error("unreported");
        rum.flush();
        hide();
    }
    assert!(beacons.borrow().is_empty() && others.borrow().is_empty());
    // Totals from before the consent are not reported.
    quiet.total("a", 5);
    quiet.consent(true);
    quiet.total("a", 7);
    quiet.flush();
    assert!(only(&beacons).contains(r#""counters":{"a":2}"#));
    quiet.stop();
    unsampled.stop();
}

#[wasm_bindgen_test]
fn a_stopped_page_measures_nothing() {
    let (rum, beacons) = measured(|_| {});
    rum.count("a", 1);
    rum.stop();
    assert!(only(&beacons).contains("\"a\":1"));
    throw_error("unreported");
    rum.count("a", 1);
    assert!(stored().is_some());
    rum.consent(false);
    assert_eq!(stored(), None);
    rum.consent(true);
    rum.count("a", 1);
    rum.flush();
    hide();
    assert!(beacons.borrow().is_empty());
}

#[wasm_bindgen_test]
fn measuring_works_without_storage() {
    deny_storage();
    let (rum, beacons) = measured(|_| {});
    rum.count("a", 1);
    rum.flush();
    rum.consent(false);
    allow_storage();
    assert_eq!(member(&only(&beacons), "session").len(), 16);
    rum.stop();
}

#[wasm_bindgen_test]
fn callbacks_of_the_page_may_call_rum() {
    let handle: Rc<RefCell<Option<Rum>>> = Rc::default();
    let (inner, calls) = (Rc::clone(&handle), Rc::new(RefCell::new(0)));
    let counted = Rc::clone(&calls);
    let (rum, _) = measured(move |options| {
        options.before_send = Some(Box::new(move |_| {
            *counted.borrow_mut() += 1;
            if let Some(rum) = inner.borrow().as_ref() {
                rum.count("from within", 1);
                rum.error("from within");
                rum.consent(false);
            }
            None
        }));
    });
    *handle.borrow_mut() = Some(rum.clone());
    rum.count("a", 1);
    rum.flush();
    assert_eq!(*calls.borrow(), 1);
    rum.flush();
    assert_eq!(*calls.borrow(), 1);
    handle.borrow_mut().take();
}

#[wasm_bindgen_test]
fn an_interrupted_flush_is_repeated_with_the_same_id() {
    let (cut, beacons) = (Rc::new(Cell::new(false)), Beacons::default());
    let (cutting, kept) = (Rc::clone(&cut), Rc::clone(&beacons));
    let (rum, _) = measured(move |options| {
        options.before_send = Some(Box::new(move |text| {
            kept.borrow_mut().push(text);
            if cutting.get() {
                // Nothing unwinds, as when a browser stops a script.
                wasm_bindgen::throw_str("cut off");
            }
            None
        }));
    });
    rum.count("kept", 1);
    cut.set(true);
    hide();
    cut.set(false);
    hide();
    rum.count("later", 1);
    rum.flush();
    rum.stop();
    let beacons = beacons.borrow();
    let with = |name: &str| beacons.iter().filter(|text| text.contains(name)).collect::<Vec<_>>();
    assert_eq!(with("kept").len(), 2, "{beacons:?}");
    assert_eq!(member(with("kept")[0], "id"), member(with("kept")[1], "id"));
    assert_eq!(with("\"later\"").len(), 1, "{beacons:?}");
}

#[wasm_bindgen_test]
fn a_flush_within_a_flush_does_not_recurse() {
    let handle: Rc<RefCell<Option<Rum>>> = Rc::default();
    let flush = |handle: &Rc<RefCell<Option<Rum>>>| {
        let rum = handle.borrow().clone();
        if let Some(rum) = rum {
            rum.count("again", 1);
            rum.flush();
        }
    };
    let (from_collect, from_before_send) = (Rc::clone(&handle), Rc::clone(&handle));
    let (rum, _) = measured(move |options| {
        options.collect = Some(Box::new(move |_| flush(&from_collect)));
        options.before_send = Some(Box::new(move |_| {
            flush(&from_before_send);
            None
        }));
    });
    *handle.borrow_mut() = Some(rum.clone());
    rum.flush();
    rum.stop();
    handle.borrow_mut().take();
}

#[wasm_bindgen_test]
fn privacy_signals_are_respected_unless_the_page_opts_out() {
    decline_all(true);
    let (left_alone, none) = measured(|_| {});
    let (measured, some) = measured(|options| options.respect_privacy_signals = false);
    decline_all(false);
    for rum in [&left_alone, &measured] {
        rum.count("query.hits", 1);
        rum.stop();
    }
    assert_eq!((none.borrow().len(), some.borrow().len()), (0, 1));
}

#[wasm_bindgen_test]
async fn a_loaded_page_reports_its_navigation_phases() {
    let (rum, beacons) = measured(|_| {});
    // The page is already loaded, so its navigation is reported a task later.
    frames(5).await.unwrap();
    rum.stop();
    let beacon = only(&beacons);
    let phases = beacon.split("\"phases\":").nth(1).and_then(|rest| rest.split('}').next()).expect("phases");
    // Phases that took no time are left out.
    for phase in ["request", "response", "dom"] {
        assert!(phases.contains(&format!("\"{phase}\":")), "{phase} in {beacon}");
    }
    assert!(beacon.contains("\"page.load\":"), "{beacon}");
}

#[wasm_bindgen_test]
async fn resources_are_summed_by_host_and_kind() {
    let (rum, beacons) = measured(|_| {});
    rum.flush();
    beacons.borrow_mut().clear();
    load("/?first").await.unwrap();
    load("/?second").await.unwrap();
    rum.flush();
    let beacon = only(&beacons);
    let sum = beacon.split("\"fetch\":").nth(1).expect(&beacon).split('}').next().unwrap();
    assert!(sum.contains("\"count\":2,\"bytes\":") && sum.contains("\"slowest\":"), "{sum}");
    rum.stop();
}

#[wasm_bindgen_test]
fn an_error_has_its_stack_and_a_fingerprint() {
    let (rum, beacons) = measured(|_| {});
    let stack = throw_real("item 7 is missing");
    throw_real("item 8 is missing");
    rum.flush();
    let beacon = only(&beacons);
    // The URL of the module contains a hash, which is scrubbed as an id.
    let frame = whippet_engine::beacon::scrub::text(stack.lines().nth(1).expect("a frame").trim());
    assert!(beacon.contains(&format!("\"stack\":\"{frame}\\n")), "{frame} in {beacon}");
    assert_eq!(member(&beacon, "fingerprint").len(), 8);
    // Errors that differ only in a number are counted as one.
    assert!(
        beacon.contains("\"message\":\"Uncaught RangeError: item 7 is missing\"")
            && beacon.contains("\"count\":2}]")
    );
    rum.stop();
}

#[wasm_bindgen_test]
fn marks_timings_and_gauges_are_reported() {
    let (rum, beacons) = measured(|_| {});
    rum.mark("menu open");
    rum.mark("closed");
    let between = rum.measure("menu", Some("menu open"), Some("closed")).expect("both were marked");
    assert!(between >= 0.0 && rum.measure("since", None, None).is_some_and(|ms| ms > 0.0));
    assert_eq!(rum.measure("menu", Some("never"), None), None);
    rum.timing("bad", f64::NAN);
    rum.gauge("cart.items", 3.0);
    rum.gauge("cart.items", -2.5);
    rum.error(core::fmt::Error);
    rum.thrown(&js_sys::TypeError::new("thrown"));
    rum.flush();
    let beacon = only(&beacons);
    for part in [
        "\"menu_open\":",
        "\"menu\":",
        "\"since\":",
        "\"gauges\":{\"cart.items\":-2.5}",
        "an error occurred when formatting",
        "\"message\":\"TypeError: thrown\",\"source\":\"at ",
    ] {
        assert!(beacon.contains(part), "{part} in {beacon}");
    }
    assert!(!beacon.contains("\"bad\""), "{beacon}");
    rum.stop();
    assert_eq!(rum.measure("late", None, None), None);
}

#[wasm_bindgen_test]
fn a_prerendered_page_is_timed_from_when_it_was_shown() {
    let (rum, _) = measured(|_| {});
    let before = rum.measure("before", None, None).expect("there is a clock");
    show_now();
    let after = rum.measure("after", None, None).expect("there is a clock");
    never_shown();
    assert!((0.0..before).contains(&after), "{after} ms, and {before} ms before");
    rum.stop();
}

#[wasm_bindgen_test]
fn a_route_change_starts_a_page_view_and_history_stays_native() {
    let home = js_sys::eval("location.href").unwrap().as_string().unwrap();
    for denies in [true, false] {
        deny_navigation(denies);
        let (rum, beacons) = measured(|options| {
            options.page = Some(Box::new(|route| (route == "/named#/inner/7").then(|| "/a-name".to_owned())));
        });
        let (fixed, others) = measured(|options| options.routes = false);
        assert_eq!(is_history_native(), !denies);
        rum.count("at home", 1);
        go_to("/orders/1042?token=secret#top");
        rum.count("orders", 1);
        rename("/orders/1042?page=2");
        rum.count("the same", 1);
        // Nothing is measured in either. The Navigation API says that one replaced the other, as a redirect does.
        go_to("/old");
        rename("/empty");
        go_to("/named#/inner/7?tab=1");
        rum.count("inner", 1);
        rum.flush();
        fixed.count("fixed", 1);
        fixed.flush();
        rum.stop();
        fixed.stop();
        assert!(is_history_native());
        go_to(&home);
        deny_navigation(false);

        let beacons = beacons.borrow();
        let pages: Vec<_> = beacons.iter().map(|beacon| member(beacon, "page")).collect();
        let expected = ["/", "/orders/:id", "/old", "/empty", "/a-name"];
        let expected = expected.iter().filter(|page| denies || **page != "/old");
        assert!(pages.iter().eq(expected), "{beacons:?}");
        assert!(beacons[1].contains("\"counters\":{\"orders\":1,\"the_same\":1}"), "{}", beacons[1]);
        assert_eq!(member(&beacons[1], "navigation"), "soft-navigation");
        assert_eq!(member(&beacons[0], "session"), member(&beacons[2], "session"));
        assert_ne!(view(&beacons[1]), view(&beacons[2]));
        assert_eq!(others.borrow().len(), 1);
    }
}

#[wasm_bindgen_test]
fn errors_may_have_their_own_sample_rate() {
    let (rum, beacons) = measured(|options| {
        options.sample_rate = 0.0;
        options.error_sample_rate = Some(1.0);
    });
    rum.count("a", 1);
    throw_error("reported");
    rum.flush();
    let beacon = only(&beacons);
    assert!(
        beacon.contains("reported") && !beacon.contains("counters") && !beacon.contains("sampleRate"),
        "{beacon}"
    );
    hide();
    assert!(beacons.borrow().is_empty());
    rum.stop();
}

#[wasm_bindgen_test]
fn scrub_url_decides_what_is_reported_of_a_url() {
    // The largest element has no URL here, so `scrub_url` is called with URLs of scripts, or not at all.
    let asked = Rc::new(RefCell::new(Vec::new()));
    let seen = Rc::clone(&asked);
    let (rum, beacons) = measured(move |options| {
        options.scrub_url = Some(Box::new(move |url| {
            seen.borrow_mut().push(url.to_owned());
            "https://scrubbed.example/".to_owned()
        }));
    });
    rum.count("a", 1);
    rum.flush();
    let beacon = only(&beacons);
    let scripts = beacon.split("\"scripts\":").nth(1).unwrap_or_default();
    assert_eq!(scripts.matches("\"source\":").count(), scripts.matches("https://scrubbed.example/").count());
    rum.stop();
}

#[wasm_bindgen_test]
fn a_broken_browser_api_costs_only_its_own_measurements() {
    break_performance(true);
    let (rum, beacons) = measured(|_| {});
    rum.count("a", 1);
    throw_error("reported");
    restore();
    rum.count("b", 1);
    rum.flush();
    rum.stop();
    break_performance(false);
    let sent = beacons.borrow().join("\n");
    for part in ["\"a\":1", "reported", "\"b\":1"] {
        assert!(sent.contains(part), "{part} in {sent}");
    }
}

#[wasm_bindgen_test]
async fn entries_before_consent_are_not_read() {
    painted().await.unwrap();
    let (rum, beacons) = measured(|options| options.consent = false);
    load("/?before").await.unwrap();
    rum.consent(true);
    rum.count("after", 1);
    frames(5).await.unwrap();
    hide();
    rum.stop();
    let beacon = beacons.borrow().join("\n");
    assert!(beacon.contains("\"after\":1"), "{beacon}");
    // The browser may still report a larger paint.
    for name in ["FCP", "TTFB", "CLS", "phases", "page.load", "resources"] {
        assert!(!beacon.contains(&format!("\"{name}\":")), "{name} in {beacon}");
    }
}

#[wasm_bindgen_test]
async fn a_vital_belongs_to_its_page_view_after_many_route_changes() {
    let (rum, beacons) = measured(|_| {});
    frames(4).await.unwrap();
    // Earlier layout shifts, of other tests, belong to another page view.
    restore();
    frames(4).await.unwrap();
    rum.count("first", 1);
    rum.flush();
    let home = view(beacons.borrow().last().unwrap());
    assert!(beacons.borrow().last().unwrap().contains("\"first\":1"));
    for route in 0..12 {
        go_to(&format!("/a-route/of{}", "x".repeat(route)));
        rum.count("route", 1);
        rum.flush();
    }
    beacons.borrow_mut().clear();
    shift_layout().await.unwrap();
    hide();
    go_to("/");
    rum.stop();
    let beacons = beacons.borrow();
    let first = beacons.iter().find(|beacon| view(beacon) == home);
    assert!(first.is_some_and(|beacon| beacon.contains("\"CLS\":{\"value\":0.")), "{beacons:?}");
}

#[wasm_bindgen_test]
fn a_visit_that_begins_in_an_open_page_is_sampled_on_its_own() {
    begin_visit();
    let (rum, beacons) = measured(|options| options.sample_rate = 0.25);
    rum.count("of the first", 1);
    // The next visit is outside the sample.
    end_visit();
    chance(0.5);
    go_to("/next");
    chance(-1.0);
    rum.count("of the second", 1);
    throw_error("of the second");
    rum.flush();
    let beacon = only(&beacons);
    assert!(beacon.contains("of_the_first") && !beacon.contains("second"), "{beacon}");
    assert_eq!(member(&beacon, "session"), "3fffffff00000000");
    go_to("/");
    rum.consent(false);
}
