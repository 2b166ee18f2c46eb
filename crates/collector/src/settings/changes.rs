//! What is another setting now, and whether it can be taken while the collector runs.
use super::all::Settings;
use crate::config::{Prometheus, RemoteWrite};

/// The keys of settings that are taken while the collector runs. Targets, mappings and rules are, too.
const LIVE: [&str; 7] =
    ["allow_origin", "allow_host", "rate_limit", "log_level", "log_format", "scrape", "token"];

/// The keys of settings that are others in `now` than in `begun`, with which the collector runs, and need a restart.
pub fn changes(begun: &Settings, now: &Settings) -> Vec<String> {
    let mut changed: Vec<String> = Vec::new();
    let (old, new) = (&begun.values.0, &now.values.0);
    for key in old.keys().chain(new.keys()) {
        let differs = old.get(key) != new.get(key) && !LIVE.contains(&key.as_str());
        if differs && !changed.contains(key) {
            changed.push(key.clone());
        }
    }
    if prometheus(begun) != prometheus(now) {
        changed.push("prometheus".to_owned());
    }
    if remote_write(begun) != remote_write(now) {
        changed.push("remote_write".to_owned());
    }
    changed
}

/// What counts of the file's `[prometheus]`: nothing where the command line or a variable names another one.
fn prometheus(settings: &Settings) -> Option<Prometheus> {
    let serve = &settings.serve;
    let mut table = settings.config.prometheus.clone().filter(|_| serve.prometheus.is_none())?;
    if !serve.prometheus_selector.is_empty() {
        table.selectors.clear();
    }
    Some(table)
}

/// What counts of the file's `[remote_write]`, likewise.
fn remote_write(settings: &Settings) -> Option<RemoteWrite> {
    let serve = &settings.serve;
    let mut table = settings.config.remote_write.clone().filter(|_| serve.remote_write.is_none())?;
    if !serve.remote_write_label.is_empty() {
        table.labels.clear();
    }
    Some(table)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::changes;
    use crate::args::{Cli, Command};
    use crate::settings::Sources;

    #[test]
    fn what_is_taken_at_once_needs_no_restart() {
        let folder = tempfile::tempdir().unwrap();
        let load = |name: &str, text: &str| {
            let file = folder.path().join(name);
            std::fs::write(&file, text).unwrap();
            Sources::of_file(&file).load().unwrap()
        };
        let begun = load("a.toml", "");
        let now = load("b.toml", "log_format = 'json'\nlog_level = 'debug'\nretention = '99d'\n");
        assert_eq!(changes(&begun, &now), ["retention"]);
    }

    #[test]
    fn a_table_that_a_flag_overrides_needs_no_restart() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.toml");
        let load = |flags: &[&str], host: &str| {
            let text = format!(
                "[prometheus]\nurl = 'http://{host}:9090'\n[remote_write]\nurl = 'http://{host}:9090/api/v1/write'\n"
            );
            std::fs::write(&file, text).unwrap();
            let given = ["whippet", "serve"].iter().chain(flags).map(OsString::from);
            let arguments: Vec<OsString> = given.chain(["--config".into(), file.clone().into()]).collect();
            let Command::Serve(serve) = Cli::read(arguments.clone(), &|_| None).unwrap().command else {
                panic!()
            };
            Sources::new(arguments, &serve).load().unwrap()
        };
        let changed = |flags: &[&str]| changes(&load(flags, "a"), &load(flags, "b"));
        assert_eq!(changed(&[]), ["prometheus", "remote_write"]);
        assert_eq!(changed(&["--prometheus", "http://c:9090"]), ["remote_write"]);
        let both = ["--prometheus", "http://c:9090", "--remote-write", "http://c:9090/api/v1/write"];
        assert!(changed(&both).is_empty());
    }
}
