//! The one thread that writes. Jobs that wait together share a transaction: many beacons, one fsync.
use std::sync::Arc;
use std::thread::JoinHandle;

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use super::batch::{Batch, Context};
use super::job::{Job, Kept, Reply};
use super::names::Names;
use super::series::Series;
use super::{Options, StoreError, compact, retention, views};
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

/// An answer that waits for the commit.
enum Answer {
    Beacon(Reply<Kept>, Kept),
    Scrape(Reply<()>),
    Sweep(Reply<bool>, bool),
}

impl Writer {
    fn run(mut self, mut queue: mpsc::Receiver<Job>) {
        let mut closing: Option<oneshot::Sender<()>> = None;
        while closing.is_none() {
            let Some(first) = queue.blocking_recv() else { break };
            let mut jobs = Vec::with_capacity(GROUP);
            let mut next = Some(first);
            while let Some(job) = next {
                match job {
                    Job::Close { reply } => {
                        closing = Some(reply);
                        break;
                    }
                    job => jobs.push(job),
                }
                next = if jobs.len() < GROUP { queue.try_recv().ok() } else { None };
            }
            self.commit(jobs);
        }
        if let Err((_, error)) = self.connection.close() {
            tracing::warn!(%error, "the database did not close cleanly; nothing that was acknowledged is lost");
        }
        if let Some(reply) = closing {
            let _ = reply.send(());
        }
    }

    /// Does all jobs in one transaction, and answers them once it is on disk.
    fn commit(&mut self, jobs: Vec<Job>) {
        if jobs.is_empty() {
            return;
        }
        let operation = match &jobs[0] {
            Job::Sweep { .. } => "sweep",
            Job::Scrape { .. } => "write_scrape",
            _ => "write_beacons",
        };
        let started = std::time::Instant::now();
        let mut answers = Vec::with_capacity(jobs.len());
        let outcome = self.transact(jobs, &mut answers);
        self.metrics.database(operation, started.elapsed());
        if let Err(error) = &outcome {
            tracing::error!(%error, "a write was rolled back");
            self.metrics.write_failed();
            self.reload();
        }
        let failed = outcome.is_err();
        for answer in answers {
            // Whoever asked may have gone away: then nobody needs the answer.
            match answer {
                Answer::Beacon(reply, kept) => {
                    drop(reply.send(if failed { Err(StoreError::Failed) } else { Ok(kept) }))
                }
                Answer::Scrape(reply) => {
                    drop(reply.send(if failed { Err(StoreError::Failed) } else { Ok(()) }))
                }
                Answer::Sweep(reply, done) => {
                    drop(reply.send(if failed { Err(StoreError::Failed) } else { Ok(done) }));
                }
            }
        }
    }

    fn transact(&mut self, jobs: Vec<Job>, answers: &mut Vec<Answer>) -> rusqlite::Result<()> {
        let Self { connection, options, names, series, metrics } = self;
        let mut jobs = jobs.into_iter();
        // Every job gets an answer, also those after the one that failed.
        let outcome = (|| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let mut batch = Batch::default();
            for job in jobs.by_ref() {
                match job {
                    Job::Beacon { beacon, received, reply } => {
                        let mut context =
                            Context { connection: &transaction, names, limits: &options.limits, metrics };
                        let kept = batch.add(&mut context, &beacon, received);
                        answers.push(Answer::Beacon(reply, Kept::New));
                        let kept = kept?;
                        if let Some(Answer::Beacon(_, slot)) = answers.last_mut() {
                            *slot = kept;
                        }
                    }
                    Job::Scrape { scrape, reply } => {
                        answers.push(Answer::Scrape(reply));
                        let dropped = series.record(&transaction, &scrape, options.limits.series)?;
                        metrics.series_dropped(&scrape.target, dropped);
                    }
                    Job::Sweep { now, reply } => {
                        answers.push(Answer::Sweep(reply, true));
                        let done = retention::delete(&transaction, now, options)?
                            && views::fold(&transaction, now)?
                            && compact::thin(&transaction, now, options)?
                            && compact::roll_up(&transaction, now, options)?;
                        if let Some(Answer::Sweep(_, slot)) = answers.last_mut() {
                            *slot = done;
                        }
                        if done {
                            retention::forget(&transaction, now, options)?;
                            *names = Names::load(&transaction)?;
                            *series = Series::load(&transaction)?;
                        }
                    }
                    Job::Close { .. } => {}
                }
            }
            batch.flush(&transaction)?;
            transaction.commit()
        })();
        for job in jobs {
            match job {
                Job::Beacon { reply, .. } => answers.push(Answer::Beacon(reply, Kept::New)),
                Job::Scrape { reply, .. } => answers.push(Answer::Scrape(reply)),
                Job::Sweep { reply, .. } => answers.push(Answer::Sweep(reply, false)),
                Job::Close { .. } => {}
            }
        }
        outcome
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
