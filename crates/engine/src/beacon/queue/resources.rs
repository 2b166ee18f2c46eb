//! Sums resources by host and kind.
use super::super::beacon_limits as limits;
use super::super::event::{Resource, ResourceKind};
use super::Queue;
use super::value::{OTHER, is_value};
use crate::time::Instant;
use alloc::string::String;

impl Queue {
    /// Adds a loaded resource to the sums by host and kind. Resources with invalid durations are ignored; beyond the limit, new
    /// hosts are summed as `(other)`.
    pub fn resource(&mut self, now: Instant, resource: &Resource) {
        if !is_value(resource.duration) || !is_value(resource.slowest) {
            return;
        }
        let host = limits::line(&resource.host, limits::HOST);
        let named = limits::RESOURCES - ResourceKind::ALL.len();
        if !self.add_to_host(&host, resource, if host.is_empty() { 0 } else { named }) {
            self.add_to_host(OTHER, resource, limits::RESOURCES);
        }
        self.schedule(now);
    }

    /// Adds to the sums of `host`. Returns `false` if there is no room for it.
    fn add_to_host(&mut self, host: &str, resource: &Resource, room: usize) -> bool {
        let same = |known: &&mut Resource| known.kind == resource.kind && known.host == host;
        if let Some(known) = self.resources.iter_mut().find(same) {
            known.add(resource);
            return true;
        }
        if self.resources.len() >= room {
            return false;
        }
        // The resources of a host stay together: they are written as one object.
        let place = self.resources.iter().rposition(|known| known.host == host);
        let place = place.map_or(self.resources.len(), |place| place + 1);
        self.size += host.len() + 80;
        let mut first = Resource {
            host: String::from(host),
            kind: resource.kind,
            count: 0,
            bytes: 0,
            cached: 0,
            failed: 0,
            duration: 0.0,
            slowest: 0.0,
        };
        first.add(resource);
        self.resources.insert(place, first);
        true
    }
}
