//! What goes wrong in watching: rules that are wrong, and notifications that could not be sent.
use crate::components::Column::{Figures, Words};
use crate::components::{Cell, Panel, Table};
use crate::data::{ApiError, ReportQuery};
use crate::format;
use leptos::prelude::*;
use whippet_api::{Alerts, ConfigState, Status, Undelivered as Unsent, WrongRule};
use whippet_leptos::Query;

/// What the configuration file says and is not in force; nothing where all is.
#[component]
pub(super) fn NotInForce() -> impl IntoView {
    let status: Query<Status, ApiError> = expect_context();
    let said = Memo::new(move |_| {
        status.data.with(|status| status.as_ref()?.config.as_ref().map(not_in_force)).unwrap_or_default()
    });
    move || {
        said.get()
            .into_iter()
            .map(|text| view! { <p class="notice notice-fair" role="status">{text}</p> })
            .collect_view()
    }
}

fn not_in_force(config: &ConfigState) -> Vec<String> {
    let file = config.file.as_deref().unwrap_or("the configuration file");
    let mut said = Vec::new();
    if let Some(error) = &config.error {
        said.push(format!(
            "{file} could not be loaded as it is now; its last version stays in force: {error}"
        ));
    }
    if !config.restart.is_empty() {
        let keys = config.restart.join(", ");
        said.push(format!("{file} has other settings now that need a restart of the collector: {keys}."));
    }
    said
}

/// The parts of the configuration that are wrong; nothing where none is.
#[component]
pub(super) fn Wrong(alerts: ReportQuery<Alerts>) -> impl IntoView {
    let wrong = Memo::new(move |_| {
        alerts.data.with(|report| report.as_ref().map_or_else(Vec::new, |report| report.data.wrong.clone()))
    });
    let rows = Signal::derive(move || Some(wrong.with(|wrong| wrong.iter().map(wrong_row).collect())));
    view! {
        <Show when=move || wrong.with(|wrong| !wrong.is_empty())>
            <Panel title="Wrong in the configuration" note=Signal::stored("left out; the rest is in force".to_owned())>
                <Table
                    caption="What is wrong in the configuration"
                    columns=&[Words("What"), Figures("Line"), Words("What is wrong")]
                    rows
                    nothing=""
                />
            </Panel>
        </Show>
    }
}

fn wrong_row(wrong: &WrongRule) -> Vec<Cell> {
    let line = wrong.line.map_or_else(|| format::NOTHING.to_owned(), |line| line.to_string());
    vec![Cell::Text(wrong.name.clone()), Cell::Figure(line), Cell::Message(wrong.message.clone())]
}

/// Notifications that could not be sent; nothing where all were.
#[component]
pub(super) fn Undelivered(alerts: ReportQuery<Alerts>) -> impl IntoView {
    let unsent = Memo::new(move |_| {
        alerts
            .data
            .with(|report| report.as_ref().map_or_else(Vec::new, |report| report.data.undelivered.clone()))
    });
    let now = Memo::new(move |_| alerts.data.with(|report| report.as_ref().map_or(0, |report| report.asked)));
    let rows = Signal::derive(move || {
        Some(unsent.with(|unsent| unsent.iter().map(|unsent| unsent_row(unsent, now.get())).collect()))
    });
    view! {
        <Show when=move || unsent.with(|unsent| !unsent.is_empty())>
            <Panel title="Not sent" note=Signal::stored("notifications that a receiver did not take".to_owned())>
                <Table
                    caption="Notifications that could not be sent, the newest first"
                    columns=&[Words("Receiver"), Words("About"), Figures("First"), Figures("Attempts"), Words("Next"), Words("Why")]
                    rows
                    nothing=""
                />
            </Panel>
        </Show>
    }
}

fn unsent_row(unsent: &Unsent, now: i64) -> Vec<Cell> {
    let alerts = match unsent.alerts {
        1 => "1 alert".to_owned(),
        count => format!("{} alerts", format::count(count)),
    };
    let what = if unsent.firing { "firing" } else { "resolved" };
    let next = match unsent.next {
        _ if unsent.given_up => Cell::Badge("Given up".to_owned(), "poor"),
        None => Cell::Text("tried again".to_owned()),
        Some(next) if next <= now => Cell::Text("now".to_owned()),
        Some(next) => Cell::Text(format!("in {}", format::long((next - now) as f64))),
    };
    vec![
        Cell::Text(unsent.receiver.clone()),
        Cell::TwoLines(unsent.about.clone(), format!("{alerts}, {what}")),
        Cell::Figure(format::ago(unsent.first, now)),
        Cell::Figure(format::count(unsent.attempts)),
        next,
        Cell::Message(unsent.error.clone()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_sent_says_whether_it_is_tried_again() {
        let unsent = Unsent { next: Some(70_000), attempts: 3, alerts: 2, firing: true, ..Unsent::default() };
        let next = |unsent: &Unsent| unsent_row(unsent, 60_000).swap_remove(4);
        assert_eq!(next(&unsent), Cell::Text("in 10\u{a0}s".to_owned()));
        assert_eq!(next(&Unsent { next: Some(1), ..unsent.clone() }), Cell::Text("now".to_owned()));
        assert_eq!(next(&Unsent { next: None, ..unsent.clone() }), Cell::Text("tried again".to_owned()));
        let given_up = Unsent { given_up: true, ..unsent.clone() };
        assert_eq!(next(&given_up), Cell::Badge("Given up".to_owned(), "poor"));
        assert_eq!(unsent_row(&unsent, 0)[1], Cell::TwoLines(String::new(), "2 alerts, firing".to_owned()));
    }

    #[test]
    fn a_wrong_rule_without_a_line_has_a_dash() {
        let wrong =
            WrongRule { name: "alert \"x\"".to_owned(), line: None, message: "no such level".to_owned() };
        assert_eq!(wrong_row(&wrong)[1], Cell::Figure(format::NOTHING.to_owned()));
        assert_eq!(wrong_row(&WrongRule { line: Some(12), ..wrong })[1], Cell::Figure("12".to_owned()));
    }

    #[test]
    fn what_is_not_in_force_is_said() {
        let config = ConfigState { file: Some("whippet.toml".to_owned()), ..ConfigState::default() };
        assert!(not_in_force(&config).is_empty());
        let broken = ConfigState {
            error: Some("line 3: `lisen` is not known: did you mean `listen`?".to_owned()),
            restart: vec!["listen".to_owned(), "store".to_owned()],
            ..config
        };
        let said = not_in_force(&broken);
        assert_eq!(said.len(), 2);
        assert!(said[0].contains("line 3") && said[1].ends_with("restart of the collector: listen, store."));
    }
}
