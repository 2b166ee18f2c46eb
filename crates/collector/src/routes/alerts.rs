//! `GET /api/alerts`, its history, and silences.
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use whippet_api::{
    Alert, AlertCounts, AlertEvent, AlertHistory, AlertState, Alerts, Matcher, NewSilence, Silence,
    Undelivered,
};
use whippet_store::database::Database;
use whippet_store::watching::{self, Change, EventFilter, KeptSilence, Outgoing};
use whippet_watch::alerts;
use whippet_watch::levels::Subject;
use whippet_watch::notification::{Labels, Notification, Status, fingerprint};

use super::levels::Of;
use super::params::Params;
use super::same_site;
use crate::app::App;
use crate::failure::Failure;
use crate::notify::Notifier;
use crate::watch::{self, Kept};

const DAY: i64 = 86_400_000;
/// The most alerts of an answer.
const MOST: usize = 500;
/// The most notifications that could not be sent, of an answer.
const UNDELIVERED: usize = 100;
/// The longest body of a silence, bytes.
const BODY: usize = 64 * 1024;
/// The longest range of the history, ms.
const LONGEST: i64 = 400 * DAY;

type Answer<T> = Result<Json<T>, Failure>;

/// What is known of alerts now.
struct Known {
    alerts: Vec<(String, Kept)>,
    /// Those that have not ended, and those that ended within the last day.
    silences: Vec<alerts::Silence>,
    evaluated: Option<i64>,
    undelivered: Vec<Outgoing>,
}

async fn known(app: &App) -> Result<Known, Failure> {
    let now = app.clock.now();
    let rules = app.watch.rules();
    let read = move |db: &dyn Database| {
        let silences = watching::silences(db, now - DAY)?;
        let planned = rules.silences.iter().filter(|silence| silence.until > now - DAY).cloned();
        Ok(Known {
            alerts: watch::states(watching::states(db)?),
            silences: silences
                .iter()
                .filter_map(|kept| serde_json::from_str(&kept.silence).ok())
                .chain(planned)
                .collect(),
            evaluated: watching::standing(db)?.evaluated,
            undelivered: watching::undelivered(db, now - 7 * DAY, UNDELIVERED)?,
        })
    };
    Ok(app.store.read_database("read_alerts", read).await?)
}

/// How many alerts there are by state, for the dashboard's header.
pub async fn counts(app: &App) -> Result<AlertCounts, Failure> {
    let known = known(app).await?;
    Ok(count(&known.alerts, &known.silences, app.clock.now()))
}

fn count(alerts: &[(String, Kept)], silences: &[alerts::Silence], now: i64) -> AlertCounts {
    let mut counts = AlertCounts::default();
    for (_, kept) in alerts {
        match kept.state() {
            AlertState::Firing if silenced_by(kept, silences, now).is_empty() => counts.firing += 1,
            AlertState::Firing => counts.silenced += 1,
            AlertState::Pending => counts.pending += 1,
            AlertState::NoData => counts.no_data += 1,
            AlertState::Ok | AlertState::Resolved => {}
        }
    }
    counts
}

fn silenced_by(kept: &Kept, silences: &[alerts::Silence], now: i64) -> Vec<String> {
    let matching = silences.iter().filter(|silence| silence.is_active(now) && silence.matches(&kept.labels));
    matching.map(|silence| silence.id.clone()).collect()
}

/// `GET /api/alerts`
pub async fn alerts(State(app): State<App>, Params(of): Params<Of>) -> Answer<Alerts> {
    let now = app.clock.now();
    let known = known(&app).await?;
    let rules = app.watch.rules();
    let is_wanted = |kept: &Kept| match Subject::from_key(&kept.subject) {
        Some(subject) => of.has(&subject),
        None => false,
    };
    let wanted: Vec<(String, Kept)> = known.alerts.into_iter().filter(|alert| is_wanted(&alert.1)).collect();
    let counts = count(&wanted, &known.silences, now);
    let silences = known.silences.iter().map(|silence| shown(silence, &wanted)).collect();
    let mut alerts: Vec<Alert> = wanted
        .into_iter()
        // One that is ok and was never resolved waits for its data.
        .filter(|(_, kept)| kept.state() != AlertState::Ok)
        .map(|(id, kept)| Alert { silenced_by: silenced_by(&kept, &known.silences, now), ..alert(id, kept) })
        .collect();
    let order = |alert: &Alert| match alert.state {
        AlertState::Firing => 0,
        AlertState::Pending => 1,
        AlertState::NoData => 2,
        AlertState::Resolved | AlertState::Ok => 3,
    };
    alerts.sort_by(|a, b| (order(a), a.since, &a.rule, &a.id).cmp(&(order(b), b.since, &b.rule, &b.id)));
    let left_out = alerts.len().saturating_sub(MOST);
    alerts.truncate(MOST);
    Ok(Json(Alerts {
        evaluated: known.evaluated,
        rules: rules.rules.alerts.len(),
        alerts,
        left_out,
        counts,
        silences,
        receivers: rules.receivers.clone(),
        undelivered: known.undelivered.iter().map(|outgoing| undelivered(outgoing, &app.notifier)).collect(),
        wrong: rules.wrong.clone(),
    }))
}

fn alert(id: String, kept: Kept) -> Alert {
    Alert {
        id,
        state: kept.state(),
        about: kept.about(),
        rule: kept.rule,
        watches: kept.watches,
        since: kept.alert.since,
        fires_at: kept.fires_at,
        reading: kept.reading,
        summary: kept.summary,
        labels: kept.labels,
        silenced_by: Vec::new(),
        notified: kept.alert.told_at,
        place: kept.place,
    }
}

fn undelivered(outgoing: &Outgoing, notifier: &Notifier) -> Undelivered {
    let body: Option<Notification> = serde_json::from_str(&outgoing.body).ok();
    let about = body.as_ref().map(|body| {
        let name =
            body.common_labels.get("alertname").or_else(|| body.alerts.first()?.labels.get("alertname"));
        let of: Vec<&str> = body.group_labels.values().map(String::as_str).collect();
        [name.map_or("", String::as_str), &of.join(" ")].join(", ")
    });
    Undelivered {
        receiver: outgoing.receiver.clone(),
        about: about.unwrap_or_default(),
        alerts: body.as_ref().map_or(0, |body| body.alerts.len() as u64 + body.truncated),
        firing: body.is_some_and(|body| body.status == Status::Firing),
        first: outgoing.made,
        last: outgoing.last_attempt.unwrap_or(outgoing.made),
        attempts: outgoing.attempts,
        given_up: outgoing.given_up,
        next: notifier.next(&outgoing.receiver).filter(|_| !outgoing.given_up),
        error: outgoing.error.clone().unwrap_or_default(),
    }
}

/// Which part of the history is wanted.
#[derive(Deserialize)]
pub struct History {
    from: Option<i64>,
    to: Option<i64>,
    rule: Option<String>,
    id: Option<String>,
    app: Option<String>,
    target: Option<String>,
}

/// `GET /api/alerts/history`
pub async fn history(State(app): State<App>, Params(asked): Params<History>) -> Answer<AlertHistory> {
    let now = app.clock.now();
    let to = asked.to.unwrap_or(i64::MAX);
    let from = asked.from.unwrap_or_else(|| to.min(now).saturating_sub(7 * DAY));
    if from < 0 || to < from || to.min(now).saturating_sub(from) > LONGEST {
        let message =
            "`from` and `to` are milliseconds since 1970, in this order, and at most 400 days apart";
        return Err(Failure::bad_request("bad_range", message));
    }
    let named = |text: Option<String>| text.filter(|text| !text.is_empty());
    let of = Of::new(asked.app, asked.target);
    let filter = EventFilter { from, to, alert: named(asked.id), rule: named(asked.rule), subject: of.key() };
    let read = move |db: &dyn Database| watching::events(db, &filter);
    let found = app.store.read_database("read_alert_history", read).await?;
    let events =
        found.events.iter().filter_map(|event| serde_json::from_str::<AlertEvent>(&event.event).ok());
    Ok(Json(AlertHistory { events: events.collect(), left_out: found.left_out }))
}

/// `GET /api/alerts/silences`
pub async fn silences(State(app): State<App>) -> Answer<Vec<Silence>> {
    let known = known(&app).await?;
    Ok(Json(known.silences.iter().map(|silence| shown(silence, &known.alerts)).collect()))
}

fn shown(silence: &alerts::Silence, known: &[(String, Kept)]) -> Silence {
    let matcher = |matcher: &alerts::Matcher| Matcher {
        label: matcher.label.clone(),
        value: matcher.value.clone(),
        equal: matcher.equal,
    };
    let is_matched = |kept: &Kept| {
        !matches!(kept.state(), AlertState::Ok | AlertState::Resolved) && silence.matches(&kept.labels)
    };
    Silence {
        id: silence.id.clone(),
        matchers: silence.matchers.iter().map(matcher).collect(),
        from: silence.from,
        until: silence.until,
        reason: silence.reason.clone(),
        author: silence.author.clone(),
        alerts: known.iter().filter(|alert| is_matched(&alert.1)).count() as u64,
    }
}

/// `POST /api/alerts/silences`
pub async fn silence(
    State(app): State<App>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Silence>), Failure> {
    same_site::check(&headers)?;
    same_site::check_json(&headers)?;
    let wrong = |message: String| Failure::bad_request("bad_silence", message);
    if body.len() > BODY {
        return Err(wrong("a silence has at most 64 KiB".to_owned()));
    }
    let new: NewSilence = serde_json::from_slice(&body)
        .map_err(|error| wrong(format!("the body is no silence, {error}: see NewSilence in crates/api")))?;
    let now = app.clock.now();
    let known = known(&app).await?;
    let before = match &new.id {
        None => None,
        Some(id) if id.starts_with(alerts::Silence::PLANNED) => return Err(planned()),
        Some(id) => match known.silences.iter().find(|silence| silence.id == *id && silence.is_active(now)) {
            Some(found) => Some(found),
            None => return Err(not_found()),
        },
    };
    let until = match (new.until, new.lasts) {
        (Some(until), None) => until,
        (None, Some(lasts)) => now.saturating_add(lasts),
        _ => {
            return Err(wrong(
                "say when it ends: `until`, ms since 1970, or `lasts`, ms from now on".to_owned(),
            ));
        }
    };
    let matcher = |matcher: &Matcher| alerts::Matcher {
        label: matcher.label.clone(),
        value: matcher.value.clone(),
        equal: matcher.equal,
    };
    let mut silence = alerts::Silence {
        id: String::new(),
        matchers: new.matchers.iter().map(matcher).collect(),
        from: before.map_or(now, |before| before.from),
        until,
        reason: new.reason,
        author: new.author,
    };
    silence.check(now).map_err(wrong)?;
    silence.id = before.map_or_else(|| id(&silence), |before| before.id.clone());
    if !keep(&app, &silence).await? {
        let message = "there are a thousand silences in force: end some, or let one match more";
        return Err(Failure::new(StatusCode::CONFLICT, "too_many_silences", message));
    }
    tracing::info!(id = silence.id, until = silence.until, "alerts are silenced");
    Ok((StatusCode::CREATED, Json(shown(&silence, &known.alerts))))
}

/// `DELETE /api/alerts/silences/ID`
pub async fn end_silence(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Failure> {
    same_site::check(&headers)?;
    if id.starts_with(alerts::Silence::PLANNED) {
        return Err(planned());
    }
    let now = app.clock.now();
    let known = known(&app).await?;
    let Some(found) = known.silences.into_iter().find(|silence| silence.id == id && silence.is_active(now))
    else {
        return Err(not_found());
    };
    keep(&app, &alerts::Silence { until: now, ..found }).await?;
    tracing::info!(id, "a silence was ended");
    Ok(StatusCode::NO_CONTENT)
}

async fn keep(app: &App, silence: &alerts::Silence) -> Result<bool, Failure> {
    let text = serde_json::to_string(silence).unwrap_or_default();
    let kept = KeptSilence { id: silence.id.clone(), until: silence.until, silence: text };
    Ok(app.store.write_watching(Change::Silence(kept)).await?)
}

/// What it says, and when it was made: two that say the same at the same time are one.
fn id(silence: &alerts::Silence) -> String {
    let text = serde_json::to_string(silence).unwrap_or_default();
    fingerprint(&Labels::from([("silence".to_owned(), text)]))
}

fn planned() -> Failure {
    let message =
        "this silence stands in the configuration file: change it there, and it is taken within seconds";
    Failure::new(StatusCode::CONFLICT, "planned_silence", message)
}

fn not_found() -> Failure {
    let message = "there is no such silence, or it has ended: see /api/alerts/silences";
    Failure::new(StatusCode::NOT_FOUND, "unknown_silence", message)
}
