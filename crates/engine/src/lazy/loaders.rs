//! All loaders of a module, with their items, as rows of one table: decides which item loads when. See the [module](super).
use super::backoff::Backoff;
use super::limits::figure::{CANCELLED, FAILED, LOADED, LOADING, RETRIED};
use super::limits::{Effect, Limits, Stats};
use crate::rng::Rng;
use crate::rows::{NONE, RowVec, Rows};
use crate::time::{Duration, Instant};

/// What a row is. An item is in one of the states after `Loader`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd)]
enum State {
    #[default]
    Free,
    Loader,
    Waiting,
    Queued,
    /// It keeps its place until its deadline.
    Loading,
    Overdue,
    /// Until its deadline; without one, until the network is back.
    Backoff,
    /// The host does not know yet.
    Failed,
    GivenUp,
}

/// A loader, or an item of one.
#[derive(Debug, Default)]
pub struct Row {
    state: State,
    /// The next row of the same loader; of a free row of no loader, the next one of these.
    next: u32,
    /// The handle of the loader.
    loader: u32,
    /// Of an item: its distance in px; NaN while it is not near.
    near: f64,
    /// Of an item: the end of its backoff or of its place. Of a loader: when the oldest distance in its queue was reported.
    deadline: Instant,
    /// Of an item.
    failures: u32,
    head: Head,
}

/// What a loader has that an item has not.
#[derive(Debug, Default)]
struct Head {
    limits: Limits,
    is_offline: bool,
    rng: Rng,
    /// By [`figure`](super::figure). Those that are loading are counted when they are asked for.
    counted: [u32; 5],
}

impl Row {
    /// Every state but loading and backoff lasts until there is an input.
    fn turn(&mut self, state: State) {
        self.state = state;
        self.deadline = Instant::NEVER;
    }

    fn is_loading(&self) -> bool {
        matches!(self.state, State::Loading | State::Overdue)
    }

    /// Queues the item if it is near; otherwise it waits.
    fn requeue(&mut self) {
        self.turn(if self.near.is_nan() { State::Waiting } else { State::Queued });
    }
}

/// How long distances count as current. Measuring forces a layout, so it is done once in some frames.
const MEASURE_INTERVAL: Duration = Duration::from_const(100.0);

/// The lowest bits of a loader's handle are the number of its row. The others differ from those of the loader that had the row
/// before.
const ROW_BITS: u32 = 20;

/// What [`Loaders::poll`] gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Polled {
    /// To be carried out. Then poll again.
    Effect(Effect<u32>),
    /// When to poll again, if there is no input before.
    Until(Instant),
}

/// Loaders by handle, and their items by number. A spent handle or number finds nothing, but the number of an item that was
/// removed may be another item's.
///
/// It looks at all items of a loader for the nearest one, and for the next deadline. Heaps of both would be most of a wasm
/// module, and save microseconds per image: only so many items fit around a screen.
#[derive(Debug, Default)]
pub struct Loaders<R> {
    rows: R,
    created: u32,
}

impl<R: Rows<Row>> Loaders<R> {
    /// Without any.
    pub const fn new(rows: R) -> Self {
        Self { rows, created: 0 }
    }

    /// Adds a loader, and returns its handle. The jitter of retries is drawn from `seed`.
    pub fn create(&mut self, limits: Limits, seed: u32) -> u32 {
        let number = self.take();
        self.created += 1;
        let loader = self.created << ROW_BITS | number;
        let head = Head { limits, is_offline: false, rng: Rng::new(seed), counted: [0; 5] };
        *self.rows.row(number) =
            Row { state: State::Loader, loader, deadline: Instant::NEVER, head, ..Row::default() };
        loader
    }

    /// Removes a loader with its items.
    pub fn destroy(&mut self, loader: u32) {
        let mut number = loader % (1 << ROW_BITS);
        if self.head(loader).is_none() {
            return;
        }
        while number != NONE {
            let free = core::mem::replace(&mut self.rows.row(NONE).next, number);
            let row = self.rows.row(number);
            row.state = State::Free;
            number = core::mem::replace(&mut row.next, free);
        }
    }

    /// Adds an item that is not near; its number.
    pub fn add(&mut self, loader: u32) -> u32 {
        let mut last = loader % (1 << ROW_BITS);
        if self.head(loader).is_none() {
            return NONE;
        }
        let number = loop {
            let next = self.rows.row(last).next;
            if next == NONE {
                let number = self.take();
                self.rows.row(last).next = number;
                self.rows.row(number).next = NONE;
                break number;
            }
            if self.rows.row(next).state == State::Free {
                break next;
            }
            last = next;
        };
        let row = self.rows.row(number);
        row.turn(State::Waiting);
        row.loader = loader;
        row.near = f64::NAN;
        row.failures = 0;
        number
    }

    /// Whether the loader has an item of this number.
    pub fn has(&mut self, loader: u32, item: u32) -> bool {
        self.item(loader, item).is_some()
    }

    /// Removes an item in any state.
    pub fn remove(&mut self, loader: u32, item: u32) {
        if let Some(item) = self.item(loader, item) {
            item.turn(State::Free);
        }
    }

    /// The item is near, `distance` px from the middle of the viewport, or not near any more: NaN. Reported again, it moves in
    /// the queue. A load goes on when its item leaves: its bytes are under way.
    pub fn enter(&mut self, loader: u32, item: u32, distance: f64, now: Instant) {
        let Some(item) = self.item(loader, item) else { return };
        item.near = distance;
        let is_queued = item.state == State::Queued;
        if is_queued || item.state == State::Waiting {
            item.requeue();
        }
        let left = distance.is_nan();
        if let Some(row) = self.head(loader) {
            if left {
                row.head.counted[CANCELLED] += u32::from(is_queued);
            } else {
                row.deadline = row.deadline.min(now);
            }
        }
    }

    /// The item is loaded. Its number is spent.
    pub fn loaded(&mut self, loader: u32, item: u32) {
        if self.has(loader, item) {
            self.remove(loader, item);
            self.count(loader, LOADED);
        }
    }

    /// The load failed.
    pub fn failed(&mut self, loader: u32, item: u32, now: Instant) {
        let Some(Row { head, .. }) = self.head(loader) else { return };
        let (is_offline, retries, draw) = (head.is_offline, head.limits.retries, head.rng.next_f64());
        let Some(item) = self.item(loader, item) else { return };
        if !item.is_loading() {
            return;
        }
        if is_offline {
            item.turn(State::Backoff);
        } else if item.failures < retries {
            item.state = State::Backoff;
            item.failures += 1;
            item.deadline = now + Backoff::default().delay(item.failures, draw);
        } else {
            item.turn(State::Failed);
            self.count(loader, FAILED);
        }
    }

    /// The network came or went, or the page `is_resumed`, for example from the back/forward cache. When either comes, every
    /// item that failed, is in backoff or is overdue is queued again.
    pub fn online(&mut self, loader: u32, online: bool, is_resumed: bool) {
        let Some(row) = self.head(loader) else { return };
        let was_offline = core::mem::replace(&mut row.head.is_offline, !online);
        let mut number = row.next;
        while (is_resumed || online && was_offline) && number != NONE {
            let item = self.rows.row(number);
            number = item.next;
            if item.state >= State::Overdue {
                item.failures = 0;
                item.requeue();
            }
        }
    }

    /// The next effect, or when to ask again. Call it after every input, and when that time has come, until there is no effect.
    pub fn poll(&mut self, loader: u32, now: Instant) -> Polled {
        let mut until = Instant::NEVER;
        let Some(row) = self.head(loader) else { return Polled::Until(until) };
        let (mut number, measured_at, limits) = (row.next, row.deadline, row.head.limits);
        let mut free = limits.concurrent.max(1);
        let mut queued = 0;
        let mut nearest = NONE;
        let mut least = f64::INFINITY;
        while number != NONE {
            let item = self.rows.row(number);
            if item.deadline <= now {
                if item.state == State::Loading {
                    item.turn(State::Overdue);
                    return Polled::Effect(Effect::Overdue(number));
                }
                item.requeue();
            }
            until = until.min(item.deadline);
            match item.state {
                State::Failed => {
                    item.state = State::GivenUp;
                    return Polled::Effect(Effect::GiveUp(number));
                }
                State::Loading => free = free.saturating_sub(1),
                State::Queued => {
                    queued += 1;
                    if nearest == NONE || item.near < least {
                        (nearest, least) = (number, item.near);
                    }
                }
                _ => {}
            }
            number = item.next;
        }
        let is_stale = queued > free && now.since(measured_at) > MEASURE_INTERVAL;
        if (nearest == NONE || free > 0 && is_stale)
            && let Some(row) = self.head(loader)
        {
            row.deadline = if nearest == NONE { Instant::NEVER } else { now };
        }
        if nearest == NONE || free == 0 {
            return Polled::Until(until);
        }
        if is_stale {
            return Polled::Effect(Effect::Measure);
        }
        let item = self.rows.row(nearest);
        item.state = State::Loading;
        item.deadline = now + limits.timeout;
        if item.failures > 0 {
            self.count(loader, RETRIED);
        }
        Polled::Effect(Effect::Load(nearest))
    }

    /// A [`figure`](super::figure); 0 for any other number.
    pub fn stat(&mut self, loader: u32, which: usize) -> u32 {
        let Some(row) = self.head(loader) else { return 0 };
        let mut count = row.head.counted.get(which).copied().unwrap_or_default();
        let mut number = row.next;
        while which == LOADING && number != NONE {
            let item = self.rows.row(number);
            count += u32::from(item.is_loading());
            number = item.next;
        }
        count
    }

    fn count(&mut self, loader: u32, which: usize) {
        if let Some(row) = self.head(loader) {
            row.head.counted[which] += 1;
        }
    }

    /// A row of no loader.
    fn take(&mut self) -> u32 {
        let free = self.rows.row(NONE).next;
        if free == NONE {
            return self.rows.push();
        }
        self.rows.row(NONE).next = self.rows.row(free).next;
        free
    }

    fn head(&mut self, loader: u32) -> Option<&mut Row> {
        let row = self.rows.row(loader % (1 << ROW_BITS));
        (row.state == State::Loader && row.loader == loader).then_some(row)
    }

    fn item(&mut self, loader: u32, item: u32) -> Option<&mut Row> {
        let row = self.rows.row(item);
        (row.state > State::Loader && row.loader == loader).then_some(row)
    }
}

/// Where there is one loader.
impl Loaders<RowVec<Row>> {
    /// The next deadline of an item.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let deadlines = self.items().map(|item| item.deadline);
        deadlines.min().filter(|at| !at.is_never())
    }

    /// The figures so far.
    pub(super) fn stats(&self) -> Stats {
        let count = |is: fn(&Row) -> bool| self.items().filter(|item| is(item)).count() as u32;
        let head = self.rows.iter().find(|row| row.state == State::Loader);
        let counted = head.map_or([0; 5], |row| row.head.counted);
        Stats {
            pending: count(|_| true),
            loading: count(Row::is_loading),
            loaded: counted[LOADED],
            failed: counted[FAILED],
            retried: counted[RETRIED],
            cancelled: counted[CANCELLED],
        }
    }

    fn items(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.state > State::Loader)
    }
}
