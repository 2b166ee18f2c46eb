//! Says in the console what is wrong in the app's use of this crate, once each.
use std::collections::HashSet;
use std::sync::Mutex;

/// Messages beyond this number are not told apart any more, so that they take no memory.
const MOST: usize = 64;

static SAID: Mutex<Option<HashSet<String>>> = Mutex::new(None);

/// Says `message`, if it was not said before.
pub(crate) fn report(message: &str) {
    // A poisoned set is as good as any.
    let mut said = SAID.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let said = said.get_or_insert_default();
    if said.len() < MOST && said.insert(message.to_owned()) {
        leptos::logging::error!("whippet: {message}");
    }
}
