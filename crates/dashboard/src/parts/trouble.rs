//! A page's own trouble: the collector answers, but not this question.
use crate::data::Trouble;
use leptos::prelude::*;
use whippet_leptos::Query;

/// Says why `query` has no fresh answer. An unreachable collector is the header's to tell.
#[component]
pub fn TroubleNotice<T: 'static>(query: Query<T, Trouble>) -> impl IntoView {
    let trouble = move || {
        let trouble = query.error.get()?;
        (*trouble != Trouble::Unreachable).then(|| {
            view! {
                <p class="notice notice-poor">
                    <span>{trouble.to_string()}</span>
                    <button type="button" on:click=move |_| query.refetch()>"Try again"</button>
                </p>
            }
        })
    };
    view! { <div class="live" role="status" aria-live="polite">{trouble}</div> }
}
