//! The one thread that writes. Jobs that wait together share a transaction: many beacons, one fsync.
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::mpsc;

use crate::batch::Batch;
use crate::command::{Command, Outcome};
use crate::context::Context;
use crate::error::StoreError;
use crate::metrics::StoreMetrics;
use crate::names::Names;
use crate::options::Options;
use crate::report_cache::ReportCache;
use crate::series::Series;
use crate::size_limit::Freed;
use crate::sweep::Stage;
use crate::{readiness, schema, size_limit, sweep};

/// The most jobs of one transaction: bounds how long the first of them waits.
const GROUP: usize = 256;

pub fn start(
    connection: Connection,
    options: Options,
    queue: mpsc::Receiver<Command>,
    (metrics, answers): (Arc<StoreMetrics>, Arc<ReportCache>),
) -> Result<JoinHandle<()>, StoreError> {
    let names = Names::load(&connection)?;
    let series = Series::load(&connection)?;
    let folder = options.folder.clone();
    size_limit::bound(&connection, &options)?;
    let writer = Writer {
        connection,
        options,
        names,
        series,
        metrics,
        answers,
        swept: false,
        short: Short::No,
        deleted: 0,
    };
    std::thread::Builder::new()
        .name("store".to_owned())
        .spawn(move || writer.run(queue))
        .map_err(|source| StoreError::Folder { path: folder, source })
}

struct Writer {
    connection: Connection,
    options: Options,
    names: Names,
    series: Series,
    metrics: Arc<StoreMetrics>,
    answers: Arc<ReportCache>,
    /// Whether a sweep began since the start.
    swept: bool,
    /// Whether the file is at its bound, and what of it was said.
    short: Short,
    /// Before what time all was deleted to make room.
    deleted: i64,
}

/// What is known of the room there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Short {
    /// There is room.
    No,
    /// Room is being made.
    Yes,
    /// No room can be made: not before the next sweep is that tried again.
    Beyond,
}

impl Writer {
    fn run(mut self, mut queue: mpsc::Receiver<Command>) {
        let mut closing = None;
        while closing.is_none() {
            let Some(first) = queue.blocking_recv() else { break };
            let mut jobs = Vec::with_capacity(GROUP);
            let mut alone = None;
            let mut next = Some(first);
            while let Some(job) = next {
                if job.is_alone() {
                    alone = Some(job);
                    break;
                }
                jobs.push(job);
                next = if jobs.len() < GROUP { queue.try_recv().ok() } else { None };
            }
            self.commit(jobs);
            match alone {
                Some(Command::Close { .. }) => closing = alone,
                Some(job) => self.alone(job),
                None => {}
            }
        }
        if let Err((_, error)) = self.connection.close() {
            tracing::warn!(%error, "the database did not close cleanly; nothing that was acknowledged is lost");
        }
        if let Some(job) = closing {
            job.answer(Some(Outcome::Done));
        }
    }

    /// Does all jobs in one transaction, and answers them once it is on disk.
    fn commit(&mut self, jobs: Vec<Command>) {
        let Some(first) = jobs.first() else { return };
        let operation = first.operation();
        match self.attempt(operation, |writer| writer.transact(&jobs)) {
            Some(outcomes) => {
                if jobs.iter().any(|job| matches!(job, Command::Beacon { .. })) {
                    self.answers.outdate();
                }
                jobs.into_iter().zip(outcomes).for_each(|(job, outcome)| job.answer(Some(outcome)))
            }
            None => {
                self.reload();
                jobs.into_iter().for_each(|job| job.answer(None));
            }
        }
        self.make_room();
    }

    /// Does a job that needs a transaction of its own, or none.
    fn alone(&mut self, job: Command) {
        let outcome = match &job {
            Command::Sweep { now, stage, .. } => {
                self.attempt("sweep", |writer| writer.sweep(*stage, *now)).map(Outcome::Swept)
            }
            Command::Checkpoint { .. } => {
                self.attempt("checkpoint", |writer| checkpoint(&writer.connection)).map(|()| Outcome::Done)
            }
            _ => None,
        };
        self.answers.outdate();
        job.answer(outcome);
    }

    /// Runs and times what may fail. A bug that some beacon brings to light must not end the one thread that writes.
    fn attempt<T>(
        &mut self,
        operation: &'static str,
        run: impl FnOnce(&mut Self) -> rusqlite::Result<T>,
    ) -> Option<T> {
        let started = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| run(self)));
        self.metrics.database(operation, started.elapsed());
        let error = match outcome {
            Ok(Ok(done)) => {
                self.metrics.write_health.record_success(operation);
                return Some(done);
            }
            Ok(Err(error)) => {
                self.metrics.write_health.record_failure(operation, &error);
                error.to_string()
            }
            Err(_) => "the writer panicked".to_owned(),
        };
        tracing::error!(error, operation, "a write was rolled back");
        self.metrics.write_failed();
        None
    }

    fn transact(&mut self, jobs: &[Command]) -> rusqlite::Result<Vec<Outcome>> {
        let Self { connection, options, names, series, metrics, .. } = self;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut batch = Batch::default();
        let mut outcomes = Vec::with_capacity(jobs.len());
        for job in jobs {
            outcomes.push(match job {
                Command::Beacon { beacon, received, .. } => {
                    let mut context =
                        Context { connection: &transaction, names, limits: &options.limits, metrics };
                    Outcome::Ingested(batch.add(&mut context, beacon, *received)?)
                }
                Command::Scrape { scrape, .. } => {
                    let dropped = series.record(&transaction, scrape, options.limits.series)?;
                    metrics.series_dropped(&scrape.target, dropped);
                    Outcome::Done
                }
                Command::Declare { target, address, .. } => {
                    series.declare(&transaction, target, address)?;
                    Outcome::Done
                }
                Command::Probe { now, .. } => {
                    readiness::write(&transaction, *now)?;
                    Outcome::Done
                }
                // Done alone.
                Command::Sweep { .. } | Command::Checkpoint { .. } | Command::Close { .. } => Outcome::Done,
            });
        }
        batch.flush(&transaction)?;
        transaction.commit()?;
        Ok(outcomes)
    }

    /// One portion of a sweep's stage.
    fn sweep(&mut self, stage: Stage, now: i64) -> rusqlite::Result<bool> {
        let first = !self.swept;
        if stage == Stage::Watermark {
            self.swept = true;
            if self.short == Short::Beyond {
                self.short = Short::Yes;
            }
        }
        match stage {
            // It reads from all tables. Where one is damaged, a transaction would end with it.
            Stage::Watermark => return sweep::portion(&self.connection, stage, now, &self.options, first),
            Stage::SizeLimit => return Ok(!self.make_room()),
            _ => {}
        }
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let all = sweep::portion(&transaction, stage, now, &self.options, first)?;
        transaction.commit()?;
        match stage {
            Stage::Names => self.names = Names::load(&self.connection)?,
            Stage::Series => self.series = Series::load(&self.connection)?,
            Stage::GiveBack => {
                size_limit::bound(&self.connection, &self.options)?;
                self.metrics.store_size(size_limit::used(&self.connection)?);
            }
            _ => {}
        }
        Ok(all)
    }

    /// Keeps the file below its bound, a portion after each commit. Returns whether there is more to do.
    fn make_room(&mut self) -> bool {
        if self.options.max_size.is_none() || self.short == Short::Beyond {
            return false;
        }
        let Some(made) = self.attempt("make_room", Self::room) else {
            self.short = Short::Beyond;
            return false;
        };
        let most = self.options.max_size.unwrap_or_default();
        match made {
            None => self.short = Short::No,
            Some(Freed::Nothing) => {
                self.short = Short::Beyond;
                tracing::error!(
                    bytes = most,
                    "--max-size is reached and nothing old is left to delete: what comes now may be refused. Give it more"
                );
            }
            Some(made) => {
                if self.short == Short::No {
                    tracing::warn!(
                        bytes = most,
                        "--max-size is nearly reached: the oldest detail is deleted to stay below it"
                    );
                }
                self.short = Short::Yes;
                self.answers.outdate();
                if let Freed::Deleted(before) = made {
                    tracing::warn!(
                        before,
                        "--max-size is nearly reached: what is older was deleted (ms since the epoch)"
                    );
                    self.metrics.deleted_for_room(before);
                }
            }
        }
        self.short == Short::Yes
    }

    fn room(&mut self) -> rusqlite::Result<Option<Freed>> {
        if !size_limit::is_short(&self.connection, &self.options)? {
            return Ok(None);
        }
        let made = size_limit::make(&mut self.connection, &self.options, self.deleted)?;
        if let Freed::Deleted(before) = made {
            self.deleted = before;
        }
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        size_limit::give_back(&transaction)?;
        transaction.commit()?;
        size_limit::bound(&self.connection, &self.options)?;
        Ok(Some(made))
    }

    /// After a rollback, what memory remembers may never have happened: read it again.
    fn reload(&mut self) {
        match Names::load(&self.connection) {
            Ok(names) => self.names = names,
            Err(error) => tracing::error!(%error, "cannot read the names again"),
        }
        match Series::load(&self.connection) {
            Ok(series) => self.series = series,
            Err(error) => tracing::error!(%error, "cannot read the series again"),
        }
    }
}

/// Merges the log into the file, and empties it unless somebody still reads from it.
fn checkpoint(connection: &Connection) -> rusqlite::Result<()> {
    // Nobody who writes waits for somebody who reads.
    connection.busy_timeout(Duration::ZERO)?;
    let done = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    connection.busy_timeout(schema::PATIENCE)?;
    done
}
