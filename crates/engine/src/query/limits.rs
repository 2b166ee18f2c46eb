//! How much a cache holds, and who goes first when it is too much: what nobody needs, longest unused first.
use super::cache::Cache;
use super::slots::QueryId;

/// How much a cache may hold. What is observed or on its way is never let go, so it may be more.
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
    /// Sets the limits. Ask [`evict`](Self::evict) from now on whenever a query came, grew or came to rest.
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

    /// Where there is too much, the query that goes, to be [removed](Self::remove) by the face; call until it
    /// gives `None`. It is never one that is observed or on its way, nor `keep`. Each costs one step, however
    /// many there are.
    pub fn evict(&mut self, keep: Option<QueryId>) -> Option<QueryId> {
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
            let entry = self.entries.get(query)?;
            next = entry.used.newer;
            if keep == Some(query) {
                continue;
            }
            let idle = entry.is_idle() && entry.leaf.is_some();
            // What is needed is listed anew when it comes to rest.
            self.unlist(query);
            if idle {
                self.stats.evictions += 1;
                return Some(query);
            }
        }
        None
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
        entry.used = Use { bytes: entry.used.bytes, ..Use::default() };
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
