//! The bodies that are kept, and those that are arriving.
use super::change::TextPair;
use super::diff::Diff;
use super::id::{BodyId, IncomingId};
use super::incoming::IncomingBody;
use super::outcome::Outcome;
use super::scan::SyntaxError;
use super::tape::{Node, read_text, trim};
use super::text::Text;
use alloc::rc::Rc;
use alloc::vec::Vec;

/// How much may be kept, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// The length of one body. A longer one is not kept.
    pub body: usize,
    /// All bodies and their tapes together. Beyond it, the least recently used bodies are evicted.
    pub total: usize,
}

impl Default for Budget {
    /// 16 MiB for one body, 32 MiB for all.
    fn default() -> Self {
        Self { body: 16 << 20, total: 32 << 20 }
    }
}

/// Whether an arriving body can still be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It is within the budget so far.
    Continue,
    /// It is longer than the budget of one body. Take [`Bodies::bytes`], [discard](Bodies::discard) it, and decode the rest
    /// elsewhere.
    TooLong,
}

/// Counts of bytes since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Bytes that arrived.
    pub received: u64,
    /// Bytes that were compared with a previous body.
    pub compared: u64,
    /// Bytes that arrived and need not be parsed.
    pub spared: u64,
    /// Bytes of the bodies and tapes that are kept now.
    pub kept: u64,
    /// Bytes of bodies and tapes that were evicted to stay within the budget.
    pub evicted: u64,
    /// Bytes that were read token by token, to find where values begin and end.
    pub scanned: u64,
}

struct Kept {
    id: BodyId,
    text: Rc<Text>,
    /// Where its values are. It is empty until the first diff against this body.
    tape: Vec<Node>,
    used: u64,
}

impl Kept {
    fn size(&self) -> u64 {
        (self.text.len() + self.tape.len() * size_of::<Node>()) as u64
    }
}

/// Keeps bodies and compares new ones with them. See the [module](super).
pub struct Bodies {
    budget: Budget,
    /// In the order of their ids, as those of new bodies only grow.
    kept: Vec<Kept>,
    arriving: Vec<Option<IncomingBody>>,
    last_id: u32,
    uses: u64,
    stats: Stats,
    diff: Diff,
    /// The body whose tape `diff.tape_edit` makes from that of the previous one.
    diffed: Option<IncomingId>,
    /// The buffers of a dropped body, for the next one.
    spare: Text,
    spare_tape: Vec<Node>,
}

impl Bodies {
    /// Keeps no body yet.
    pub fn new(budget: Budget) -> Self {
        Self {
            budget,
            kept: Vec::new(),
            arriving: Vec::new(),
            last_id: 0,
            uses: 0,
            stats: Stats::default(),
            diff: Diff::default(),
            diffed: None,
            spare: Text::default(),
            spare_tape: Vec::new(),
        }
    }

    /// Sets the seed of the hashes of names and rows: four words that nobody can guess. Whoever knows them can choose names
    /// and rows with the same hash, which makes the host parse more than necessary.
    pub fn set_seed(&mut self, [a, b, c, d]: [u32; 4]) {
        let word = |high: u32, low: u32| u64::from(high) << 32 | u64::from(low);
        self.diff.search.seed = [word(a, b), word(c, d)];
    }

    /// The counts so far.
    pub fn stats(&self) -> Stats {
        self.stats
    }

    /// Changes the budget, and evicts what exceeds it.
    pub fn set_budget(&mut self, budget: Budget) {
        self.budget = budget;
        while let Some(place) = self.kept.iter().position(|kept| kept.text.len() > budget.body) {
            self.evict(place);
        }
        self.evict_over(budget.total as u64);
        self.spare = Text::default();
        self.spare_tape = Vec::new();
    }

    /// Begins a body, which is compared with `previous` if that is still kept. `expected` is its likely length in bytes, or 0
    /// if it is unknown.
    pub fn begin(&mut self, previous: Option<BodyId>, expected: usize) -> IncomingId {
        let before = previous.and_then(|id| self.find(id)).map(|place| self.kept[place].text.clone());
        if before.is_none() {
            // Keeping the new body will evict old ones. Evicting them now lets it use their buffer.
            self.evict_over((self.budget.total as u64).saturating_sub(expected as u64));
        }
        let len_before = before.as_ref().map_or(0, |text| text.len());
        let wanted = expected.max(len_before).min(self.budget.body);
        let text = if wanted > 0 && (wanted..=wanted * 2).contains(&self.spare.capacity()) {
            core::mem::take(&mut self.spare)
        } else {
            // The next body is likely to be a little longer.
            Text::with_room(wanted + wanted / 16)
        };
        let incoming = Some(IncomingBody::new(previous, before, text));
        let place = match self.arriving.iter().position(Option::is_none) {
            Some(place) => {
                self.arriving[place] = incoming;
                place
            }
            None => {
                self.arriving.push(incoming);
                self.arriving.len() - 1
            }
        };
        IncomingId(place as u32)
    }

    /// The place for the next `len` bytes. Fill all of it, then call [`received`](Self::received).
    pub fn room(&mut self, id: IncomingId, len: usize) -> &mut [u8] {
        match self.incoming(id) {
            Some(incoming) => incoming.room(len),
            None => &mut [],
        }
    }

    /// The host has filled the place that [`room`](Self::room) gave.
    pub fn received(&mut self, id: IncomingId) -> Progress {
        let limit = self.budget.body;
        let Some(incoming) = self.incoming(id) else { return Progress::Continue };
        let compared = incoming.received();
        incoming.compared += compared as u64;
        let too_long = incoming.text.len() > limit;
        self.stats.compared += compared as u64;
        if too_long { Progress::TooLong } else { Progress::Continue }
    }

    /// Ends the body. `held` says whether the host still has the previous body's value, which a patch begins from.
    pub fn finish(&mut self, id: IncomingId, held: bool) -> Outcome {
        let Some(Some(incoming)) = self.arriving.get_mut(id.0 as usize) else { return Outcome::Unknown };
        incoming.unchanged = incoming.end();
        if !held {
            return Outcome::Unknown;
        }
        let len = incoming.text.len();
        if incoming.unchanged {
            self.stats.spared += len as u64;
            return Outcome::Same;
        }
        let previous = incoming.previous;
        let Some(place) = previous.and_then(|previous| self.find(previous)) else {
            return Outcome::Unknown;
        };
        let outcome = self.diff_with(id, place);
        let parsed = match outcome {
            Outcome::Same => 0,
            Outcome::Patch => self.slices().len(),
            Outcome::Whole | Outcome::Unknown => len,
        };
        self.stats.spared += len.saturating_sub(parsed) as u64;
        outcome
    }

    fn diff_with(&mut self, id: IncomingId, place: usize) -> Outcome {
        let Some(Some(incoming)) = self.arriving.get_mut(id.0 as usize) else { return Outcome::Unknown };
        let Kept { text, tape, .. } = &mut self.kept[place];
        // The highest bit of a node's span is a flag, so a tape has less than 2^31 nodes.
        if text.len().max(incoming.text.len()) > i32::MAX as usize {
            return Outcome::Unknown;
        }
        if tape.is_empty() {
            self.stats.scanned += text.len() as u64;
            if read_text(text.padded(), text.len(), tape, &mut self.diff.open).is_err() {
                tape.clear();
                return Outcome::Unknown;
            }
            tape.shrink_to_fit();
            self.stats.kept += (tape.len() * size_of::<Node>()) as u64;
        }
        let new = incoming.text.padded();
        let pair = TextPair { old: text.padded(), tape, new, len: incoming.text.len() };
        let outcome = self.diff.run(pair, incoming.common);
        self.stats.compared += self.diff.alignments.compared;
        incoming.compared += self.diff.alignments.compared;
        self.stats.scanned += self.diff.scanned;
        self.diffed = outcome.is_ok().then_some(id);
        outcome.unwrap_or(Outcome::Unknown)
    }

    /// The program of the patch, after [`Outcome::Patch`]. The module [`patch`](super::patch) describes it.
    pub fn program(&self) -> &[u32] {
        &self.diff.patch.words
    }

    /// The JSON text that the program needs parsed, after [`Outcome::Patch`].
    pub fn slices(&self) -> &[u8] {
        &self.diff.patch.text
    }

    /// How many bytes of the body were compared so far.
    pub fn compared(&self, id: IncomingId) -> u64 {
        match self.arriving.get(id.0 as usize) {
            Some(Some(incoming)) => incoming.compared,
            _ => 0,
        }
    }

    /// Where a body is not JSON, after [`finish`](Self::finish). `None` if it is JSON.
    pub fn syntax_error(&mut self, id: IncomingId) -> Option<SyntaxError> {
        let incoming = self.arriving.get(id.0 as usize)?.as_ref()?;
        let text = &incoming.text;
        read_text(text.padded(), text.len(), &mut Vec::new(), &mut Vec::new()).err()
    }

    /// The bytes of the body that have arrived.
    pub fn bytes(&self, id: IncomingId) -> &[u8] {
        match self.arriving.get(id.0 as usize) {
            Some(Some(incoming)) => incoming.text.bytes(),
            _ => &[],
        }
    }

    /// Keeps the body in place of the previous one. `None` if the budget has no room for it.
    pub fn keep(&mut self, id: IncomingId) -> Option<BodyId> {
        let diffed = self.diffed.take() == Some(id);
        let kept = self.keep_body(id, diffed);
        self.diff.trim();
        trim(&mut self.spare_tape);
        kept
    }

    fn keep_body(&mut self, id: IncomingId, diffed: bool) -> Option<BodyId> {
        let IncomingBody { text, previous, unchanged, .. } = self.take(id)?;
        self.stats.received += text.len() as u64;
        self.uses += 1;
        let mut tape = Vec::new();
        if let Some(place) = previous.and_then(|previous| self.find(previous)) {
            if unchanged {
                self.kept[place].used = self.uses;
                self.recycle(text);
                return previous;
            }
            let old = self.remove(place);
            if diffed {
                tape = old.tape;
                self.diff.tape_edit.apply(&mut tape, &mut self.spare_tape);
            }
            self.recycle_shared(old.text);
        }
        self.last_id += 1;
        let id = BodyId(self.last_id);
        let kept = Kept { id, text: Rc::new(text), tape, used: self.uses };
        let size = kept.size();
        if kept.text.len() > self.budget.body || size > self.budget.total as u64 {
            return None;
        }
        self.evict_over(self.budget.total as u64 - size);
        self.stats.kept += size;
        self.kept.push(kept);
        Some(id)
    }

    /// Discards the body. The previous one stays.
    pub fn discard(&mut self, id: IncomingId) {
        if self.diffed == Some(id) {
            self.diffed = None;
        }
        self.diff.trim();
        if let Some(incoming) = self.take(id) {
            self.stats.received += incoming.text.len() as u64;
            self.recycle(incoming.text);
        }
    }

    /// Drops a kept body that nobody will ask for again.
    pub fn forget(&mut self, id: BodyId) {
        if let Some(place) = self.find(id) {
            let dropped = self.remove(place);
            self.recycle_shared(dropped.text);
        }
    }

    fn incoming(&mut self, id: IncomingId) -> Option<&mut IncomingBody> {
        self.arriving.get_mut(id.0 as usize)?.as_mut()
    }

    fn take(&mut self, id: IncomingId) -> Option<IncomingBody> {
        self.arriving.get_mut(id.0 as usize)?.take()
    }

    fn find(&self, id: BodyId) -> Option<usize> {
        self.kept.binary_search_by_key(&id, |kept| kept.id).ok()
    }

    /// Uses the buffer for the next body, unless there is a larger one.
    fn recycle(&mut self, mut text: Text) {
        if text.capacity() > self.spare.capacity() && text.capacity() <= self.budget.body * 2 {
            text.clear();
            self.spare = text;
        }
    }

    /// As [`recycle`](Self::recycle), unless an arriving body is still compared with the text.
    fn recycle_shared(&mut self, text: Rc<Text>) {
        if let Ok(text) = Rc::try_unwrap(text) {
            self.recycle(text);
        }
    }

    fn evict_over(&mut self, total: u64) {
        while self.stats.kept > total {
            let Some((place, _)) = self.kept.iter().enumerate().min_by_key(|(_, kept)| kept.used) else {
                return;
            };
            self.evict(place);
        }
    }

    fn evict(&mut self, place: usize) {
        let dropped = self.remove(place);
        self.stats.evicted += dropped.size();
        self.recycle_shared(dropped.text);
    }

    fn remove(&mut self, place: usize) -> Kept {
        let dropped = self.kept.remove(place);
        self.stats.kept -= dropped.size();
        dropped
    }
}

impl Default for Bodies {
    fn default() -> Self {
        Self::new(Budget::default())
    }
}

#[cfg(test)]
impl Bodies {
    /// What searches have cost.
    pub(super) fn looks(&self) -> u64 {
        self.diff.search.looks
    }

    /// The tape and the text of the newest body.
    pub(super) fn last_tape(&self) -> (&[Node], &[u8]) {
        self.kept.last().map_or((&[], &[]), |kept| (&kept.tape, kept.text.padded()))
    }
}
