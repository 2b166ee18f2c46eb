//! Page and panel.
use leptos::html;
use leptos::prelude::*;

/// Whether a page was shown before this one.
#[derive(Clone, Copy)]
struct ShownBefore(StoredValue<bool>);

/// Lets each [`Page`] know whether it is the first. Call once.
pub fn provide_page_changes() {
    provide_context(ShownBefore(StoredValue::new(false)));
}

/// A page with a heading, which also becomes the document's title. Of a page that follows another, the heading takes the focus:
/// screen readers read it, as nothing else tells them that the page is another one.
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
    let heading = NodeRef::<html::H1>::new();
    let ShownBefore(shown_before) = expect_context();
    Effect::new(move || {
        let Some(heading) = heading.get() else { return };
        if shown_before.get_value() {
            // The router has scrolled already: to the top, or to where somebody was who goes back.
            let options = web_sys::FocusOptions::new();
            options.set_prevent_scroll(true);
            // When it is in the document.
            request_animation_frame(move || {
                // A form of the new page may have taken it by then.
                let taken = document()
                    .active_element()
                    .is_some_and(|active| active.closest("main form").ok().flatten().is_some());
                if !taken {
                    let _ = heading.focus_with_options(&options);
                }
            });
        }
        shown_before.set_value(true);
    });
    view! {
        <div class="page-head">
            <h1 tabindex="-1" node_ref=heading>{title}</h1>
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
    /// Whether its figures are those of the range or the filters of before. They are told from others then.
    #[prop(optional, into)]
    busy: Option<Signal<bool>>,
    children: Children,
) -> impl IntoView {
    let is_busy = move || busy.is_some_and(|busy| busy.get()).then_some("true");
    view! {
        <section class="panel" aria-busy=is_busy>
            <div class="panel-head">
                <h2>{title}</h2>
                {note.map(|note| view! { <p class="note">{move || note.get()}</p> })}
            </div>
            {children()}
        </section>
    }
}
