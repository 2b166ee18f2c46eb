//! What all requests share.
use std::sync::Arc;

use whippet_store::Store;

use crate::client::Networks;
use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::origins::Origins;
use crate::rate_limiter::RateLimiter;
use crate::scrape::TargetStatus;
use crate::token::Token;

/// What all requests share. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// What is kept.
    pub store: Arc<Store>,
    /// The collector's own figures.
    pub metrics: Arc<Metrics>,
    /// What is scraped, and how that goes.
    pub target_status: Arc<TargetStatus>,
    /// The time.
    pub clock: Clock,
    /// How often one client may send.
    pub limiter: Arc<RateLimiter>,
    /// How many proxies stand before it.
    pub proxies: usize,
    /// What the store is told of clients.
    pub networks: Networks,
    /// What the private side asks for.
    pub token: Option<Token>,
    /// Whose pages may send.
    pub origins: Arc<Origins>,
    /// The time between two scrapes, ms: no chart is finer.
    pub scrape_interval: i64,
    /// How long everything is kept in full detail, ms.
    pub detail: i64,
    /// How long anything is kept, ms.
    pub retention: i64,
}
