//! One body on its way.
use super::compare::common_prefix;
use alloc::rc::Rc;
use alloc::vec::Vec;

/// What has come of a body so far.
pub(super) enum Receipt {
    /// Nothing but the beginning of the previous one.
    Same { previous: Rc<Vec<u8>>, matched: usize, incoming: Vec<u8> },
    /// Something new.
    New { bytes: Vec<u8> },
}

impl Receipt {
    pub(super) fn new(previous: Option<Rc<Vec<u8>>>) -> Self {
        match previous {
            Some(previous) => Self::Same { previous, matched: 0, incoming: Vec::new() },
            None => Self::New { bytes: Vec::new() },
        }
    }

    /// Room for the next chunk. What is new is written where it stays.
    pub(super) fn room(&mut self, len: usize) -> &mut [u8] {
        match self {
            Self::Same { incoming, .. } => {
                incoming.resize(len, 0);
                incoming
            }
            Self::New { bytes } => {
                let start = bytes.len();
                bytes.resize(start + len, 0);
                &mut bytes[start..]
            }
        }
    }

    /// The room was filled. Gives how many bytes had to be compared.
    pub(super) fn received(&mut self) -> usize {
        let Self::Same { previous, matched, incoming } = self else { return 0 };
        let common = common_prefix(&previous[*matched..], incoming);
        if common == incoming.len() {
            *matched += common;
            return common;
        }
        let mut bytes = Vec::with_capacity(previous.len().max(*matched + incoming.len()));
        bytes.extend_from_slice(&previous[..*matched]);
        bytes.extend_from_slice(incoming);
        *self = Self::New { bytes };
        common + 1
    }

    /// No more will come. Whether it was the previous body.
    pub(super) fn finish(&mut self) -> bool {
        let Self::Same { previous, matched, .. } = self else { return false };
        if *matched == previous.len() {
            return true;
        }
        *self = Self::New { bytes: previous[..*matched].to_vec() };
        false
    }

    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Same { previous, matched, .. } => &previous[..*matched],
            Self::New { bytes } => bytes,
        }
    }

    pub(super) fn into_bytes(self) -> Rc<Vec<u8>> {
        match self {
            Self::Same { previous, .. } => previous,
            Self::New { mut bytes } => {
                bytes.shrink_to_fit();
                Rc::new(bytes)
            }
        }
    }
}
