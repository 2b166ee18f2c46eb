//! Says what is being done, and how long it took.
use crate::project::Project;
use anyhow::{Context, Result};
use std::error::Error;
use std::fmt;
use std::panic::resume_unwind;
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// A silent step says that it is alive this often.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// The steps so far, in the order in which they began.
pub struct Report {
    started: Instant,
    steps: Mutex<Vec<Step>>,
}

/// A sequence of steps that runs beside others.
pub type Lane<'a> = &'a (dyn Fn(&Project) -> Result<()> + Sync);

struct Step {
    name: String,
    took: Duration,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Running,
    Passed,
    Failed,
}

impl Report {
    /// No steps yet.
    pub fn new() -> Self {
        Self { started: Instant::now(), steps: Mutex::new(Vec::new()) }
    }

    /// Time since the start.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Runs one step, and says so before, during and after. Once a step has failed, no other begins.
    pub fn step<T>(&self, name: &str, run: impl FnOnce() -> Result<T>) -> Result<T> {
        let index = self.begin(name)?;
        println!("▸ {name} …");
        let started = Instant::now();
        let result = with_heartbeat(name, started, run);
        let took = started.elapsed();
        let state = if result.is_ok() { State::Passed } else { State::Failed };
        println!("{} {name} ({})", state.mark(), seconds(took));
        let step = &mut self.steps()[index];
        (step.took, step.state) = (took, state);
        result.with_context(|| format!("step “{name}” failed; its output is above"))
    }

    /// Runs lanes side by side; each is a sequence of steps. Gives the error of the first step that failed.
    pub fn side_by_side(&self, lanes: &[Lane<'_>]) -> Result<()> {
        let results: Vec<Result<()>> = thread::scope(|scope| {
            // A shell has a folder and variables of its own, so each lane gets one.
            let threads: Vec<_> = lanes.iter().map(|lane| scope.spawn(|| lane(&Project::new()?))).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
                .collect()
        });
        let mut errors: Vec<_> = results.into_iter().filter_map(Result::err).collect();
        // Lanes that stopped because of another's failure say less.
        errors.sort_by_key(|error| error.is::<Stopped>());
        errors.into_iter().next().map_or(Ok(()), Err)
    }

    fn begin(&self, name: &str) -> Result<usize> {
        let mut steps = self.steps();
        if steps.iter().any(|step| step.state == State::Failed) {
            return Err(Stopped.into());
        }
        steps.push(Step { name: name.to_owned(), took: Duration::ZERO, state: State::Running });
        Ok(steps.len() - 1)
    }

    fn steps(&self) -> MutexGuard<'_, Vec<Step>> {
        self.steps.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A line and a time per step, and the time of all. Steps side by side add up to more than that.
    pub fn summary(&self) {
        println!("\n{:-<60}", "");
        let steps = self.steps();
        for Step { name, took, state } in steps.iter() {
            println!("{} {name:<46} {:>10}", state.mark(), seconds(*took));
        }
        println!("{:-<60}\n  {:<46} {:>10}", "", "all", seconds(self.elapsed()));
        let count = |state| steps.iter().filter(|step| step.state == state).count();
        println!("{} passed, {} failed", count(State::Passed), count(State::Failed));
    }
}

impl State {
    fn mark(self) -> char {
        match self {
            Self::Running => '…',
            Self::Passed => '✓',
            Self::Failed => '✗',
        }
    }
}

/// A step did not begin because another had failed.
#[derive(Debug)]
struct Stopped;

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("another step failed")
    }
}

impl Error for Stopped {}

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

#[cfg(test)]
mod tests {
    use super::{Report, State};
    use anyhow::bail;
    use std::sync::Barrier;

    #[test]
    fn lanes_run_side_by_side_and_none_begins_a_step_after_a_failure() {
        let report = Report::new();
        // Once when `a` has begun, once when `b` has failed.
        let both = Barrier::new(2);
        let result = report.side_by_side(&[
            &|_| {
                report.step("a", || {
                    both.wait();
                    both.wait();
                    Ok(())
                })?;
                report.step("never", || Ok(()))
            },
            &|_| {
                both.wait();
                let result = report.step("b", || bail!("why"));
                both.wait();
                result
            },
        ]);
        assert_eq!(format!("{:#}", result.unwrap_err()), "step “b” failed; its output is above: why");
        let states: Vec<_> = report.steps().iter().map(|step| (step.name.clone(), step.state)).collect();
        assert!(states.contains(&("a".to_owned(), State::Passed)));
        assert!(states.contains(&("b".to_owned(), State::Failed)));
        assert_eq!(states.len(), 2);
    }
}
