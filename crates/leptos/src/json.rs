//! Values that came as JSON, and remember how.
use crate::json_stats::{receive, spare};
use crate::shared::{Parts, read};
use serde::de::DeserializeOwned;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A value that was read from a JSON body, and what is needed to read the next body by what it changes:
///
/// - a body that is byte for byte the same gives the value that is there;
/// - of one that is not, what the type has marked as [`Shared`](crate::Shared) and whose bytes were there before is
///   taken over, and only the rest is deserialized.
///
/// ```
/// use whippet_leptos::{Json, Shared};
/// # #[derive(serde::Deserialize)] struct Todo { id: u32 }
///
/// let first = Json::<Vec<Shared<Todo>>>::parse(r#"[{"id":1},{"id":2}]"#).unwrap();
/// let next = first.parse_next(r#"[{"id":3},{"id":1}]"#).unwrap();
/// assert_eq!(next[0].id, 3);
/// assert!(next[1].ptr_eq(&first[0]));
/// ```
///
/// It keeps the body, so it takes about twice the memory that the value would. Clones are the same value.
pub struct Json<T> {
    value: Arc<T>,
    parts: Option<Arc<Parts>>,
    /// Whether `parts` are those of `value`.
    whole: bool,
}

impl<T: DeserializeOwned> Json<T> {
    /// Reads a body.
    ///
    /// # Errors
    /// Where it is not JSON, or not that of a `T`. Numbers that a `f64` cannot hold, and escapes of surrogates without
    /// their other half, are JSON but nothing that Rust's types can hold.
    pub fn parse(body: impl Into<String>) -> serde_json::Result<Self> {
        Self::read(body.into(), None)
    }

    /// Reads the body that came after this one.
    ///
    /// # Errors
    /// As [`parse`](Self::parse). This value then still is what it was.
    pub fn parse_next(&self, body: impl Into<String>) -> serde_json::Result<Self> {
        let body = body.into();
        match &self.parts {
            Some(parts) if self.whole && parts.text == body => {
                receive(body.len());
                spare(body.len());
                Ok(self.clone())
            }
            parts => Self::read(body, parts.clone()),
        }
    }

    fn read(body: String, before: Option<Arc<Parts>>) -> serde_json::Result<Self> {
        receive(body.len());
        let (value, parts) = read(body, before)?;
        Ok(Self { value: Arc::new(value), parts: Some(Arc::new(parts)), whole: true })
    }
}

impl<T> Json<T> {
    /// Another value in the place of this one, such as what an optimistic update shows: the next body is read in full,
    /// but for the [`Shared`](crate::Shared) parts that the last one had.
    pub fn with(&self, value: T) -> Self {
        Self { value: Arc::new(value), parts: self.parts.clone(), whole: false }
    }

    /// The body that it was read from; `None` for a value that no body has given.
    #[cfg(all(devtools_script, debug_assertions))]
    pub(crate) fn body(&self) -> Option<&str> {
        self.parts.as_ref().filter(|_| self.whole).map(|parts| parts.text.as_str())
    }

    /// The size of its body.
    pub(crate) fn bytes(&self) -> usize {
        self.parts.as_ref().map_or(0, |parts| parts.text.len())
    }

    /// Whether both are one value, and not only equal.
    pub fn ptr_eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.value, &other.value)
    }
}

impl<T> From<T> for Json<T> {
    /// A value that no body has given.
    fn from(value: T) -> Self {
        Self { value: Arc::new(value), parts: None, whole: false }
    }
}

impl<T> Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> Clone for Json<T> {
    fn clone(&self) -> Self {
        Self { value: self.value.clone(), parts: self.parts.clone(), whole: self.whole }
    }
}

impl<T: fmt::Debug> fmt::Debug for Json<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: PartialEq> PartialEq for Json<T> {
    /// Whether the values are equal; how they were written does not count.
    fn eq(&self, other: &Self) -> bool {
        self.ptr_eq(other) || self.value == other.value
    }
}
