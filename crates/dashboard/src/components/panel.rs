//! Page and panel.
use leptos::prelude::*;

/// A page with a heading, which also becomes the document's title.
#[component]
pub fn Page(
    /// The heading.
    title: &'static str,
    /// Filters beside the heading.
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

/// A panel with a heading.
#[component]
pub fn Panel(
    /// The heading.
    title: &'static str,
    /// A note beside the heading.
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
