//! Several collectors on one database: each target is scraped by one of them, and all show what that one found.
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use whippet_api::Target as Entry;
use whippet_store::{SharedState, Store};

use super::target_status::TargetStatus;

/// How often a collector looks at what the others found.
const LOOK: Duration = Duration::from_secs(5);

/// What stands before a target's name in that of its shared state.
const STATUS: &str = "status:";

/// The role of the one collector that scrapes a target.
pub fn role(target: &str) -> String {
    format!("scrape:{target}")
}

/// Tells the other collectors how a target is.
pub async fn tell(store: &Store, status: &TargetStatus, target: &str) {
    if !store.is_shared() {
        return;
    }
    let Some(value) = status.entry(target).and_then(|entry| serde_json::to_vec(&entry).ok()) else { return };
    let state = SharedState { name: format!("{STATUS}{target}"), version: 0, value };
    if let Err(error) = store.share(state).await {
        tracing::debug!(%error, target_name = target, "the status of a target was not told to other collectors");
    }
}

/// Takes over what the other collectors told.
pub async fn hear(store: &Arc<Store>, status: &TargetStatus) {
    match store.shared_states(STATUS).await {
        Ok(states) => {
            // One of a newer version may be of another form.
            let entry = |state: &SharedState| serde_json::from_slice::<Entry>(&state.value).ok();
            states.iter().filter_map(entry).for_each(|entry| status.adopt(entry));
        }
        Err(error) => tracing::debug!(%error, "what other collectors found out about targets was not read"),
    }
}

/// Takes it over again and again, where there may be other collectors.
pub fn watch(tasks: &mut JoinSet<()>, store: Arc<Store>, status: Arc<TargetStatus>) {
    if !store.is_shared() {
        return;
    }
    tasks.spawn(async move {
        let mut ticks = tokio::time::interval(LOOK);
        loop {
            ticks.tick().await;
            hear(&store, &status).await;
        }
    });
}

/// What tells this collector from others that listen elsewhere: the name of its machine and its port. It stays when the collector is
/// started again, so that its own counters go on.
pub fn instance(address: std::net::SocketAddr) -> String {
    if !address.ip().is_unspecified() && !address.ip().is_loopback() {
        return address.to_string();
    }
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let name = name.or_else(|| std::env::var("HOSTNAME").ok()).unwrap_or_default();
    let name = name.trim();
    format!("{}:{}", if name.is_empty() { "localhost" } else { name }, address.port())
}
