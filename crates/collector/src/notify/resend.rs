//! Sends what fires to Alertmanagers again and again: they take what stops coming for resolved.
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, Method, header};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, MissedTickBehavior};
use whippet_watch::notification::NotifiedAlert;

use super::client::{Message, Sender};
use super::deliveries::Outcome;
use super::notifier::Notifier;
use super::receiver::{Form, Receiver};
use super::{alertmanager, send};

/// The time between two looks at who is due.
const LOOK: Duration = Duration::from_secs(1);
/// What fires counts for so long: it is told every 30 s where this collector watches.
const TOLD: Duration = Duration::from_secs(120);
/// The most alerts of a request.
const ALERTS: usize = 200;

/// An Alertmanager that was sent something.
struct Known {
    settings: Receiver,
    sender: Sender,
    last: Instant,
    task: AbortHandle,
}

impl Known {
    fn is_due(&self, resend: Duration) -> bool {
        self.last.elapsed() >= resend && self.task.is_finished()
    }
}

/// Sends until it is dropped.
pub async fn run(notifier: Arc<Notifier>) {
    let mut ticks = tokio::time::interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut known: HashMap<String, Known> = HashMap::new();
    let mut tasks = JoinSet::new();
    loop {
        ticks.tick().await;
        while tasks.try_join_next().is_some() {}
        let receivers = Arc::clone(&notifier.receivers.borrow());
        known.retain(|_, known| receivers.contains(&known.settings));
        for receiver in receivers.iter() {
            let Form::Alertmanager { resend } = receiver.form else { continue };
            let due = known.get(&receiver.name).is_none_or(|known| known.is_due(resend));
            let alerts = if due { firing(&notifier, &receiver.name) } else { Vec::new() };
            if alerts.is_empty() {
                continue;
            }
            let sender = match known.get(&receiver.name) {
                Some(known) => known.sender.renewed(receiver),
                None => match Sender::new(receiver) {
                    Ok(sender) => sender,
                    // The delivery of its notifications says so.
                    Err(_) => continue,
                },
            };
            let task = {
                let (notifier, receiver, sender) = (Arc::clone(&notifier), receiver.clone(), sender.clone());
                tasks.spawn(async move { send_all(&notifier, &sender, &receiver, resend, &alerts).await })
            };
            let now = Known { settings: receiver.clone(), sender, last: Instant::now(), task };
            known.insert(receiver.name.clone(), now);
        }
    }
}

fn firing(notifier: &Notifier, receiver: &str) -> Vec<NotifiedAlert> {
    let firing = notifier.fires();
    let told = firing.as_ref().filter(|firing| firing.at.elapsed() < TOLD);
    told.and_then(|firing| firing.by_receiver.get(receiver)).cloned().unwrap_or_default()
}

async fn send_all(
    notifier: &Notifier,
    sender: &Sender,
    receiver: &Receiver,
    resend: Duration,
    alerts: &[NotifiedAlert],
) {
    for part in alerts.chunks(ALERTS) {
        let now = notifier.clock.now();
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let message = Message { method: Method::POST, headers, body: alertmanager::body(part, resend, now) };
        let outcome = send::post(sender, receiver, &message, now).await;
        notifier.figures.resent(&receiver.name, outcome == Outcome::Sent);
        if let Outcome::Failed(error, _) | Outcome::Refused(error) = outcome {
            tracing::debug!(receiver = receiver.name, error, "an Alertmanager was not sent what fires");
            return;
        }
    }
}
