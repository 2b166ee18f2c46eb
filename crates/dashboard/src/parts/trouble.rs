//! What stands over figures that are late, old or not there: a page's, or one card's.
use crate::data::{Answer, Connection, State, Trouble, use_state};
use crate::format;
use leptos::prelude::*;

/// Says how it stands with `query`; silent while its answers come as they should. That the collector does not
/// answer at all is the header's to tell.
#[component]
pub fn TroubleNotice<T: 'static>(
    /// Whose.
    query: Answer<T>,
    /// What it is about, where other figures beside it may be well.
    #[prop(optional)]
    of: &'static str,
) -> impl IntoView {
    let state = use_state(query);
    let connection: Signal<Connection> = expect_context();
    let again =
        move || view! { <button type="button" on:click=move |_| query.refetch()>"Try again"</button> };
    let about = if of.is_empty() { String::new() } else { format!("{of}: ") };
    let notice = move || {
        match state.get() {
        State::Loading | State::Fresh => None,
        // Seconds are not read out: a screen reader would do nothing else.
        State::Slow(seconds) => Some(
            view! {
                <p class="notice notice-fair">
                    <span>{about.clone()} "The collector is slow. "</span>
                    <span aria-hidden="true">{format!("Waiting for {seconds}\u{a0}s.")}</span>
                </p>
            }
            .into_any(),
        ),
        State::Stale(since) => Some(
            view! {
                <p class="notice notice-fair">
                    <span>{format!("{about}These figures are of {}; newer ones did not come.", format::moment(since))}</span>
                    {again()}
                </p>
            }
            .into_any(),
        ),
        State::Failed(..) if matches!(connection.get(), Connection::Lost(_)) => None,
        State::Failed(trouble, since) => {
            let why = match trouble {
                Trouble::Unreachable => "The collector is there, but this got no answer.".to_owned(),
                trouble => trouble.to_string(),
            };
            let shown = since.map_or_else(String::new, |since| {
                format!(" The figures of {} are shown.", format::moment(since))
            });
            Some(
                view! {
                    <p class="notice notice-poor">
                        <span>{format!("{about}{why}{shown}")}</span>
                        {again()}
                    </p>
                }
                .into_any(),
            )
        }
    }
    };
    view! { <div class="live" role="status" aria-live="polite">{notice}</div> }
}
