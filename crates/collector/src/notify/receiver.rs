//! A receiver: where notifications go, and in which form.
use std::time::Duration;

use axum::http::{HeaderValue, Method};

use super::signature::SigningKey;
use super::template::Template;
use crate::prometheus::Endpoint;
use crate::scrape::Tls;

/// Headers that the sender sets.
pub const SET: [&str; 8] = [
    "content-type",
    "content-length",
    "transfer-encoding",
    "connection",
    "host",
    "user-agent",
    "x-whippet-signature",
    "x-whippet-notification",
];

/// Who is told of alerts.
#[derive(Clone, Debug, PartialEq)]
pub struct Receiver {
    /// What rules call it.
    pub name: String,
    /// What it is sent.
    pub form: Form,
    /// Where it is: one address, or those of several Alertmanagers.
    pub endpoints: Vec<Endpoint>,
    /// How long a request may take.
    pub timeout: Duration,
    /// How long a notification is tried.
    pub retry_for: Duration,
    /// Whether it is told when an alert is over.
    pub send_resolved: bool,
    /// Signs what is sent.
    pub signing_key: Option<SigningKey>,
    /// How its certificate is checked.
    pub tls: Tls,
}

/// What a receiver is sent.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    /// Alertmanager's web hook format, version 4.
    Webhook,
    /// Alertmanager's own API, version 2.
    Alertmanager {
        /// The time between two sendings of what fires.
        resend: Duration,
    },
    /// A text of one's own.
    Text {
        /// POST or PUT.
        method: Method,
        /// What it is.
        content_type: HeaderValue,
        /// The text.
        body: Template,
    },
}

impl Form {
    /// Its name in the configuration.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Alertmanager { .. } => "alertmanager",
            Self::Text { .. } => "text",
        }
    }
}

impl Receiver {
    /// Its addresses for everybody to see. The path of a hook is often all of its secret, so that host and port must do.
    pub fn shown(&self) -> String {
        let shown = self.endpoints.iter().map(|endpoint| {
            let host = endpoint.url.authority().map_or("", |authority| authority.as_str());
            format!("{}://{host}/…", endpoint.url.scheme_str().unwrap_or_default())
        });
        shown.collect::<Vec<_>>().join(", ")
    }
}
