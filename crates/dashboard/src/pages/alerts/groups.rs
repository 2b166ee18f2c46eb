//! The alerts that are not ok, by subject.
use super::state::{bound, class, kind, value, words};
use crate::base::at;
use crate::data::ReportQuery;
use crate::format;
use crate::view_state::href;
use leptos::prelude::*;
use whippet_api::{About, Alert, AlertState, Alerts};

/// One section per target or app, those where something fires first.
#[component]
pub(super) fn Groups(alerts: ReportQuery<Alerts>) -> impl IntoView {
    let listed = Memo::new(move |_| {
        alerts.data.with(|report| report.as_ref().map_or_else(Vec::new, |report| report.data.alerts.clone()))
    });
    let now = Memo::new(move |_| alerts.data.with(|report| report.as_ref().map_or(0, |report| report.asked)));
    let subjects = move || listed.with(|alerts| subjects(alerts));
    view! {
        <div class="subjects">
            <For each=subjects key=Clone::clone let:subject>
                <Group subject listed now/>
            </For>
        </div>
    }
}

/// What alerts are about, without pages, in the order of the alerts.
fn subjects(alerts: &[Alert]) -> Vec<About> {
    let mut found: Vec<About> = Vec::new();
    for alert in alerts {
        let whole = About { page: None, ..alert.about.clone() };
        if !found.contains(&whole) {
            found.push(whole);
        }
    }
    found
}

#[component]
fn Group(subject: About, listed: Memo<Vec<Alert>>, now: Memo<i64>) -> impl IntoView {
    let name = subject.name.clone();
    let ids = move || {
        let own =
            |alert: &&Alert| (&alert.about.name, alert.about.backend) == (&subject.name, subject.backend);
        listed.with(|alerts| alerts.iter().filter(own).map(|alert| alert.id.clone()).collect::<Vec<_>>())
    };
    view! {
        <section class="subject">
            <h2>{name}</h2>
            <ul class="alerts">
                <For each=ids key=Clone::clone let:id>
                    <OneAlert id listed now/>
                </For>
            </ul>
        </section>
    }
}

#[component]
fn OneAlert(id: String, listed: Memo<Vec<Alert>>, now: Memo<i64>) -> impl IntoView {
    let (own, chosen, quiet) = (id.clone(), id.clone(), id);
    // What changes is rendered again, not the links: the focus stays on them.
    let alert = Memo::new(move |before: Option<&Alert>| {
        let found = listed.with(|alerts| alerts.iter().find(|alert| alert.id == own).cloned());
        found.or_else(|| before.cloned()).unwrap_or_default()
    });
    let tone = move || alert.with(|alert| if alert.silenced_by.is_empty() { class(alert.state) } else { "" });
    let state = move || alert.with(|alert| words(alert.state));
    let silenced = move || alert.with(|alert| !alert.silenced_by.is_empty());
    let when = move || alert.with(|alert| when(alert, now.get(), format::moment));
    let page = move || alert.with(|alert| alert.about.page.clone());
    let figure = move || {
        alert.with(|alert| {
            alert.reading.value.is_some().then(|| (value(&alert.reading), bound(&alert.reading)))
        })
    };
    let rule = move || alert.with(|alert| alert.rule.clone());
    let named = move |what: &str| alert.with(|alert| format!("{what}: {}", alert.rule));
    let history = href("/alerts", move |view| (view.alert, view.silence) = (Some(chosen.clone()), None));
    view! {
        <li class=move || format!("alert {}", tone())>
            <div class="alert-text">
                <p class="alert-head">
                    <span class="badge">{state}</span>
                    <Show when=silenced><span class="badge">"Silenced"</span></Show>
                    <b>{rule}</b>
                    <span class="note">{move || alert.with(|alert| kind(alert.watches))}</span>
                </p>
                <p>{move || alert.with(|alert| alert.summary.clone())}</p>
                <p class="note">
                    {when} {move || page().map(|page| view! { " · page " <b>{page}</b> })}
                </p>
                <p class="links">
                    <a
                        href=move || alert.with(|alert| at(&alert.place.address()))
                        aria-label=move || named("Show why")
                    >"Show why"</a>
                    <a
                        href=move || format!("{}#history", history.get())
                        aria-label=move || named("History")
                    >"History"</a>
                    <a
                        href=href("/alerts", move |view| view.silence = Some(quiet.clone()))
                        aria-label=move || named("Silence")
                    >"Silence"</a>
                </p>
            </div>
            {move || figure().map(|(value, bound)| view! {
                <p class="alert-figure">
                    <b>{value}</b>
                    <small>{bound.map(|bound| format!("must be {bound}"))}</small>
                </p>
            })}
        </li>
    }
}

/// Since when, and what follows. `moment`: formats a time.
fn when(alert: &Alert, now: i64, moment: impl Fn(i64) -> String) -> String {
    let mut text = format!("Since {}, {}", moment(alert.since), format::ago(alert.since, now));
    if let (AlertState::Pending, Some(due)) = (alert.state, alert.fires_at) {
        let left = (due - now).max(0) as f64;
        text.push_str(&format!(
            " · fires in {} if it stays so",
            format::long((left / 1000.0).ceil() * 1000.0)
        ));
    }
    if let Some(notified) = alert.notified {
        text.push_str(&format!(" · last notified {}", format::ago(notified, now)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alert(name: &str, backend: bool, page: Option<&str>) -> Alert {
        let about = About { name: name.to_owned(), backend, page: page.map(str::to_owned) };
        Alert { about, ..Alert::default() }
    }

    #[test]
    fn alerts_are_grouped_by_subject_in_their_order() {
        let alerts = [
            alert("shop", false, Some("/")),
            alert("api", true, None),
            alert("shop", false, Some("/cart")),
            alert("shop", true, None),
        ];
        let names: Vec<(String, bool)> =
            subjects(&alerts).into_iter().map(|about| (about.name, about.backend)).collect();
        assert_eq!(names, [("shop".to_owned(), false), ("api".to_owned(), true), ("shop".to_owned(), true)]);
    }

    #[test]
    fn a_pending_alert_says_when_it_fires() {
        let told = |alert: &Alert| when(alert, 100_000, |time| format!("@{time}")).replace('\u{a0}', " ");
        let firing = Alert { state: AlertState::Firing, since: 40_000, ..Alert::default() };
        assert_eq!(told(&firing), "Since @40000, 60 s ago");
        let pending = Alert { state: AlertState::Pending, fires_at: Some(189_100), ..firing.clone() };
        assert_eq!(told(&pending), "Since @40000, 60 s ago · fires in 90 s if it stays so");
        let notified = Alert { notified: Some(95_000), ..firing };
        assert_eq!(told(&notified), "Since @40000, 60 s ago · last notified 5 s ago");
    }
}
