//! The page and the cards on it.
use leptos::prelude::*;

/// A page under its heading. Its name becomes the document's title.
#[component]
pub fn Page(
    /// The heading.
    title: &'static str,
    /// What stands beside it: filters.
    #[prop(optional, into)]
    aside: ViewFnOnce,
    children: Children,
) -> impl IntoView {
    document().set_title(&format!("{title} – Whippet"));
    view! {
        <div class="page-head">
            <h1>{title}</h1>
            <div class="filters">{aside.run()}</div>
        </div>
        {children()}
    }
}

/// A card under its own heading.
#[component]
pub fn Panel(
    /// The heading.
    title: &'static str,
    /// What the heading leaves open.
    #[prop(optional, into)]
    note: Option<Signal<String>>,
    children: Children,
) -> impl IntoView {
    view! {
        <section class="panel">
            <div class="panel-head">
                <h2>{title}</h2>
                {note.map(|note| view! { <p class="note">{move || note.get()}</p> })}
            </div>
            {children()}
        </section>
    }
}
