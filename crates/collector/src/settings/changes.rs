//! What is another setting now, and whether it can be taken while the collector runs.
use super::all::Settings;

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
    let (old, new) = (&begun.config, &now.config);
    if old.prometheus != new.prometheus {
        changed.push("prometheus".to_owned());
    }
    if old.remote_write != new.remote_write {
        changed.push("remote_write".to_owned());
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::changes;
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
}
