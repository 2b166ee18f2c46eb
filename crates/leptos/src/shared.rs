//! Parts of a JSON body that outlive it.
use serde::de::{DeserializeOwned, Deserializer, Error as _};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;
use std::any::Any;
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// A part of a JSON document that is likely to be in the next one too, such as a row of a list. Read by
/// [`Json`](crate::Json), a part whose bytes were in the document before is the same value as before, wherever it
/// stands now: it is not deserialized again, and comparing it costs nothing.
///
/// Elsewhere it reads as `T` does. It cannot be read where serde keeps values in a form of its own first: within
/// `#[serde(flatten)]`, or an enum that is untagged or tagged inside.
pub struct Shared<T>(Arc<T>);

impl<T> Shared<T> {
    /// A value that no document has given.
    pub fn new(value: T) -> Self {
        Self(Arc::new(value))
    }

    /// Whether both are one value, and not only equal.
    pub fn ptr_eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: fmt::Debug> fmt::Debug for Shared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: PartialEq> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        self.ptr_eq(other) || self.0 == other.0
    }
}

impl<T: Serialize> Serialize for Shared<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: DeserializeOwned + Send + Sync + 'static> Deserialize<'de> for Shared<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&RawValue>::deserialize(deserializer)?.get();
        let place = match take_known::<T>(text) {
            Place::Known(value) => return Ok(Self(value)),
            Place::New(place) => place,
        };
        let value = serde_json::from_str::<T>(text).map(Arc::new).map_err(D::Error::custom)?;
        put(place, value.clone());
        Ok(Self(value))
    }
}

/// A document's text, and which parts of it are which values. What a text says never changes, so this stays right
/// whatever becomes of the document's value.
pub(crate) struct Parts {
    pub(crate) text: String,
    /// By where they begin: each before those within it.
    parts: Vec<Part>,
}

#[derive(Clone)]
struct Part {
    /// In bytes, as `end`.
    start: usize,
    end: usize,
    /// How many of the parts that follow are within this one.
    within: usize,
    /// `None` while it is being read.
    value: Option<Arc<dyn Any + Send + Sync>>,
}

impl Parts {
    fn text_of(&self, part: &Part) -> &str {
        &self.text[part.start..part.end]
    }
}

/// A document that is being read.
struct Reading {
    /// Where its text is, and how long.
    address: usize,
    length: usize,
    parts: Vec<Part>,
    before: Option<Arc<Parts>>,
    /// The part of the document before that is likely to be next.
    next: usize,
    /// The parts of the document before by the hash of their text; made when one is not where it was.
    index: Option<HashMap<u64, Vec<usize>>>,
}

thread_local! {
    /// serde hands nothing down to the values within a value, so it is here.
    static READING: RefCell<Option<Reading>> = const { RefCell::new(None) };
}

/// Reads a document, whose parts are likely to be among those of the one `before`.
pub(crate) fn read<T: DeserializeOwned>(
    text: String,
    before: Option<Arc<Parts>>,
) -> serde_json::Result<(T, Parts)> {
    let (address, length) = (text.as_ptr() as usize, text.len());
    let reading = Reading { address, length, parts: Vec::new(), before, next: 0, index: None };
    // A document may be read while another one is: what was there comes back.
    let outer = Outer(READING.replace(Some(reading)));
    let value = serde_json::from_str(&text)?;
    let parts = READING.take().map(|reading| reading.parts).unwrap_or_default();
    drop(outer);
    Ok((value, Parts { text, parts }))
}

struct Outer(Option<Reading>);

impl Drop for Outer {
    fn drop(&mut self) {
        READING.replace(self.0.take());
    }
}

enum Place<T> {
    Known(Arc<T>),
    /// Which part it will be; `None` where no document is being read, or another one.
    New(Option<usize>),
}

fn take_known<T: Send + Sync + 'static>(text: &str) -> Place<T> {
    READING.with_borrow_mut(|reading| {
        let Some((reading, start)) = reading.as_mut().and_then(|reading| {
            let start = (text.as_ptr() as usize).checked_sub(reading.address)?;
            (start + text.len() <= reading.length).then_some((reading, start))
        }) else {
            return Place::New(None);
        };
        match reading.known::<T>(text) {
            Some((at, value)) => {
                reading.take_over(at, start);
                crate::json_stats::spare(text.len());
                Place::Known(value)
            }
            None => {
                reading.parts.push(Part { start, end: start + text.len(), within: 0, value: None });
                Place::New(Some(reading.parts.len() - 1))
            }
        }
    })
}

fn put(place: Option<usize>, value: Arc<dyn Any + Send + Sync>) {
    READING.with_borrow_mut(|reading| {
        let (Some(reading), Some(place)) = (reading, place) else { return };
        let after = reading.parts.len();
        if let Some(part) = reading.parts.get_mut(place) {
            part.within = after - place - 1;
            part.value = Some(value);
        }
    });
}

impl Reading {
    /// The part of the document before that says `text` as a `T`, and its value.
    fn known<T: Send + Sync + 'static>(&mut self, text: &str) -> Option<(usize, Arc<T>)> {
        let before = self.before.as_deref()?;
        let value = |at: usize| {
            let part = before.parts.get(at)?;
            let value = part.value.clone()?.downcast().ok()?;
            (before.text_of(part) == text).then_some((at, value))
        };
        value(self.next).or_else(|| {
            let index = self.index.get_or_insert_with(|| {
                let mut index = HashMap::<u64, Vec<usize>>::new();
                for (at, part) in before.parts.iter().enumerate() {
                    index.entry(hash(before.text_of(part))).or_default().push(at);
                }
                index
            });
            index.get(&hash(text))?.iter().find_map(|&at| value(at))
        })
    }

    /// The part `at` of the document before is a part of this one, with all within it.
    fn take_over(&mut self, at: usize, start: usize) {
        let Some(before) = &self.before else { return };
        let end = at + before.parts[at].within + 1;
        let moved = before.parts[at].start;
        self.parts.extend(before.parts[at..end].iter().map(|part| Part {
            start: part.start - moved + start,
            end: part.end - moved + start,
            ..part.clone()
        }));
        self.next = end;
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
