//! Keys that may be missing.

/// What the key function of a query returns: a key, or an `Option` of one. With `None` nothing is fetched.
pub trait MaybeKey<K> {
    /// The key, if there is one.
    fn into_key(self) -> Option<K>;
}

impl<K> MaybeKey<K> for K {
    fn into_key(self) -> Option<K> {
        Some(self)
    }
}

impl<K> MaybeKey<K> for Option<K> {
    fn into_key(self) -> Option<K> {
        self
    }
}
