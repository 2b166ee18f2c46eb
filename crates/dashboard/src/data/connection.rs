//! Whether the collector answers.
use super::Trouble;
use leptos::prelude::*;
use whippet_api::Status;
use whippet_leptos::Query;

/// What the header says about it.
#[derive(Clone, Debug, PartialEq)]
pub enum Connection {
    /// The first answer is not there yet.
    Opening,
    /// It answers.
    Open,
    /// It takes long to.
    Slow,
    /// It does not, or not as it should.
    Lost(Trouble),
}

impl Connection {
    /// As `status` tells it: it is asked for on every page.
    pub fn of(status: Query<Status, Trouble>) -> Signal<Self> {
        let connection =
            Memo::new(move |before: Option<&Self>| match (status.error.get(), status.data.get()) {
                (Some(trouble), _) if matches!(*trouble, Trouble::Slow { .. }) => Self::Slow,
                (Some(trouble), _) => Self::Lost((*trouble).clone()),
                (None, Some(_)) => Self::Open,
                // The next attempt does not make a lost connection a new one.
                (None, None) => before.cloned().unwrap_or(Self::Opening),
            });
        connection.into()
    }
}
