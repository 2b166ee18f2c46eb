//! Telling receivers of alerts.
//!
//! ```text
//! rules fire ──► outbox (store) ──► deliveries (which, when) ──► payload or template ──► client ──► what became of it ──► outbox
//! what fires, every 30 s ──► resend ──► Alertmanagers
//! ```
//!
//! A notification is noted as sent after the receiver said so. Where a collector is killed between the two, it is sent again,
//! with the same `X-Whippet-Notification`.
mod alertmanager;
mod client;
mod deliveries;
mod driver;
mod notifier;
mod outbox;
mod payload;
mod receiver;
mod resend;
mod send;
mod signature;
mod template;

use std::sync::Arc;

use tokio::task::JoinSet;

pub use alertmanager::PATH as ALERTMANAGER_PATH;
pub use client::{Message, Sender};
pub use deliveries::{Deliveries, Outcome, Verdict};
pub use notifier::{Notifier, Receivers};
pub use outbox::{Answer, Attempt, Outbox, Outgoing, Stored};
pub use receiver::{Form, Receiver, SET};
pub use signature::SigningKey;
pub use template::{Template, TemplateError};

/// Sends, until the set is dropped.
pub fn start(tasks: &mut JoinSet<()>, notifier: &Arc<Notifier>) {
    tasks.spawn(driver::run(Arc::clone(notifier)));
    tasks.spawn(resend::run(Arc::clone(notifier)));
}
