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
        let mut lists = self.config.lists.clone();
        let of_targets = targets.iter_mut().map(|target| (&target.name, &mut target.settings));
        let of_lists = lists.iter_mut().map(|list| (&list.name, &mut list.settings));
        for (name, settings) in of_targets.chain(of_lists) {
            let every = settings.interval.unwrap_or(interval);
            match settings.timeout {
                Some(timeout) if timeout > every => return Err(SettingsError::SlowTarget(name.clone())),
                None if patience > every => std::sync::Arc::make_mut(settings).timeout = Some(every),
                _ => {}
            }
        }
        Ok((targets, lists))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::settings::Sources;

    #[test]
    fn the_scrapes_of_a_list_end_before_the_next_as_those_of_a_target_do() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("whippet.toml");
        let targets = |keys: &str| {
            let text = format!(
                "scrape_interval = '8s'\n[[target]]\nname = 'fleet'\nhttp_sd = 'http://a/'\n{keys}\n"
            );
            std::fs::write(&file, text).unwrap();
            Sources::of_file(&file).load().unwrap().targets().map(|(_, lists)| lists[0].settings.timeout)
        };
        assert_eq!(targets("").unwrap(), None, "what holds for all");
        assert_eq!(targets("interval = '2s'").unwrap(), Some(Duration::from_secs(2)));
        assert_eq!(targets("timeout = '7s'").unwrap(), Some(Duration::from_secs(7)));
        assert!(targets("timeout = '9s'").unwrap_err().to_string().contains("'fleet'"));
    }
}
