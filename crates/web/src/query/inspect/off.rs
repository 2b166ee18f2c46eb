//! Without devtools.
use crate::query::client::Client;
use crate::query::mutator::Progress;
use whippet_engine::query::MutationId;

/// Those that somebody inspects.
pub(in crate::query) struct Nothing;

impl Client {
    pub(in crate::query) fn tell_inspectors(&self) {}

    pub(in crate::query) fn tell_of_mutation(&self, _: MutationId, _: &Progress) {}

    pub(in crate::query) fn inspected_mutations(&self) -> Nothing {
        Nothing
    }

    pub(in crate::query) fn tell_of_forgotten(&self, _: Nothing) {}
}
