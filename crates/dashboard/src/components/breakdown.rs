//! The phases of a duration, as a bar and as a list.
use crate::format;
use leptos::prelude::*;

/// A phase: its name and duration, ms.
pub type Phase = (String, f64);

/// The CSS classes that colour the phases, in order. No duration has more phases.
const TONES: [&str; 5] = ["tone-first", "tone-second", "tone-third", "tone-fourth", "tone-fifth"];

/// The phases of a duration, in the order of time.
#[component]
pub fn Breakdown(
    /// What the duration is.
    title: String,
    /// The duration, formatted.
    whole: String,
    /// The phases.
    phases: Vec<Phase>,
) -> impl IntoView {
    let toned = || phases.iter().zip(TONES.into_iter().cycle());
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
    let label = format!("Phases of {title}, 75th percentiles");
    view! {
        <div class="breakdown">
            <h3>{title} " " <b>{whole}</b></h3>
            <div class="stack" aria-hidden="true">{bar}</div>
            <ul aria-label=label>{list}</ul>
        </div>
    }
}
