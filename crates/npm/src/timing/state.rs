//! Every paced function of the module.
use crate::state::Late;
use whippet_engine::pace::Pace;

pub(super) static PACE: Late<Pace> = Late::new();
