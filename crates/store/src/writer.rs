//! The one thread that writes. Commands that wait together share a transaction: many beacons, one fsync.
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use crate::batch;
use crate::cells::Hot;
use crate::command::{Arrival, Command, Outcome};
use crate::context::Context;
use crate::database::{self, Access, Database, Engine, ErrorKind, params};
use crate::error::StoreError;
use crate::error_scores::ErrorScores;
use crate::evictions::Pass;
use crate::file_guard::FileGuard;
use crate::metrics::StoreMetrics;
use crate::names::Names;
use crate::opened::Opened;
use crate::options::Options;
use crate::pending::Pending;
use crate::report_cache::ReportCache;
use crate::score::Client;
use crate::series::Series;
use crate::size_limit::Freed;
use crate::space::Space;
use crate::sweep::Stage;
use crate::{backend_events, readiness, schema, shared_state, size_limit, sweep};

/// The most commands of one transaction: bounds how long the first of them waits.
const GROUP: usize = 256;

/// Where the last transaction had as many commands, the next waits a little for more: a commit costs as much as some beacons do.
const SIBLINGS: usize = 8;
/// How long it waits.
const GATHER: Duration = Duration::from_millis(3);

/// How long the rows of dropped names are moved after a commit, before the next commands have their turn.
const MOVE_TIME: Duration = Duration::from_millis(20);

/// How many portions are freed at most for one try of a transaction that found the file full.
const MAX_PORTIONS: usize = 64;

/// How often a transaction is tried again that stood in the way of another.
const AGAIN: u32 = 3;

/// How often a group is divided at most that failed for what is in it: so often two commands of a full group are found. Where all of
/// them fail, others would wait for each.
const DIVISIONS: usize = 16;

/// A group of more is not divided at once: where its first command and its last are refused each by itself, the reason is of no single
/// command, and the others are not tried.
const ENDS: usize = 8;

/// The time between two lines of the log that say the same failure.
const QUIET: Duration = Duration::from_secs(60);

/// The shares of the limit to which space is freed before each further try of a transaction that found the file full.
const SHARES: [f64; 3] = [size_limit::FULL, 0.6, 0.3];

/// Starts the writer. Its session has to be one of its own.
pub fn start(
    opened: Opened,
    options: Options,
    queue: mpsc::Receiver<Command>,
    shared: Shared,
) -> Result<JoinHandle<()>, StoreError> {
    let folder = options.folder.clone();
    // Whoever opens the store may be on a thread that must not wait for a server.
    let writer = std::thread::scope(|scope| {
        let starting = scope.spawn(|| Writer::new(opened, options, shared));
        starting.join().unwrap_or(Err(StoreError::Closed))
    })?;
    std::thread::Builder::new()
        .name("store".to_owned())
        .spawn(move || writer.run(queue))
        .map_err(|source| StoreError::Folder { path: folder, source })
}

/// What the writer tells those who read.
pub struct Shared {
    pub metrics: Arc<StoreMetrics>,
    pub report_cache: Arc<ReportCache>,
    pub pending: Arc<Pending>,
}

struct Writer {
    database: Box<dyn Database + Send>,
    /// SQLite's file, which is looked at after each commit.
    file: Option<FileGuard>,
    options: Options,
    names: Names,
    errors: ErrorScores,
    series: Series,
    hot: Hot,
    metrics: Arc<StoreMetrics>,
    report_cache: Arc<ReportCache>,
    pending: Arc<Pending>,
    /// Whether a sweep began since the start.
    swept: bool,
    space: Space,
    /// Whether the last transaction failed since the file is full.
    file_full: bool,
    /// Whether it failed for what was in it, rather than for the state of the database.
    refused: bool,
    /// Whether what memory remembers may never have happened, and is to be read again.
    stale: bool,
    /// The pass that moves the rows of dropped names.
    pass: Option<Pass>,
    /// Whether there may be dropped names whose rows are still to be moved.
    has_evictions: bool,
    /// The failure of each operation that was logged last, and when.
    logged: BTreeMap<&'static str, (Instant, String)>,
}

/// The result of a transaction of several commands.
enum Written {
    Done(Vec<Outcome>),
    /// It was rolled back.
    Failed,
    /// It was rolled back, as the file has no space for it.
    Full,
    /// It was rolled back for what is in it: without one of the commands, all others may be written.
    Refused,
}

impl Writer {
    fn new(
        opened: Opened,
        options: Options,
        Shared { metrics, report_cache, pending }: Shared,
    ) -> Result<Self, StoreError> {
        let file = opened.place.file().map(FileGuard::new);
        let database: &dyn Database = &*opened.writer;
        size_limit::set(database, &options)?;
        for app in &options.known_apps {
            database.execute("UPDATE names SET confirmed = 1 WHERE kind = 0 AND name = ?1", params![app])?;
        }
        // A process that was killed may have left a journal.
        pending.set(database.engine() == Engine::Sqlite);
        Ok(Self {
            names: Names::load(database)?,
            errors: ErrorScores::load(database)?,
            series: Series::default(),
            hot: Hot::new(opened.collector).within(options.max_size),
            database: opened.writer,
            file,
            options,
            metrics,
            report_cache,
            pending,
            swept: false,
            space: Space::default(),
            file_full: false,
            refused: false,
            stale: false,
            pass: None,
            has_evictions: true,
            logged: BTreeMap::new(),
        })
    }

    fn run(mut self, mut queue: mpsc::Receiver<Command>) {
        let (mut closing, mut before) = (None, 0);
        while closing.is_none() {
            let Some(first) = queue.blocking_recv() else { break };
            if before >= SIBLINGS && queue.len() < GROUP {
                std::thread::sleep(GATHER);
            }
            let started = Instant::now();
            let mut commands = Vec::with_capacity(GROUP);
            let mut alone = None;
            let mut next = Some(first);
            while let Some(command) = next {
                if command.is_alone() {
                    alone = Some(command);
                    break;
                }
                commands.push(command);
                next = if commands.len() < GROUP { queue.try_recv().ok() } else { None };
            }
            before = commands.len();
            self.commit(commands);
            match alone {
                Some(Command::Close { .. }) => closing = alone,
                Some(command) => self.run_alone(command),
                None => {}
            }
            self.metrics.worked(started.elapsed());
        }
        // Where this fails, the journal has it.
        self.write_journal();
        drop(self.database);
        if let Some(command) = closing {
            command.answer(Some(Outcome::Done));
        }
    }

    /// Runs all commands in one transaction, and answers them once it is on disk. Where the file has no space for all of
    /// them, or one of them cannot be written, one half comes after the other. Returns whether all were written.
    fn commit(&mut self, commands: Vec<Command>) -> bool {
        let mut divisions = DIVISIONS;
        self.commit_part(commands, &mut divisions)
    }

    /// `divisions`: how often it may still be divided for what is in it.
    fn commit_part(&mut self, mut commands: Vec<Command>, divisions: &mut usize) -> bool {
        if commands.is_empty() {
            return true;
        }
        let mut asking: Vec<Command> = Vec::new();
        let written = match self.write(&commands) {
            Written::Done(outcomes) => {
                if commands.iter().any(|command| matches!(command, Command::Beacon { .. })) {
                    self.report_cache.outdate();
                }
                self.show_pending();
                for (command, outcome) in commands.into_iter().zip(outcomes) {
                    match command {
                        Command::WriteJournal { .. } => asking.push(command),
                        command => command.answer(Some(outcome)),
                    }
                }
                true
            }
            Written::Full if commands.len() > 1 => {
                let rest = commands.split_off(commands.len() / 2);
                if self.commit_part(commands, divisions) {
                    return self.commit_part(rest, divisions);
                }
                // If half of them does not fit, the disk itself may be full: all of them would be tried one by one.
                rest.into_iter().for_each(|command| command.answer(None));
                false
            }
            Written::Refused if commands.len() > ENDS && *divisions == DIVISIONS => {
                *divisions -= 1;
                return self.commit_ends(commands, divisions);
            }
            Written::Refused if commands.len() > 1 && *divisions > 0 => {
                *divisions -= 1;
                let rest = commands.split_off(commands.len() / 2);
                let first = self.commit_part(commands, divisions);
                return self.commit_part(rest, divisions) && first;
            }
            Written::Full | Written::Failed | Written::Refused => {
                commands.into_iter().for_each(|command| command.answer(None));
                false
            }
        };
        // On a server others write, too: the one that sweeps does this.
        if self.database.engine() == Engine::Sqlite {
            self.free_space(size_limit::FULL);
            self.move_evicted();
        }
        // Whoever reads now finds the rows of dropped names where they belong.
        asking.into_iter().for_each(|command| command.answer(Some(Outcome::Done)));
        written
    }

    /// Commits a group that was refused: its first command alone, and where that is refused its last alone. Where both are, all are answered
    /// with that. Otherwise the others are divided.
    fn commit_ends(&mut self, mut commands: Vec<Command>, divisions: &mut usize) -> bool {
        let mut rest = commands.split_off(1);
        if self.commit_part(commands, divisions) {
            return self.commit_part(rest, divisions);
        }
        // Beacons may be written in any order.
        if let Some(last) = rest.pop_if(|last| matches!(last, Command::Beacon { .. }))
            && !self.commit_part(vec![last], divisions)
        {
            rest.into_iter().for_each(|command| command.answer(None));
            return false;
        }
        self.commit_part(rest, divisions);
        false
    }

    /// Runs commands in one transaction. Where the file is full, space is freed, and the transaction is tried again.
    fn write(&mut self, commands: &[Command]) -> Written {
        // Several can be divided. A single one that does not fit needs more space.
        let shares = if commands.len() > 1 { &SHARES[..1] } else { &SHARES[..] };
        let mut written = self.try_to_write(commands);
        for share in shares {
            if matches!(written, Written::Full) && self.free_all(*share) {
                written = self.try_to_write(commands);
            }
        }
        written
    }

    fn try_to_write(&mut self, commands: &[Command]) -> Written {
        // Named by what pages wait for: where that fails, it is to be known.
        let named = commands.iter().find(|command| command.arrival().is_some()).or(commands.first());
        let operation = named.map_or("write_beacons", Command::operation);
        let outcomes = self.attempt(operation, |writer| {
            let mut again = 0;
            loop {
                let outcomes = writer.transact(commands).inspect_err(|_| writer.forget());
                match &outcomes {
                    // Two collectors wanted the same rows.
                    Err(error) if error.kind() == ErrorKind::Conflict && again < AGAIN => again += 1,
                    // A server ends sessions that are idle. Another one is had at once, or the server is gone.
                    Err(error) if error.is_undone() && again == 0 => again += 1,
                    _ => return outcomes,
                }
            }
        });
        match outcomes {
            Some(outcomes) => Written::Done(outcomes),
            None => {
                self.forget();
                match (self.file_full, self.refused) {
                    (true, _) => Written::Full,
                    (false, true) => Written::Refused,
                    (false, false) => Written::Failed,
                }
            }
        }
    }

    fn show_pending(&self) {
        self.pending.set(self.hot.is_pending() && self.database.engine() == Engine::Sqlite);
    }

    /// Has all that was acknowledged in the rows of cells. Returns whether it is there.
    fn write_journal(&mut self) -> bool {
        if !self.pending.get() {
            return true;
        }
        let written = self.attempt("write_journal", |writer| {
            let Self { database, file, hot, .. } = writer;
            let database: &dyn Database = &**database;
            database.transaction(Access::Write, |database| {
                check_log(file)?;
                hot.write_journal(database)
            })?;
            writer.check_file()
        });
        if written.is_none() {
            self.forget();
        }
        self.show_pending();
        written.is_some()
    }

    /// Runs a command that needs a transaction of its own, or none.
    fn run_alone(&mut self, command: Command) {
        if matches!(command, Command::Sweep { stage, .. } if stage != Stage::Settle) {
            // Its stages read rows. Counting page views writes theirs by itself, and leaves the cells to what comes after it.
            self.write_journal();
        }
        let outcome = match &command {
            Command::Sweep { now, stage, .. } => {
                self.attempt("sweep", |writer| writer.sweep(*stage, *now)).map(Outcome::Swept)
            }
            Command::Checkpoint { .. } => {
                self.attempt("checkpoint", |writer| checkpoint(&*writer.database)).map(|()| Outcome::Done)
            }
            _ => None,
        };
        self.report_cache.outdate();
        self.show_pending();
        command.answer(outcome);
    }

    /// Runs and times what may fail. A bug that some beacon brings to light must not end the one thread that writes.
    fn attempt<T>(
        &mut self,
        operation: &'static str,
        run: impl FnOnce(&mut Self) -> database::Result<T>,
    ) -> Option<T> {
        let started = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| run(self)));
        self.metrics.database(operation, started.elapsed());
        (self.file_full, self.refused) = (false, false);
        let error = match outcome {
            Ok(Ok(done)) => {
                self.metrics.write_health.record_success(operation);
                return Some(done);
            }
            Ok(Err(error)) => {
                // The disk of a server is not ours to free.
                self.file_full = error.kind() == ErrorKind::Full && self.database.engine() == Engine::Sqlite;
                self.refused = error.kind() == ErrorKind::Other;
                self.metrics.database_failed(error.kind());
                self.metrics.write_health.record_failure(operation, &error);
                error.to_string()
            }
            Err(_) => {
                self.refused = true;
                "the writer panicked".to_owned()
            }
        };
        // A disk that is full fails with each beacon.
        if self.logged.get(operation).is_none_or(|(at, last)| at.elapsed() >= QUIET || *last != error) {
            tracing::error!(error, operation, "a write was rolled back");
            self.logged.insert(operation, (Instant::now(), error));
        }
        self.metrics.write_failed();
        None
    }

    fn transact(&mut self, commands: &[Command]) -> database::Result<Vec<Outcome>> {
        let Self { database, file, options, names, errors, series, hot, metrics, stale, .. } = self;
        let collector = &hot.collector();
        let database: &dyn Database = &**database;
        let (mut evicted, mut is_changed) = (false, false);
        let outcomes = database.transaction(Access::Write, |database| {
            check_log(file)?;
            if *stale {
                names.reload(database)?;
                errors.reload(database)?;
                *stale = false;
            }
            // Another process: a collector, or `whippet names drop`.
            is_changed = names.refresh(database)?;
            errors.refresh(database)?;
            hot.begin(database)?;
            let beacons: Vec<Arrival<'_>> = commands.iter().filter_map(Command::arrival).collect();
            let mut context = Context {
                database,
                hot,
                names,
                errors,
                options,
                metrics,
                client: Client::default(),
                evicted: false,
            };
            let mut ingested = batch::add_all(&mut context, &beacons)?.into_iter();
            evicted = context.evicted;
            if commands.iter().any(|command| matches!(command, Command::WriteJournal { .. })) {
                hot.flush(database)?;
            }
            let mut outcomes: Vec<Outcome> = commands
                .iter()
                .map(|command| match command {
                    Command::Beacon { .. } => ingested.next().map_or(Outcome::Done, Outcome::Ingested),
                    _ => Outcome::Done,
                })
                .collect();
            // Every collector locks targets in the same order, so that no two wait for one another.
            let mut order: Vec<usize> = (0..commands.len()).collect();
            order.sort_by_key(|place| commands[*place].target());
            for place in order {
                match &commands[place] {
                    Command::Beacon { .. } | Command::WriteJournal { .. } => {}
                    Command::Scrape { scrape, .. } => {
                        let dropped = series.record(database, scrape, options.limits.series)?;
                        metrics.series_dropped(&scrape.target, dropped);
                        outcomes[place] = Outcome::Scraped(dropped);
                    }
                    Command::BackendEvents { target, events, whole, now, .. } => {
                        backend_events::record(database, (target, events, *whole), *now, options)?;
                    }
                    Command::Share { scrapes, state, checked, .. } => {
                        let set = shared_state::put(database, state, *checked)?;
                        let mut dropped = 0;
                        for scrape in scrapes.iter().filter(|_| set) {
                            // What one of them leaves out, the last leaves out, too: it has all series.
                            dropped = series.record(database, scrape, options.limits.series)?;
                            metrics.series_dropped(&scrape.target, dropped);
                        }
                        outcomes[place] = Outcome::Shared(set.then_some(dropped));
                    }
                    Command::Watch { change, .. } => {
                        outcomes[place] = Outcome::Watched(change.write(database)?);
                    }
                    Command::SetTargetAddress { target, address, .. } => {
                        series.declare(database, target, address)?;
                    }
                    Command::Probe { now, .. } => readiness::write(database, *collector, *now)?,
                    // These run alone.
                    Command::Sweep { .. } | Command::Checkpoint { .. } | Command::Close { .. } => {}
                }
            }
            names.flush(database)?;
            errors.flush(database)?;
            Ok(outcomes)
        })?;
        self.check_file()?;
        self.has_evictions |= evicted || is_changed;
        if is_changed {
            self.report_cache.outdate();
        }
        Ok(outcomes)
    }

    /// Looks at SQLite's file. To be called after each of our transactions: one may have given pages back, and the next takes more.
    fn check_file(&mut self) -> database::Result<()> {
        match (&mut self.file, self.database.sqlite()) {
            (Some(file), Some(connection)) => file.check(size_limit::whole(connection)?),
            _ => Ok(()),
        }
    }

    /// Runs one portion of a sweep's stage. Returns whether the stage is done.
    fn sweep(&mut self, stage: Stage, now: i64) -> database::Result<bool> {
        let first = !self.swept;
        match stage {
            // It reads from all tables. Where one is damaged, a transaction would end with it.
            Stage::Watermark => {
                self.swept = true;
                let Self { database, file, .. } = self;
                let database: &dyn Database = &**database;
                database.transaction(Access::Write, |_| check_log(file))?;
                return sweep::portion(&*self.database, &mut self.hot, stage, now, &self.options, first);
            }
            Stage::Evictions => return self.move_portion(),
            Stage::SizeLimit => return Ok(!self.free_space(size_limit::FULL)),
            _ => {}
        }
        let Self { database, file, hot, options, .. } = self;
        let database: &dyn Database = &**database;
        let all = database
            .transaction(Access::Write, |database| {
                check_log(file)?;
                sweep::portion(database, hot, stage, now, options, first)
            })
            .inspect_err(|_| self.hot.clear())?;
        match stage {
            Stage::Names => self.names.reload(database)?,
            Stage::Errors => self.errors.reload(database)?,
            Stage::Series => self.series.forget(),
            Stage::GiveBack => {
                size_limit::set(database, &self.options)?;
                self.metrics.store_size(size_limit::used(database)?);
            }
            _ => {}
        }
        Ok(all)
    }

    /// Moves rows of dropped names for a short time, where no others are to come from the journal. A site with more names than there
    /// are places for has some dropped all the time: the journal is not written for that.
    fn move_evicted(&mut self) {
        if !self.has_evictions || self.pending.get() {
            return;
        }
        let started = Instant::now();
        while self.has_evictions && started.elapsed() < MOVE_TIME {
            match self.attempt("move_evicted", Self::move_portion) {
                Some(false) => self.report_cache.outdate(),
                Some(true) => break,
                // It is tried again by the next sweep.
                None => {
                    (self.pass, self.has_evictions) = (None, false);
                }
            }
        }
    }

    /// Moves the rows of one hour that belong to dropped names. Returns whether no rows are left to be moved.
    fn move_portion(&mut self) -> database::Result<bool> {
        let Self { database, file, hot, pass, .. } = self;
        let database: &dyn Database = &**database;
        // A pass whose transaction fails begins again.
        let before = pass.take();
        let moved = database.transaction(Access::Write, |database| {
            check_log(file)?;
            let Some(mut pass) = before.map_or_else(|| Pass::begin(database), |pass| Ok(Some(pass)))? else {
                return Ok(None);
            };
            let through = pass.step(database, hot)?;
            Ok(Some((!through).then_some(pass)))
        });
        match moved.inspect_err(|_| self.hot.clear())? {
            Some(pass) => self.pass = pass,
            None => {
                self.has_evictions = false;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Frees one portion of space where the file takes more than `share` of its size limit. Returns whether there is more to
    /// do.
    fn free_space(&mut self, share: f64) -> bool {
        let Some(limit) = self.options.max_size else { return false };
        let Some(freed) = self.attempt("make_room", |writer| writer.free_portion(share)) else {
            return false;
        };
        if freed.is_some_and(|freed| freed != Freed::Nothing) {
            self.report_cache.outdate();
        }
        self.space.record(freed, limit, &self.metrics)
    }

    /// Frees space until the file takes no more than `share` of its limit. Returns whether any was freed.
    fn free_all(&mut self, share: f64) -> bool {
        let mut any = false;
        for _ in 0..MAX_PORTIONS {
            if !self.free_space(share) {
                break;
            }
            any = true;
        }
        any
    }

    fn free_portion(&mut self, share: f64) -> database::Result<Option<Freed>> {
        let Self { database, file, hot, options, errors, space, .. } = self;
        let database: &dyn Database = &**database;
        if database.engine() == Engine::Sqlite {
            hot.set_nearly_full(size_limit::exceeds(database, options, size_limit::FULL)?);
        }
        if !size_limit::exceeds(database, options, share)? {
            return Ok(None);
        }
        // What is deleted is the oldest of what there is in rows.
        let mut write_journal = |hot: &mut Hot| {
            let written = database.transaction(Access::Write, |database| {
                check_log(file)?;
                hot.write_journal(database)
            });
            written.inspect_err(|_| hot.clear())
        };
        if let Err(error) = write_journal(hot) {
            if error.kind() != ErrorKind::Full {
                return Err(error);
            }
            // The last transaction took all room that is kept for it. The journal is a small part of the file.
            size_limit::lift(database)?;
            let written = write_journal(hot);
            size_limit::set(database, options)?;
            written?;
        }
        let freed = size_limit::free(database, hot, options, space.deleted_before())?;
        if let Freed::Deleted(_) = freed {
            errors.reload(database)?;
        }
        database.transaction(Access::Write, |database| {
            check_log(file)?;
            size_limit::give_back(database)
        })?;
        size_limit::set(database, options)?;
        // A part of it that failed may have left what it added up.
        hot.clear();
        self.check_file()?;
        Ok(Some(freed))
    }

    /// After a rollback, what memory remembers may never have happened: the next transaction reads it again.
    fn forget(&mut self) {
        self.hot.clear();
        self.series.forget();
        self.stale = true;
    }
}

/// Looks at SQLite's log before something is written: it would lengthen a log that came to harm, which then looks whole. The transactions
/// of `size_limit::free` follow one that looked.
fn check_log(file: &mut Option<FileGuard>) -> database::Result<()> {
    file.as_mut().map_or(Ok(()), FileGuard::check_log)
}

/// Merges the log into the file, and empties it unless somebody still reads from it.
fn checkpoint(database: &dyn Database) -> database::Result<()> {
    let Some(connection) = database.sqlite() else { return Ok(()) };
    // A writer never waits for readers.
    connection.busy_timeout(Duration::ZERO)?;
    let done = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    connection.busy_timeout(schema::LOCK_TIMEOUT)?;
    Ok(done?)
}

#[cfg(test)]
mod tests;
