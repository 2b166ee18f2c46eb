//! `[prometheus]` and `[remote_write]`: what is read from, and sent to, a Prometheus that is there already.
use std::collections::BTreeMap;
use std::time::Duration;

use axum::http::{HeaderName, header};
use serde::Deserialize;

use super::secret::Secret;
use crate::prometheus::reading::NamedSelector;
use crate::prometheus::{Endpoint, label, secret};
use crate::token::base64;
use crate::units;

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
    url: String,
    #[serde(default)]
    selectors: BTreeMap<String, String>,
    #[serde(default)]
    headers: BTreeMap<String, Secret>,
    basic: Option<Login>,
    bearer: Option<Secret>,
}

/// A Prometheus to read from.
#[derive(Clone, Debug)]
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
    url: String,
    #[serde(default, deserialize_with = "units::some_duration")]
    interval: Option<Duration>,
    #[serde(default, deserialize_with = "units::some_bytes")]
    queue: Option<u64>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    native: bool,
    #[serde(default)]
    scraped: bool,
    #[serde(default)]
    headers: BTreeMap<String, Secret>,
    basic: Option<Login>,
    bearer: Option<Secret>,
}

/// Where to write to. What is missing is as the command line says.
#[derive(Clone, Debug)]
pub struct RemoteWrite {
    /// Where it is, with credentials.
    pub endpoint: Endpoint,
    /// The time between two samples.
    pub interval: Option<Duration>,
    /// The most bytes that wait.
    pub queue: Option<u64>,
    /// The labels that all series have.
    pub labels: Vec<(String, String)>,
    /// Whether histograms of pages are sent as native ones, too.
    pub native: bool,
    /// Whether what is scraped is sent, too.
    pub scraped: bool,
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
    /// What it means.
    ///
    /// # Errors
    /// What is wrong, and what to do about it.
    pub fn checked(self, env: Env<'_>) -> Result<RemoteWrite, String> {
        if self.queue.is_some_and(|bytes| bytes < 4_000_000) {
            return Err("`queue` must be 4MB or more".to_owned());
        }
        for name in self.labels.keys() {
            label(name).map_err(|error| format!("`labels`: {error}"))?;
        }
        Ok(RemoteWrite {
            endpoint: endpoint(&self.url, &self.headers, (self.basic, self.bearer), env)?,
            interval: self.interval,
            queue: self.queue,
            labels: self.labels.into_iter().collect(),
            native: self.native,
            scraped: self.scraped,
        })
    }
}

fn endpoint(
    url: &str,
    headers: &BTreeMap<String, Secret>,
    credentials: (Option<Login>, Option<Secret>),
    env: Env<'_>,
) -> Result<Endpoint, String> {
    let mut endpoint: Endpoint = url.parse().map_err(|error| format!("`url` {error}"))?;
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
        (None, Some(token)) => value(&format!("Bearer {}", token.reveal(env)?.trim()), "`bearer`")?,
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
        Config::parse(text, Path::new(""), &env).map_err(|fault| fault.to_string())
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
        assert_eq!((write.queue, write.native, write.scraped), (Some(1_000_000_000), true, false));
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
            ("[remote_write]\nurl = 'http://a'\nqueue = '1MB'", "line 1: `queue` must be 4MB or more"),
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
