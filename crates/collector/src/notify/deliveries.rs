//! Which notification is sent to which receiver when. A machine: it sends nothing and reads no clock.
//!
//! Each receiver has a queue and gets one notification at a time, the oldest first, so that "resolved" never overtakes "firing".
//! After a failure it is left alone for a while, and what has waited too long is given up.
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::pauses::Pauses;

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver has it.
    Sent,
    /// It never will: the receiver does not take this notification.
    Refused(String),
    /// It may later, after the pause that the receiver asks for.
    Failed(String, Option<Duration>),
}

/// What is to be noted of a notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was sent.
    Sent,
    /// It is tried again.
    Again(String),
    /// It is not.
    GivenUp(String),
}

impl Verdict {
    /// Its name in `/metrics`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Again(_) => "failed",
            Self::GivenUp(_) => "given_up",
        }
    }
}

/// The queues of all receivers. Times are ms of a clock that never goes back.
#[derive(Debug, Default)]
pub struct Deliveries {
    queues: BTreeMap<String, Queue>,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    /// The newest id that was offered.
    newest: Option<i64>,
    in_flight: bool,
    pauses: Pauses,
    not_before: u64,
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    id: i64,
    since: u64,
}

impl Deliveries {
    /// There is a notification for a receiver. They come in the order of their ids, and one that was offered before changes
    /// nothing. Returns whether it is new.
    pub fn offer(&mut self, receiver: &str, id: i64, now: u64) -> bool {
        let queue = self.queues.entry(receiver.to_owned()).or_default();
        let new = queue.newest.is_none_or(|newest| id > newest);
        if new {
            queue.newest = Some(id);
            queue.waiting.push_back(Waiting { id, since: now });
        }
        new
    }

    /// The next notification to send, with its receiver: [`Deliveries::settle`] tells what became of it.
    pub fn next(&mut self, now: u64) -> Option<(String, i64)> {
        let ready =
            |queue: &&mut Queue| !queue.in_flight && queue.not_before <= now && !queue.waiting.is_empty();
        let (receiver, queue) = self.queues.iter_mut().find(|(_, queue)| ready(queue))?;
        queue.in_flight = true;
        queue.waiting.front().map(|waiting| (receiver.clone(), waiting.id))
    }

    /// When [`Deliveries::next`] may have one again, where nothing else happens.
    pub fn deadline(&self) -> Option<u64> {
        let pausing = |queue: &&Queue| !queue.in_flight && !queue.waiting.is_empty();
        self.queues.values().filter(pausing).map(|queue| queue.not_before).min()
    }

    /// Takes in what became of the notification that is being sent to `receiver`, which is tried for `retry_for`. `share`, from 0
    /// to 1, shortens the pause that follows a failure by up to a half.
    pub fn settle(
        &mut self,
        receiver: &str,
        outcome: Outcome,
        retry_for: Duration,
        (share, now): (f64, u64),
    ) -> Verdict {
        let queue = self.queues.entry(receiver.to_owned()).or_default();
        queue.in_flight = false;
        let since = queue.waiting.front().map_or(now, |waiting| waiting.since);
        let verdict = match outcome {
            Outcome::Sent => Verdict::Sent,
            Outcome::Refused(error) => Verdict::GivenUp(error),
            Outcome::Failed(error, wish) => {
                let pause = queue.pauses.next(wish, share);
                queue.not_before = now.saturating_add(pause.as_millis() as u64);
                let last = since.saturating_add(retry_for.as_millis() as u64);
                // A receiver may ask for a longer pause than there is time for: it gets a last try.
                if wish.is_some() && now < last {
                    queue.not_before = queue.not_before.min(last);
                }
                if queue.not_before <= last {
                    return Verdict::Again(error);
                }
                Verdict::GivenUp(error)
            }
        };
        if matches!(verdict, Verdict::Sent) {
            queue.pauses.reset();
        }
        queue.waiting.pop_front();
        verdict
    }

    /// Until when a receiver is left alone; `None` where nothing waits for it, or it is not.
    pub fn pause(&self, receiver: &str, now: u64) -> Option<u64> {
        let queue = self.queues.get(receiver).filter(|queue| !queue.waiting.is_empty())?;
        Some(queue.not_before).filter(|until| *until > now)
    }

    /// A receiver may be another one now: it is tried at once.
    pub fn hurry(&mut self, receiver: &str) {
        if let Some(queue) = self.queues.get_mut(receiver) {
            queue.pauses.reset();
            queue.not_before = 0;
        }
    }

    /// How many notifications wait for a receiver.
    pub fn waiting(&self) -> impl Iterator<Item = (&str, usize)> {
        self.queues.iter().map(|(receiver, queue)| (receiver.as_str(), queue.waiting.len()))
    }

    /// Whether a notification is being sent to a receiver.
    pub fn is_flying(&self, receiver: &str) -> bool {
        self.queues.get(receiver).is_some_and(|queue| queue.in_flight)
    }

    /// Forgets what waits: another collector sends it now. What is being sent is still settled.
    pub fn clear(&mut self) {
        self.queues.retain(|_, queue| queue.in_flight);
        for queue in self.queues.values_mut() {
            queue.waiting.truncate(1);
            queue.newest = queue.waiting.front().map(|waiting| waiting.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn failed() -> Outcome {
        Outcome::Failed("answered 500".to_owned(), None)
    }

    /// Sends what is due until `until`, by what `answer` says of the time. Returns the attempts: time and id.
    fn run(deliveries: &mut Deliveries, until: u64, answer: impl Fn(u64) -> Outcome) -> Vec<(u64, i64)> {
        let (mut now, mut attempts) = (0, Vec::new());
        while now <= until && attempts.len() < 1000 {
            match deliveries.next(now) {
                Some((receiver, id)) => {
                    attempts.push((now, id));
                    deliveries.settle(&receiver, answer(now), HOUR, (0.0, now));
                }
                None => match deliveries.deadline() {
                    Some(deadline) => now = deadline,
                    None => break,
                },
            }
        }
        attempts
    }

    #[test]
    fn a_receiver_that_fails_for_two_minutes_gets_everything_in_order() {
        let mut deliveries = Deliveries::default();
        for id in [3, 5, 9] {
            deliveries.offer("ops", id, 0);
        }
        let answer = |now| if now < 120_000 { failed() } else { Outcome::Sent };
        let attempts = run(&mut deliveries, 3_600_000, answer);
        // 1, 2, 4 … 32, then 60 s between two attempts: seven fail, and the three are sent at once when it works again.
        let seconds: Vec<u64> = attempts.iter().map(|attempt| attempt.0 / 1000).collect();
        assert_eq!(seconds, [0, 1, 3, 7, 15, 31, 63, 123, 123, 123]);
        let ids: Vec<i64> = attempts.iter().map(|attempt| attempt.1).collect();
        assert_eq!(ids, [3, 3, 3, 3, 3, 3, 3, 3, 5, 9]);
    }

    #[test]
    fn what_waited_too_long_is_given_up_all_at_once() {
        let mut deliveries = Deliveries::default();
        for id in 0..100 {
            deliveries.offer("ops", id, 0);
        }
        let attempts = run(&mut deliveries, 24 * 3_600_000, |_| failed());
        // An hour for the first, then one attempt for each of the others, with its pause.
        let first = attempts.iter().filter(|attempt| attempt.1 == 0).count();
        assert!((60..70).contains(&first), "{first}");
        assert_eq!(attempts.len(), first + 99);
        assert_eq!(deliveries.waiting().collect::<Vec<_>>(), [("ops", 0)]);
    }

    #[test]
    fn a_receiver_that_is_down_holds_up_no_other() {
        let mut deliveries = Deliveries::default();
        deliveries.offer("down", 1, 0);
        deliveries.offer("up", 2, 0);
        assert_eq!(deliveries.next(0), Some(("down".to_owned(), 1)));
        assert_eq!(deliveries.next(0), Some(("up".to_owned(), 2)), "while the other hangs");
        assert_eq!(deliveries.next(0), None);
        assert_eq!(
            deliveries.settle("down", failed(), HOUR, (0.5, 10_000)),
            Verdict::Again("answered 500".to_owned())
        );
        assert_eq!(
            deliveries.settle("up", Outcome::Refused("no".to_owned()), HOUR, (0.5, 0)),
            Verdict::GivenUp("no".to_owned())
        );
        assert_eq!(deliveries.deadline(), Some(10_750));
        deliveries.hurry("down");
        assert_eq!(deliveries.next(10_001), Some(("down".to_owned(), 1)));
    }

    #[test]
    fn a_wish_of_the_receiver_is_kept_to() {
        let mut deliveries = Deliveries::default();
        deliveries.offer("ops", 1, 0);
        deliveries.next(0);
        deliveries.settle(
            "ops",
            Outcome::Failed(String::new(), Some(Duration::from_secs(90))),
            HOUR,
            (0.0, 0),
        );
        assert_eq!(deliveries.deadline(), Some(90_000));
    }

    #[test]
    fn a_wish_for_more_time_than_there_is_leaves_a_last_try() {
        let mut deliveries = Deliveries::default();
        deliveries.offer("ops", 1, 0);
        let busy = |_| Outcome::Failed("answered 429".to_owned(), Some(2 * HOUR));
        let attempts = run(&mut deliveries, 24 * 3_600_000, busy);
        assert_eq!(attempts, [(0, 1), (3_600_000, 1)], "it was not given up at once");
        assert_eq!(deliveries.waiting().collect::<Vec<_>>(), [("ops", 0)]);
    }

    proptest! {
        /// Whatever happens: one at a time for each receiver, in order, none sent twice, none lost.
        #[test]
        fn each_is_settled_once_and_in_order(script in prop::collection::vec((0..3_u8, 0..4_u8, 0..5_000_u64), 1..200)) {
            let names = ["a", "b", "c"];
            let mut deliveries = Deliveries::default();
            let (mut now, mut id, mut offered) = (0, 0, [const { Vec::new() }; 3]);
            let (mut settled, mut flying) = ([const { Vec::new() }; 3], [None; 3]);
            for (receiver, act, wait) in script {
                now += wait;
                let place = usize::from(receiver);
                match (act, flying[place]) {
                    (0, _) => {
                        id += 1;
                        offered[place].push(id);
                        deliveries.offer(names[place], id, now);
                        deliveries.offer(names[place], id, now);
                    }
                    (1, _) => {
                        if let Some((name, id)) = deliveries.next(now) {
                            let place = names.iter().position(|known| *known == name).unwrap();
                            prop_assert_eq!(flying[place], None);
                            flying[place] = Some(id);
                        }
                    }
                    (_, Some(id)) => {
                        let outcome = if act == 2 { Outcome::Sent } else { failed() };
                        flying[place] = None;
                        if !matches!(deliveries.settle(names[place], outcome, HOUR, (0.0, now)), Verdict::Again(_)) {
                            settled[place].push(id);
                        }
                    }
                    _ => {}
                }
            }
            for place in 0..3 {
                let waiting = deliveries.waiting().find(|(name, _)| *name == names[place]).map_or(0, |entry| entry.1);
                prop_assert_eq!(settled[place].len() + waiting, offered[place].len());
                prop_assert_eq!(&settled[place][..], &offered[place][..settled[place].len()]);
            }
        }
    }
}
