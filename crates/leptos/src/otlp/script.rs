//! In a browser the npm package's code converts.
use super::OtlpOptions;
use std::collections::BTreeMap;
use wasm_bindgen::prelude::*;
use whippet_web::rum::{Format, FormattedRequest};

#[wasm_bindgen(module = "/js/otlp.js")]
extern "C" {
    /// A function of a beacon and an endpoint.
    type OtlpFormat;

    #[wasm_bindgen(js_name = otlpFormat)]
    fn otlp_format(attributes: &str, logs: bool, metrics: bool) -> OtlpFormat;

    /// URL and body of each request.
    #[wasm_bindgen(method, catch)]
    fn call(this: &OtlpFormat, scope: &JsValue, beacon: &str, endpoint: &str)
    -> Result<Vec<String>, JsValue>;
}

pub(super) fn format(options: OtlpOptions) -> Format {
    let OtlpOptions { attributes, headers, logs, metrics } = options;
    // A name that is given twice has its last value.
    let attributes: BTreeMap<_, _> = attributes.into_iter().collect();
    let attributes = serde_json::to_string(&attributes).unwrap_or_else(|_| "{}".into());
    let convert = otlp_format(&attributes, logs, metrics);
    Box::new(move |beacon, endpoint| {
        let parts = convert.call(&JsValue::UNDEFINED, beacon, endpoint).ok()?;
        let (requests, _) = parts.as_chunks::<2>();
        let request = |[url, body]: &[String; 2]| FormattedRequest {
            url: url.clone(),
            body: body.clone(),
            content_type: "application/json".into(),
            headers: headers.clone(),
        };
        Some(requests.iter().map(request).collect())
    })
}
