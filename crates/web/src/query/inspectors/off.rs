//! Without devtools.
use whippet_engine::query::QueryId;

#[derive(Default)]
pub(in crate::query) struct Inspectors;

impl Inspectors {
    pub(in crate::query) fn touch(&mut self, _: QueryId) {}

    pub(in crate::query) fn data_came(&mut self, _: QueryId) {}
}
