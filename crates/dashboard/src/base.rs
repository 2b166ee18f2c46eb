//! The path below which a proxy shows the dashboard, such as `/whippet`; empty where there is none.
use leptos::prelude::document;

/// The path that the dashboard's own paths begin with.
fn base() -> String {
    // `assets/start.js` writes it.
    let path = document().document_element().and_then(|root| root.get_attribute("data-base"));
    path.unwrap_or_default().trim_end_matches('/').to_owned()
}

/// The path of this page or endpoint of the collector, which begins with a slash.
pub fn at(path: &str) -> String {
    format!("{}{path}", base())
}
