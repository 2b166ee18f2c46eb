//! Says in the console what is wrong in the app's use of this crate, once each.
use std::sync::Mutex;

/// Messages beyond this number are not told apart any more, so that they take no memory.
const MOST: usize = 64;

static SAID: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Says `message`, if it was not said before.
pub(crate) fn report(message: &str) {
    // A poisoned list is as good as any.
    let mut said = SAID.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if said.len() < MOST && !said.iter().any(|known| known == message) {
        said.push(message.to_owned());
        leptos::logging::error!("whippet: {message}");
    }
}
