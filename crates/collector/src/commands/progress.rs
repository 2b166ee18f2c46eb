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
}

impl Bar {
    /// For work that is called `doing`, such as "copying".
    pub fn new(doing: impl Into<String>) -> Self {
        Self { doing: doing.into(), terminal: std::io::stderr().is_terminal(), last: None, shown: false }
    }

    /// From now on the work is called so.
    pub fn called(&mut self, doing: &str) {
        doing.clone_into(&mut self.doing);
    }

    /// `done` of `all` is done.
    pub fn show(&mut self, done: u64, all: u64) {
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
        self.write(&line(&self.doing, done, all));
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

fn line(doing: &str, done: u64, all: u64) -> String {
    let share = |of: u64| of.saturating_mul(done.min(all)).checked_div(all).unwrap_or(of);
    let full = share(WIDTH) as usize;
    format!("{doing}  [{}{}] {:3} %", "#".repeat(full), " ".repeat(WIDTH as usize - full), share(100))
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn a_bar_is_as_full_as_the_work_is_done() {
        assert_eq!(line("copying", 0, 10), "copying  [                        ]   0 %");
        assert_eq!(line("copying", 5, 10), "copying  [############            ]  50 %");
        for done in [10, 11] {
            assert_eq!(line("copying", done, 10), "copying  [########################] 100 %");
        }
        assert!(line("copying", 0, 0).ends_with("100 %"));
    }
}
