//! Drives the deliveries: reads the outbox, sends what is due, notes what became of it.
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;

use super::client::Sender;
use super::deliveries::{Deliveries, Outcome, Verdict};
use super::notifier::Notifier;
use super::outbox::{Attempt, Outgoing};
use super::receiver::Receiver;
use super::send;

/// The time between two looks at the outbox where nobody says that something is new.
const LOOK: Duration = Duration::from_secs(10);
/// The most notifications of a receiver that are in memory.
const HELD: usize = 50;
/// The most notifications whose end could not be noted yet.
const UNNOTED: usize = 1_000;

/// How long a notification waits for a receiver that is not there.
const MISSING: Duration = Duration::from_secs(60 * 60);

/// What became of a request.
struct Done {
    receiver: String,
    id: i64,
    outcome: Outcome,
    took: Duration,
}

struct Driver {
    notifier: Arc<Notifier>,
    began: Instant,
    random: RandomState,
    deliveries: Deliveries,
    held: HashMap<i64, Outgoing>,
    senders: HashMap<String, (Receiver, Sender)>,
    running: JoinSet<Done>,
    unnoted: Vec<(i64, Attempt)>,
    /// The receivers whose last attempt failed.
    failing: Vec<String>,
}

/// Sends until it is dropped.
pub async fn run(notifier: Arc<Notifier>) {
    let mut driver = Driver {
        notifier: Arc::clone(&notifier),
        began: Instant::now(),
        random: RandomState::new(),
        deliveries: Deliveries::default(),
        held: HashMap::new(),
        senders: HashMap::new(),
        running: JoinSet::new(),
        unnoted: Vec::new(),
        failing: Vec::new(),
    };
    let mut receivers = notifier.receivers.clone();
    loop {
        driver.look().await;
        driver.send_due();
        let wait = driver.wait();
        tokio::select! {
            () = notifier.filled.notified() => {}
            Some(done) = driver.running.join_next() => {
                // A task that is cancelled is cancelled with this one.
                if let Ok(done) = done {
                    driver.settle(done).await;
                }
            }
            changed = receivers.changed() => match changed {
                Ok(()) => driver.receivers_changed(),
                // The collector stops.
                Err(_) => return,
            },
            () = tokio::time::sleep(wait) => {}
        }
    }
}

impl Driver {
    fn now(&self) -> u64 {
        self.began.elapsed().as_millis() as u64
    }

    fn wait(&self) -> Duration {
        let until = self.deliveries.deadline().map(|at| Duration::from_millis(at.saturating_sub(self.now())));
        until.map_or(LOOK, |until| until.min(LOOK))
    }

    /// Takes in what is new in the outbox.
    async fn look(&mut self) {
        self.note().await;
        if !self.notifier.outbox.leads().await {
            self.deliveries.clear();
            self.held.retain(|_, outgoing| self.deliveries.is_flying(&outgoing.receiver));
            return;
        }
        match self.notifier.outbox.waiting(HELD).await {
            Ok(waiting) => {
                let now = self.now();
                for outgoing in waiting {
                    if self.deliveries.offer(&outgoing.receiver, outgoing.id, now) {
                        self.held.insert(outgoing.id, outgoing);
                    }
                }
            }
            Err(error) => {
                tracing::warn!(%error, "notifications that wait cannot be read; it is tried again");
            }
        }
        self.notifier.figures.waiting(self.deliveries.waiting());
    }

    fn send_due(&mut self) {
        while let Some((receiver, id)) = self.deliveries.next(self.now()) {
            let Some(outgoing) = self.held.get(&id).cloned() else {
                self.running.spawn(async move { Done::refused(receiver, id, "it is not there any more") });
                continue;
            };
            match self.sender(&receiver) {
                Ok((settings, sender)) => {
                    let (url, now) = (Arc::clone(&self.notifier.external_url), self.notifier.clock.now());
                    self.running.spawn(async move {
                        let began = Instant::now();
                        let outcome = send::send(&sender, &settings, (id, &outgoing.body), (&url, now)).await;
                        Done { receiver, id, outcome, took: began.elapsed() }
                    });
                }
                Err(outcome) => {
                    self.running.spawn(async move { Done { receiver, id, outcome, took: Duration::ZERO } });
                }
            }
        }
    }

    fn sender(&mut self, name: &str) -> Result<(Receiver, Sender), Outcome> {
        // One that is wrong is left out of the configuration, and may be put right.
        let missing = || {
            let message = "there is no such receiver in the configuration: write a [[receiver]] of this name, or see what is wrong with it";
            Outcome::Failed(message.to_owned(), None)
        };
        let settings = self.notifier.receiver(name).ok_or_else(missing)?;
        if let Some((known, sender)) = self.senders.get_mut(name)
            && *known == settings
        {
            *sender = sender.renewed(&settings);
            return Ok((settings, sender.clone()));
        }
        let sender = Sender::new(&settings).map_err(|error| Outcome::Failed(error.to_string(), None))?;
        self.senders.insert(name.to_owned(), (settings.clone(), sender.clone()));
        Ok((settings, sender))
    }

    async fn settle(&mut self, done: Done) {
        let Done { receiver, id, outcome, took } = done;
        let retry_for = self.notifier.receiver(&receiver).map_or(MISSING, |receiver| receiver.retry_for);
        let share = self.random.hash_one((id, self.now())) as f64 / u64::MAX as f64;
        let verdict = self.deliveries.settle(&receiver, outcome, retry_for, (share, self.now()));
        let next = self.deliveries.pause(&receiver, self.now());
        let next = next.map(|until| self.notifier.clock.now() + until.saturating_sub(self.now()) as i64);
        self.notifier.tries(&receiver, next);
        self.notifier.figures.attempt(&receiver, verdict.name(), took);
        self.say(&receiver, &verdict);
        if !matches!(verdict, Verdict::Again(_)) {
            self.held.remove(&id);
        }
        if self.unnoted.len() < UNNOTED {
            self.unnoted.push((id, Attempt { at: self.notifier.clock.now(), verdict }));
        }
        self.note().await;
    }

    /// Logs how a receiver does, once for each change.
    fn say(&mut self, receiver: &str, verdict: &Verdict) {
        let failed = self.failing.iter().any(|name| name == receiver);
        match verdict {
            Verdict::Sent => {
                self.failing.retain(|name| name != receiver);
                if failed {
                    tracing::info!(receiver, "notifications are taken again");
                }
            }
            Verdict::Again(error) => {
                if !failed {
                    self.failing.push(receiver.to_owned());
                    tracing::warn!(receiver, error, "a notification was not taken; it is tried again");
                }
            }
            Verdict::GivenUp(error) => {
                tracing::error!(receiver, error, "a notification was given up: /api/alerts shows it");
            }
        }
    }

    /// Notes what became of attempts. What cannot be noted is noted later.
    async fn note(&mut self) {
        let mut noted = 0;
        for (id, attempt) in &self.unnoted {
            if let Err(error) = self.notifier.outbox.note(*id, attempt.clone()).await {
                tracing::warn!(%error, "what became of a notification cannot be noted; it is tried again");
                break;
            }
            noted += 1;
        }
        self.unnoted.drain(..noted);
    }

    /// A receiver that is another one now is tried at once.
    fn receivers_changed(&mut self) {
        let names: Vec<String> = self.deliveries.waiting().map(|(name, _)| name.to_owned()).collect();
        self.senders.retain(|name, (settings, _)| self.notifier.receiver(name).as_ref() == Some(settings));
        for name in names.iter().filter(|name| !self.senders.contains_key(*name)) {
            self.deliveries.hurry(name);
            self.notifier.tries(name, None);
        }
    }
}

impl Done {
    fn refused(receiver: String, id: i64, why: &str) -> Self {
        Self { receiver, id, outcome: Outcome::Refused(why.to_owned()), took: Duration::ZERO }
    }
}
