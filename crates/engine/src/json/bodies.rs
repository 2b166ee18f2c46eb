//! The bodies that are kept, and those on their way.
use super::diff::{Diff, Sides, Verdict};
use super::receipt::Receipt;
use super::scan::Fault;
use super::tape::{Node, read_all, trim};
use super::text::Text;
use alloc::rc::Rc;
use alloc::vec::Vec;

/// Names a kept body. Names are never used again, so one whose body was dropped finds nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BodyId(pub u32);

/// Names a body on its way, until it is kept or discarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceiptId(pub u32);

/// How much is kept, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Of one body. A longer one is not kept.
    pub body: usize,
    /// Of all bodies, and of what is known of where their values are. Past it, those that were not used for
    /// longest go first.
    pub total: usize,
}

impl Default for Budget {
    /// 16 MiB for one, 32 MiB for all.
    fn default() -> Self {
        Self { body: 16 << 20, total: 32 << 20 }
    }
}

/// How a body is getting on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// There is room for more.
    GoOn,
    /// It is longer than what may be kept: take [`Bodies::bytes`], discard it, and read the rest elsewhere.
    TooLong,
}

/// What the host makes the body's value of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is the previous value: the body is the previous one, byte for byte, or spaced in another way.
    Same,
    /// [`Bodies::program`] makes it of the previous value and of [`Bodies::slices`], parsed.
    Patch,
    /// Nothing of the previous value is in it: it is what all of the body is parsed to.
    Whole,
    /// Nothing is known of it, not even whether it is JSON. All of it is to be parsed.
    Unknown,
}

/// Bytes, counted since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Came in.
    pub received: u64,
    /// Were compared with a previous body.
    pub compared: u64,
    /// Came in and need not be parsed.
    pub spared: u64,
    /// Are kept now.
    pub kept: u64,
    /// Were dropped to stay within the budget.
    pub evicted: u64,
    /// Were read word by word, to know where values begin and end.
    pub scanned: u64,
}

struct Kept {
    id: BodyId,
    text: Rc<Text>,
    /// Where its values are, once that mattered.
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
    /// In the order of their ids.
    kept: Vec<Kept>,
    arriving: Vec<Option<Receipt>>,
    last_id: u32,
    uses: u64,
    stats: Stats,
    diff: Diff,
    /// Whose tape the diff tells how to make.
    walked: Option<ReceiptId>,
    /// Room that a body left.
    spare: Text,
    spare_tape: Vec<Node>,
}

impl Bodies {
    /// Nothing kept.
    pub fn new(budget: Budget) -> Self {
        Self {
            budget,
            kept: Vec::new(),
            arriving: Vec::new(),
            last_id: 0,
            uses: 0,
            stats: Stats::default(),
            diff: Diff::default(),
            walked: None,
            spare: Text::default(),
            spare_tape: Vec::new(),
        }
    }

    /// What the hashes of names and rows depend on: four words that nobody can guess. Whoever knows them can choose
    /// names and rows of one hash; then more is parsed than need be.
    pub fn set_seed(&mut self, [a, b, c, d]: [u32; 4]) {
        let word = |high: u32, low: u32| u64::from(high) << 32 | u64::from(low);
        self.diff.search.seed = [word(a, b), word(c, d)];
    }

    /// The figures so far.
    pub fn stats(&self) -> Stats {
        self.stats
    }

    /// Changes the budget; what is over it is dropped now.
    pub fn set_budget(&mut self, budget: Budget) {
        self.budget = budget;
        while let Some(place) = self.kept.iter().position(|kept| kept.text.len() > budget.body) {
            self.evict(place);
        }
        self.evict_over(budget.total as u64);
        self.spare = Text::default();
        self.spare_tape = Vec::new();
    }

    /// A body begins to arrive, to be compared with `previous` where that is still kept. `expected` is how long it
    /// is likely to be; 0 if nobody knows.
    pub fn begin(&mut self, previous: Option<BodyId>, expected: usize) -> ReceiptId {
        let before = previous.and_then(|id| self.find(id)).map(|place| self.kept[place].text.clone());
        if before.is_none() {
            // What will have to go leaves its room now.
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
        let receipt = Some(Receipt::new(previous, before, text));
        let place = match self.arriving.iter().position(Option::is_none) {
            Some(place) => {
                self.arriving[place] = receipt;
                place
            }
            None => {
                self.arriving.push(receipt);
                self.arriving.len() - 1
            }
        };
        ReceiptId(place as u32)
    }

    /// Where the next `len` bytes of it go. Fill it whole, then call [`received`](Self::received).
    pub fn room(&mut self, id: ReceiptId, len: usize) -> &mut [u8] {
        match self.receipt(id) {
            Some(receipt) => receipt.room(len),
            None => &mut [],
        }
    }

    /// The room was filled.
    pub fn received(&mut self, id: ReceiptId) -> Progress {
        let limit = self.budget.body;
        let Some(receipt) = self.receipt(id) else { return Progress::GoOn };
        let compared = receipt.received();
        receipt.compared += compared as u64;
        let too_long = receipt.text.len() > limit;
        self.stats.compared += compared as u64;
        if too_long { Progress::TooLong } else { Progress::GoOn }
    }

    /// Nothing more will come of it. `held`: the host has the previous body's value, for a patch to begin from.
    pub fn finish(&mut self, id: ReceiptId, held: bool) -> Outcome {
        let Some(Some(receipt)) = self.arriving.get_mut(id.0 as usize) else { return Outcome::Unknown };
        receipt.unchanged = receipt.end();
        if !held {
            return Outcome::Unknown;
        }
        let len = receipt.text.len();
        if receipt.unchanged {
            self.stats.spared += len as u64;
            return Outcome::Same;
        }
        let previous = receipt.previous;
        let Some(place) = previous.and_then(|previous| self.find(previous)) else {
            return Outcome::Unknown;
        };
        let outcome = self.walk(id, place);
        let parsed = match outcome {
            Outcome::Same => 0,
            Outcome::Patch => self.slices().len(),
            Outcome::Whole | Outcome::Unknown => len,
        };
        self.stats.spared += len.saturating_sub(parsed) as u64;
        outcome
    }

    fn walk(&mut self, id: ReceiptId, place: usize) -> Outcome {
        let Some(Some(receipt)) = self.arriving.get_mut(id.0 as usize) else { return Outcome::Unknown };
        let Kept { text, tape, .. } = &mut self.kept[place];
        // Nodes count in 31 bits.
        if text.len().max(receipt.text.len()) > i32::MAX as usize {
            return Outcome::Unknown;
        }
        if tape.is_empty() {
            self.stats.scanned += text.len() as u64;
            if read_all(text.padded(), text.len(), tape, &mut self.diff.open).is_err() {
                tape.clear();
                return Outcome::Unknown;
            }
            tape.shrink_to_fit();
            self.stats.kept += (tape.len() * size_of::<Node>()) as u64;
        }
        let new = receipt.text.padded();
        let sides = Sides { old: text.padded(), tape, new, len: receipt.text.len() };
        let verdict = self.diff.walk(sides, receipt.common);
        self.stats.compared += self.diff.runs.compared;
        receipt.compared += self.diff.runs.compared;
        self.stats.scanned += self.diff.scanned;
        self.walked = verdict.is_ok().then_some(id);
        match verdict {
            Ok(Verdict::Same) => Outcome::Same,
            Ok(Verdict::Patch) => Outcome::Patch,
            Ok(Verdict::Whole) => Outcome::Whole,
            Err(_) => Outcome::Unknown,
        }
    }

    /// After [`Outcome::Patch`]: the program, as the module [`patch`](super::patch) describes it.
    pub fn program(&self) -> &[u32] {
        &self.diff.patch.words
    }

    /// And the text with all that it has parsed.
    pub fn slices(&self) -> &[u8] {
        &self.diff.patch.text
    }

    /// How many of its bytes were compared so far.
    pub fn compared(&self, id: ReceiptId) -> u64 {
        match self.arriving.get(id.0 as usize) {
            Some(Some(receipt)) => receipt.compared,
            _ => 0,
        }
    }

    /// Where the body that [finished](Self::finish) is no JSON.
    pub fn fault(&mut self, id: ReceiptId) -> Option<Fault> {
        let receipt = self.arriving.get(id.0 as usize)?.as_ref()?;
        let text = &receipt.text;
        read_all(text.padded(), text.len(), &mut Vec::new(), &mut Vec::new()).err()
    }

    /// What has come of it so far.
    pub fn bytes(&self, id: ReceiptId) -> &[u8] {
        match self.arriving.get(id.0 as usize) {
            Some(Some(receipt)) => receipt.text.bytes(),
            _ => &[],
        }
    }

    /// Keeps it in the place of the previous body. `None` where it is over the budget.
    pub fn keep(&mut self, id: ReceiptId) -> Option<BodyId> {
        let walked = self.walked.take() == Some(id);
        let kept = self.keep_it(id, walked);
        self.diff.trim();
        trim(&mut self.spare_tape);
        kept
    }

    fn keep_it(&mut self, id: ReceiptId, walked: bool) -> Option<BodyId> {
        let Receipt { text, previous, unchanged, .. } = self.take(id)?;
        self.stats.received += text.len() as u64;
        self.uses += 1;
        let mut tape = Vec::new();
        if let Some(place) = previous.and_then(|previous| self.find(previous)) {
            if unchanged {
                self.kept[place].used = self.uses;
                self.leave(text);
                return previous;
            }
            let old = self.remove(place);
            if walked {
                tape = old.tape;
                self.diff.recipe.make(&mut tape, &mut self.spare_tape);
            }
            self.leave_shared(old.text);
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

    /// Gives up on it: what was kept before stays.
    pub fn discard(&mut self, id: ReceiptId) {
        if self.walked == Some(id) {
            self.walked = None;
        }
        self.diff.trim();
        if let Some(receipt) = self.take(id) {
            self.stats.received += receipt.text.len() as u64;
            self.leave(receipt.text);
        }
    }

    /// Drops a kept body that nobody will ask for again.
    pub fn forget(&mut self, id: BodyId) {
        if let Some(place) = self.find(id) {
            let gone = self.remove(place);
            self.leave_shared(gone.text);
        }
    }

    fn receipt(&mut self, id: ReceiptId) -> Option<&mut Receipt> {
        self.arriving.get_mut(id.0 as usize)?.as_mut()
    }

    fn take(&mut self, id: ReceiptId) -> Option<Receipt> {
        self.arriving.get_mut(id.0 as usize)?.take()
    }

    fn find(&self, id: BodyId) -> Option<usize> {
        self.kept.binary_search_by_key(&id, |kept| kept.id).ok()
    }

    /// A body's room is room for the next, unless there is better.
    fn leave(&mut self, mut text: Text) {
        if text.capacity() > self.spare.capacity() && text.capacity() <= self.budget.body * 2 {
            text.clear();
            self.spare = text;
        }
    }

    /// The same, unless something is being compared with it.
    fn leave_shared(&mut self, text: Rc<Text>) {
        if let Ok(text) = Rc::try_unwrap(text) {
            self.leave(text);
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
        let gone = self.remove(place);
        self.stats.evicted += gone.size();
        self.leave_shared(gone.text);
    }

    fn remove(&mut self, place: usize) -> Kept {
        let gone = self.kept.remove(place);
        self.stats.kept -= gone.size();
        gone
    }
}

impl Default for Bodies {
    fn default() -> Self {
        Self::new(Budget::default())
    }
}

#[cfg(test)]
impl Bodies {
    /// How much searches have looked at.
    pub(super) fn looks(&self) -> u64 {
        self.diff.search.looks
    }

    /// What is known of the newest body, and its text.
    pub(super) fn last_tape(&self) -> (&[Node], &[u8]) {
        self.kept.last().map_or((&[], &[]), |kept| (&kept.tape, kept.text.padded()))
    }
}
