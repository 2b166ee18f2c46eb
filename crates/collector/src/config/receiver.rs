//! `[[receiver]]`: who is told of alerts, and how.
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method, header};
use serde::Deserialize;

use super::list::some_list;
use super::secret::{Secret, bearer};
use crate::notify::{ALERTMANAGER_PATH, Form, Receiver, SET, SigningKey, Template};
use crate::prometheus::{Endpoint, secret};
use crate::scrape::{self, Tls};
use crate::token::base64;
use crate::units;

type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

/// How long a request may take where nothing is said.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The longest time that a request may take.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(120);
/// How long a notification is tried where nothing is said.
const RETRY: Duration = Duration::from_secs(60 * 60);
/// The time between two sendings of what fires to an Alertmanager, where nothing is said: Prometheus' own.
const RESEND: Duration = Duration::from_secs(60);
/// The times that may be between them.
const RESENDS: std::ops::RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(3600);
/// The most Alertmanagers of a receiver.
const ADDRESSES: usize = 8;

/// A `[[receiver]]` as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiverTable {
    pub name: String,
    #[serde(rename = "type")]
    kind: Kind,
    url: Option<Secret>,
    #[serde(default, deserialize_with = "some_list")]
    urls: Option<Vec<Secret>>,
    #[serde(default, deserialize_with = "units::some_duration")]
    timeout: Option<Duration>,
    #[serde(default, deserialize_with = "units::some_duration")]
    retry_for: Option<Duration>,
    #[serde(default, deserialize_with = "units::some_duration")]
    resend: Option<Duration>,
    send_resolved: Option<bool>,
    #[serde(default)]
    headers: BTreeMap<String, Secret>,
    basic: Option<Basic>,
    bearer: Option<Secret>,
    signing_key: Option<Secret>,
    ca_file: Option<PathBuf>,
    cert_file: Option<PathBuf>,
    key_file: Option<PathBuf>,
    method: Option<String>,
    content_type: Option<String>,
    body: Option<String>,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Webhook,
    Alertmanager,
    Text,
}

/// A user name and a password.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Basic {
    username: Secret,
    password: Secret,
}

impl ReceiverTable {
    /// What it means.
    ///
    /// # Errors
    /// What is wrong, and what to do about it.
    pub fn checked(self, folder: &Path, env: Env<'_>) -> Result<Receiver, String> {
        scrape::name(&self.name)
            .map_err(|_| "`name` must be 1 to 64 letters, digits, '_', '-' or '.'".to_owned())?;
        let headers = self.headers(env)?;
        let tls = self.tls(folder)?;
        let form = self.form()?;
        let signing_key = match &self.signing_key {
            Some(_) if self.kind == Kind::Alertmanager => {
                return Err("an Alertmanager checks no signature: leave `signing_key` out".to_owned());
            }
            Some(key) => {
                Some(SigningKey::new(&key.reveal(env)?).map_err(|error| format!("`signing_key` {error}"))?)
            }
            None => None,
        };
        let mut endpoints = Vec::new();
        for url in self.addresses()? {
            let url = url.reveal(env)?;
            let mut url = url.trim();
            // The path is added to the address, which may have been copied with it.
            if self.kind == Kind::Alertmanager {
                let address = url.trim_end_matches('/');
                url = address.strip_suffix(ALERTMANAGER_PATH).unwrap_or(address);
            }
            // The error says nothing of the address, which may be a secret as a whole.
            let mut endpoint: Endpoint = url.parse().map_err(|error| format!("`url` {error}"))?;
            endpoint.headers.extend(headers.clone());
            endpoints.push(endpoint);
        }
        let timeout = self.timeout.unwrap_or(TIMEOUT);
        if timeout > LONGEST_TIMEOUT {
            return Err("`timeout` must not be longer than 2m".to_owned());
        }
        Ok(Receiver {
            name: self.name,
            form,
            endpoints,
            timeout,
            retry_for: self.retry_for.unwrap_or(RETRY),
            send_resolved: self.send_resolved.unwrap_or(true),
            signing_key,
            tls,
        })
    }

    fn addresses(&self) -> Result<Vec<Secret>, String> {
        match (&self.url, &self.urls) {
            (Some(url), None) => Ok(vec![url.clone()]),
            (None, Some(urls)) if self.kind == Kind::Alertmanager => match urls.len() {
                1..=ADDRESSES => Ok(urls.clone()),
                _ => Err(format!("`urls` must be 1 to {ADDRESSES} addresses")),
            },
            (None, Some(_)) => {
                Err("only an Alertmanager has `urls`: write a [[receiver]] for each `url`".to_owned())
            }
            (Some(_), Some(_)) => Err("give either `url` or `urls`, not both".to_owned()),
            (None, None) => Err("`url` is missing: where it is sent".to_owned()),
        }
    }

    fn form(&self) -> Result<Form, String> {
        let of_text = [
            ("method", self.method.is_some()),
            ("content_type", self.content_type.is_some()),
            ("body", self.body.is_some()),
        ];
        if let Some((key, _)) = of_text.iter().find(|(_, given)| *given && self.kind != Kind::Text) {
            return Err(format!("`{key}` belongs to receivers of the type \"text\": leave it out"));
        }
        if self.resend.is_some() && self.kind != Kind::Alertmanager {
            return Err("`resend` belongs to receivers of the type \"alertmanager\": leave it out".to_owned());
        }
        match self.kind {
            Kind::Webhook => Ok(Form::Webhook),
            Kind::Alertmanager => match self.resend.unwrap_or(RESEND) {
                resend if RESENDS.contains(&resend) => Ok(Form::Alertmanager { resend }),
                _ => Err("`resend` must be from 1s to 1h".to_owned()),
            },
            Kind::Text => {
                let body = self.body.as_deref().ok_or("`body` is missing: the text to send, a template")?;
                let method = match self.method.as_deref() {
                    None | Some("POST") => Method::POST,
                    Some("PUT") => Method::PUT,
                    Some(_) => return Err("`method` must be POST or PUT".to_owned()),
                };
                let content_type = self.content_type.as_deref().unwrap_or("text/plain; charset=utf-8");
                let content_type = HeaderValue::try_from(content_type)
                    .map_err(|_| "`content_type` must be one such as application/json")?;
                let body = Template::new(body).map_err(|error| format!("`body`: {error}"))?;
                Ok(Form::Text { method, content_type, body })
            }
        }
    }

    fn headers(&self, env: Env<'_>) -> Result<axum::http::HeaderMap, String> {
        let mut headers = axum::http::HeaderMap::new();
        let value = |text: &str, what: &str| {
            secret(text)
                .ok_or_else(|| format!("{what} has characters that no header may have, such as a line break"))
        };
        for (name, text) in &self.headers {
            let parsed = HeaderName::try_from(name.as_str())
                .map_err(|_| "`headers` has a name that no HTTP header can have".to_owned())?;
            if SET.contains(&parsed.as_str()) {
                return Err(format!("the header `{parsed}` is set by the sender: leave it out of `headers`"));
            }
            headers.insert(parsed, value(text.reveal(env)?.trim(), &format!("the header `{name}`"))?);
        }
        let authorization = match (&self.basic, &self.bearer) {
            (Some(_), Some(_)) => return Err("give either `basic` or `bearer`, not both".to_owned()),
            (Some(Basic { username, password }), None) => {
                let pair = format!("{}:{}", username.reveal(env)?, password.reveal(env)?);
                value(&format!("Basic {}", base64(pair.as_bytes())), "`basic`")?
            }
            (None, Some(token)) => value(&bearer(token, env)?, "`bearer`")?,
            (None, None) => return Ok(headers),
        };
        headers.insert(header::AUTHORIZATION, authorization);
        Ok(headers)
    }

    fn tls(&self, folder: &Path) -> Result<Tls, String> {
        let file = |path: &Option<PathBuf>| path.as_ref().map(|path| folder.join(path));
        let identity = match (file(&self.cert_file), file(&self.key_file)) {
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (None, None) => None,
            _ => return Err("`cert_file` and `key_file` belong together: give both or none".to_owned()),
        };
        Ok(Tls { ca_file: file(&self.ca_file), identity })
    }
}
