//! Releases: which there are, what they changed, and any two sides compared.
mod comparison;
mod list;
mod regressions;
mod sides;
mod verdict;

use super::vitals::PageFilter;
use crate::components::{BeaconHint, Page, ReportNotice, Select};
use crate::data::{ApiError, use_compared_subject, use_releases};
use crate::view_state::{use_change_view_state, use_view_state};
use comparison::ComparisonPanels;
use leptos::prelude::*;
use list::ReleaseList;
use regressions::RegressionList;
use sides::SidesForm;
use whippet_api::Status;
use whippet_leptos::Query;

/// At `/releases`.
#[component]
pub fn Releases() -> impl IntoView {
    let status: Query<Status, ApiError> = expect_context();
    let view = use_view_state();
    let releases = use_releases();
    let subject = use_compared_subject();
    let never = Memo::new(move |_| status.data.get().is_some_and(|status| status.beacons == 0));
    let is_route = Memo::new(move |_| subject.get().is_some_and(|about| about.backend));
    let compares = Memo::new(move |_| view.with(|view| view.compares()));
    view! {
        <Page title="Releases" aside=move || view! { <PageFilter is_route/> <SubjectSelect/> }>
            <ReportNotice query=releases/>
            <Show when=move || never.get() && !is_route.get()><BeaconHint/></Show>
            <SidesForm releases subject/>
            <Show when=move || compares.get()><ComparisonPanels subject/></Show>
            <ReleaseList releases/>
            <RegressionList/>
        </Page>
    }
}

/// What the releases are of: an app or a target. Hidden while there is none.
#[component]
fn SubjectSelect() -> impl IntoView {
    const ALL: &str = "";
    let status: Query<Status, ApiError> = expect_context();
    let view = use_view_state();
    let change = use_change_view_state();
    let chosen = Memo::new(move |_| {
        view.with(|view| match (&view.app, &view.target) {
            (Some(app), _) => format!("app {app}"),
            (None, Some(target)) => format!("target {target}"),
            (None, None) => ALL.to_owned(),
        })
    });
    let choices = Memo::new(move |_| {
        let mut choices = vec![(ALL.to_owned(), "All".to_owned())];
        status.data.with(|status| {
            let Some(status) = status else { return };
            choices.extend(status.apps.iter().map(|app| (format!("app {app}"), app.clone())));
            let targets = status.targets.iter().map(|target| &target.name);
            choices.extend(targets.map(|name| (format!("target {name}"), format!("{name} (backend)"))));
        });
        // One of the address is listed even if there is no data of it any more.
        let chosen = chosen.get();
        if let Some((_, name)) = chosen.split_once(' ')
            && !choices.iter().any(|choice| choice.0 == chosen)
        {
            choices.push((chosen.clone(), name.to_owned()));
        }
        choices
    });
    let useful = Memo::new(move |_| choices.with(|choices| choices.len() > 1));
    view! {
        <Show when=move || useful.get()>
            <Select
                label="Of"
                choices
                chosen
                choose={
                    let change = change.clone();
                    move |name: String| {
                        change(&|view| {
                            let (kind, name) = name.split_once(' ').unwrap_or_default();
                            view.leave_page();
                            view.app = (kind == "app").then(|| name.to_owned());
                            view.target = (kind == "target").then(|| name.to_owned());
                        })
                    }
                }
            />
        </Show>
    }
}
