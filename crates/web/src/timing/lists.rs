//! The engine's lists of memos and rate limits, of which a thread has one.
use super::host::monotonic;
use core::cell::RefCell;
use whippet_engine::pace::{Lists, Node, RowVec};
use whippet_engine::time::Instant;

std::thread_local! {
    static LISTS: RefCell<Lists<RowVec<Node>>> = RefCell::default();
}

/// Passes an input to the lists, with a time that never goes back. `None` while the thread ends. Nothing of the user's may
/// run within.
pub(super) fn with_lists<R>(input: impl FnOnce(&mut Lists<RowVec<Node>>, Instant) -> R) -> Option<R> {
    let now = monotonic();
    LISTS.try_with(|lists| input(&mut lists.borrow_mut(), now)).ok()
}
