//! `[prometheus]` and `[remote_write]`: what is read from, and sent to, a Prometheus that is there already.
use std::collections::BTreeMap;

use axum::http::{HeaderName, header};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::secret::{Secret, bearer};
use crate::args::Key;
use crate::prometheus::reading::NamedSelector;
use crate::prometheus::{Endpoint, label, secret};
use crate::token::base64;

type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A user name and a password.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Login {
    username: Secret,
    password: Secret,
}

/// `[prometheus]` as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrometheusTable {
    url: Secret,
    #[serde(default)]
    selectors: BTreeMap<String, String>,
    #[serde(default)]
    headers: BTreeMap<String, Secret>,
    basic: Option<Login>,
    bearer: Option<Secret>,
}

/// A Prometheus to read from.
#[derive(Clone, Debug, PartialEq)]
pub struct Prometheus {
    /// Where it is, with credentials.
    pub endpoint: Endpoint,
    /// What is read; nothing for every job.
    pub selectors: Vec<NamedSelector>,
}

/// `[remote_write]` as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoteWriteTable {
    url: Secret,
    // These are flags, too, and read as such.
    #[serde(default, rename = "interval")]
    _interval: IgnoredAny,
    #[serde(default, rename = "queue")]
    _queue: IgnoredAny,
    #[serde(default, rename = "native")]
    _native: IgnoredAny,
    #[serde(default, rename = "scraped")]
    _scraped: IgnoredAny,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    headers: BTreeMap<String, Secret>,
    basic: Option<Login>,
    bearer: Option<Secret>,
}

/// Where to write to.
#[derive(Clone, Debug, PartialEq)]
pub struct RemoteWrite {
    /// Where it is, with credentials.
    pub endpoint: Endpoint,
    /// The labels that all series have.
    pub labels: Vec<(String, String)>,
}

impl PrometheusTable {
    /// What it means.
    ///
    /// # Errors
    /// What is wrong, and what to do about it.
    pub fn checked(self, env: Env<'_>) -> Result<Prometheus, String> {
        let selector = |(name, selector): (&String, &String)| {
            format!("{name}={selector}").parse().map_err(|error| format!("`selectors`, {name}: {error}"))
        };
        Ok(Prometheus {
            endpoint: endpoint(&self.url, &self.headers, (self.basic, self.bearer), env)?,
            selectors: self.selectors.iter().map(selector).collect::<Result<_, _>>()?,
        })
    }
}

impl RemoteWriteTable {
    /// Whether a key is a flag with one plain value.
    pub fn is_plain(key: &Key) -> bool {
        ["interval", "queue", "native", "scraped"]
            .iter()
            .any(|plain| key.path == format!("remote_write.{plain}"))
    }

    /// What it means.
    ///
    /// # Errors
    /// What is wrong, and what to do about it.
    pub fn checked(self, env: Env<'_>) -> Result<RemoteWrite, String> {
        for name in self.labels.keys() {
            label(name).map_err(|error| format!("`labels`: {error}"))?;
        }
        Ok(RemoteWrite {
            endpoint: endpoint(&self.url, &self.headers, (self.basic, self.bearer), env)?,
            labels: self.labels.into_iter().collect(),
        })
    }
}

fn endpoint(
    url: &Secret,
    headers: &BTreeMap<String, Secret>,
    credentials: (Option<Login>, Option<Secret>),
    env: Env<'_>,
) -> Result<Endpoint, String> {
    let mut endpoint: Endpoint = url.reveal(env)?.trim().parse().map_err(|error| format!("`url` {error}"))?;
    let value = |text: &str, what: &str| {
        secret(text)
            .ok_or_else(|| format!("{what} has characters that no header may have, such as a line break"))
    };
    for (name, text) in headers {
        let parsed = HeaderName::try_from(name.as_str())
            .map_err(|_| "`headers` has a name that no HTTP header can have".to_owned())?;
        if crate::prometheus::SET.contains(&parsed.as_str()) {
            return Err(format!("the header `{parsed}` is set by the protocol: leave it out of `headers`"));
        }
        endpoint.headers.insert(parsed, value(text.reveal(env)?.trim(), &format!("the header `{name}`"))?);
    }
    let authorization = match credentials {
        (Some(_), Some(_)) => return Err("give either `basic` or `bearer`, not both".to_owned()),
        (Some(Login { username, password }), None) => {
            let pair = format!("{}:{}", username.reveal(env)?, password.reveal(env)?);
            value(&format!("Basic {}", base64(pair.as_bytes())), "`basic`")?
        }
        (None, Some(token)) => value(&bearer(&token, env)?, "`bearer`")?,
        (None, None) => return Ok(endpoint),
    };
    endpoint.headers.insert(header::AUTHORIZATION, authorization);
    Ok(endpoint)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use axum::http::header;

    use crate::config::Config;

    fn parse(text: &str) -> Result<Config, String> {
        let env = |name: &str| (name == "TOKEN").then(|| "s3cret\n".to_owned());
        Config::parse(text, Path::new(""), &env).map_err(|faults| faults[0].to_string())
    }

    #[test]
    fn both_tables_are_read() {
        let config = parse(
            r#"
            [prometheus]
            url = "https://prom.example/select"
            selectors = { shop = '{job="shop"}', blog = '{namespace="blog"}' }
            bearer = { env = "TOKEN" }
            headers = { X-Scope-OrgID = "a" }

            [remote_write]
            url = "http://mimir:9009/api/v1/push"
            interval = "30s"
            queue = "1GB"
            labels = { cluster = "eu" }
            native = true
            basic = { username = "me", password = { env = "TOKEN" } }
            "#,
        )
        .unwrap();
        assert!(!format!("{config:?}").contains("s3cret"));
        let prometheus = config.prometheus.unwrap();
        assert_eq!(prometheus.endpoint.headers[header::AUTHORIZATION], "Bearer s3cret");
        assert_eq!(prometheus.endpoint.headers["x-scope-orgid"], "a");
        let names: Vec<&str> = prometheus.selectors.iter().map(|named| named.name.as_str()).collect();
        assert_eq!(names, ["blog", "shop"]);
        let write = config.remote_write.unwrap();
        let flags: Vec<(&str, &str)> =
            config.flags.iter().map(|given| (given.id.as_str(), given.values[0].as_str())).collect();
        let expected = [
            ("remote_write_interval", "30s"),
            ("remote_write_queue", "1GB"),
            ("remote_write_native", "true"),
        ];
        assert_eq!(flags, expected);
        assert_eq!(write.labels, [("cluster".to_owned(), "eu".to_owned())]);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (text, expected) in [
            (
                "[prometheus]\nurl = 'http://a'\nselector = {}",
                "line 3: `selector` is not known: did you mean `selectors`?",
            ),
            ("\n[prometheus]\nurl = 'a:secret@b'", "line 2: `url` must be an address"),
            ("[prometheus]\nurl = 'http://a'\nselectors = { a = 'b' }", "line 1: `selectors`, a: write"),
            ("[remote_write]\nurl = 'http://a'\nqueue = '1MB'", "line 3: `queue` must be from 4MB to 1000TB"),
            ("[remote_write]\nurl = 'http://a'\nlabels = { a-b = 'c' }", "line 1: `labels`: a label's name"),
            (
                "[remote_write]\nurl = 'http://a'\nheaders = { Host = 'c' }",
                "line 1: the header `host` is set",
            ),
            (
                "[remote_write]\nurl = 'http://a'\nbearer = { env = 'NONE' }",
                "line 1: the environment variable NONE is not set",
            ),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.starts_with(expected) && !error.contains("secret"), "{error}");
        }
    }
}
