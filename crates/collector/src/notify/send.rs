//! One notification to one receiver, in its form.
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use tokio::task::JoinSet;
use whippet_watch::notification::Notification;

use super::alertmanager;
use super::client::{Message, Sender};
use super::deliveries::Outcome;
use super::payload::payload;
use super::receiver::{Form, Receiver};

/// The signature of what is sent.
const SIGNATURE: HeaderName = HeaderName::from_static("x-whippet-signature");
/// The number of a notification: the same at each attempt.
const NUMBER: HeaderName = HeaderName::from_static("x-whippet-notification");

/// Sends the notification `id`, which is kept as `body`, at `now`, ms since the epoch.
pub async fn send(
    sender: &Sender,
    receiver: &Receiver,
    (id, body): (i64, &str),
    (external_url, now): (&str, i64),
) -> Outcome {
    let notification: Notification = match serde_json::from_str(body) {
        Ok(notification) => notification,
        Err(error) => return Outcome::Refused(format!("what was kept of it cannot be read: {error}")),
    };
    // A group that fires may have alerts in it that are over.
    let wanted = if receiver.send_resolved { Some(notification) } else { notification.firing() };
    let Some(notification) = wanted else { return Outcome::Sent };
    let mut message = match message(receiver, &notification, external_url, now) {
        Ok(message) => message,
        Err(error) => return Outcome::Refused(error),
    };
    if let Some(key) = &receiver.signing_key
        && let Ok(value) = HeaderValue::try_from(key.sign(now, &message.body))
    {
        message.headers.insert(SIGNATURE, value);
    }
    message.headers.insert(NUMBER, HeaderValue::from(id));
    post(sender, receiver, &message, now).await
}

/// Sends a message to all addresses of a receiver. It is sent where one of them took it: Alertmanagers that missed it get what
/// fires soon again.
pub async fn post(sender: &Sender, receiver: &Receiver, message: &Message, now: i64) -> Outcome {
    let mut requests = JoinSet::new();
    for endpoint in &receiver.endpoints {
        let endpoint = match receiver.form {
            Form::Alertmanager { .. } => endpoint.join(alertmanager::PATH),
            _ => endpoint.clone(),
        };
        let (sender, message) = (sender.clone(), message.clone());
        requests.spawn(async move { sender.send(&endpoint, message, now).await });
    }
    let outcomes = requests.join_all().await;
    let rank = |outcome: &Outcome| match outcome {
        Outcome::Sent => 0,
        Outcome::Failed(..) => 1,
        Outcome::Refused(_) => 2,
    };
    outcomes.into_iter().min_by_key(rank).unwrap_or_else(|| Outcome::Refused("it has no address".to_owned()))
}

fn message(
    receiver: &Receiver,
    notification: &Notification,
    external_url: &str,
    now: i64,
) -> Result<Message, String> {
    let payload = payload(notification, external_url);
    let json = HeaderValue::from_static("application/json");
    let (method, kind, body) = match &receiver.form {
        Form::Webhook => {
            (Method::POST, json, serde_json::to_vec(&payload).map_err(|error| error.to_string())?)
        }
        Form::Alertmanager { resend } => {
            (Method::POST, json, alertmanager::body(&notification.alerts, *resend, now))
        }
        Form::Text { method, content_type, body } => {
            let text = body.render(&payload).map_err(|error| format!("its template: {error}"))?;
            (method.clone(), content_type.clone(), text)
        }
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, kind);
    Ok(Message { method, headers, body })
}
