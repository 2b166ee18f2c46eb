//! Levels: a figure with its bound. Objectives: the share of minutes in which a level is to be met.
//!
//! ```text
//! LevelTable, ObjectiveTable (as written) ── checked ──► LevelRule, ObjectiveRule
//! LevelRule ──► Question (what is to be read) ── host reads ──► Answer ──► LevelRule::met
//! Answer of each minute ──► HourBits (good and bad minutes) ──► Budget, burn rates
//! ```
mod aggregate;
mod bits;
mod bound;
mod budget;
mod defaults;
mod figure;
mod objective;
mod quantity;
mod question;
mod rule;
mod subject;

pub use aggregate::Aggregate;
pub use bits::HourBits;
pub use bound::{Bound, Quantity};
pub use budget::{BURN_RATES, Budget, BurnRate};
pub use defaults::defaults;
pub use figure::{Figure, Share};
pub use objective::{ObjectiveRule, ObjectiveTable};
pub use quantity::{Kind, duration, kind, number};
pub use question::{Answer, Lack, Question};
pub use rule::{LevelRule, LevelTable, WINDOW};
pub(crate) use rule::{name, window};
pub use subject::{Scope, Subject};
