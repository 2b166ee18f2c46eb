//! Choosing what is shown; the choice goes into the URL.
use crate::data::Trouble;
use crate::view::{use_change_view, use_view};
use leptos::prelude::*;
use whippet_api::Status;
use whippet_leptos::Query;

/// A labelled list to choose from.
#[component]
pub fn Picker(
    /// What is chosen.
    label: &'static str,
    /// What there is: the value and what the reader reads.
    #[prop(into)]
    choices: Signal<Vec<(String, String)>>,
    /// What is chosen now.
    #[prop(into)]
    chosen: Signal<String>,
    /// What to do with a new choice.
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

/// Whose pages are shown. Not there while there is no more than one app to choose from.
#[component]
pub fn AppFilter() -> impl IntoView {
    let status: Query<Status, Trouble> = expect_context();
    let view = use_view();
    let change = use_change_view();
    let apps = Memo::new(move |_| status.data.get().map_or_else(Vec::new, |status| status.apps.clone()));
    let choices = Memo::new(move |_| {
        let all = (String::new(), "All apps".to_owned());
        let mut choices = vec![all];
        choices.extend(apps.get().into_iter().map(|app| (app.clone(), app)));
        // An app of an old link is named even if nothing is known of it any more.
        if let Some(app) = view.get().app
            && !choices.iter().any(|(value, _)| *value == app)
        {
            choices.push((app.clone(), app));
        }
        choices
    });
    let useful =
        Memo::new(move |_| choices.with(|choices| choices.len() > 2) || view.with(|view| view.app.is_some()));
    let chosen = Signal::derive(move || view.get().app.unwrap_or_default());
    view! {
        <Show when=move || useful.get()>
            <Picker
                label="App"
                choices
                chosen
                choose={
                    let change = change.clone();
                    move |app: String| {
                        change(&|view| {
                            view.app = Some(app.clone()).filter(|app| !app.is_empty());
                            view.page = None;
                        })
                    }
                }
            />
        </Show>
    }
}
