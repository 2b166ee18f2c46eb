//! `whippet config`: a file with every key, or what is wrong with one.
use crate::args::ConfigCommand;
use crate::config::{Config, ConfigError, Rules, example};
use crate::prometheus_setup;
use crate::scrape::{Target, Tls, TlsError};
use crate::settings::Sources;

/// Does what the command line says. Returns what is to be printed, and whether all is right.
///
/// # Errors
/// If a file cannot be read.
pub fn run(arguments: &ConfigCommand) -> Result<(String, bool), ConfigError> {
    match &arguments.check {
        None => Ok((example(), true)),
        Some(file) => {
            let name = file.display();
            match Sources::of_file(file).load() {
                Err(error @ ConfigError::Wrong { .. }) => Ok((format!("{error}\n"), false)),
                Err(error) => Err(error),
                Ok(settings) => {
                    let mut said: Vec<String> = settings
                        .config
                        .rules
                        .faults
                        .iter()
                        .map(|fault| format!("{name}: {fault}\n"))
                        .collect();
                    let targets = match settings.targets() {
                        Ok((targets, lists)) => {
                            let wrong = |target: &Target| {
                                let (why, target) = (unusable(target)?, settings.config.target(&target.name));
                                Some(format!("{target}: {why}\n"))
                            };
                            said.extend(targets.iter().filter_map(wrong));
                            let names = targets.iter().map(|target| target.name.clone());
                            let read = settings.config.prometheus.clone();
                            let reader = prometheus_setup::reader(&settings.serve, read, names);
                            said.extend(reader.err().map(|error| format!("{name}: {error}\n")));
                            targets.len() + lists.len()
                        }
                        Err(error) => {
                            said.push(format!("{name}: {error}\n"));
                            0
                        }
                    };
                    if !said.is_empty() {
                        return Ok((said.concat(), false));
                    }
                    Ok((format!("{name} is right: {}\n", contents(&settings.config, targets)), true))
                }
            }
        }
    }
}

/// How many things of each kind a file names, `targets` among them.
fn contents(config: &Config, targets: usize) -> String {
    let (rules, defaults) = (&config.rules, Rules::default().watch.levels);
    let levels = rules.watch.levels.iter().filter(|level| !defaults.contains(level)).count();
    [
        (targets, "target"),
        (config.mappings.len(), "mapping"),
        (levels, "level"),
        (rules.watch.objectives.len(), "objective"),
        (rules.watch.alerts.len(), "alert"),
        (rules.receivers.len(), "receiver"),
        (rules.silences.len(), "silence"),
    ]
    .map(|(count, what)| format!("{count} {what}{}", if count == 1 { "" } else { "s" }))
    .join(", ")
}

/// Why the certificate files of a target cannot be used, with which the collector would not start.
fn unusable(target: &Target) -> Option<TlsError> {
    let tls = &target.settings.tls;
    if !target.is_secure() || *tls == Tls::default() {
        return None;
    }
    tls.connector().err()
}
