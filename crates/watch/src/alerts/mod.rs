//! Alerts: rules, and the states that each of their subjects goes through.
//!
//! ```text
//! AlertTable (as written) ── checked ──► AlertRule
//! Sight (what a rule sees of a subject now) ──► Alert::look ──► Change (a row of the history) and what is to be sent
//! ```
//!
//! | state | meaning |
//! |---|---|
//! | ok | the condition does not hold |
//! | pending | it holds, but not yet for as long as the rule's `for` |
//! | firing | it holds, or has not been over for as long as `keep_firing_for` |
//! | no data | nothing is known. An alert that fired before stays open |
mod expression;
mod machine;
mod rule;
mod rules;
mod silence;
mod table;

pub use expression::Expression;
pub use machine::{Alert, Change, INTERVAL, Sight, State, Step};
pub use rule::{AlertRule, Condition, NoData};
pub use rules::{Fault, Rules};
pub use silence::{Matcher, Silence};
pub use table::AlertTable;
