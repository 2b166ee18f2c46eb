//! The bodies that are kept, and those that are arriving.
use super::change::TextPair;
use super::checked::{Checked, some};
use super::diff::Diff;
use super::id::{BodyId, IncomingId};
use super::incoming::IncomingBody;
use super::outcome::Outcome;
use super::scan::SyntaxError;
use super::tape::{Node, read_text};
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

impl Budget {
    /// 16 MiB for one body, 32 MiB for all.
    pub const DEFAULT: Self = Self { body: 16 << 20, total: 32 << 20 };
}

impl Default for Budget {
    fn default() -> Self {
        Self::DEFAULT
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

/// Counts of bytes since the start. The host counts what arrives and what it parses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Bytes that were compared with a previous body.
    pub compared: u64,
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
}

impl Kept {
    fn size(&self) -> u64 {
        (self.text.len() + self.tape.len() * size_of::<Node>()) as u64
    }
}

/// Keeps bodies and compares new ones with them. See the [module](super).
pub struct Bodies {
    budget: Budget,
    /// The least recently used first.
    kept: Vec<Kept>,
    arriving: Vec<Option<IncomingBody>>,
    last_id: u32,
    stats: Stats,
    diff: Diff,
    /// The body whose tape `diff.tape_edit` makes from that of the previous one.
    diffed: Option<IncomingId>,
}

impl Bodies {
    /// No bodies, with the default budget.
    pub const DEFAULT: Self = Self::new(Budget::DEFAULT);

    /// Keeps no body yet.
    pub const fn new(budget: Budget) -> Self {
        Self {
            budget,
            kept: Vec::new(),
            arriving: Vec::new(),
            last_id: 0,
            stats: Stats { compared: 0, kept: 0, evicted: 0, scanned: 0 },
            diff: Diff::new([0; 2]),
            diffed: None,
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
    }

    /// Begins a body, which is compared with `previous` if that is still kept. `expected` is its likely length in bytes, or 0
    /// if it is unknown.
    pub fn begin(&mut self, previous: Option<BodyId>, expected: usize) -> IncomingId {
        if self.diffed.is_none() {
            self.diff.trim();
        }
        let before =
            previous.and_then(|id| self.find(id)).map(|place| some(self.kept.get(place)).text.clone());
        if before.is_none() {
            // Keeping the new body will evict old ones. Evicting them now lets it use their memory.
            self.evict_over((self.budget.total as u64).saturating_sub(expected as u64));
        }
        let len_before = before.as_ref().map_or(0, |text| text.len());
        let wanted = expected.max(len_before).min(self.budget.body);
        // The next body is likely to be a little longer.
        let text = Text::with_room(wanted + wanted / 16);
        let incoming = Some(IncomingBody::new(previous, before, text));
        let place = match self.arriving.iter().position(Option::is_none) {
            Some(place) => {
                *some(self.arriving.get_mut(place)) = incoming;
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
        let Some(incoming) = self.incoming(id) else { return Outcome::Unknown };
        incoming.unchanged = incoming.end();
        match (held, incoming.unchanged) {
            (false, _) => Outcome::Unknown,
            (true, true) => Outcome::Same,
            (true, false) => self.diff_with_previous(id),
        }
    }

    fn diff_with_previous(&mut self, id: IncomingId) -> Outcome {
        let Self { arriving, kept, diff, stats, .. } = self;
        let Some(incoming) = arriving.get_mut(id.0 as usize).and_then(Option::as_mut) else {
            return Outcome::Unknown;
        };
        let Some(Kept { text, tape, .. }) = kept.iter_mut().find(|kept| Some(kept.id) == incoming.previous)
        else {
            return Outcome::Unknown;
        };
        // The highest bit of a node's span is a flag, so a tape has less than 2^31 nodes.
        if text.len().max(incoming.text.len()) > i32::MAX as usize {
            return Outcome::Unknown;
        }
        if tape.is_empty() {
            stats.scanned += text.len() as u64;
            if read_text(text.padded(), text.len(), tape) < 0 {
                tape.clear();
                return Outcome::Unknown;
            }
            tape.shrink_to_fit();
            stats.kept += (tape.len() * size_of::<Node>()) as u64;
        }
        let (tape, new) = (Checked::of(tape), incoming.text.padded());
        let pair = TextPair { old: text.padded(), tape, new, len: incoming.text.len() };
        let outcome = diff.run(pair, incoming.common);
        let compared = diff.alignments.compared as u64;
        stats.compared += compared;
        incoming.compared += compared;
        stats.scanned += diff.scanned as u64;
        self.diffed = (outcome != Outcome::Unknown).then_some(id);
        outcome
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
        self.body(id).map_or(0, |incoming| incoming.compared)
    }

    /// Where a body is not JSON, after [`finish`](Self::finish). `None` if it is JSON.
    pub fn syntax_error(&mut self, id: IncomingId) -> Option<SyntaxError> {
        let text = &mut self.incoming(id)?.text;
        text.end();
        let end = read_text(text.padded(), text.len(), &mut Vec::new());
        (end < 0).then_some(SyntaxError { at: !end as usize })
    }

    /// The bytes of the body that have arrived.
    pub fn bytes(&self, id: IncomingId) -> &[u8] {
        self.body(id).map_or(&[], |incoming| incoming.text.bytes())
    }

    /// Keeps the body in place of the previous one. `None` if the budget has no room for it.
    pub fn keep(&mut self, id: IncomingId) -> Option<BodyId> {
        let diffed = self.diffed.take() == Some(id);
        let IncomingBody { mut text, previous, unchanged, .. } = self.take(id)?;
        text.end();
        let old = previous.and_then(|id| self.find(id)).map(|place| self.remove(place));
        let kept = match old {
            Some(old) if unchanged => old,
            old => {
                let mut tape = Vec::new();
                if diffed && let Some(old) = old {
                    tape = old.tape;
                    self.diff.tape_edit.apply(&mut tape);
                }
                self.last_id += 1;
                Kept { id: BodyId(self.last_id), text: Rc::new(text), tape }
            }
        };
        let (id, size) = (kept.id, kept.size());
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
        self.diffed = None;
        self.take(id);
    }

    /// Drops a kept body that nobody will ask for again.
    pub fn forget(&mut self, id: BodyId) {
        if let Some(place) = self.find(id) {
            self.remove(place);
        }
    }

    fn body(&self, id: IncomingId) -> Option<&IncomingBody> {
        self.arriving.get(id.0 as usize)?.as_ref()
    }

    fn incoming(&mut self, id: IncomingId) -> Option<&mut IncomingBody> {
        self.arriving.get_mut(id.0 as usize)?.as_mut()
    }

    /// Ends the arrival of a body.
    fn take(&mut self, id: IncomingId) -> Option<IncomingBody> {
        self.arriving.get_mut(id.0 as usize)?.take()
    }

    fn find(&self, id: BodyId) -> Option<usize> {
        self.kept.iter().position(|kept| kept.id == id)
    }

    fn evict_over(&mut self, total: u64) {
        while self.stats.kept > total && !self.kept.is_empty() {
            self.evict(0);
        }
    }

    fn evict(&mut self, place: usize) {
        self.stats.evicted += self.remove(place).size();
    }

    fn remove(&mut self, place: usize) -> Kept {
        let dropped = self.kept.remove(place);
        self.stats.kept -= dropped.size();
        dropped
    }
}

impl Default for Bodies {
    fn default() -> Self {
        Self::DEFAULT
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
        self.kept
            .iter()
            .max_by_key(|kept| kept.id)
            .map_or((&[], &[]), |kept| (&kept.tape, kept.text.padded()))
    }
}
