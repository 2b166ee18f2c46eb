//! Makes large bodies small, while there is time.
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

/// What tells that a page may soon be gone.
const LEAVING: [&str; 2] = ["visibilitychange", "pagehide"];

/// `body` as gzip, an `ArrayBuffer`; `None` where that cannot be done, or the page is hidden first: then nothing may
/// wait.
pub(super) async fn gzip(body: &str) -> Option<js_sys::ArrayBuffer> {
    let zipped = compressed(body).ok()?;
    let mut leave = JsValue::UNDEFINED;
    let hidden = Promise::new(&mut |resolve, _| {
        for kind in LEAVING {
            browser::add_event_listener(&js_sys::global(), kind, &resolve, true);
        }
        leave = resolve.into();
    });
    let first = JsFuture::from(Promise::race(&Array::of2(&zipped, &hidden))).await;
    for kind in LEAVING {
        browser::remove_event_listener(&js_sys::global(), kind, &leave, true);
    }
    first.ok()?.dyn_into().ok()
}

fn compressed(body: &str) -> Result<Promise, JsValue> {
    let through = CompressionStream::new("gzip")?;
    let stream = Blob::new(&Array::of1(&body.into()))?.stream()?.pipe_through(&through)?;
    Response::new(&stream)?.array_buffer()
}
