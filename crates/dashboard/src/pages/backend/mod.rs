//! Backend: what a scraped target tells, in sections, and any other metric that it exposes.
mod explorer;
mod sections;

use super::slow_queries::SlowQueries;
use super::targets::Targets;
use crate::components::{EmptyState, Page, ReportNotice, ScrapeHint, Select, Snippet};
use crate::data::{ApiError, ReportQuery, use_backend};
use crate::format;
use crate::view_state::{use_change_view_state, use_view_state};
use explorer::{Explorer, counted};
use leptos::prelude::*;
use sections::Sections;
use whippet_api::{Backend as Told, Status, Target};
use whippet_leptos::Query;

/// The target name of the collector itself.
const COLLECTOR: &str = "collector";

/// Whether the collector is the only target.
pub(super) fn only_itself(status: &Status) -> bool {
    status.targets.iter().all(|target| target.name == COLLECTOR)
}

/// The selected target; by default the first that is not the collector.
pub(super) fn target() -> Signal<Option<String>> {
    let status: Query<Status, ApiError> = expect_context();
    let view = use_view_state();
    Memo::new(move |_| {
        view.get().target.or_else(|| {
            let status = status.data.get()?;
            let first = status.targets.iter().find(|target| target.name != COLLECTOR);
            Some(first.or(status.targets.first())?.name.clone())
        })
    })
    .into()
}

/// At `/backend`.
#[component]
pub fn Backend() -> impl IntoView {
    let status: Query<Status, ApiError> = expect_context();
    let target = target();
    let backend = use_backend(target);
    let itself_only = Memo::new(move |_| status.data.get().is_some_and(|status| only_itself(&status)));
    let chosen = Memo::new(move |_| {
        let name = target.get()?;
        status.data.get()?.targets.iter().find(|target| target.name == name).cloned()
    });

    let inexact = move || {
        let until = backend.data.get()?.data.inexact_until?;
        let now = status.data.with(|status| status.as_ref().map_or(0, |status| status.now));
        let until = format::ago(until, now);
        Some(format!(
            "Counts until {until} may be too high: an older version of the collector counted some twice."
        ))
    };
    // Where figures are read from a Prometheus: what it could not answer.
    let missing = move || {
        let report = backend.data.get()?;
        let notes = &report.data.notes;
        (!notes.is_empty()).then(|| format!("Something may be missing here: {}", notes.join("; ")))
    };
    view! {
        <Page title="Backend" aside=move || view! { <TargetPicker target/> }>
            <ReportNotice query=backend/>
            <Scraped chosen/>
            {move || inexact().map(|text| view! { <p class="note">{text}</p> })}
            {move || missing().map(|text| view! { <p class="notice notice-fair" role="status"><span>{text}</span></p> })}
            <Show when=move || itself_only.get()><ScrapeHint/></Show>
            <Understood backend chosen/>
            <Sections backend/>
            <SlowQueries target/>
            <Explorer target backend/>
            <Targets/>
        </Page>
    }
}

#[component]
fn TargetPicker(target: Signal<Option<String>>) -> impl IntoView {
    let status: Query<Status, ApiError> = expect_context();
    let change = use_change_view_state();
    let choices = Memo::new(move |_| {
        let mut names: Vec<String> = status.data.get().map_or_else(Vec::new, |status| {
            status.targets.iter().map(|target| target.name.clone()).collect()
        });
        names.extend(target.get().filter(|name| !names.contains(name)));
        names.into_iter().map(|name| (name.clone(), name)).collect::<Vec<_>>()
    });
    view! {
        <Select
            label="Target"
            choices
            chosen=Signal::derive(move || target.get().unwrap_or_default())
            choose=move |name: String| {
                change(&|view| {
                    view.target = Some(name.clone());
                    (view.metric, view.by) = (None, None);
                })
            }
        />
    }
}

/// Whether the target responds, and when it was last scraped.
#[component]
fn Scraped(chosen: Memo<Option<Target>>) -> impl IntoView {
    let status: Query<Status, ApiError> = expect_context();
    let when = move |target: &Target| {
        let now = status.data.with(|status| status.as_ref().map_or(0, |status| status.now));
        target.last_scrape.map_or_else(|| "not yet".to_owned(), |then| format::ago(then, now))
    };
    move || match chosen.get() {
        // Keeps the space, so that the page does not move.
        None => view! { <p class="note"></p> }.into_any(),
        Some(target) => match target.error.as_ref().filter(|_| !target.up) {
            Some(error) => view! {
                // How long ago it was is another text each time, which screen readers would read again.
                <p class="notice notice-poor">
                    <span>
                        <strong role="status">{format!("{} does not answer. ", target.name)}</strong>
                        {format!("{} was last tried {}: {error}", target.url, when(&target))}
                    </span>
                </p>
            }
            .into_any(),
            None => {
                let address = (target.name != COLLECTOR).then(|| view! { <code>{target.url.clone()}</code> });
                let note = target.note.as_ref().map(|note| format!("; {note}"));
                view! { <p class="note">{address} {format!(" scraped {}", when(&target))} {note}</p> }
                    .into_any()
            }
        },
    }
}

/// What is known of the target. Where nothing is, how to change that.
#[component]
fn Understood(backend: ReportQuery<Told>, chosen: Memo<Option<Target>>) -> impl IntoView {
    let known =
        Memo::new(move |_| backend.data.with(|report| report.as_ref().map(|report| Known::of(&report.data))));
    move || {
        let known = known.get()?;
        let is_up = chosen.with(|target| target.as_ref().is_some_and(|target| target.up));
        let view = match (known.sections, known.metrics) {
            (0, 0) if is_up => view! {
                <EmptyState title="It answers, but exposes no metrics yet">
                    <p>"Its scrapes work. As soon as a metric comes with them, it is shown here."</p>
                </EmptyState>
            }
            .into_any(),
            (0, 0) => ().into_any(),
            (0, metrics) => view! {
                <EmptyState title="Nothing of this backend is understood yet">
                    <p>
                        {format!("Its scrapes work: it exposes {}, and no pattern knows any of them. ", counted(metrics))}
                        "All are listed below, and each can be charted. To have them understood, say in "
                        <code>"whippet.toml"</code> " what they mean:"
                    </p>
                    <Snippet code=MAPPING/>
                </EmptyState>
            }
            .into_any(),
            _ => view! { <p class="note">{known.words()}</p> }.into_any(),
        };
        Some(view)
    }
}

/// An example of an own mapping.
const MAPPING: &str = "[[mapping]]\nsignal = \"http.server.requests\"\nmetric = \"my_requests_total\"\n\
                       route = \"path\"\nstatus = \"code\"";

#[derive(Clone, PartialEq)]
struct Known {
    exporters: Vec<String>,
    metrics: usize,
    unknown: usize,
    sections: usize,
}

impl Known {
    fn of(backend: &Told) -> Self {
        Self {
            exporters: backend.exporters.clone(),
            metrics: backend.metrics,
            unknown: backend.unknown,
            sections: backend.sections.len(),
        }
    }

    fn words(&self) -> String {
        let who = self.exporters.join(", ");
        let rest = match self.unknown {
            0 => "all of them understood".to_owned(),
            unknown if unknown == self.metrics => "none of them understood".to_owned(),
            unknown => format!("{} of them understood", self.metrics - unknown),
        };
        let what = format!("{}, {rest}", counted(self.metrics));
        if who.is_empty() { what } else { format!("{who}: {what}") }
    }
}

#[cfg(test)]
mod tests {
    use super::Known;

    #[test]
    fn what_is_known_is_said_in_a_line() {
        let words = |exporters: &[&str], metrics, unknown| {
            let exporters = exporters.iter().map(|name| (*name).to_owned()).collect();
            Known { exporters, metrics, unknown, sections: 1 }.words()
        };
        assert_eq!(words(&["a", "b"], 12, 3), "a, b: 12 metrics, 9 of them understood");
        assert_eq!(words(&[], 1, 0), "1 metric, all of them understood");
        assert_eq!(words(&["a"], 5, 5), "a: 5 metrics, none of them understood");
    }
}
