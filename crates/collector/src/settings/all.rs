//! All settings, and what they mean together.
use super::error::SettingsError;
use crate::args::{Log, Serve, Values};
use crate::config::Config;
use crate::scrape::{List, Target};

/// All settings of `whippet serve`.
#[derive(Debug)]
pub struct Settings {
    /// What the flags mean, with what the file says of them.
    pub serve: Serve,
    /// What is logged.
    pub log: Log,
    /// What else the file says.
    pub config: Config,
    /// The values of the flags as they were written, by their keys.
    pub(super) values: Written,
}

/// Values that may be secrets.
pub(super) struct Written(pub(super) Values);

impl std::fmt::Debug for Written {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Written")
    }
}

/// How long a scrape may take where nothing else was said and the next is not due before.
const LONGEST_SCRAPE: std::time::Duration = std::time::Duration::from_secs(10);

impl Settings {
    /// How long a scrape may take where its target says nothing.
    pub fn patience(&self) -> std::time::Duration {
        self.serve.scrape_timeout.unwrap_or(self.serve.scrape_interval.min(LONGEST_SCRAPE))
    }

    /// The targets of the configuration file and of the command line, those of one name as one target; and the lists.
    ///
    /// # Errors
    /// What does not go together.
    pub fn targets(&self) -> Result<(Vec<Target>, Vec<List>), SettingsError> {
        let (interval, patience) = (self.serve.scrape_interval, self.patience());
        if self.serve.scrape_timeout.is_some_and(|timeout| timeout > interval) {
            return Err(SettingsError::SlowTimeout);
        }
        let mut targets = self.config.targets.clone();
        for target in self.serve.scrape.iter().cloned() {
            let name = target.name.clone();
            match targets.iter().position(|other| other.name == name) {
                None => targets.push(target),
                Some(place) => {
                    let joined = targets[place].clone().join(target);
                    targets[place] = joined.map_err(|source| SettingsError::Target { name, source })?;
                }
            }
        }
        for target in &mut targets {
            let every = target.settings.interval.unwrap_or(interval);
            match target.settings.timeout {
                Some(timeout) if timeout > every => {
                    return Err(SettingsError::SlowTarget(target.name.clone()));
                }
                None if patience > every => {
                    std::sync::Arc::make_mut(&mut target.settings).timeout = Some(every)
                }
                _ => {}
            }
        }
        Ok((targets, self.config.lists.clone()))
    }
}
