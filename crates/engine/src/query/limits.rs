//! How much a cache holds, and who goes first when it is too much: what nobody needs, longest unused first.
//!
//! What was just fetched or hydrated is needed, although nobody looks at it yet: it stays until someone has, or a
//! [moment](MOMENT) has passed. Otherwise whoever waits for more than fits would fetch the first again when the last has
//! come, without end.
use super::cache::{Cache, Due};
use super::ids::QueryId;
use crate::deadlines::Handle;
use crate::time::{Duration, Instant};

/// What someone is about to look at stays at least so long. A component that suspends on several queries mounts, and
/// looks, only when all of them have come; what is hydrated or prefetched waits for the page to be drawn.
pub const MOMENT: Duration = Duration::from_const(5_000.0);
/// No longer than this, however long its fetch took: it may have waited for the network.
const LONGEST_MOMENT: Duration = Duration::from_const(60_000.0);

/// How much a cache may hold. What is observed, on its way or [expected](Cache::expect) is never let go, so it may be
/// more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// So many queries.
    pub entries: usize,
    /// So many bytes of data, as far as the face [reports](Cache::set_bytes) them.
    pub bytes: f64,
}

impl Default for Limits {
    /// None.
    fn default() -> Self {
        Self { entries: usize::MAX, bytes: f64::INFINITY }
    }
}

/// What an entry knows of its place in the order of use.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Use {
    listed: bool,
    older: Option<QueryId>,
    newer: Option<QueryId>,
    pub(crate) bytes: f64,
    /// Until then someone is expected to look.
    pub(crate) expected: Instant,
    /// So long its last fetch took.
    pub(crate) took: Duration,
    /// Set where it is out of the order of use until then.
    pub(crate) due: Option<Handle>,
}

/// The order of use, kept only where there are limits, and what is held.
#[derive(Debug, Default)]
pub(crate) struct Uses {
    limits: Limits,
    limited: bool,
    oldest: Option<QueryId>,
    newest: Option<QueryId>,
    bytes: f64,
    /// Queries looked at so far, for tests of cost.
    #[cfg(test)]
    pub(crate) steps: usize,
}

impl Cache {
    /// Sets the limits. Ask [`evict`](Self::evict) from now on whenever a query came, grew or came to rest, and after
    /// each [`tick`](Self::tick).
    pub fn set_limits(&mut self, limits: Limits) {
        self.uses.limits = limits;
        if !core::mem::replace(&mut self.uses.limited, true) {
            let known: alloc::vec::Vec<QueryId> = self.queries().collect();
            known.into_iter().for_each(|query| self.touch(query));
        }
    }

    /// How many bytes the query's data takes.
    pub fn set_bytes(&mut self, query: QueryId, bytes: f64) {
        let Some(entry) = self.entries.get_mut(query) else { return };
        self.uses.bytes += bytes - core::mem::replace(&mut entry.used.bytes, bytes);
    }

    /// How many bytes all data takes.
    pub fn bytes(&self) -> f64 {
        self.uses.bytes
    }

    /// The query was used: others go before it.
    pub fn touch(&mut self, query: QueryId) {
        if !self.uses.limited || self.uses.newest == Some(query) || self.entries.get(query).is_none() {
            return;
        }
        self.unlist(query);
        let older = self.uses.newest.replace(query);
        if let Some(entry) = self.entries.get_mut(query) {
            (entry.used.listed, entry.used.older) = (true, older);
        }
        match older.and_then(|older| self.entries.get_mut(older)) {
            Some(entry) => entry.used.newer = Some(query),
            None => self.uses.oldest = Some(query),
        }
    }

    /// Someone is about to look at the query: while nobody does it stays for a moment, which is twice as long as its last
    /// fetch took, at least [`MOMENT`] and at most a minute. So of several that are waited for together, each outlasts the fetch of any
    /// that takes no longer, and all of them are there in the end.
    pub fn expect(&mut self, now: Instant, query: QueryId) {
        if let Some(entry) = self.entries.get_mut(query)
            && entry.observers.is_empty()
        {
            let twice = Duration::from_ms(2.0 * entry.used.took.as_ms());
            entry.used.expected = now + twice.max(MOMENT).min(LONGEST_MOMENT);
        }
    }

    /// Where there is too much, the query that goes, to be [removed](Self::remove) by the face; call until it
    /// gives `None`. It is never one that is observed, on its way or expected, nor `keep`. Each costs one step, however
    /// many there are.
    pub fn evict(&mut self, now: Instant, keep: Option<QueryId>) -> Option<QueryId> {
        let Uses { limits, bytes, .. } = self.uses;
        if self.entries.len() <= limits.entries && bytes <= limits.bytes {
            return None;
        }
        let mut next = self.uses.oldest;
        while let Some(query) = next {
            #[cfg(test)]
            {
                self.uses.steps += 1;
            }
            let entry = self.entries.get_mut(query)?;
            next = entry.used.newer;
            let idle = entry.is_idle() && entry.leaf.is_some();
            let expected = idle && now < entry.used.expected;
            if keep == Some(query) && !expected {
                continue;
            }
            if expected {
                self.deadlines.reset(&mut entry.used.due, entry.used.expected, Due::Looked(query));
            }
            // What is needed is listed anew when it comes to rest, what is expected when its moment has passed.
            self.unlist(query);
            if idle && !expected {
                self.stats.evictions += 1;
                return Some(query);
            }
        }
        None
    }

    /// The moment has passed in which someone was expected to look.
    pub(crate) fn looked_due(&mut self, now: Instant, query: QueryId) {
        let Some(entry) = self.entries.get_mut(query) else { return };
        entry.used.due = None;
        if !entry.is_idle() {
            return;
        }
        if now < entry.used.expected {
            entry.used.due = self.deadlines.set(entry.used.expected, Due::Looked(query));
        } else {
            self.touch(query);
        }
    }

    /// The entry leaves the order of use, and its bytes the sum.
    pub(crate) fn forget_use(&mut self, query: QueryId) {
        self.unlist(query);
        self.set_bytes(query, 0.0);
    }

    fn unlist(&mut self, query: QueryId) {
        let Some(entry) = self.entries.get_mut(query) else { return };
        if !entry.used.listed {
            return;
        }
        let (older, newer) = (entry.used.older, entry.used.newer);
        entry.used = Use { listed: false, older: None, newer: None, ..entry.used };
        match older.and_then(|older| self.entries.get_mut(older)) {
            Some(entry) => entry.used.newer = newer,
            None => self.uses.oldest = newer,
        }
        match newer.and_then(|newer| self.entries.get_mut(newer)) {
            Some(entry) => entry.used.older = older,
            None => self.uses.newest = older,
        }
    }
}
