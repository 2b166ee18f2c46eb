//! The entries of a list as targets.
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::List;

use crate::scrape::settings::Settings;
use crate::scrape::target::{self, Target};
use crate::units;

/// The most targets of one list.
const TARGETS: usize = 1000;

/// A group of a list: hosts that share labels.
#[derive(Deserialize)]
struct Group {
    #[serde(deserialize_with = "or_null")]
    targets: Vec<Value>,
    #[serde(default, deserialize_with = "or_null")]
    labels: BTreeMap<String, Value>,
}

/// A list or a map. Go writes one that was never filled as `null`, and Prometheus reads it as empty.
fn or_null<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// What a list holds.
#[derive(Debug, Default)]
pub struct Entries {
    /// Its targets.
    pub targets: Vec<Target>,
    /// How many entries are no targets, or too many.
    pub left_out: usize,
    /// What is wrong with the first of them.
    pub first: Option<String>,
}

impl Entries {
    /// Counts an entry that is left out, and keeps the reason if it is the first.
    pub(super) fn leave_out(&mut self, why: impl Into<String>) {
        self.left_out += 1;
        if self.first.is_none() {
            self.first = Some(why.into());
        }
    }
}

/// Reads `[{"targets": ["host:port"], "labels": {…}}]`. `__scheme__`, `__metrics_path__`, `__param_NAME`, `__scrape_interval__`
/// and `__scrape_timeout__` steer as they do for Prometheus; `job` or else the list's name begins the name of each target.
/// Other labels would be the same on every series of a target, and are not kept.
///
/// # Errors
/// If the text is no list.
pub fn entries(text: &[u8], list: &List) -> Result<Entries, serde_json::Error> {
    let groups: Option<Vec<Value>> = serde_json::from_slice(text)?;
    let mut entries = Entries::default();
    for group in groups.unwrap_or_default() {
        let Ok(group) = Group::deserialize(group) else {
            entries.leave_out("an entry is no object with a list `targets`");
            continue;
        };
        for host in &group.targets {
            let Some(host) = host.as_str() else {
                entries.leave_out("a target is no text such as \"10.0.0.5:8080\"");
                continue;
            };
            if entries.targets.len() == TARGETS {
                entries.leave_out(format!("a list has at most {TARGETS} targets"));
                continue;
            }
            match read(host, &group.labels, list) {
                Ok(target) if entries.targets.iter().any(|other| other.name == target.name) => {
                    entries.leave_out(format!("two targets are called {}", target.name));
                }
                Ok(target) => entries.targets.push(target),
                Err(why) => entries.leave_out(why),
            }
        }
    }
    Ok(entries)
}

fn read(host: &str, labels: &BTreeMap<String, Value>, list: &List) -> Result<Target, String> {
    let label = |name: &str| labels.get(name).and_then(Value::as_str).filter(|value| !value.is_empty());
    let scheme = label("__scheme__").unwrap_or("http");
    let paths: Vec<&str> = match label("__metrics_path__") {
        Some(path) => vec![path],
        None => list.paths.iter().map(String::as_str).collect(),
    };
    let parameters: Vec<String> = labels
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix("__param_")?, value.as_str()?)))
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
        .collect();
    if host.contains(['/', '@', '?', '#']) {
        return Err(
            "a target of a list is a host and a port: its path is the label __metrics_path__".to_owned()
        );
    }
    let query = if parameters.is_empty() { String::new() } else { format!("?{}", parameters.join("&")) };
    let addresses = paths.iter().map(|path| {
        let slash = if path.starts_with('/') { "" } else { "/" };
        target::address(&format!("{scheme}://{host}{slash}{path}{query}")).map_err(|error| error.to_string())
    });
    let name = name(label("job").unwrap_or(&list.name), host);
    let settings = settings(&list.settings, label("__scrape_interval__"), label("__scrape_timeout__"))?;
    target::name(&name).map_err(|error| error.to_string())?;
    Target::new(name, addresses.collect::<Result<_, _>>()?, settings).map_err(|error| error.to_string())
}

/// The list's name and the host, with `-` for what no name may have. A name that is too long ends early, before a hash of all of it.
fn name(job: &str, host: &str) -> String {
    let fits = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '_' | '.') { c } else { '-' };
    let name: String = format!("{job}-{host}").chars().map(fits).collect();
    if name.len() <= 64 {
        return name;
    }
    // FNV-1a: names must be the same after a restart.
    let hash = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325, hash);
    format!("{}-{hash:016x}", &name[..47])
}

fn settings(
    of_list: &Arc<Settings>,
    interval: Option<&str>,
    timeout: Option<&str>,
) -> Result<Arc<Settings>, String> {
    if interval.is_none() && timeout.is_none() {
        return Ok(Arc::clone(of_list));
    }
    let mut settings = Settings::clone(of_list);
    let read = |text: Option<&str>| text.map(duration).transpose();
    settings.interval = read(interval)?.or(settings.interval);
    settings.timeout = read(timeout)?.or(settings.timeout);
    Ok(Arc::new(settings))
}

/// Reads a time as Prometheus writes it, with several units, the greatest first: `90s`, `1m30s`, `1w`.
fn duration(text: &str) -> Result<Duration, String> {
    const UNITS: &[(&str, u64)] = &[
        ("y", 31_536_000_000),
        ("w", 604_800_000),
        ("d", 86_400_000),
        ("h", 3_600_000),
        ("m", 60_000),
        ("s", 1000),
        ("ms", 1),
    ];
    let (mut rest, mut ms, mut smaller) = (text, 0_u64, UNITS.iter());
    while !rest.is_empty() {
        let split = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, after) = rest.split_at(split);
        let (unit, after) = after.split_at(after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len()));
        // Each search goes on behind the last unit: none comes twice, and none before a greater one.
        let unit = smaller.find(|known| known.0 == unit);
        let part = number.parse::<u64>().ok().zip(unit).and_then(|(number, unit)| number.checked_mul(unit.1));
        ms = part
            .and_then(|part| ms.checked_add(part))
            .ok_or("__scrape_interval__ and __scrape_timeout__ must be times such as 30s or 1m30s")?;
        rest = after;
    }
    units::duration(&format!("{ms}ms"))
}

/// Percent-encodes a query's name or value (RFC 3986, section 2.1).
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::super::{List, Place};
    use super::{duration, entries, name};

    fn list() -> List {
        let paths = vec!["/metrics".to_owned(), "/performance".to_owned()];
        List::new("shop", Place::Files(vec!["a.json".into()]), paths, None, Arc::default()).unwrap()
    }

    #[test]
    fn entries_become_targets() {
        let text = r#"[
            {"targets": ["10.0.0.5:8080", "[::1]:9"], "labels": {"env": "prod"}},
            {"targets": ["a.b"], "labels": {"job": "blog", "__scheme__": "https", "__metrics_path__": "m",
             "__param_x": "1&2", "__scrape_interval__": "30s"}}]"#;
        let found = entries(text.as_bytes(), &list()).unwrap();
        let shown: Vec<String> = found
            .targets
            .iter()
            .map(|target| {
                let urls: Vec<String> =
                    target.addresses.iter().map(|address| address.url.to_string()).collect();
                format!("{} {}", target.name, urls.join(" "))
            })
            .collect();
        assert_eq!(
            shown,
            [
                "shop-10.0.0.5-8080 http://10.0.0.5:8080/metrics http://10.0.0.5:8080/performance",
                "shop----1--9 http://[::1]:9/metrics http://[::1]:9/performance",
                "blog-a.b https://a.b/m?x=1%262",
            ]
        );
        assert_eq!(found.targets[2].settings.interval, Some(Duration::from_secs(30)));
        assert_eq!(found.left_out, 0);
    }

    #[test]
    fn an_entry_that_is_none_costs_itself_alone() {
        let text = r#"[5, {"targets": [1, "http://a/", "a:b:c", "ok:1", "ok:1"]}, {"labels": {}},
            {"targets": ["b:1"], "labels": {"__scheme__": "file"}}, {"targets": ["c:1"], "labels": {"__scrape_timeout__": "soon"}}]"#;
        let found = entries(text.as_bytes(), &list()).unwrap();
        assert_eq!((found.targets.len(), found.left_out), (1, 8));
        assert_eq!(found.first.as_deref(), Some("an entry is no object with a list `targets`"));
        assert!(entries(b"{}", &list()).is_err());
        let many = format!(
            "[{{\"targets\": [{}\"x:1\"]}}]",
            (0..1200).map(|n| format!("\"h{n}:1\",")).collect::<String>()
        );
        let found = entries(many.as_bytes(), &list()).unwrap();
        assert_eq!((found.targets.len(), found.left_out), (1000, 201));
    }

    #[test]
    fn null_is_an_empty_list() {
        let text = br#"[{"targets": ["a:1"], "labels": null}, {"targets": null, "labels": {"job": "x"}}]"#;
        let found = entries(text, &list()).unwrap();
        assert_eq!((found.targets.len(), found.left_out, found.first), (1, 0, None));
        let found = entries(b"null", &list()).unwrap();
        assert_eq!((found.targets.len(), found.left_out), (0, 0));
    }

    #[test]
    fn times_are_those_of_prometheus() {
        for (text, seconds) in [("90s", 90), ("1m30s", 90), ("1h0m0s500ms", 3600), ("1w", 604_800)] {
            assert_eq!(duration(text).map(|time| time.as_secs()), Ok(seconds), "{text}");
        }
        for wrong in
            ["30", "s", "1s1m", "1s2s", "1.5s", "-5s", "0s", "99999999999999999999s", "9y99999999999w"]
        {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn long_names_stay_apart() {
        let (a, b) =
            (name("shop", &format!("{}a", "x".repeat(80))), name("shop", &format!("{}b", "x".repeat(80))));
        assert!(a != b && a.len() == 64, "{a} {b}");
    }
}
