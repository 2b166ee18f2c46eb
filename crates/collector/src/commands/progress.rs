//! How far a command is: one line that is written over on a terminal, a line now and then elsewhere.
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// The time between two lines, on a terminal and elsewhere.
const PERIODS: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(10)];

/// Tells how far a command is, on stderr. The bar ends when it is dropped.
pub struct Bar {
    doing: String,
    terminal: bool,
    last: Option<Instant>,
    shown: bool,
    /// When the work began, and how much of it is done: less than before is other work.
    began: Instant,
    done: u64,
}

impl Bar {
    /// For work that is called `doing`, such as "copying".
    pub fn new(doing: impl Into<String>) -> Self {
        Self {
            doing: doing.into(),
            terminal: std::io::stderr().is_terminal(),
            last: None,
            shown: false,
            began: Instant::now(),
            done: 0,
        }
    }

    /// From now on the work is called so.
    pub fn called(&mut self, doing: &str) {
        doing.clone_into(&mut self.doing);
    }

    /// `done` of `all` is done.
    pub fn show(&mut self, done: u64, all: u64) {
        if done < self.done {
            self.began = Instant::now();
        }
        self.done = done;
        let period = PERIODS[usize::from(!self.terminal)];
        if self.last.is_some_and(|last| last.elapsed() < period) && done < all {
            return;
        }
        // Short work needs no line where nobody looks on.
        if !self.terminal && self.last.is_none() {
            self.last = Some(Instant::now());
            return;
        }
        self.last = Some(Instant::now());
        self.write(&line(&self.doing, done, all, self.began.elapsed()));
    }

    fn write(&mut self, line: &str) {
        // Nobody may be reading; the work goes on all the same.
        let _ = match self.terminal {
            true => write!(std::io::stderr(), "\r{line}\x1b[K"),
            false => writeln!(std::io::stderr(), "{line}"),
        };
        self.shown = true;
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if self.terminal && self.shown {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

/// The width of the bar, in signs.
const WIDTH: u64 = 24;

/// Before this, what is left cannot be told.
const FIRST: Duration = Duration::from_secs(5);

fn line(doing: &str, done: u64, all: u64, took: Duration) -> String {
    let share = |of: u64| of.saturating_mul(done.min(all)).checked_div(all).unwrap_or(of);
    let full = share(WIDTH) as usize;
    let bar = format!("{}{}", "#".repeat(full), " ".repeat(WIDTH as usize - full));
    format!("{doing}  [{bar}] {:3} %{}", share(100), left(done, all, took))
}

/// How long it takes yet, at the speed that it had so far.
fn left(done: u64, all: u64, took: Duration) -> String {
    if took < FIRST || done == 0 || done >= all {
        return String::new();
    }
    let seconds = took.as_secs_f64() * (all - done) as f64 / done as f64;
    match seconds.ceil() as u64 {
        seconds @ ..100 => format!(", {seconds} s left"),
        seconds @ ..6000 => format!(", {} min left", seconds.div_ceil(60)),
        seconds => format!(", {} h left", seconds.div_ceil(3600)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, left, line};

    #[test]
    fn a_bar_is_as_full_as_the_work_is_done() {
        let line = |done, all| line("copying", done, all, Duration::ZERO);
        assert_eq!(line(0, 10), "copying  [                        ]   0 %");
        assert_eq!(line(5, 10), "copying  [############            ]  50 %");
        for done in [10, 11] {
            assert_eq!(line(done, 10), "copying  [########################] 100 %");
        }
        assert!(line(0, 0).ends_with("100 %"));
    }

    #[test]
    fn what_is_left_is_told_once_it_can_be() {
        let after = |seconds, done, all| left(done, all, Duration::from_secs(seconds));
        assert_eq!([after(4, 5, 10), after(60, 0, 10), after(60, 10, 10)], [""; 3]);
        assert_eq!(after(30, 1, 3), ", 60 s left");
        assert_eq!(after(30, 1, 6), ", 3 min left");
        assert_eq!(after(30, 1, 1000), ", 9 h left");
        assert_eq!(after(5, 1, u64::MAX).split(' ').next_back(), Some("left"));
    }
}
