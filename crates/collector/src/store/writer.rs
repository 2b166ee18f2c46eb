//! The one thread that writes. Jobs that wait together share a transaction: many beacons, one fsync.
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::mpsc;

use super::batch::{Batch, Context};
use super::job::{Job, Outcome};
use super::names::Names;
use super::series::Series;
use super::{Options, StoreError, compact, ready, retention, views};
use crate::metrics::Metrics;

/// The most jobs of one transaction: bounds how long the first of them waits.
const GROUP: usize = 256;

pub fn start(
    connection: Connection,
    options: Options,
    queue: mpsc::Receiver<Job>,
    metrics: Arc<Metrics>,
) -> Result<JoinHandle<()>, StoreError> {
    let names = Names::load(&connection)?;
    let series = Series::load(&connection)?;
    let folder = options.folder.clone();
    let writer = Writer { connection, options, names, series, metrics };
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
    metrics: Arc<Metrics>,
}

impl Writer {
    fn run(mut self, mut queue: mpsc::Receiver<Job>) {
        let mut closing = None;
        while closing.is_none() {
            let Some(first) = queue.blocking_recv() else { break };
            let mut jobs = Vec::with_capacity(GROUP);
            let mut next = Some(first);
            while let Some(job) = next {
                if matches!(job, Job::Close { .. }) {
                    closing = Some(job);
                    break;
                }
                jobs.push(job);
                next = if jobs.len() < GROUP { queue.try_recv().ok() } else { None };
            }
            self.commit(jobs);
        }
        if let Err((_, error)) = self.connection.close() {
            tracing::warn!(%error, "the database did not close cleanly; nothing that was acknowledged is lost");
        }
        if let Some(job) = closing {
            job.answer(Some(Outcome::Done));
        }
    }

    /// Does all jobs in one transaction, and answers them once it is on disk.
    fn commit(&mut self, jobs: Vec<Job>) {
        let Some(first) = jobs.first() else { return };
        let operation = first.operation();
        let started = Instant::now();
        // A bug that some beacon brings to light must not end the one thread that writes.
        let outcome = catch_unwind(AssertUnwindSafe(|| self.transact(&jobs)));
        self.metrics.database(operation, started.elapsed());
        match outcome {
            Ok(Ok(outcomes)) => {
                self.metrics.trouble.done(operation);
                jobs.into_iter().zip(outcomes).for_each(|(job, outcome)| job.answer(Some(outcome)))
            }
            failed => {
                let error = match failed {
                    Ok(Err(error)) => {
                        self.metrics.trouble.failed(operation, &error);
                        error.to_string()
                    }
                    _ => "the writer panicked".to_owned(),
                };
                tracing::error!(error, "a write was rolled back");
                self.metrics.write_failed();
                self.reload();
                jobs.into_iter().for_each(|job| job.answer(None));
            }
        }
    }

    fn transact(&mut self, jobs: &[Job]) -> rusqlite::Result<Vec<Outcome>> {
        let Self { connection, options, names, series, metrics } = self;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut batch = Batch::default();
        let mut outcomes = Vec::with_capacity(jobs.len());
        for job in jobs {
            outcomes.push(match job {
                Job::Beacon { beacon, received, .. } => {
                    let mut context =
                        Context { connection: &transaction, names, limits: &options.limits, metrics };
                    Outcome::Kept(batch.add(&mut context, beacon, *received)?)
                }
                Job::Scrape { scrape, .. } => {
                    let dropped = series.record(&transaction, scrape, options.limits.series)?;
                    metrics.series_dropped(&scrape.target, dropped);
                    Outcome::Done
                }
                Job::Sweep { now, .. } => {
                    let all = retention::delete(&transaction, *now, options)?
                        && views::fold(&transaction, *now)?
                        && compact::thin(&transaction, *now, options)?
                        && compact::roll_up(&transaction, *now, options)?;
                    if all {
                        retention::forget(&transaction, *now, options)?;
                        *names = Names::load(&transaction)?;
                        *series = Series::load(&transaction)?;
                    }
                    Outcome::Swept(all)
                }
                Job::Probe { now, .. } => {
                    ready::write(&transaction, *now)?;
                    Outcome::Done
                }
                Job::Close { .. } => Outcome::Done,
            });
        }
        batch.flush(&transaction)?;
        transaction.commit()?;
        Ok(outcomes)
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
