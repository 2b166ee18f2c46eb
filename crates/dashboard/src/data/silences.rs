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
        ended(delete(&format!("/api/alerts/silences/{id}")).await)?;
        client.invalidate("alerts");
        Ok(())
    };
    Silencing {
        make: StoredValue::new(use_mutation(make, options())),
        end: StoredValue::new(use_mutation(end, options())),
    }
}

/// One that has ended already, by a second press or by somebody else, is what was wanted.
fn ended(answer: Result<(), ApiError>) -> Result<(), ApiError> {
    match answer {
        Err(ApiError::Refused(problem)) if problem.code == "unknown_silence" => Ok(()),
        answer => answer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use whippet_api::Problem;

    #[test]
    fn a_silence_that_has_ended_already_is_no_error() {
        let refused =
            |code: &str| Err(ApiError::Refused(Problem { code: code.to_owned(), message: String::new() }));
        assert_eq!(ended(refused("unknown_silence")), Ok(()));
        assert_eq!(ended(refused("planned_silence")), refused("planned_silence"));
        assert_eq!(ended(Err(ApiError::Unreachable)), Err(ApiError::Unreachable));
        assert_eq!(ended(Ok(())), Ok(()));
    }
}
