//! What was found, as all collectors see it.
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use whippet_api::Regression;
use whippet_store::{SharedState, Store, StoreError};

/// The name of the shared value.
const NAME: &str = "regressions";
/// The most regressions that are kept.
const MOST: usize = 200;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Kept {
    /// When somebody looked last, ms since the epoch.
    pub evaluated: Option<i64>,
    /// How many pairs of page and metric are watched.
    pub watched: u64,
    /// The newest first.
    pub found: Vec<Regression>,
}

impl Kept {
    /// Adds what was found, in place of what has its id.
    pub fn put(&mut self, regression: Regression) {
        match self.found.iter_mut().find(|held| held.id == regression.id) {
            Some(held) => *held = regression,
            None => {
                tracing::warn!(subject = regression.about.name, "{}", regression.words);
                self.found.push(regression);
            }
        }
    }

    /// Keeps the newest; those that last before those that were withdrawn.
    pub fn bound(&mut self) {
        self.found.sort_by_key(|found| (found.withdrawn.is_some(), std::cmp::Reverse(found.found)));
        self.found.truncate(MOST);
        self.found.sort_by_key(|found| std::cmp::Reverse(found.found));
    }

    /// As it is stored.
    pub fn bytes(&self) -> Vec<u8> {
        // Numbers and texts; nothing that JSON refuses.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// What is stored, to be changed.
pub async fn load(store: &Arc<Store>) -> Result<(SharedState, Kept), StoreError> {
    let state = store.shared_state(NAME).await?;
    let kept = serde_json::from_slice(&state.value).unwrap_or_default();
    Ok((state, kept))
}

/// What is stored.
pub async fn read(store: &Arc<Store>) -> Result<Kept, StoreError> {
    load(store).await.map(|found| found.1)
}
