//! Plays random scripts on the rules that the npm package has as JavaScript, and keeps digests of all results. `pkg/test/rules`
//! plays the same scripts on the JavaScript, and compares with the same files: `tests/cases/rules`.
use crate::stats::DenseHistogram;
use crate::vitals::{InteractionCountEstimate, Rating, SessionWindows, SlowestInteractions, Tracker};
use expect_test::expect_file;
use script::{ODD, Script};

#[path = "script.rs"]
mod script;

fn optional(script: &mut Script, value: Option<f64>) {
    script.result(value.unwrap_or(-7.0));
}

#[test]
fn vitals() {
    let mut script = Script::new();
    let mut tracker = Tracker::new();
    let mut windows = SessionWindows::new();
    let mut slowest = SlowestInteractions::new();
    let mut estimate = InteractionCountEstimate::new();
    let mut now = 0.0;
    for _ in 0..20_000 {
        now += f64::from(script.pick(900));
        let id = f64::from(script.pick(30) * 7);
        let number =
            if script.pick(20) == 0 { script.one_of(&ODD) } else { f64::from(script.pick(40)) / 8.0 };
        match script.pick(40) {
            0 => {
                tracker = Tracker::new();
                windows = SessionWindows::new();
                slowest = SlowestInteractions::new();
            }
            1..=8 => {
                let starts = windows.shift(now, number);
                script.result(f64::from(u8::from(starts)));
                script.result(windows.score());
            }
            9..=20 => {
                let start = now - f64::from(script.pick(3) * 8);
                let duration = if number.is_nan() { 0.0 } else { number * 64.0 };
                let rank = slowest.event(id, start, duration);
                script.result(f64::from(rank as u8));
            }
            21..=29 => {
                let count = if script.pick(9) == 0 { number } else { f64::from(script.pick(700)) };
                let is_first = script.pick(2) == 0;
                let inp = slowest.inp_of_view(count, is_first);
                optional(&mut script, inp.map(|inp| inp.id));
                optional(&mut script, inp.map(|inp| inp.duration));
            }
            30..=34 => {
                let wanted = script.pick(3) > 0;
                let delta = tracker.delta(number, wanted);
                optional(&mut script, delta);
            }
            35..=36 => {
                let rating = Rating::of(number, 1.0, 2.5);
                script.result(f64::from(rating as u8));
            }
            _ => {
                estimate.note(if number.is_nan() { 0.0 } else { number * 7.0 });
                script.result(estimate.count());
            }
        }
    }
    expect_file!["../cases/rules/vitals.txt"].assert_eq(&script.lines);
}

#[test]
fn histograms() {
    let mut script = Script::new();
    for _ in 0..40 {
        let mut histogram = DenseHistogram::new();
        // Few octaves, or many.
        let span = script.pick(60) + 1;
        let lowest = script.pick(10);
        for _ in 0..script.pick(300) {
            let mut value = f64::from(script.pick(1 << 20)) / 1024.0;
            for _ in 0..script.pick(span) {
                value *= 2.0;
            }
            for _ in 0..lowest {
                value /= 8.0;
            }
            // Powers of two are bounds.
            match script.pick(12) {
                0 => value = script.one_of(&ODD),
                1 => value = 2f64.powi(script.pick(80) as i32 - 25),
                _ => {}
            }
            histogram.record(value);
        }
        script.result(histogram.sum());
        script.result(histogram.min());
        script.result(histogram.max());
        script.result(f64::from(histogram.zero()));
        script.result(f64::from(histogram.scale()));
        script.result(f64::from(histogram.offset()));
        for bucket in 0..histogram.buckets() {
            script.result(f64::from(histogram.count(bucket)));
        }
    }
    expect_file!["../cases/rules/histograms.txt"].assert_eq(&script.lines);
}
