//! Ids of beacons that are made of what an SDK sent.
use std::hash::{BuildHasher, RandomState};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};
use whippet_engine::beacon::random_id;

/// An id of 32 hexadecimal digits that follows from `parts` alone: what is sent again has the same. No two different
/// bodies can be made to share one.
pub fn digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        // With its length, so that no two lists run together.
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let hash = hash.finalize();
    let half =
        |from: usize| hash.iter().skip(from).take(8).fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    random_id(half(0)) + &random_id(half(8))
}

/// An id that nothing else has: for reports that look alike though they are of different events.
pub fn unique() -> String {
    static KEYS: OnceLock<(RandomState, RandomState)> = OnceLock::new();
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let (first, second) = KEYS.get_or_init(Default::default);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    random_id(first.hash_one(number)) + &random_id(second.hash_one(number))
}

#[cfg(test)]
mod tests {
    use super::{digest, unique};

    #[test]
    fn an_id_follows_from_the_parts() {
        let id = |parts: &[&str]| digest(parts.iter().map(|part| part.as_bytes()));
        assert_eq!(id(&["a", "b"]), id(&["a", "b"]));
        assert_ne!(id(&["a", "b"]), id(&["ab", ""]));
        assert_eq!(id(&["a"]).len(), 32);
        assert_ne!(unique(), unique());
    }
}
