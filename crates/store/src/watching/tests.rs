use super::*;
use crate::database::testing::each_engine;
use crate::database::{Access, Database};
use crate::time::{DAY, HOUR, MINUTE};

const NOW: i64 = 20_000 * DAY;

fn write(db: &dyn Database, change: Change) -> bool {
    db.transaction(Access::Write, |db| change.write(db)).unwrap()
}

fn event(time: i64, rule: &str, subject: &str) -> Event {
    Event {
        time,
        alert: "ab".to_owned(),
        rule: rule.to_owned(),
        subject: subject.to_owned(),
        event: "{}".to_owned(),
    }
}

#[test]
fn a_round_is_written_whole_and_once() {
    each_engine(|db| {
        let before = standing(db).unwrap();
        assert_eq!(before, Standing::default());
        let kept = KeptState { id: "a".to_owned(), state: "{}".to_owned() };
        let round = Round {
            standing: Standing { evaluated: Some(NOW), judged: Some(NOW - MINUTE), ..before },
            states: vec![kept.clone()],
            events: vec![event(NOW, "slow", "app\nshop")],
            notifications: vec![("ops".to_owned(), "{}".to_owned())],
            ..Round::default()
        };
        assert!(write(db, Change::Round(round.clone())));
        assert!(!write(db, Change::Round(round.clone())), "another collector was quicker");
        let now = standing(db).unwrap();
        assert_eq!((now.rounds, now.evaluated, now.judged), (1, Some(NOW), Some(NOW - MINUTE)));
        assert_eq!(states(db).unwrap(), [kept]);
        assert_eq!(due(db, 10).unwrap().len(), 1, "nothing is said twice");
        let over = Round { standing: now, over: vec!["a".to_owned()], ..Round::default() };
        assert!(write(db, Change::Round(over)));
        assert_eq!(states(db).unwrap(), []);
    });
}

#[test]
fn a_notification_waits_until_it_is_sent_or_given_up() {
    each_engine(|db| {
        let notifications = ["a", "b"].map(|body| ("ops".to_owned(), body.to_owned())).to_vec();
        write(db, Change::Round(Round { notifications, ..Round::default() }));
        let waiting = due(db, 10).unwrap();
        let [first, second] = [waiting[0].id, waiting[1].id];
        assert!(first < second && waiting[0].body == "a");
        let attempt = |outcome| Attempt { at: NOW, outcome };
        assert!(write(db, Change::Attempt(first, attempt(Outcome::Failed("500".to_owned())))));
        let failed = undelivered(db, 0, 10).unwrap();
        assert_eq!((failed.len(), failed[0].attempts, failed[0].error.as_deref()), (1, 1, Some("500")));
        assert_eq!(due(db, 1).unwrap().len(), 1, "one of each receiver");
        assert!(write(db, Change::Attempt(first, attempt(Outcome::Sent))));
        assert!(!write(db, Change::Attempt(first, attempt(Outcome::Sent))), "it is done");
        let long = "ü".repeat(1000);
        assert!(write(db, Change::Attempt(second, attempt(Outcome::GivenUp(long)))));
        assert_eq!(due(db, 10).unwrap(), []);
        let failed = undelivered(db, NOW - 1, 10).unwrap();
        assert!(failed.len() == 1 && failed[0].given_up && failed[0].error.as_ref().unwrap().len() == 500);
        assert_eq!(undelivered(db, NOW, 10).unwrap(), []);
    });
}

#[test]
fn the_history_is_found_by_subject_and_bounded() {
    each_engine(|db| {
        let subjects = ["app\nshop", "page\nshop\n/", "app\nshopping", "target\nshop"];
        let mut all: Vec<Event> =
            subjects.iter().enumerate().map(|(at, subject)| event(at as i64, "slow", subject)).collect();
        all.extend((0..600).map(|at| event(100 + at, "other", "app\nblog")));
        write(db, Change::Round(Round { events: all, ..Round::default() }));
        let ask = |filter| events(db, &EventFilter { to: NOW, ..filter }).unwrap();
        let of = |subject: &str| {
            let found = ask(EventFilter { subject: Some(subject.to_owned()), ..EventFilter::default() });
            found.events.iter().map(|event| event.subject.clone()).collect::<Vec<_>>()
        };
        assert_eq!(of("app\nshop"), ["page\nshop\n/", "app\nshop"], "an app with its pages");
        assert_eq!(of("target\nshop"), ["target\nshop"]);
        let many = ask(EventFilter { rule: Some("other".to_owned()), ..EventFilter::default() });
        assert_eq!((many.events.len(), many.left_out, many.events[0].time), (500, 100, 699));
        assert_eq!(ask(EventFilter { from: 2, ..EventFilter::default() }).left_out, 102);
    });
}

#[test]
fn minutes_are_kept_by_the_hour_and_judged_again_without_being_counted_twice() {
    each_engine(|db| {
        let minute = |at: i64, good| Minute {
            objective: "fast".to_owned(),
            subject: "app\nshop".to_owned(),
            minute: NOW + at * MINUTE,
            good,
        };
        for _ in 0..2 {
            let standing = standing(db).unwrap();
            let minutes = vec![minute(58, true), minute(59, false), minute(60, true)];
            assert!(write(db, Change::Round(Round { standing, minutes, ..Round::default() })));
        }
        let hours = objective_hours(db, NOW).unwrap();
        assert_eq!(hours.iter().map(|hour| hour.hour).collect::<Vec<_>>(), [NOW, NOW + HOUR]);
        assert_eq!(hours[0].bits.count(NOW, NOW, NOW + HOUR), (1, 1));
        assert_eq!(objective_hours(db, NOW + HOUR).unwrap().len(), 1);
    });
}

#[test]
fn silences_are_changed_and_end() {
    each_engine(|db| {
        let silence = |id: &str, until| KeptSilence {
            id: id.to_owned(),
            until,
            silence: format!("{{\"from\":{NOW}}}"),
        };
        assert!(write(db, Change::Silence(silence("a", NOW + HOUR))));
        assert!(write(db, Change::Silence(silence("a", NOW + 2 * HOUR))));
        assert_eq!(silences(db, NOW + HOUR).unwrap().len(), 1);
        assert_eq!(silences(db, NOW + 2 * HOUR).unwrap(), []);
        for number in 0..silences::MOST - 1 {
            assert!(write(db, Change::Silence(silence(&number.to_string(), NOW + HOUR))));
        }
        assert!(!write(db, Change::Silence(silence("more", NOW + HOUR))), "all are in force");
        assert!(write(db, Change::Silence(silence("a", NOW - 1))), "one of those that are there");
        assert!(write(db, Change::Silence(silence("more", NOW + HOUR))), "in the place of one that ended");
    });
}

#[test]
fn what_is_old_goes() {
    each_engine(|db| {
        let events = vec![event(NOW - 2 * DAY, "old", "app\na"), event(NOW, "new", "app\na")];
        write(db, Change::Round(Round { events, ..Round::default() }));
        let old = KeptSilence { id: "a".to_owned(), until: NOW - 2 * DAY, silence: "{}".to_owned() };
        write(db, Change::Silence(old));
        db.transaction(Access::Write, |db| expire(db, NOW, NOW - DAY)).unwrap();
        let left = super::events(db, &EventFilter { to: NOW, ..EventFilter::default() }).unwrap();
        assert_eq!(left.events.len(), 1);
        assert_eq!(silences(db, 0).unwrap(), []);
    });
}
