//! The bodies that are kept, and those on their way.
use super::receipt::Receipt;
use alloc::rc::Rc;
use alloc::vec::Vec;

/// Names a kept body. Names are never used again, so one whose body was dropped finds nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyId(pub u32);

/// Names a body on its way, until it is kept or discarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceiptId(pub u32);

/// How much is kept, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Of one body. A longer one is not kept.
    pub body: usize,
    /// Of all bodies. Past it, those that were not used for longest go first.
    pub total: usize,
}

impl Default for Budget {
    /// 4 MiB for one, 16 MiB for all.
    fn default() -> Self {
        Self { body: 4 << 20, total: 16 << 20 }
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

/// What a body turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The previous one, byte for byte.
    Unchanged,
    /// Another one, or there was none to compare with.
    Changed,
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
}

struct Kept {
    id: BodyId,
    bytes: Rc<Vec<u8>>,
    used: u64,
}

struct Arriving {
    receipt: Receipt,
    previous: Option<BodyId>,
}

/// Keeps bodies and compares new ones with them. See the [module](super).
pub struct Bodies {
    budget: Budget,
    kept: Vec<Kept>,
    arriving: Vec<Option<Arriving>>,
    last_id: u32,
    uses: u64,
    stats: Stats,
}

impl Bodies {
    /// Nothing kept.
    pub fn new(budget: Budget) -> Self {
        Self { budget, kept: Vec::new(), arriving: Vec::new(), last_id: 0, uses: 0, stats: Stats::default() }
    }

    /// The figures so far.
    pub fn stats(&self) -> Stats {
        self.stats
    }

    /// Changes the budget; what is over it is dropped now.
    pub fn set_budget(&mut self, budget: Budget) {
        self.budget = budget;
        while let Some(place) = self.kept.iter().position(|kept| kept.bytes.len() > budget.body) {
            self.evict(place);
        }
        self.evict_over(budget.total);
    }

    /// A body begins to arrive, to be compared with `previous` where that is still kept.
    pub fn begin(&mut self, previous: Option<BodyId>) -> ReceiptId {
        let bytes = previous.and_then(|id| self.find(id)).map(|place| self.kept[place].bytes.clone());
        let arriving = Some(Arriving { receipt: Receipt::new(bytes), previous });
        let place = match self.arriving.iter().position(Option::is_none) {
            Some(place) => {
                self.arriving[place] = arriving;
                place
            }
            None => {
                self.arriving.push(arriving);
                self.arriving.len() - 1
            }
        };
        ReceiptId(place as u32)
    }

    /// Where the next `len` bytes of it go. Fill it whole, then call [`received`](Self::received).
    pub fn room(&mut self, id: ReceiptId, len: usize) -> &mut [u8] {
        match self.receipt(id) {
            Some(receipt) => {
                let room = receipt.room(len);
                debug_assert_eq!(room.len(), len);
                room
            }
            None => &mut [],
        }
    }

    /// The room was filled.
    pub fn received(&mut self, id: ReceiptId) -> Progress {
        let limit = self.budget.body;
        let Some(receipt) = self.receipt(id) else { return Progress::GoOn };
        let compared = receipt.received();
        let too_long = receipt.bytes().len() > limit;
        self.stats.compared += compared as u64;
        if too_long { Progress::TooLong } else { Progress::GoOn }
    }

    /// Nothing more will come of it.
    pub fn finish(&mut self, id: ReceiptId) -> Outcome {
        let Some(receipt) = self.receipt(id) else { return Outcome::Changed };
        if receipt.finish() { Outcome::Unchanged } else { Outcome::Changed }
    }

    /// What has come of it so far.
    pub fn bytes(&self, id: ReceiptId) -> &[u8] {
        match self.arriving.get(id.0 as usize) {
            Some(Some(arriving)) => arriving.receipt.bytes(),
            _ => &[],
        }
    }

    /// Its bytes need not be parsed: the host has their value.
    pub fn spare(&mut self, id: ReceiptId) {
        self.stats.spared += self.bytes(id).len() as u64;
    }

    /// Keeps it in the place of the previous body. `None` where it is over the budget.
    pub fn keep(&mut self, id: ReceiptId) -> Option<BodyId> {
        let arriving = self.take(id)?;
        let unchanged = matches!(arriving.receipt, Receipt::Same { .. });
        self.stats.received += arriving.receipt.bytes().len() as u64;
        self.uses += 1;
        if let Some(place) = arriving.previous.and_then(|previous| self.find(previous)) {
            if unchanged {
                self.kept[place].used = self.uses;
                return arriving.previous;
            }
            self.remove(place);
        }
        let bytes = arriving.receipt.into_bytes();
        let len = bytes.len();
        if len > self.budget.body || len > self.budget.total {
            return None;
        }
        self.evict_over(self.budget.total - len);
        self.last_id += 1;
        let id = BodyId(self.last_id);
        self.stats.kept += len as u64;
        self.kept.push(Kept { id, bytes, used: self.uses });
        Some(id)
    }

    /// Gives up on it: what was kept before stays.
    pub fn discard(&mut self, id: ReceiptId) {
        if let Some(arriving) = self.take(id) {
            self.stats.received += arriving.receipt.bytes().len() as u64;
        }
    }

    /// Drops a kept body that nobody will ask for again.
    pub fn forget(&mut self, id: BodyId) {
        if let Some(place) = self.find(id) {
            self.remove(place);
        }
    }

    fn receipt(&mut self, id: ReceiptId) -> Option<&mut Receipt> {
        Some(&mut self.arriving.get_mut(id.0 as usize)?.as_mut()?.receipt)
    }

    fn take(&mut self, id: ReceiptId) -> Option<Arriving> {
        self.arriving.get_mut(id.0 as usize)?.take()
    }

    fn find(&self, id: BodyId) -> Option<usize> {
        self.kept.iter().position(|kept| kept.id == id)
    }

    fn evict_over(&mut self, total: usize) {
        while self.stats.kept > total as u64 {
            let Some((place, _)) = self.kept.iter().enumerate().min_by_key(|(_, kept)| kept.used) else {
                return;
            };
            self.evict(place);
        }
    }

    fn evict(&mut self, place: usize) {
        self.stats.evicted += self.kept[place].bytes.len() as u64;
        self.remove(place);
    }

    fn remove(&mut self, place: usize) {
        let gone = self.kept.swap_remove(place);
        self.stats.kept -= gone.bytes.len() as u64;
    }
}

impl Default for Bodies {
    fn default() -> Self {
        Self::new(Budget::default())
    }
}
