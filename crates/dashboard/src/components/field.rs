//! Fields to type into.
use leptos::prelude::*;

/// A labelled `<input>`.
#[component]
pub fn Field(
    /// The label.
    #[prop(into)]
    label: Oco<'static, str>,
    /// What is in it.
    value: RwSignal<String>,
    /// The kind of input: `text`, `datetime-local`.
    #[prop(default = "text")]
    kind: &'static str,
    /// An example, shown while it is empty.
    #[prop(optional)]
    example: &'static str,
    /// Whether the form cannot be sent without it.
    #[prop(optional)]
    required: bool,
) -> impl IntoView {
    view! {
        <label class="picker field">
            <span>{label}</span>
            <input
                type=kind
                placeholder=example
                required=required
                // The collector's bound: longer texts are refused.
                maxlength="500"
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
            />
        </label>
    }
}
