//! Where a time goes: its parts, as a bar and in words.
use crate::format;
use leptos::prelude::*;

/// A part: what it is called, and how long it took, ms.
pub type Part = (String, f64);

/// What colours the parts, in their order. There are never more.
const TONES: [&str; 5] = ["tone-first", "tone-second", "tone-third", "tone-fourth", "tone-fifth"];

/// The parts of `whole` in the order of time. The bar shows how they compare; the list, in the same order, says it.
#[component]
pub fn Breakdown(
    /// What they are parts of.
    title: String,
    /// How long that took, written out.
    whole: String,
    /// The parts.
    parts: Vec<Part>,
) -> impl IntoView {
    let toned = || parts.iter().zip(TONES.into_iter().cycle());
    let bar = toned()
        .filter(|((_, ms), _)| *ms > 0.0)
        .map(|((_, ms), tone)| view! { <i class=tone style:flex-grow=ms.to_string()></i> })
        .collect_view();
    let list = toned()
        .map(|((name, ms), tone)| {
            view! {
                <li>
                    <span class=format!("swatch {tone}") aria-hidden="true"></span>
                    <span>{name.clone()}</span>
                    " "
                    <b>{format::milliseconds(*ms)}</b>
                </li>
            }
        })
        .collect_view();
    let label = format!("Parts of {title}, 75th percentiles");
    view! {
        <div class="breakdown">
            <h3>{title} " " <b>{whole}</b></h3>
            <div class="stack" aria-hidden="true">{bar}</div>
            <ul aria-label=label>{list}</ul>
        </div>
    }
}
