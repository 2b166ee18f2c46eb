//! Compresses request bodies, unless the page is hidden first.
use super::super::browser;
use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    type Blob;
    #[wasm_bindgen(constructor, catch)]
    fn new(parts: &Array) -> Result<Blob, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn stream(this: &Blob) -> Result<Stream, JsValue>;

    type Stream;
    #[wasm_bindgen(method, catch, js_name = pipeThrough)]
    fn pipe_through(this: &Stream, through: &CompressionStream) -> Result<Stream, JsValue>;

    type CompressionStream;
    #[wasm_bindgen(constructor, catch)]
    fn new(format: &str) -> Result<CompressionStream, JsValue>;

    type Response;
    #[wasm_bindgen(constructor, catch)]
    fn new(body: &Stream) -> Result<Response, JsValue>;
    #[wasm_bindgen(method, catch, js_name = arrayBuffer)]
    fn array_buffer(this: &Response) -> Result<Promise, JsValue>;
}

/// Events after which a page may be unloaded.
const UNLOAD_EVENTS: [&str; 2] = ["visibilitychange", "pagehide"];

/// `body` as gzip. `None` if the browser cannot compress, or if the page is hidden first: then the request must not wait.
pub(super) async fn gzip(body: &str) -> Option<js_sys::ArrayBuffer> {
    let zipped = compressed(body).ok()?;
    let mut on_hidden = JsValue::UNDEFINED;
    let hidden = Promise::new(&mut |resolve, _| {
        for kind in UNLOAD_EVENTS {
            browser::add_event_listener(&js_sys::global(), kind, &resolve, true);
        }
        on_hidden = resolve.into();
    });
    let first = JsFuture::from(Promise::race(&Array::of2(&zipped, &hidden))).await;
    for kind in UNLOAD_EVENTS {
        browser::remove_event_listener(&js_sys::global(), kind, &on_hidden, true);
    }
    first.ok()?.dyn_into().ok()
}

fn compressed(body: &str) -> Result<Promise, JsValue> {
    let through = CompressionStream::new("gzip")?;
    let stream = Blob::new(&Array::of1(&body.into()))?.stream()?.pipe_through(&through)?;
    Response::new(&stream)?.array_buffer()
}
