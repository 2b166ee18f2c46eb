//! Lists to choose from. Choices are stored in the URL.
use crate::data::ApiError;
use crate::view_state::{use_change_view_state, use_view_state};
use leptos::prelude::*;
use whippet_api::Status;
use whippet_leptos::Query;

/// A labelled `<select>`.
#[component]
pub fn Select(
    /// The label.
    label: &'static str,
    /// The options: value and text.
    #[prop(into)]
    choices: Signal<Vec<(String, String)>>,
    /// The selected value.
    #[prop(into)]
    chosen: Signal<String>,
    /// Called with the new value.
    choose: impl Fn(String) + 'static,
) -> impl IntoView {
    let options = move || {
        choices
            .get()
            .into_iter()
            .map(|(value, words)| {
                let this = value.clone();
                view! { <option value=value selected=move || chosen.get() == this>{words}</option> }
            })
            .collect_view()
    };
    view! {
        <label class="picker">
            <span>{label}</span>
            <select on:change=move |event| choose(event_target_value(&event)) prop:value=move || chosen.get()>
                {options}
            </select>
        </label>
    }
}

/// Selects an app. Hidden while there is only one, unless the page does not show that.
#[component]
pub fn AppFilter(
    /// Whether the page does not show every app.
    #[prop(optional, into)]
    leaves_out: Option<Signal<bool>>,
) -> impl IntoView {
    let status: Query<Status, ApiError> = expect_context();
    let view = use_view_state();
    let change = use_change_view_state();
    let apps = Memo::new(move |_| status.data.get().map_or_else(Vec::new, |status| status.apps.clone()));
    let choices = Memo::new(move |_| {
        let all = (String::new(), "All apps".to_owned());
        let mut choices = vec![all];
        choices.extend(apps.get().into_iter().map(|app| (app.clone(), app)));
        // An app in the URL is listed even if the collector has no data of it any more.
        if let Some(app) = view.get().app
            && !choices.iter().any(|(value, _)| *value == app)
        {
            choices.push((app.clone(), app));
        }
        choices
    });
    let useful = Memo::new(move |_| {
        choices.with(|choices| choices.len() > 2)
            || view.with(|view| view.app.is_some())
            || leaves_out.is_some_and(|leaves_out| leaves_out.get())
    });
    let chosen = Signal::derive(move || view.get().app.unwrap_or_default());
    view! {
        <Show when=move || useful.get()>
            <Select
                label="App"
                choices
                chosen
                choose={
                    let change = change.clone();
                    move |app: String| {
                        change(&|view| {
                            view.app = Some(app.clone()).filter(|app| !app.is_empty());
                            view.page = None;
                            view.timing = None;
                            // Another app has other releases.
                            if let Some(split) = &mut view.split {
                                split.value = None;
                            }
                        })
                    }
                }
            />
        </Show>
    }
}
