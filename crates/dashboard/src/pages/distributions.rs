//! Tables of distributions: one row a name.
use crate::format;
use crate::parts::Cell;
use crate::parts::Column::{self, Figures, Words};
use whippet_api::{Distribution, Unit};

/// The columns of such a table.
pub(super) const COLUMNS: &[Column] =
    &[Words("Name"), Figures("Count"), Figures("p50"), Figures("p75"), Figures("p95"), Figures("Largest")];

/// A row, under the name that is `shown`.
pub(super) fn row(shown: &str, distribution: &Distribution, unit: Unit) -> Vec<Cell> {
    let Distribution { name: _, count, p50, p75, p95, max } = distribution;
    let mut cells = vec![Cell::Text(shown.to_owned()), Cell::Figure(format::count(*count))];
    cells.extend([p50, p75, p95, max].map(|value| Cell::Figure(format::maybe(*value, unit))));
    cells
}
