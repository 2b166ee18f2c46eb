//! The form that makes a silence, or changes one.
use crate::components::{Field, Select};
use crate::data::{ReportQuery, Silencing};
use crate::format;
use crate::view_state::{href, use_change_view_state, use_view_state};
use leptos::html::Section;
use leptos::prelude::*;
use whippet_api::{Alert, Alerts, Matcher, NewSilence, Silence};
use whippet_leptos::MutationStatus;

const HOUR: i64 = 3_600_000;

/// For how long: ms, and in words.
const LENGTHS: [(i64, &str); 6] = [
    (HOUR, "1 hour"),
    (2 * HOUR, "2 hours"),
    (8 * HOUR, "8 hours"),
    (24 * HOUR, "1 day"),
    (7 * 24 * HOUR, "1 week"),
    (30 * 24 * HOUR, "30 days"),
];
/// A time to type in instead.
const UNTIL: &str = "until";

/// The form, while the address names what is to be silenced; and what became of it.
#[component]
pub(super) fn SilenceForm(alerts: ReportQuery<Alerts>, silencing: Silencing) -> impl IntoView {
    let view = use_view_state();
    let change = use_change_view_state();
    let make = silencing.make();
    // Not before alerts are known: the form begins with the labels of one.
    let asked = Memo::new(move |_| {
        let known = alerts.data.with(Option::is_some);
        view.with(|view| view.silence.clone()).filter(|_| known)
    });
    Effect::new(move |_| {
        if make.status.get() == MutationStatus::Success {
            change(&|view| view.silence = None);
        }
    });
    let done = move || {
        let silence = make.data.get()?;
        let until = format::moment(silence.until);
        Some(format!("Silenced until {until}: {}", super::silences::matched(&silence.matchers)))
    };
    view! {
        {move || asked.get().map(|id| {
            let listed = alerts.data.with_untracked(|report| {
                report.as_ref().map_or_else(Alerts::default, |report| report.data.clone())
            });
            make.reset();
            view! { <Form start=Start::of(&id, &listed) alerts silencing/> }
        })}
        <div class="live" role="status" aria-live="polite">
            {move || done().map(|text| view! { <p class="notice notice-good">{text}</p> })}
        </div>
    }
}

/// What the form begins with.
#[derive(Clone, Debug, Default, PartialEq)]
struct Start {
    /// The silence that is changed.
    replaces: Option<String>,
    matchers: Vec<Matcher>,
    reason: String,
    author: String,
    /// When the silence that is changed ends, ms since the epoch: who changes its reason does not change its end.
    until: Option<i64>,
}

impl Start {
    /// From the alert or the silence of that id.
    fn of(id: &str, alerts: &Alerts) -> Self {
        if let Some(alert) = alerts.alerts.iter().find(|alert| alert.id == id) {
            return Self { matchers: of_alert(alert), ..Self::default() };
        }
        match alerts.silences.iter().find(|silence| silence.id == id) {
            Some(Silence { id, matchers, reason, author, until, .. }) => Self {
                replaces: Some(id.clone()),
                matchers: matchers.clone(),
                reason: reason.clone(),
                author: author.clone(),
                until: Some(*until),
            },
            None => Self {
                matchers: vec![Matcher { label: "alertname".to_owned(), value: String::new(), equal: true }],
                ..Self::default()
            },
        }
    }
}

/// The labels of an alert, its name first. How severe it is does not tell it from others.
fn of_alert(alert: &Alert) -> Vec<Matcher> {
    let mut labels: Vec<_> = alert.labels.iter().filter(|label| label.0 != "severity").collect();
    labels.sort_by_key(|label| label.0 != "alertname");
    let matcher = |(label, value): (&String, &String)| Matcher {
        label: label.clone(),
        value: value.clone(),
        equal: true,
    };
    labels.into_iter().map(matcher).collect()
}

/// A matcher that is being typed.
#[derive(Clone, Copy)]
struct Row {
    number: usize,
    label: RwSignal<String>,
    equal: RwSignal<bool>,
    value: RwSignal<String>,
}

impl Row {
    fn new(number: usize, matcher: &Matcher) -> Self {
        Self {
            number,
            label: RwSignal::new(matcher.label.clone()),
            equal: RwSignal::new(matcher.equal),
            value: RwSignal::new(matcher.value.clone()),
        }
    }

    fn matcher(&self) -> Matcher {
        Matcher {
            label: self.label.get().trim().to_owned(),
            value: self.value.get().trim().to_owned(),
            equal: self.equal.get(),
        }
    }
}

#[component]
fn Form(start: Start, alerts: ReportQuery<Alerts>, silencing: Silencing) -> impl IntoView {
    let make = silencing.make();
    let first: Vec<Row> =
        start.matchers.iter().enumerate().map(|(number, matcher)| Row::new(number, matcher)).collect();
    let next = StoredValue::new(first.len());
    let rows = RwSignal::new(first);
    let reason = RwSignal::new(start.reason);
    let author = RwSignal::new(start.author);
    let kept = start.until.map(|time| (format::local(time), time));
    let lasts = RwSignal::new(if kept.is_some() { UNTIL.to_owned() } else { (2 * HOUR).to_string() });
    let until = RwSignal::new(kept.clone().map_or_else(String::new, |kept| kept.0));
    let matchers = Memo::new(move |_| {
        let typed: Vec<Matcher> = rows.with(|rows| rows.iter().map(Row::matcher).collect());
        typed.into_iter().filter(|matcher| !matcher.label.is_empty()).collect::<Vec<_>>()
    });
    let reach = move || {
        alerts.data.with(|report| {
            let alerts = report.as_ref().map_or(&[][..], |report| &report.data.alerts);
            matchers.with(|matchers| reach(matchers, alerts))
        })
    };
    let wrong = RwSignal::new(None::<&'static str>);
    let title = if start.replaces.is_some() { "Change the silence" } else { "Silence" };
    let replaces = start.replaces;
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let end = match lasts.get_untracked().parse::<i64>() {
            Ok(length) => Some((None, Some(length))),
            // A time without a zone is of the user's, as `Date.parse` takes it.
            Err(_) => {
                let typed = until.get_untracked();
                // What nobody changed is to the millisecond, and of one of the two hours that clocks are set back over.
                let same = kept.as_ref().filter(|kept| kept.0 == typed).map(|kept| kept.1);
                let time = || Some(js_sys::Date::parse(&typed)).filter(|time| time.is_finite());
                same.or_else(|| time().map(|time| time as i64)).map(|time| (Some(time), None))
            }
        };
        let Some((until, lasts)) = end else { return wrong.set(Some("Say until when.")) };
        if matchers.with_untracked(Vec::is_empty) {
            return wrong.set(Some("Name at least one label."));
        }
        wrong.set(None);
        make.mutate(NewSilence {
            id: replaces.clone(),
            matchers: matchers.get_untracked(),
            until,
            lasts,
            reason: reason.get_untracked().trim().to_owned(),
            author: author.get_untracked().trim().to_owned(),
        });
    };
    let add = move |_| {
        let number = next.get_value();
        next.set_value(number + 1);
        let matcher = Matcher { label: String::new(), value: String::new(), equal: true };
        rows.update(|rows| rows.push(Row::new(number, &matcher)));
    };
    let failed =
        move || wrong.get().map(str::to_owned).or_else(|| make.error.get().map(|error| error.to_string()));
    let mut lengths: Vec<(String, String)> =
        LENGTHS.iter().map(|(length, words)| (length.to_string(), (*words).to_owned())).collect();
    lengths.push((UNTIL.to_owned(), "Until …".to_owned()));
    let pending = move || make.status.get() == MutationStatus::Pending;
    // Who asked for it by keyboard goes on here.
    let place = NodeRef::<Section>::new();
    place.on_load(|section| {
        let _ = section.focus();
        section.scroll_into_view();
    });
    view! {
        <section id="silence" class="panel" node_ref=place tabindex="-1" aria-label=title>
            <div class="panel-head">
                <h2>{title}</h2>
                <p class="note">"alerts that have all of these labels notify nobody; a * stands for any text"</p>
            </div>
            <form class="silence-form" on:submit=send>
                <For each=move || rows.get() key=|row| row.number let:row>
                    <MatcherRow row rows/>
                </For>
                <p><button type="button" on:click=add>"Add a label"</button></p>
                <div class="filters">
                    <Select label="For" choices=Signal::stored(lengths) chosen=lasts choose=move |length| lasts.set(length)/>
                    <Show when=move || lasts.with(|lasts| lasts == UNTIL)>
                        <Field label="Until" value=until kind="datetime-local"/>
                    </Show>
                    <Field label="Reason" value=reason example="deploying 1.2.0" required=true/>
                    <Field label="By" value=author example="your name"/>
                </div>
                <p class="note" role="status">{reach}</p>
                <div class="live" role="alert">{move || failed().map(|text| view! { <p class="notice notice-poor">{text}</p> })}</div>
                <div class="links">
                    <button type="submit" class="main-button" disabled=pending>
                        {move || if pending() { "Sending" } else { "Silence" }}
                    </button>
                    <a href=href("/alerts", |view| view.silence = None)>"Cancel"</a>
                </div>
            </form>
        </section>
    }
}

#[component]
fn MatcherRow(row: Row, rows: RwSignal<Vec<Row>>) -> impl IntoView {
    let choices = [("is", "is"), ("is not", "is not")]
        .map(|(value, words)| (value.to_owned(), words.to_owned()))
        .to_vec();
    let remove = move |_| rows.update(|rows| rows.retain(|other| other.number != row.number));
    view! {
        <div class="filters matcher">
            <Field label="Label" value=row.label example="alertname"/>
            <Select
                label="which"
                choices=Signal::stored(choices)
                chosen=Signal::derive(move || if row.equal.get() { "is" } else { "is not" }.to_owned())
                choose=move |chosen: String| row.equal.set(chosen == "is")
            />
            <Field label="Value" value=row.value/>
            <button
                type="button"
                class="icon"
                aria-label=move || format!("Remove the label {}", row.label.get())
                on:click=remove
            >"×"</button>
        </div>
    }
}

/// How many of the alerts now the matchers are about.
fn reach(matchers: &[Matcher], alerts: &[Alert]) -> String {
    if matchers.is_empty() || matchers.iter().all(Matcher::matches_nothing) {
        return "This would silence everything: it needs a label with a value.".to_owned();
    }
    let matched = alerts.iter().filter(|alert| matchers.iter().all(|matcher| matcher.matches(&alert.labels)));
    match (matched.count(), alerts.len()) {
        (_, 0) => "There is no alert now that it could match.".to_owned(),
        (count, all) => format!("Matches {count} of the {all} alerts that are listed here now."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn alert(id: &str, labels: &[(&str, &str)]) -> Alert {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Alert {
            id: id.to_owned(),
            labels: labels.iter().map(owned).collect::<BTreeMap<_, _>>(),
            ..Alert::default()
        }
    }

    fn matcher(label: &str, value: &str) -> Matcher {
        Matcher { label: label.to_owned(), value: value.to_owned(), equal: true }
    }

    #[test]
    fn the_form_begins_with_an_alert_or_a_silence() {
        let silence = Silence {
            id: "s1".to_owned(),
            reason: "deploying".to_owned(),
            until: 30 * 24 * HOUR,
            matchers: vec![matcher("app", "x")],
            ..Silence::default()
        };
        let alerts = Alerts {
            alerts: vec![alert("a1", &[("app", "shop"), ("alertname", "LCP"), ("severity", "page")])],
            silences: vec![silence],
            ..Alerts::default()
        };
        let start = Start::of("a1", &alerts);
        assert_eq!(start.matchers, [matcher("alertname", "LCP"), matcher("app", "shop")]);
        assert_eq!((start.replaces, start.until), (None, None));
        let start = Start::of("s1", &alerts);
        assert_eq!((start.replaces.as_deref(), start.reason.as_str()), (Some("s1"), "deploying"));
        assert_eq!(start.until, Some(30 * 24 * HOUR), "it ends when it did");
        assert_eq!(Start::of("new", &alerts).matchers, [matcher("alertname", "")]);
    }

    #[test]
    fn the_form_says_how_far_it_reaches() {
        let alerts = [alert("a", &[("app", "shop")]), alert("b", &[("app", "blog")])];
        assert_eq!(
            reach(&[matcher("app", "s*")], &alerts),
            "Matches 1 of the 2 alerts that are listed here now."
        );
        for all in [&[][..], &[matcher("page", "")], &[matcher("page", "*"), matcher("app", "*")]] {
            assert!(reach(all, &alerts).contains("everything"), "{all:?}");
        }
        assert!(reach(&[matcher("app", "x")], &[]).contains("no alert"));
    }
}
