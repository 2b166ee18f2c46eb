//! The numbers that `whippet/json` reads from its engine: outcomes, figures, and the words of a patch.
use crate::Constant;
use crate::table::numbers;
use whippet_engine::json::{Budget, Outcome, patch};

/// All tables.
pub const TABLES: &[&[Constant]] = &[BODIES, OUTCOMES, STATS, PATCH];

numbers! {
    /// The id of no body, and the layout of `json_result`.
    BODIES: u32;
    /// Stands for a body's id where there is no body.
    NO_BODY = 0;
    /// The number of words at the address that `json_result` returns: the address of the program and its length in words, the
    /// address of the slices and their length in bytes, and the number of bytes that were compared.
    RESULT_WORDS = 5;
    /// How many bytes one body may have to be kept, if nobody says otherwise.
    BODY_BUDGET = Budget::DEFAULT.body as u32;
    /// How many bytes all kept bodies may have together, if nobody says otherwise.
    TOTAL_BUDGET = Budget::DEFAULT.total as u32;
}

numbers! {
    /// The result of `json_finish`.
    OUTCOMES: u32;
    /// The value is equal to the previous one.
    SAME = Outcome::Same as u32;
    /// A patch makes the value from the previous one.
    PATCH_OUTCOME = Outcome::Patch as u32;
    /// All of the body must be parsed. The value shares nothing with the previous one.
    WHOLE = Outcome::Whole as u32;
    /// All of the body must be parsed. Nothing is known about it.
    UNKNOWN = Outcome::Unknown as u32;
}

numbers! {
    /// The figures of `json_stat`: the fields of `whippet_engine::json::Stats`.
    STATS: u32;
    /// Bytes that were compared with a previous body.
    COMPARED = 0;
    /// Bytes that are kept now.
    KEPT = 1;
    /// Bytes that were evicted.
    EVICTED = 2;
    /// Bytes that were read token by token.
    SCANNED = 3;
}

numbers! {
    /// The words of a patch: see `whippet_engine::json::patch`.
    PATCH: u32;
    /// The first word of a block: a copy of the old object.
    CLONE = patch::CLONE;
    /// The first word of a block: a parsed object.
    FRESH = patch::FRESH;
    /// The first word of a block: an array.
    ARRAY = patch::ARRAY;
    /// A source: a parsed value.
    SLOT = patch::SLOT;
    /// A source: the value of a block.
    BLOCK = patch::BLOCK;
    /// A source: an old value, or a run of old elements.
    OLD = patch::OLD;
    /// The number of lower bits that hold the kind of a source. The other bits are a number.
    KIND_BITS = patch::KIND_BITS;
    /// Masks the kind of a source.
    KIND_MASK = patch::KIND_MASK;
}
