//! Alerts: what fires, what is silenced, what could not be sent, and what fired.
mod groups;
mod history;
mod silence_form;
mod silences;
mod state;
mod trouble;

use crate::components::{EmptyState, Page, ReportNotice, Snippet};
use crate::data::{use_alerts, use_silencing};
use crate::format;
use groups::Groups;
use history::History;
use leptos::prelude::*;
use silence_form::SilenceForm;
use silences::Silences;
use trouble::{NotInForce, Undelivered, Wrong};
use whippet_api::Alerts as Watched;

/// Rules are evaluated every 30 s; after this nobody does, ms.
const OVERDUE: i64 = 120_000;

/// At `/alerts`.
#[component]
pub fn Alerts() -> impl IntoView {
    let alerts = use_alerts();
    let silencing = use_silencing();
    let says = move || match alerts.data.get() {
        None if alerts.error.with(Option::is_some) => "The alerts are not loaded.".to_owned(),
        None => "Loading the alerts.".to_owned(),
        Some(report) => verdict(&report.data),
    };
    let late = move || {
        alerts.data.with(|report| report.as_ref().and_then(|report| late(&report.data, report.asked)))
    };
    let no_rules = Memo::new(move |_| {
        alerts.data.with(|report| report.as_ref().is_some_and(|report| report.data.rules == 0))
    });
    let nobody = Memo::new(move |_| {
        alerts.data.with(|report| report.as_ref().is_some_and(|report| nobody_is_told(&report.data)))
    });
    view! {
        <Page title="Alerts">
            <ReportNotice query=alerts/>
            <p class="verdict" role="status">{says}</p>
            {move || late().map(|text| view! { <p class="notice notice-poor">{text}</p> })}
            <NotInForce/>
            <Wrong alerts/>
            <SilenceForm alerts silencing/>
            <Groups alerts/>
            <Show when=move || no_rules.get()><NoRules/></Show>
            <Show when=move || nobody.get()>
                <p class="note">
                    "Nobody is notified: the configuration has no " <code>"[[receiver]]"</code> ". Alerts are shown here alone."
                </p>
            </Show>
            <Undelivered alerts/>
            <Silences alerts silencing/>
            <History alerts/>
        </Page>
    }
}

/// Says in a sentence or two how things are.
fn verdict(alerts: &Watched) -> String {
    let counts = alerts.counts;
    let of = |count: u64, one: &str, several: &str| match count {
        0 => None,
        1 => Some(format!("One alert {one}")),
        count => Some(format!("{} alerts {several}", format::count(count))),
    };
    let parts: Vec<String> = [
        of(counts.firing, "fires", "fire"),
        of(counts.pending, "is pending", "are pending"),
        of(counts.no_data, "has no data", "have no data"),
        of(counts.silenced, "fires in silence", "fire in silence"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let rules = match alerts.rules {
        0 => "No rule is evaluated.".to_owned(),
        1 => "One rule is evaluated.".to_owned(),
        rules => format!("{} rules are evaluated.", format::count(rules as u64)),
    };
    let mut text = match parts.split_first() {
        None => "Nothing fires.".to_owned(),
        // Only the first names what it counts.
        Some((first, rest)) => {
            let rest = rest.iter().map(|part| part.replace("One alert", "one").replace(" alerts", ""));
            format!("{}.", std::iter::once(first.clone()).chain(rest).collect::<Vec<_>>().join(", "))
        }
    };
    text.push(' ');
    text.push_str(&rules);
    if alerts.left_out > 0 {
        text.push_str(&format!(
            " {} are not listed, as there are too many.",
            format::count(alerts.left_out as u64)
        ));
    }
    text
}

/// Says that nobody evaluates the rules; `None` where somebody does.
fn late(alerts: &Watched, now: i64) -> Option<String> {
    let since = alerts.evaluated.filter(|since| *since < now - OVERDUE)?;
    Some(format!("The rules were last evaluated {}: what is shown here is of then.", format::ago(since, now)))
}

/// Whether alerts could fire, and nobody would be told.
fn nobody_is_told(alerts: &Watched) -> bool {
    alerts.rules > 0 && alerts.receivers.is_empty()
}

#[component]
fn NoRules() -> impl IntoView {
    let code = "[[alert]]\nname = \"backend is down\"\ntarget = \"*\"\nwatch = \"down\"\nfor = \"2m\"\n\n\
                [[receiver]]\nname = \"ops\"\ntype = \"webhook\"\nurl = \"https://ops.example/hook\"";
    view! {
        <EmptyState title="No rule watches anything yet">
            <p>"Write rules into the configuration, and name who is told:"</p>
            <Snippet code/>
            <p><code>"whippet config --example"</code> " prints all that there is to set."</p>
        </EmptyState>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use whippet_api::AlertCounts;

    fn watched(firing: u64, pending: u64, no_data: u64, silenced: u64) -> Watched {
        let counts = AlertCounts { firing, pending, no_data, silenced };
        Watched { counts, rules: 14, evaluated: Some(1_000_000), ..Watched::default() }
    }

    #[test]
    fn the_verdict_counts_alerts_by_state() {
        assert_eq!(verdict(&watched(0, 0, 0, 0)), "Nothing fires. 14 rules are evaluated.");
        assert_eq!(verdict(&watched(1, 0, 0, 0)), "One alert fires. 14 rules are evaluated.");
        assert_eq!(
            verdict(&watched(2, 1, 3, 1)),
            "2 alerts fire, one is pending, 3 have no data, one fires in silence. 14 rules are evaluated."
        );
        assert_eq!(verdict(&Watched { left_out: 12, ..watched(0, 1, 0, 0) }).split('.').count(), 4);
        assert_eq!(verdict(&Watched::default()), "Nothing fires. No rule is evaluated.");
    }

    #[test]
    fn rules_that_nobody_evaluates_are_said() {
        let alerts = watched(0, 0, 0, 0);
        assert_eq!(late(&alerts, 1_100_000), None);
        assert!(
            late(&alerts, 1_200_000).unwrap().contains("200\u{a0}s ago")
                || late(&alerts, 1_200_000).unwrap().contains("min ago")
        );
        assert_eq!(late(&Watched { evaluated: None, ..alerts }, 9_000_000), None, "it has only just begun");
    }

    #[test]
    fn rules_without_a_receiver_tell_nobody() {
        let alerts = watched(0, 0, 0, 0);
        assert!(nobody_is_told(&alerts));
        assert!(!nobody_is_told(&Watched { receivers: vec!["ops".to_owned()], ..alerts }));
        assert!(!nobody_is_told(&Watched::default()), "there is nothing to tell");
    }
}
