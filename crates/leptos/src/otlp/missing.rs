//! Where the crate was taken from the repository and nobody has built the script.
use super::OtlpOptions;
use whippet_web::rum::Format;

/// Converts nothing: the beacons count as lost.
pub(super) fn format(_: OtlpOptions) -> Format {
    leptos::logging::error!(
        "whippet: nothing is sent as OTLP without its script: run `cargo xtask build` in Whippet's repository, or take whippet-leptos from the registry",
    );
    Box::new(|_, _| None)
}
