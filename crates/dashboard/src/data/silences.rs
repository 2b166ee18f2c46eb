//! Writes silences.
use super::ApiError;
use super::request::{delete, post_json};
use leptos::prelude::{GetValue, StoredValue};
use whippet_api::{NewSilence, Silence};
use whippet_leptos::{Mutation, MutationOptions, NetworkMode, use_mutation, use_query_client};

/// What can be done to silences. Alerts are fetched again after a success.
///
/// The handles of mutations have a signal for each flag: they are kept once, and components pass on where.
#[derive(Clone, Copy)]
pub struct Silencing {
    make: StoredValue<Mutation<NewSilence, Silence, ApiError>>,
    end: StoredValue<Mutation<String, (), ApiError>>,
}

impl Silencing {
    /// Makes one, or replaces the one whose id it has.
    pub fn make(self) -> Mutation<NewSilence, Silence, ApiError> {
        self.make.get_value()
    }

    /// Ends the one with this id now.
    pub fn end(self) -> Mutation<String, (), ApiError> {
        self.end.get_value()
    }
}

/// Call once for a page, so that its parts see the same results.
pub fn use_silencing() -> Silencing {
    let client = use_query_client();
    // A collector on this machine is reachable offline.
    let options = || MutationOptions::new().network_mode(NetworkMode::Always);
    let make = move |silence: NewSilence| async move {
        let made = post_json("/api/alerts/silences", &silence).await?;
        client.invalidate("alerts");
        Ok(made)
    };
    let end = move |id: String| async move {
        // An id is of this kind of character; anything else would be another path.
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let id: String = id.chars().filter(|c| fits(*c)).collect();
        delete(&format!("/api/alerts/silences/{id}")).await?;
        client.invalidate("alerts");
        Ok(())
    };
    Silencing {
        make: StoredValue::new(use_mutation(make, options())),
        end: StoredValue::new(use_mutation(end, options())),
    }
}
