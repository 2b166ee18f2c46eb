//! The requests of the page that carry a `traceparent`.
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_web::rum::{Rum, RumOptions, Traceparent, start};

#[wasm_bindgen(inline_js = r#"
const header = (headers) => new Headers(headers).get('traceparent') ?? ''
let real, carried
// Replaces the network: responds with the `traceparent` of the request.
export const watch = () => {
  const { open, send, setRequestHeader } = XMLHttpRequest.prototype
  real = { fetch: window.fetch, methods: { open, send, setRequestHeader } }
  window.fetch = async function (input, init) {
    if (this !== undefined && this !== window) throw new TypeError('Illegal invocation')
    const { headers, method } = input instanceof Request ? input : { headers: new Headers(init?.headers) }
    return { carries: header(headers), accept: headers.get('accept'), method }
  }
  XMLHttpRequest.prototype.setRequestHeader = function (name, value) {
    if (name.toLowerCase() === 'traceparent') carried += value + ';'
    setRequestHeader.call(this, name, value)
  }
  XMLHttpRequest.prototype.send = () => {}
}
export const unwatch = () => {
  window.fetch = real.fetch
  Object.assign(XMLHttpRequest.prototype, real.methods)
}
export const methods = () => [window.fetch, ...['open', 'send', 'setRequestHeader'].map((name) => XMLHttpRequest.prototype[name])]
export const fetched = async (url, init) => (await fetch(url, init)).carries
export const fetchedBare = async () => (await (0, fetch)(new URL('/api', location)), (await window.fetch('/api')).carries)
export const own = { 'Traceparent': 'of its own' }
export const kept = async () => {
  const init = Object.freeze({ method: 'PUT', headers: { accept: 'text/x' } })
  const { method, accept, carries } = await fetch('/api', init)
  return [method, accept, carries.length, Object.keys(init.headers).length].join()
}
export const request = (url, more) => new Request(url, more)
export const headers = (pairs) => ({ headers: pairs })
export const mode = (mode) => ({ mode })
export const asked = (url, name) => {
  carried = ''
  const request = new XMLHttpRequest()
  request.open('GET', url)
  if (name) request.setRequestHeader(name, 'of its own')
  request.send()
  return carried
}
export const wrap = () => {
  const inner = window.fetch
  window.fetch = (...args) => inner(...args)
  return window.fetch
}
export const isOf = (value) => /^00-[0-9a-f]{32}-[0-9a-f]{16}-01;?$/.test(value)
export const href = (path) => location.origin + path
"#)]
extern "C" {
    fn watch();
    fn unwatch();
    fn methods() -> Vec<JsValue>;
    #[wasm_bindgen(catch)]
    async fn fetched(url: &JsValue, init: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_name = fetchedBare)]
    async fn fetched_bare() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(thread_local_v2, js_name = own)]
    static OWN: JsValue;
    #[wasm_bindgen(catch, js_name = kept)]
    async fn options_after_fetch() -> Result<JsValue, JsValue>;
    fn request(url: &str, more: &JsValue) -> JsValue;
    fn headers(pairs: &JsValue) -> JsValue;
    fn mode(mode: &str) -> JsValue;
    fn asked(url: &str, own: Option<&str>) -> String;
    fn wrap() -> JsValue;
    #[wasm_bindgen(js_name = isOf)]
    fn is_traceparent(value: &str) -> bool;
    fn href(path: &str) -> String;
}

fn measured(traceparent: Traceparent) -> Rum {
    let mut options = RumOptions::new("/v1/beacons", "test");
    options.flush_interval = 1e9;
    options.before_send = Some(Box::new(|_| None));
    options.traceparent = traceparent;
    start(options)
}

async fn carried(url: impl Into<JsValue>, init: &JsValue) -> String {
    fetched(&url.into(), init).await.unwrap().as_string().unwrap()
}

#[wasm_bindgen_test]
async fn requests_to_the_own_origin_carry_a_traceparent() {
    watch();
    let rum = measured(Traceparent::SameOrigin);
    let none = JsValue::UNDEFINED;
    for url in ["/api", "api?x", "", "?y", &href("/api")] {
        assert!(is_traceparent(&carried(url, &none).await), "{url}");
        assert!(is_traceparent(&asked(url, None)), "{url}");
    }
    for url in ["https://api.example/", "/v1/beacons", "data:text/plain,x", "http://"] {
        assert_eq!(carried(url, &none).await, "", "{url}");
    }
    assert_eq!(asked("https://api.example/", None), "");
    assert!(is_traceparent(&carried(request("/api", &none), &none).await));
    assert_eq!(carried(request("https://api.example/", &none), &none).await, "");
    assert!(is_traceparent(&fetched_bare().await.unwrap().as_string().unwrap()));
    // The requests share a trace id; each has its own span id.
    let (first, second) = (carried("/a", &none).await, carried("/a", &none).await);
    assert_eq!(first[..35], second[..35]);
    assert_ne!(first[36..52], second[36..52]);
    rum.stop();
    unwatch();
}

#[wasm_bindgen_test]
async fn only_listed_requests_carry_a_traceparent() {
    watch();
    let before = methods();
    let rum = measured(Traceparent::Listed(vec!["https://api.example/v1".into()]));
    for (url, is_traced) in [
        ("/api", false),
        ("https://api.example/v1", true),
        ("https://api.example/v1/x", true),
        ("https://api.example/v10", false),
        ("https://api.example/", false),
    ] {
        assert_eq!(is_traceparent(&carried(url, &JsValue::UNDEFINED).await), is_traced, "{url}");
    }
    rum.stop();

    // A path stands for the own origin.
    let rum = measured(Traceparent::Listed(vec!["/api".into()]));
    for (url, is_traced) in [("/api", true), (&href("/api/x"), true), ("/apis", false), ("/", false)] {
        assert_eq!(is_traceparent(&carried(url, &JsValue::UNDEFINED).await), is_traced, "{url}");
        assert_eq!(is_traceparent(&asked(url, None)), is_traced, "{url}");
    }
    rum.stop();

    for nowhere in
        [RumOptions::new("", "").traceparent, Traceparent::Nowhere, Traceparent::Listed(Vec::new())]
    {
        let rum = measured(nowhere);
        assert_eq!(methods(), before);
        rum.stop();
    }
    unwatch();
}

#[wasm_bindgen_test]
async fn a_traceparent_of_the_page_stays() {
    watch();
    let rum = measured(Traceparent::SameOrigin);
    let own = headers(&OWN.with(JsValue::clone));
    assert_eq!(carried("/api", &own).await, "of its own");
    assert_eq!(carried(request("/api", &own), &JsValue::UNDEFINED).await, "of its own");
    assert_eq!(asked("/api", Some("TraceParent")), "of its own;");
    assert!(is_traceparent(&asked("/api", Some("accept"))));
    // Without CORS the header may not be set.
    assert_eq!(carried("/api", &mode("no-cors")).await, "");
    // Other options stay, and the page's objects are not changed.
    assert_eq!(options_after_fetch().await.unwrap().as_string().unwrap(), "PUT,text/x,55,1");
    rum.stop();
    unwatch();
}

#[wasm_bindgen_test]
async fn stopping_restores_the_browser_functions() {
    watch();
    let before = methods();
    let rum = measured(Traceparent::SameOrigin);
    assert!(methods().iter().zip(&before).all(|(now, before)| now != before));
    rum.consent(false);
    assert_eq!(methods(), before);
    rum.consent(true);
    assert!(is_traceparent(&carried("/api", &JsValue::UNDEFINED).await));
    rum.stop();
    assert_eq!(methods(), before);

    // If the page wraps the function again, its wrapper stays and works.
    let rum = measured(Traceparent::SameOrigin);
    let outer = wrap();
    rum.stop();
    assert_eq!(methods()[0], outer);
    assert_eq!(methods()[1..], before[1..]);
    assert_eq!(carried("/api", &JsValue::UNDEFINED).await, "");
    unwatch();
}
