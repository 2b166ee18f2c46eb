//! The bodies that are kept. The least recently used go first.
use bytes::Bytes;
use lru::LruCache;
use sha2::{Digest as _, Sha256};

/// The SHA-256 of a body or of a key.
pub type Digest = [u8; 32];

/// The SHA-256 of `bytes`.
pub fn digest(bytes: &[u8]) -> Digest {
    Sha256::digest(bytes).into()
}

/// What an entry costs besides its bytes.
const ENTRY: usize = 256;

/// A body, and its digest.
#[derive(Clone, Debug)]
pub struct Kept {
    pub digest: Digest,
    pub bytes: Bytes,
}

/// Bodies by a key that says whose they are.
pub struct Bodies {
    /// Of each key the oldest body first.
    keys: LruCache<Digest, Vec<Kept>>,
    bytes: usize,
    /// The bytes that are kept at most.
    pub limit: usize,
    /// The bodies of one key that are kept at most.
    pub per_key: usize,
}

impl Bodies {
    pub fn new(limit: usize, per_key: usize) -> Self {
        Self { keys: LruCache::unbounded(), bytes: 0, limit, per_key }
    }

    /// The bytes that are kept.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The body of `key` with this digest.
    pub fn find(&mut self, key: &Digest, digest: &Digest) -> Option<Bytes> {
        let kept = self.keys.get(key)?;
        kept.iter().find(|body| body.digest == *digest).map(|body| body.bytes.clone())
    }

    /// The newest body of `key`.
    pub fn newest(&mut self, key: &Digest) -> Option<Kept> {
        self.keys.get(key)?.last().cloned()
    }

    /// Whether there are bodies of `key`.
    pub fn knows(&self, key: &Digest) -> bool {
        self.keys.contains(key)
    }

    /// Keeps `body` as the newest of `key`.
    pub fn keep(&mut self, key: Digest, body: Kept) {
        let cost = body.bytes.len() + ENTRY;
        if cost > self.limit || self.per_key == 0 {
            return;
        }
        let bodies = self.keys.get_or_insert_mut(key, Vec::new);
        if let Some(at) = bodies.iter().position(|kept| kept.digest == body.digest) {
            // It is there already: now it is the newest.
            let kept = bodies.remove(at);
            bodies.push(kept);
            return;
        }
        bodies.push(body);
        self.bytes += cost;
        if bodies.len() > self.per_key {
            self.bytes -= bodies.remove(0).bytes.len() + ENTRY;
        }
        while self.bytes > self.limit {
            let Some((oldest, mut bodies)) = self.keys.pop_lru() else { return };
            self.bytes -= bodies.remove(0).bytes.len() + ENTRY;
            if oldest == key && !bodies.is_empty() {
                self.keys.put(oldest, bodies);
            } else {
                self.bytes -= bodies.iter().map(|body| body.bytes.len() + ENTRY).sum::<usize>();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kept(text: &[u8]) -> Kept {
        Kept { digest: digest(text), bytes: Bytes::copy_from_slice(text) }
    }

    #[test]
    fn a_key_keeps_its_newest_bodies() {
        let mut bodies = Bodies::new(10_000, 2);
        let key = digest(b"key");
        for text in [b"one", b"two", b"one", b"six"] {
            bodies.keep(key, kept(text));
        }
        assert_eq!(bodies.find(&key, &digest(b"one")).as_deref(), Some(&b"one"[..]));
        assert_eq!(bodies.newest(&key).map(|body| body.bytes).as_deref(), Some(&b"six"[..]));
        assert_eq!(bodies.find(&key, &digest(b"two")), None);
        assert_eq!(bodies.find(&digest(b"other"), &digest(b"one")), None);
    }

    #[test]
    fn what_is_longer_than_the_limit_is_not_kept() {
        let mut bodies = Bodies::new(1000, 2);
        bodies.keep(digest(b"key"), kept(&[1; 1000]));
        assert_eq!(bodies.bytes(), 0);
        assert!(!bodies.knows(&digest(b"key")));
    }

    proptest! {
        #[test]
        fn the_limit_holds_and_the_sum_is_right(
            puts in prop::collection::vec((0u8..6, 0u8..4, 0usize..900), 0..60), limit in 0usize..4000, per_key in 0usize..4
        ) {
            let mut bodies = Bodies::new(limit, per_key);
            for (key, fill, length) in puts {
                bodies.keep(digest(&[key]), kept(&vec![fill; length]));
                prop_assert!(bodies.bytes() <= limit);
                let sum: usize = bodies.keys.iter().flat_map(|(_, all)| all).map(|body| body.bytes.len() + ENTRY).sum();
                prop_assert_eq!(sum, bodies.bytes());
                prop_assert!(bodies.keys.iter().all(|(_, all)| (1..=per_key).contains(&all.len())));
            }
        }
    }
}
