//! Beacons as OTLP, for OpenTelemetry's collectors. The npm package converts them: `whippet/rum/otlp` is in the script that
//! `cargo xtask build` writes, so that the conversion stands once.
#[cfg(otlp_missing)]
mod missing;
mod otlp_options;
#[cfg(otlp_script)]
mod script;
#[cfg(not(any(otlp_script, otlp_missing)))]
mod server;

#[cfg(otlp_missing)]
use missing as converter;
#[cfg(otlp_script)]
use script as converter;
#[cfg(not(any(otlp_script, otlp_missing)))]
use server as converter;

pub use otlp_options::OtlpOptions;
use whippet_web::rum::Format;

/// What to give [`RumOptions::format`](crate::RumOptions::format), so that beacons are sent as OTLP/HTTP in JSON: log records to
/// the endpoint's `/v1/logs`, metrics to its `/v1/metrics`. Both are `application/json`, which needs a CORS preflight: the
/// collector must allow the page's origin and the header `content-type`.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use whippet_leptos::{OtlpOptions, RumOptions, otlp, provide_rum};
/// #[component]
/// fn App() -> impl IntoView {
///     let mut options = RumOptions::new("https://otel.example:4318", "shop");
///     options.format = Some(otlp(OtlpOptions::new().attribute("deployment.environment.name", "production")));
///     provide_rum(options);
///     view! { <main>"…"</main> }
/// }
/// ```
pub fn otlp(options: OtlpOptions) -> Format {
    converter::format(options)
}
