//! Says what is being done, and how long it took.
use anyhow::{Context, Result};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// A silent step says that it is alive this often.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// The steps so far.
pub struct Report {
    started: Instant,
    steps: Vec<(String, Duration)>,
}

impl Report {
    /// No steps yet.
    pub fn new() -> Self {
        Self { started: Instant::now(), steps: Vec::new() }
    }

    /// Time since the start.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Runs one step, and says so before, during and after.
    pub fn step<T>(&mut self, name: &str, run: impl FnOnce() -> Result<T>) -> Result<T> {
        println!("▸ {name} …");
        let started = Instant::now();
        let result = with_heartbeat(name, started, run);
        let took = started.elapsed();
        match &result {
            Ok(_) => println!("✓ {name} ({})", seconds(took)),
            Err(_) => println!("✗ {name} ({})", seconds(took)),
        }
        self.steps.push((name.to_owned(), took));
        result.with_context(|| format!("step “{name}” failed; its output is above"))
    }

    /// A line and a time per step, and the sum.
    pub fn summary(&self, failed: bool) {
        println!("\n{:-<60}", "");
        for (index, (name, took)) in self.steps.iter().enumerate() {
            let mark = if failed && index + 1 == self.steps.len() { '✗' } else { '✓' };
            println!("{mark} {name:<46} {:>10}", seconds(*took));
        }
        println!("{:-<60}\n  {:<46} {:>10}", "", "all", seconds(self.elapsed()));
        let failures = usize::from(failed);
        println!("{} passed, {failures} failed", self.steps.len() - failures);
    }
}

fn with_heartbeat<T>(name: &str, started: Instant, run: impl FnOnce() -> Result<T>) -> Result<T> {
    let (done, waiting) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            while waiting.recv_timeout(HEARTBEAT) == Err(mpsc::RecvTimeoutError::Timeout) {
                println!("  … {name}: {} so far", seconds(started.elapsed()));
            }
        });
        let result = run();
        drop(done);
        result
    })
}

/// `75.3 s`, `4 min 02 s`.
pub fn seconds(time: Duration) -> String {
    let all = time.as_secs_f64();
    if all < 120.0 {
        format!("{all:.1} s")
    } else {
        format!("{} min {:02} s", all as u64 / 60, all as u64 % 60)
    }
}
