//! The regressions that last, as they were found here last.
use std::sync::{Arc, Mutex, PoisonError};

use whippet_api::Regression;

/// Regressions that last. `None` before anybody looked: then nothing is known of them.
#[derive(Default)]
pub struct FoundRegressions(Mutex<Option<Arc<Vec<Regression>>>>);

impl FoundRegressions {
    /// Those that last now. Those that were withdrawn are left out.
    pub fn set(&self, mut found: Vec<Regression>) {
        found.retain(|regression| regression.withdrawn.is_none());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(found));
    }

    /// Those that last.
    pub fn get(&self) -> Option<Arc<Vec<Regression>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
