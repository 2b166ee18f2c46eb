//! Gathers what a page view measures until it is sent.
use super::encode::{Body, Item, begin};
use super::event::{Device, PageError, Vital};
use super::{limits, write};
use crate::stats::Histogram;
use crate::time::{Duration, Instant};
use crate::vitals::{Metric, Navigation};
use alloc::string::String;
use alloc::vec::Vec;

/// What is the same in all beacons of a page view. [`Beacon`](super::Beacon) says more on each.
#[derive(Clone, Debug, PartialEq)]
pub struct Context {
    /// Names the visit: letters, digits, `-` and `_`.
    pub session: String,
    /// Names the page view, by as plain a word.
    pub view: String,
    /// The application.
    pub app: String,
    /// The application's release.
    pub release: Option<String>,
    /// The scrubbed path.
    pub page: String,
    /// How the page view began.
    pub navigation: Navigation,
    /// What kind of device it is.
    pub device: Device,
    /// The share of sessions that report.
    pub sample_rate: f64,
}

/// Measurements that wait to be sent.
///
/// - Inputs: [`vital`](Self::vital), [`record`](Self::record), [`count`](Self::count),
///   [`error`](Self::error), each with the time at which it happened.
/// - When to send: [`next_deadline`](Self::next_deadline) for the host's timer, then
///   [`is_due`](Self::is_due); and whenever the page is hidden.
/// - Output: [`flush`](Self::flush) gives the encoded beacons and empties the queue.
///
/// It holds a bounded amount: where a list is full, the oldest or the newest name is given up (each method
/// says which), and what was lost is counted and reported.
pub struct Queue {
    interval: Duration,
    due: Option<Instant>,
    sent: u64,
    vitals: Vec<Vital>,
    counters: Vec<(String, u64)>,
    histograms: Vec<(String, Histogram)>,
    errors: Vec<PageError>,
    dropped: u64,
}

impl Queue {
    /// No flush makes more beacons than this: browsers refuse more than 64 KiB on its way at once, so
    /// what comes after the first is ever less likely to arrive.
    pub const MAX_BEACONS: usize = 4;
    /// From this many bytes on the queue is due at once.
    const FULL: usize = limits::BYTES / 2;

    /// An empty queue that is due `interval` after the first measurement it gets.
    pub fn new(interval: Duration) -> Self {
        Self {
            interval,
            due: None,
            sent: 0,
            vitals: Vec::new(),
            counters: Vec::new(),
            histograms: Vec::new(),
            errors: Vec::new(),
            dropped: 0,
        }
    }

    /// The page view's value of a vital so far; it takes the place of the one before. What is negative or no
    /// number is no value.
    pub fn vital(&mut self, now: Instant, name: Metric, value: f64) {
        if !(0.0..Histogram::LIMIT).contains(&value) {
            return;
        }
        let vital = Vital { name, value, rating: name.rate(value) };
        match self.vitals.iter_mut().find(|vital| vital.name == name) {
            Some(before) => *before = vital,
            None => self.vitals.push(vital),
        }
        self.wait(now);
    }

    /// A measurement of something frequent. Where there are too many names, a new name is dropped.
    pub fn record(&mut self, now: Instant, name: &str, value: f64) {
        if !(0.0..Histogram::LIMIT).contains(&value) {
            return;
        }
        match self.histogram(name) {
            Some(histogram) => {
                histogram.record(value);
            }
            None => self.dropped += 1,
        }
        self.wait(now);
    }

    /// Many measurements at once; as [`record`](Self::record).
    pub fn merge(&mut self, now: Instant, name: &str, histogram: &Histogram) {
        if histogram.is_empty() {
            return;
        }
        match self.histogram(name) {
            Some(gathered) => gathered.merge(histogram),
            None => self.dropped += histogram.count(),
        }
        self.wait(now);
    }

    /// The histogram of that name; `None` where there is no room for another.
    fn histogram(&mut self, name: &str) -> Option<&mut Histogram> {
        let place = match self.histograms.iter().position(|entry| entry.0 == name) {
            Some(place) => place,
            None if self.histograms.len() < limits::HISTOGRAMS && is_name(name) => {
                self.histograms.push((String::from(name), Histogram::new()));
                self.histograms.len() - 1
            }
            None => return None,
        };
        self.histograms.get_mut(place).map(|entry| &mut entry.1)
    }

    /// Counts `by` more. Where there are too many names, a new name is dropped.
    pub fn count(&mut self, now: Instant, name: &str, by: u64) {
        if by == 0 {
            return;
        }
        let room = self.counters.len() < limits::COUNTERS && is_name(name);
        match self.counters.iter_mut().find(|entry| entry.0 == name) {
            Some((_, count)) => *count = count.saturating_add(by).min(limits::COUNT),
            None if room => {
                self.counters.push((String::from(name), by.min(limits::COUNT)));
            }
            None => self.dropped += by,
        }
        self.wait(now);
    }

    /// A JavaScript error. Equal ones are counted, long texts cut; where there are too many different ones,
    /// the oldest is dropped.
    pub fn error(&mut self, now: Instant, message: &str, source: &str) {
        let message = limits::cut(message, limits::MESSAGE);
        let source = limits::cut(source, limits::SOURCE);
        match self.errors.iter_mut().find(|error| error.message == message && error.source == source) {
            Some(error) => error.count += 1,
            None => {
                if self.errors.len() == limits::ERRORS {
                    self.dropped += self.errors.remove(0).count;
                }
                self.errors.push(PageError {
                    message: String::from(message),
                    source: String::from(source),
                    count: 1,
                });
            }
        }
        self.wait(now);
    }

    /// Counts `by` measurements that were lost outside: a beacon that the browser refused, for example.
    pub fn lost(&mut self, by: u64) {
        self.dropped += by;
    }

    /// Whether nothing waits to be sent. Losses alone are no reason to send.
    pub fn is_empty(&self) -> bool {
        self.vitals.is_empty()
            && self.counters.is_empty()
            && self.histograms.is_empty()
            && self.errors.is_empty()
    }

    /// When the queue is due; `None` while it is empty.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.due
    }

    /// Whether it is time to flush.
    pub fn is_due(&self, now: Instant) -> bool {
        self.due.is_some_and(|due| due <= now)
    }

    /// How many measurements were dropped since the last flush.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Forgets everything that waits.
    pub fn clear(&mut self) {
        self.due = None;
        self.vitals.clear();
        self.counters.clear();
        self.histograms.clear();
        self.errors.clear();
        self.dropped = 0;
    }

    /// Encodes everything that waits, and empties the queue. Vitals come first, then counters, histograms
    /// and errors, newest first: what does not fit into [`MAX_BEACONS`](Self::MAX_BEACONS) of
    /// [`limits::BYTES`] is dropped, and counted in the last of them. Nothing waits, nothing comes out.
    ///
    /// `sent_at` is the wall clock, ms since the Unix epoch. Each beacon's `id` is the view's and a number.
    pub fn flush(&mut self, sent_at: i64, context: &Context) -> Vec<String> {
        let beacons = Vec::new();
        let mut packer = Packer { sent: &mut self.sent, sent_at, context, beacons, body: Body::new() };
        let mut dropped = self.dropped;
        for vital in &self.vitals {
            dropped += packer.add(&Item::Vital(vital), 1);
        }
        for (name, count) in &self.counters {
            dropped += packer.add(&Item::Counter(name, *count), *count);
        }
        for (name, histogram) in &self.histograms {
            dropped += packer.add(&Item::Histogram(name, histogram), histogram.count());
        }
        for error in self.errors.iter().rev() {
            dropped += packer.add(&Item::Error(error), error.count);
        }
        packer.end(dropped);
        let beacons = packer.beacons;
        if !beacons.is_empty() {
            self.clear();
        }
        beacons
    }

    fn wait(&mut self, now: Instant) {
        if self.is_empty() {
            return;
        }
        if self.due.is_none() {
            self.due = Some(now + self.interval);
        }
        if self.size() >= Self::FULL {
            self.due = Some(now);
        }
    }

    /// Roughly how many bytes the measurements take.
    fn size(&self) -> usize {
        let mut size = 48 * self.vitals.len();
        for (name, _) in &self.counters {
            size += name.len() + 12;
        }
        for (name, histogram) in &self.histograms {
            size += name.len() + 80 + 3 * histogram.parts().counts.len();
        }
        for error in &self.errors {
            size += error.message.len() + error.source.len() + 40;
        }
        size
    }
}

/// Whether the decoder will take `name`.
fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b':' | b'/');
    !name.is_empty() && name.len() <= limits::NAME && name.bytes().all(plain)
}

/// Fills one beacon after the other.
struct Packer<'a> {
    sent: &'a mut u64,
    sent_at: i64,
    context: &'a Context,
    /// The last one is open, its body in `body`.
    beacons: Vec<String>,
    body: Body,
}

impl Packer<'_> {
    /// Writes an item that stands for `weight` measurements; gives back how many were dropped.
    fn add(&mut self, item: &Item<'_>, weight: u64) -> u64 {
        if self.beacons.is_empty() {
            self.begin();
        }
        while let Some(out) = self.beacons.last_mut() {
            let (length, body) = (out.len(), self.body.clone());
            self.body.add(out, item);
            if out.len() + Body::END <= limits::BYTES {
                return 0;
            }
            // It does not fit: it is taken back, and tried once more in a beacon of its own.
            out.truncate(length);
            self.body = body;
            if self.body.is_empty() || self.beacons.len() == Queue::MAX_BEACONS {
                break;
            }
            self.end(0);
            self.begin();
        }
        weight
    }

    fn begin(&mut self) {
        *self.sent += 1;
        let mut id = self.context.view.clone();
        id.push('-');
        write::integer(&mut id, *self.sent);
        let mut out = String::new();
        begin(&mut out, &id, self.sent_at, self.context);
        self.beacons.push(out);
        self.body = Body::new();
    }

    fn end(&mut self, dropped: u64) {
        if let Some(out) = self.beacons.last_mut() {
            self.body.end(out, dropped);
        }
    }
}

#[cfg(all(test, feature = "decode"))]
mod tests {
    use super::*;
    use crate::beacon::{Beacon, decode};
    use expect_test::expect;
    use proptest::prelude::*;
    use std::format;

    fn context() -> Context {
        Context {
            session: "s3ss10n".into(),
            view: "v13w".into(),
            app: "shop".into(),
            release: Some("1.2.0".into()),
            page: "/packages/:id".into(),
            navigation: Navigation::Navigate,
            device: Device::Desktop,
            sample_rate: 0.25,
        }
    }

    fn queue() -> Queue {
        Queue::new(Duration::from_ms(10_000.0))
    }

    fn at(ms: f64) -> Instant {
        Instant::from_ms(ms)
    }

    fn flush(queue: &mut Queue) -> Vec<Beacon> {
        let beacons = queue.flush(1_000, &context());
        assert!(beacons.iter().all(|text| text.len() <= limits::BYTES));
        beacons.iter().map(|text| decode(text.as_bytes()).unwrap()).collect()
    }

    #[test]
    fn a_beacon_can_be_read_in_the_network_panel() {
        let mut queue = queue();
        queue.vital(at(0.0), Metric::Lcp, 1234.5);
        queue.vital(at(0.0), Metric::Cls, 0.1234);
        queue.count(at(0.0), "query.hits", 12);
        for ms in [0.0, 20.0, 25.0, 400.0] {
            queue.record(at(0.0), "query.fetch", ms);
        }
        queue.error(at(0.0), "TypeError: \"x\" is not\na function", "app.js:1:20");
        queue.lost(1);
        let text = queue.flush(1_790_000_000_000, &context()).remove(0);
        expect![[r#"{"v":1,"id":"v13w-1","session":"s3ss10n","view":"v13w","app":"shop","release":"1.2.0","page":"/packages/:id","navigation":"navigate","device":"desktop","sentAt":1790000000000,"sampleRate":0.25,"vitals":{"LCP":{"value":1234.5,"rating":"good"},"CLS":{"value":0.1234,"rating":"needs-improvement"}},"counters":{"query.hits":12},"histograms":{"query.fetch":{"scale":5,"zero":1,"sum":445,"min":0,"max":400,"offset":138,"counts":[1,-9,1,-127,1]}},"errors":[{"message":"TypeError: \"x\" is not\na function","source":"app.js:1:20"}],"dropped":1}"#]]
        .assert_eq(&text);
    }

    #[test]
    fn nothing_waits_nothing_is_sent() {
        let mut queue = queue();
        queue.count(at(0.0), "query.hits", 0);
        queue.record(at(0.0), "query.fetch", f64::NAN);
        queue.lost(3);
        assert_eq!((queue.next_deadline(), queue.is_empty()), (None, true));
        assert!(queue.flush(0, &context()).is_empty());
        // The loss is told with the next beacon.
        queue.count(at(0.0), "query.hits", 1);
        assert_eq!(flush(&mut queue)[0].dropped, 3);
        assert_eq!(queue.dropped(), 0);
    }

    #[test]
    fn it_is_due_an_interval_after_the_first_measurement() {
        let mut queue = queue();
        queue.count(at(5.0), "query.hits", 1);
        queue.vital(at(5000.0), Metric::Fcp, 800.0);
        assert_eq!(queue.next_deadline(), Some(at(10_005.0)));
        assert!(!queue.is_due(at(10_004.0)) && queue.is_due(at(10_005.0)));
        flush(&mut queue);
        assert_eq!(queue.next_deadline(), None);
    }

    #[test]
    fn it_is_due_at_once_when_it_is_full() {
        let mut queue = queue();
        for i in 0..limits::HISTOGRAMS {
            for octave in 0..40 {
                queue.record(at(1.0), &format!("custom.{i}"), f64::from(octave).exp2());
            }
        }
        let long = "x".repeat(limits::MESSAGE);
        for i in 0..limits::ERRORS {
            queue.error(at(2.0), &long, &format!("{i}"));
        }
        assert!(queue.is_due(at(2.0)));
    }

    #[test]
    fn the_newest_value_of_a_vital_counts_and_ids_differ() {
        let mut queue = queue();
        queue.vital(at(0.0), Metric::Inp, 40.0);
        queue.vital(at(1.0), Metric::Inp, 600.0);
        let first = flush(&mut queue).remove(0);
        assert_eq!(first.vitals.len(), 1);
        assert_eq!((first.vitals[0].value, first.vitals[0].rating), (600.0, crate::vitals::Rating::Poor));
        queue.vital(at(2.0), Metric::Inp, 700.0);
        assert_eq!((first.id.as_str(), flush(&mut queue)[0].id.as_str()), ("v13w-1", "v13w-2"));
    }

    #[test]
    fn equal_errors_are_counted_and_the_oldest_give_way() {
        let mut queue = queue();
        for i in 0..limits::ERRORS + 2 {
            let message = format!("error {i}");
            queue.error(at(0.0), &message, "");
            queue.error(at(0.0), &message, "");
        }
        let beacon = flush(&mut queue).remove(0);
        assert_eq!(beacon.dropped, 4);
        assert_eq!(beacon.errors.len(), limits::ERRORS);
        assert_eq!((beacon.errors[0].message.as_str(), beacon.errors[0].count), ("error 33", 2));
    }

    #[test]
    fn names_that_the_server_would_refuse_are_dropped_here() {
        let mut queue = queue();
        queue.count(at(0.0), "a b", 1);
        queue.count(at(0.0), "", 1);
        queue.record(at(0.0), &"x".repeat(97), 1.0);
        assert!(queue.is_empty());
        assert_eq!(queue.dropped(), 3);
    }

    #[test]
    fn what_does_not_fit_is_split_then_dropped_and_counted() {
        let mut queue = queue();
        let bell = "\u{7}".repeat(limits::MESSAGE); // six bytes each in JSON
        for i in 0..limits::ERRORS {
            queue.error(at(0.0), &bell, &format!("{i}{}", &bell[..limits::SOURCE - 2]));
        }
        for i in 0..limits::HISTOGRAMS {
            let mut wide = Histogram::new();
            for bucket in 0..Histogram::MAX_BUCKETS {
                let value = (0.5 + bucket as f64 / 32.0).exp2();
                wide.record_many(value, 1 << 45);
            }
            queue.merge(at(0.0), &format!("custom.{i}"), &wide);
        }
        let beacons = flush(&mut queue);
        assert_eq!(beacons.len(), Queue::MAX_BEACONS);
        let histograms: usize = beacons.iter().map(|beacon| beacon.histograms.len()).sum();
        let errors: usize = beacons.iter().map(|beacon| beacon.errors.len()).sum();
        assert_eq!(histograms, limits::HISTOGRAMS, "histograms come before errors");
        assert!(errors > 0 && errors < limits::ERRORS);
        let dropped: u64 = beacons.iter().map(|beacon| beacon.dropped).sum();
        assert_eq!(dropped, (limits::ERRORS - errors) as u64);
    }

    proptest! {
        // Long texts take long to make up.
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn nothing_is_lost_but_what_is_counted(
            errors in prop::collection::vec((".{0,600}", ".{0,40}"), 0..80),
            counts in prop::collection::vec(("[a-z]{1,2}", 1..5u64), 0..120),
        ) {
            let mut queue = queue();
            for (message, source) in &errors {
                queue.error(at(0.0), message, source);
            }
            for (name, by) in &counts {
                queue.count(at(0.0), name, *by);
            }
            let beacons = flush(&mut queue);
            let counted = |beacon: &Beacon| {
                beacon.dropped
                    + beacon.errors.iter().map(|error| error.count).sum::<u64>()
                    + beacon.counters.iter().map(|counter| counter.1).sum::<u64>()
            };
            let total = errors.len() as u64 + counts.iter().map(|count| count.1).sum::<u64>();
            prop_assert_eq!(beacons.iter().map(counted).sum::<u64>(), total);
        }
    }
}
