//! What alerts did in the time range.
use super::state::{bound, class, name_of, value, words};
use crate::base::at;
use crate::components::Column::{Figures, Words};
use crate::components::{Cell, Panel, ReportNotice, Table};
use crate::data::{ReportQuery, use_alert_history};
use crate::format;
use crate::view_state::{use_change_view_state, use_view_state};
use leptos::prelude::*;
use whippet_api::{AlertEvent, AlertState, Alerts};

/// The history of all alerts, or of the selected one.
#[component]
pub(super) fn History(alerts: ReportQuery<Alerts>) -> impl IntoView {
    let history = use_alert_history();
    let rows = Signal::derive(move || {
        let report = history.data.get()?;
        Some(
            report
                .data
                .events
                .iter()
                .map(|event| row(event, at(&event.place.address()), format::moment))
                .collect(),
        )
    });
    let note = Signal::derive(move || match history.data.get().map_or(0, |report| report.data.left_out) {
        0 => "in the time range, the newest first".to_owned(),
        more => format!(
            "the newest first; {} older ones in the time range are left out",
            format::count(more as u64)
        ),
    });
    view! {
        <div id="history">
        <Panel title="History" note busy=history.is_placeholder_data>
            <ReportNotice query=history of="History"/>
            <OneAlertFilter alerts history_of=Signal::derive(move || {
                history.data.with(|report| report.as_ref()?.data.events.first().map(|event| event.rule.clone()))
            })/>
            <Table
                caption="What alerts did, the newest first"
                columns=&[Words("Alert"), Words("State"), Words("When"), Words("Before"), Figures("Value"), Words("Shown by")]
                rows
                nothing="No alert changed its state in this time range."
            />
        </Panel>
        </div>
    }
}

/// The selected alert, with a button to show all.
#[component]
fn OneAlertFilter(alerts: ReportQuery<Alerts>, history_of: Signal<Option<String>>) -> impl IntoView {
    let view = use_view_state();
    let change = use_change_view_state();
    let chosen = Memo::new(move |_| {
        let id = view.with(|view| view.alert.clone())?;
        let known = alerts.data.with(|report| {
            report.as_ref()?.data.alerts.iter().find(|alert| alert.id == id).map(|alert| alert.rule.clone())
        });
        Some(known.or_else(|| history_of.get()).unwrap_or(id))
    });
    move || {
        let change = change.clone();
        chosen.get().map(|name| {
            view! {
                <div class="filters">
                    <span class="chip">
                        <span>"Alert " <b>{name}</b></span>
                        <button type="button" class="icon" aria-label="Show all alerts" on:click=move |_| change(&|view| view.alert = None)>
                            "×"
                        </button>
                    </span>
                </div>
            }
        })
    }
}

fn row(event: &AlertEvent, link: String, moment: impl Fn(i64) -> String) -> Vec<Cell> {
    let before = match (event.before, event.lasted) {
        // Nobody asks for how long nothing was the matter.
        (AlertState::Ok, _) => format::NOTHING.to_owned(),
        (state, None) => words(state).to_owned(),
        (state, Some(lasted)) => format!("{} for {}", words(state), format::long(lasted as f64)),
    };
    let figure = match (event.reading.value, bound(&event.reading)) {
        (None, _) => Cell::Figure(format::NOTHING.to_owned()),
        (Some(_), None) => Cell::Figure(value(&event.reading)),
        (Some(_), Some(bound)) => Cell::FigureTwoLines(value(&event.reading), bound),
    };
    let state = match event.silenced {
        true => format!("{}, silenced", words(event.state)),
        false => words(event.state).to_owned(),
    };
    vec![
        Cell::TwoLines(event.rule.clone(), name_of(&event.about)),
        Cell::Badge(state, if event.silenced { "" } else { class(event.state) }),
        Cell::Text(moment(event.time)),
        Cell::Text(before),
        figure,
        Cell::Link("Show why".to_owned(), link),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use whippet_api::{Reading, Unit};

    #[test]
    fn an_event_says_what_was_before() {
        let reading =
            Reading { value: Some(3100.0), bound: Some(2500.0), unit: Unit::Ms, ..Reading::default() };
        let event = AlertEvent {
            rule: "LCP".to_owned(),
            before: AlertState::Pending,
            state: AlertState::Firing,
            lasted: Some(300_000),
            reading,
            ..AlertEvent::default()
        };
        let cells = |event: &AlertEvent| row(event, event.place.address(), |time| time.to_string());
        let told = cells(&event);
        assert_eq!(told[1], Cell::Badge("Firing".to_owned(), "poor"));
        assert_eq!(told[3], Cell::Text("Pending for 5\u{a0}min".to_owned()));
        assert_eq!(told[4], Cell::FigureTwoLines("3.1\u{a0}s".to_owned(), "below 2.5\u{a0}s".to_owned()));
        assert_eq!(told[5], Cell::Link("Show why".to_owned(), "/".to_owned()));
        let silent = AlertEvent { silenced: true, before: AlertState::Ok, ..event };
        assert_eq!(cells(&silent)[1], Cell::Badge("Firing, silenced".to_owned(), ""));
        assert_eq!(cells(&silent)[3], Cell::Text(format::NOTHING.to_owned()));
    }
}
