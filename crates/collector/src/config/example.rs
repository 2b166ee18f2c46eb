//! A configuration file with every key, its default and its meaning.
use std::fmt::Write;

use crate::args::{Cli, Key};

/// The tables, written by hand. A line that begins with `#` and no blank is a key.
const TABLES: &str = include_str!("tables.toml");

/// How wide a comment is, characters.
const WIDTH: usize = 110;

const HEAD: &str = "\
# The configuration of Whippet: docs/configuration.md. Take the # off a line to set it. What stands there is the default, unless
# it is called an example. A flag of `whippet serve` takes precedence over the variable WHIPPET_…, and that over this file.
# Times are 500ms, 5s, 15m, 12h, 30d; sizes 500MB, 4GB, 512MiB. What may be a secret may be { env = \"NAME\" }.
";

/// The text.
pub fn example() -> String {
    let mut text = HEAD.to_owned();
    let (tables, plain): (Vec<Key>, Vec<Key>) =
        Cli::keys().into_iter().partition(|key| key.path.contains('.'));
    for key in &plain {
        entry(&mut text, key);
    }
    let mut last = "";
    for key in &tables {
        let (table, _) = key.path.split_once('.').unwrap_or_default();
        if table != last {
            if !last.is_empty() {
                text.push_str(LOGIN);
            }
            let _ = write!(text, "\n#[{table}]\n");
            last = table;
        }
        entry(&mut text, key);
    }
    text.push_str(LOGIN);
    text.push_str(TABLES);
    text
}

/// The keys of `[prometheus]` and `[remote_write]` that are variables, not flags.
const LOGIN: &str = "
# A name and a password, or a token as `bearer`
#basic = { username = \"me\", password = { env = \"PASSWORD\" } }
";

fn entry(text: &mut String, key: &Key) {
    text.push('\n');
    let mut line = String::new();
    let kind = if key.defaults().is_empty() && !key.is_switch() { ", an example" } else { "" };
    let help = format!("{} ({}{kind})", key.help(), key.flag());
    for word in help.split_whitespace() {
        if line.len() + word.len() > WIDTH {
            let _ = writeln!(text, "#{line}");
            line.clear();
        }
        line.push(' ');
        line.push_str(word);
    }
    // Writing to a string never fails.
    let name = key.path.rsplit('.').next().unwrap_or_default();
    let _ = writeln!(text, "#{line}\n#{name} = {}", value(key));
}

fn value(key: &Key) -> String {
    let defaults = key.defaults();
    match defaults.as_slice() {
        [] if key.is_switch() => "false".to_owned(),
        [] => sample(&key.path).to_owned(),
        [one] if key.is_switch() || one.parse::<f64>().is_ok() => one.clone(),
        all if key.is_list() => format!("{all:?}"),
        [one, ..] => format!("{one:?}"),
    }
}

/// A value for a key without a default.
fn sample(path: &str) -> &'static str {
    match path {
        "store" => r#"{ env = "STORE_URL" }"#,
        "scrape" => r#"["shop=http://127.0.0.1:8080/metrics"]"#,
        "scrape_timeout" => r#""5s""#,
        "allow_origin" => r#"["https://shop.example", "https://*.shop.example"]"#,
        "app" => r#"["shop"]"#,
        "max_size" => r#""4GB""#,
        "allow_host" => r#"["metrics.shop.example"]"#,
        "prometheus.url" => r#""http://127.0.0.1:9090""#,
        "prometheus.selectors" => r#"{ shop = '{namespace="shop"}' }"#,
        "prometheus.headers" | "remote_write.headers" => r#"{ X-Scope-OrgID = "shop" }"#,
        "export_pages" => r#"["app", "page", "device", "release"]"#,
        "remote_write.url" => r#""http://127.0.0.1:9090/api/v1/write""#,
        "remote_write.labels" => r#"{ cluster = "eu" }"#,
        "base_path" => r#""/whippet""#,
        "token" => r#"{ env = "DASHBOARD_TOKEN" }"#,
        "external_url" => r#""https://metrics.shop.example""#,
        "log_level" => r#""info""#,
        _ => r#""""#,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::example;
    use crate::args::Cli;
    use crate::config::Config;

    /// A file in which every key has been set: what the example says with a key counts.
    fn all_set() -> String {
        let set = |line: &str| match line.strip_prefix('#') {
            Some(key) if !key.starts_with([' ', '#']) && !key.is_empty() => key.to_owned(),
            _ => line.to_owned(),
        };
        example().lines().map(set).collect::<Vec<_>>().join("\n")
    }

    /// The keys that a table has, told by the error for one that it has not.
    fn known(text: &str) -> Vec<String> {
        let config = Config::parse(text, Path::new(""), &any);
        let messages: Vec<String> = match config {
            Err(faults) => faults.into_iter().map(|fault| fault.message).collect(),
            Ok(config) => config.rules.faults.into_iter().map(|fault| fault.message).collect(),
        };
        let (_, names) = messages[0].split_once("there is ").unwrap_or_else(|| panic!("{messages:?}"));
        names.split(", ").map(str::to_owned).collect()
    }

    fn any(name: &str) -> Option<String> {
        Some(if name.ends_with("_URL") {
            "postgres://me@db/shop".to_owned()
        } else if name.ends_with("_HOOK") {
            "https://hooks.example/a".to_owned()
        } else {
            "0123456789abcdef".to_owned()
        })
    }

    #[test]
    fn the_example_says_nothing_and_all_of_it_can_be_set() {
        let nothing = Config::parse(&example(), Path::new(""), &any).unwrap();
        assert!(nothing.flags.is_empty() && nothing.targets.is_empty() && nothing.rules.receivers.is_empty());
        let text = all_set();
        let config =
            Config::parse(&text, Path::new(""), &any).unwrap_or_else(|faults| panic!("{faults:#?}\n{text}"));
        assert_eq!(config.rules.faults, []);
        assert_eq!((config.targets.len(), config.lists.len(), config.rules.receivers.len()), (2, 2, 3));
    }

    #[test]
    fn the_example_names_every_key() {
        let text = all_set();
        let lines: Vec<&str> = text.lines().collect();
        for key in Cli::keys() {
            let name = key.path.rsplit('.').next().unwrap();
            assert!(lines.iter().any(|line| line.starts_with(&format!("{name} = "))), "{}", key.path);
        }
        // An unknown key is answered with all that there are, and so is one in each table.
        for (head, table) in [
            ("zzzzzzzzzzzz = 1", ""),
            ("[[target]]\nzzzzzzzzzzzz = 1", "[[target]]"),
            (
                "[[target]]\nname = 'a'\nurl = 'http://a/'\n[[target.json]]\nzzzzzzzzzzzz = 1",
                "[[target.json]]",
            ),
            ("[prometheus]\nzzzzzzzzzzzz = 1", "[prometheus]"),
            ("[remote_write]\nzzzzzzzzzzzz = 1", "[remote_write]"),
            ("[[level]]\nzzzzzzzzzzzz = 1", "[[level]]"),
            ("[[objective]]\nzzzzzzzzzzzz = 1", "[[objective]]"),
            ("[[alert]]\nzzzzzzzzzzzz = 1", "[[alert]]"),
            ("[[receiver]]\nzzzzzzzzzzzz = 1", "[[receiver]]"),
            ("[[silence]]\nzzzzzzzzzzzz = 1", "[[silence]]"),
            ("[regressions]\nzzzzzzzzzzzz = 1", "[regressions]"),
        ] {
            // Of a table that may stand several times, all together.
            let begins = |line: &&str| line.starts_with('[');
            let mut within = table.is_empty();
            let named: Vec<&str> = lines
                .iter()
                .filter(|line| {
                    if begins(line) {
                        within = **line == table;
                    }
                    within
                })
                .filter_map(|line| line.split_once(" = ").map(|(key, _)| key))
                .collect();
            for key in known(head) {
                let is_table =
                    lines.iter().any(|line| *line == format!("[{key}]") || *line == format!("[[{key}]]"));
                let is_inner = lines.contains(&format!("[[target.{key}]]").as_str());
                // `bearer` is said in a comment, as it stands for `basic`.
                let said = key == "bearer" && text.contains("a token as `bearer`");
                assert!(named.contains(&key.as_str()) || is_table || is_inner || said, "{table} {key}");
            }
        }
    }
}
