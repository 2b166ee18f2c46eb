//! What the engine takes, as the numbers that TypeScript has for it.
use whippet_boundary::query::*;
use whippet_engine::query::Outcome;

/// `OUTCOME_*`.
pub(super) fn outcome(code: u32) -> Outcome {
    match code {
        OUTCOME_SUCCESS => Outcome::Success,
        OUTCOME_ERROR => Outcome::Error,
        _ => Outcome::Cancelled { reverted: false },
    }
}
