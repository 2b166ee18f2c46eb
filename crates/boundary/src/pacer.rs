//! The calls of `debounce` and `throttle` into the engine.
use crate::table::numbers;
use whippet_engine::pace::PacerEffects;

numbers! {
    /// Results that are not a delay.
    RESULTS: i32;
    /// There is none.
    NONE = -1;
}

numbers! {
    /// The effects of an input on a pacer, as bits.
    EFFECTS: u32;
    /// Run the function. The host does this last, since it may throw.
    INVOKE = PacerEffects::INVOKE;
    /// A wait began: keep the function until `RELEASE`, since the timer will need it, and arm the timer.
    WAIT = PacerEffects::WAIT;
    /// The wait is over: drop the arguments of the last call.
    END = PacerEffects::END;
    /// The timer does not need the function any more.
    RELEASE = PacerEffects::RELEASE;
}

/// All tables.
pub const TABLES: &[&[crate::Constant]] = &[RESULTS, EFFECTS];
