//! Tables with a distribution per row.
use crate::components::Cell;
use crate::components::Column::{self, Figures, Words};
use crate::format;
use whippet_api::{Distribution, Unit};

/// The columns.
pub(super) const COLUMNS: &[Column] =
    &[Words("Name"), Figures("Count"), Figures("p50"), Figures("p75"), Figures("p95"), Figures("Largest")];

/// A row with the label `shown`.
pub(super) fn row(shown: &str, distribution: &Distribution, unit: Unit) -> Vec<Cell> {
    let Distribution { name: _, count, p50, p75, p95, max } = distribution;
    let mut cells = vec![Cell::Text(shown.to_owned()), Cell::Figure(format::count(*count))];
    cells.extend([p50, p75, p95, max].map(|value| Cell::Figure(format::maybe(*value, unit))));
    cells
}
