//! On a server nothing is measured, so nothing is converted.
use super::OtlpOptions;
use whippet_web::rum::Format;

pub(super) fn format(_: OtlpOptions) -> Format {
    Box::new(|_, _| Some(Vec::new()))
}
