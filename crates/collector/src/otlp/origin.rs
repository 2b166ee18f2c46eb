//! Whether a resource is a browser or a service.
use super::model::{KeyValue, text};

/// Whether a resource says that it is a browser: by the SDK's language, or by an attribute of browsers. Who sends through a
/// page's `fetch` is one whatever it says; the routes know that.
pub fn is_browser(attributes: &[KeyValue]) -> bool {
    text(attributes, &["telemetry.sdk.language"]) == "webjs"
        || attributes.iter().any(|attribute| attribute.key.starts_with("browser."))
}

/// The service's name; empty where it has none, or that which SDKs give to services without.
pub fn service_name(attributes: &[KeyValue]) -> &str {
    let name = text(attributes, &["service.name"]);
    if name.starts_with("unknown_service") { "" } else { name }
}
