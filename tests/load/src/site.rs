//! Several collectors on one database, as a balancer has them behind it. Any of them may be killed and started again.
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};

use crate::server::{Data, Server};

/// The collectors, by place. Places stay; addresses change with each start.
pub struct Site {
    program: PathBuf,
    data: Data,
    arguments: Vec<String>,
    collectors: Vec<Mutex<Option<Server>>>,
}

impl Site {
    /// Starts `count` collectors, all at the same time.
    ///
    /// # Errors
    /// Where one does not start.
    pub fn start(program: &Path, data: Data, count: usize, arguments: &[&str]) -> Result<Self> {
        let site = Self {
            program: program.to_owned(),
            data,
            arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
            collectors: (0..count).map(|_| Mutex::new(None)).collect(),
        };
        std::thread::scope(|scope| {
            let starts: Vec<_> = (0..count)
                .map(|place| {
                    scope.spawn({
                        let site = &site;
                        move || site.restart(place)
                    })
                })
                .collect();
            starts
                .into_iter()
                .try_for_each(|start| start.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        })?;
        Ok(site)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.collectors.len()
    }

    /// Where the collector of that place listens; `None` while it does not run.
    pub fn address(&self, place: usize) -> Option<String> {
        self.collector(place).as_ref().map(|server| server.address.clone())
    }

    /// Kills one.
    pub fn kill(&self, place: usize) {
        // Senders learn of it when their connection breaks, as from a balancer.
        let server = self.collector(place).take();
        drop(server);
    }

    /// Starts one anew.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn restart(&self, place: usize) -> Result<()> {
        self.kill(place);
        let arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        let server = Server::collector(&self.program, &self.data, &arguments)?;
        *self.collector(place) = Some(server);
        Ok(())
    }

    /// Asks one.
    ///
    /// # Errors
    /// Where it does not run, or `ask` fails.
    pub fn with<T>(&self, place: usize, ask: impl FnOnce(&Server) -> Result<T>) -> Result<T> {
        ask(self.collector(place).as_ref().context("the collector does not run")?)
    }

    /// The sum of a series over all collectors that run.
    ///
    /// # Errors
    /// Where one does not answer.
    pub fn figure(&self, series: &str) -> Result<f64> {
        (0..self.count()).map(|place| self.with(place, |server| server.figure(series))).sum()
    }

    /// What all of them have logged, for the error of a test.
    pub fn logs(&self) -> String {
        let logs =
            (0..self.count()).map(|place| self.with(place, |server| Ok(server.log())).unwrap_or_default());
        logs.enumerate().map(|(place, log)| format!("collector {place}:\n{log}\n")).collect()
    }

    /// Ends all of them in order.
    ///
    /// # Errors
    /// Where one does not.
    pub fn stop(self) -> Result<()> {
        for place in 0..self.count() {
            if let Some(server) = self.collector(place).take() {
                server.stop()?;
            }
        }
        Ok(())
    }

    fn collector(&self, place: usize) -> MutexGuard<'_, Option<Server>> {
        self.collectors[place].lock().unwrap_or_else(PoisonError::into_inner)
    }
}
