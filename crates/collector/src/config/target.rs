//! `[[target]]`: a backend and how it is scraped.
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use serde::Deserialize;

use super::list::{list, some_list};
use super::rule::RuleTable;
use super::secret::{Secret, bearer};

use crate::documents::Unit;
use crate::scrape::{Filter, Glob, List, Place, Settings, Target, Tls, address, name};
use crate::token::base64;
use crate::units;

/// The most rules for own JSON of one target.
const RULES: usize = 100;

/// A `[[target]]` as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetTable {
    pub name: String,
    url: Option<Secret>,
    #[serde(default, deserialize_with = "some_list")]
    urls: Option<Vec<Secret>>,
    http_sd: Option<Secret>,
    #[serde(default, deserialize_with = "some_list")]
    file_sd: Option<Vec<String>>,
    #[serde(default, deserialize_with = "some_list")]
    paths: Option<Vec<String>>,
    #[serde(default, deserialize_with = "units::some_duration")]
    refresh: Option<Duration>,
    #[serde(default, deserialize_with = "units::some_duration")]
    interval: Option<Duration>,
    #[serde(default, deserialize_with = "units::some_duration")]
    timeout: Option<Duration>,
    #[serde(default, deserialize_with = "units::some_bytes")]
    max_size: Option<u64>,
    #[serde(default)]
    headers: BTreeMap<String, Secret>,
    basic: Option<Basic>,
    bearer: Option<Secret>,
    ca_file: Option<PathBuf>,
    cert_file: Option<PathBuf>,
    key_file: Option<PathBuf>,
    #[serde(default, deserialize_with = "list")]
    include: Vec<String>,
    #[serde(default, deserialize_with = "list")]
    exclude: Vec<String>,
    #[serde(default, deserialize_with = "list")]
    drop_labels: Vec<String>,
    time_unit: Option<String>,
    #[serde(default)]
    json: Vec<RuleTable>,
}

/// A user name and a password.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Basic {
    username: Secret,
    password: Secret,
}

/// Where the addresses of a `[[target]]` come from.
pub enum Source {
    /// They stand in the file.
    Target(Target),
    /// They stand in a list, whose entries are targets of their own.
    List(List),
}

type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

impl TargetTable {
    /// What it means.
    ///
    /// # Errors
    /// What is wrong, and what to do about it.
    pub fn checked(self, folder: &Path, env: Env<'_>) -> Result<Source, String> {
        name(&self.name).map_err(|error| error.to_string())?;
        let settings = Arc::new(self.settings(folder, env)?);
        let chosen =
            [self.url.is_some(), self.urls.is_some(), self.http_sd.is_some(), self.file_sd.is_some()];
        if chosen.iter().filter(|chosen| **chosen).count() != 1 {
            return Err(format!(
                "target '{}' needs exactly one of `url`, `urls`, `http_sd` and `file_sd`: where it is scraped",
                self.name
            ));
        }
        let listed = |place| {
            let paths = self.paths.clone().unwrap_or_else(|| vec!["/metrics".to_owned()]);
            if paths.is_empty() || paths.iter().any(|path| !path.starts_with('/')) {
                return Err("`paths` are the paths of each listed host, such as [\"/metrics\"]".to_owned());
            }
            List::new(&self.name, place, paths, self.refresh, Arc::clone(&settings))
                .map(Source::List)
                .map_err(|error| error.to_string())
        };
        // An address may have a password in it, so that it may be a secret.
        let read = |key: &str, url: &Secret| -> Result<_, String> {
            address(url.reveal(env)?.trim()).map_err(|error| format!("`{key}`: {error}"))
        };
        if let Some(url) = &self.http_sd {
            return listed(Place::Http(read("http_sd", url)?));
        }
        if let Some(files) = &self.file_sd {
            return listed(Place::Files(files.iter().map(|file| folder.join(file)).collect()));
        }
        if self.paths.is_some() || self.refresh.is_some() {
            return Err(
                "`paths` and `refresh` belong to `http_sd` and `file_sd`: write the addresses in `urls`"
                    .to_owned(),
            );
        }
        let urls = self.urls.or(self.url.map(|url| vec![url])).unwrap_or_default();
        let addresses = urls.iter().map(|url| read("url", url)).collect::<Result<Vec<_>, _>>()?;
        Target::new(self.name, addresses, settings).map(Source::Target).map_err(|error| error.to_string())
    }

    fn settings(&self, folder: &Path, env: Env<'_>) -> Result<Settings, String> {
        if let (Some(timeout), Some(interval)) = (self.timeout, self.interval)
            && timeout > interval
        {
            return Err("`timeout` must not be longer than `interval`".to_owned());
        }
        let max_size = match self.max_size {
            None => None,
            Some(bytes @ 1_000..=268_435_456) => Some(bytes as usize),
            Some(_) => return Err("`max_size` must be from 1KB to 256MiB".to_owned()),
        };
        if self.json.len() > RULES {
            return Err(format!("a target has at most {RULES} rules for its JSON"));
        }
        let unit = match self.time_unit.as_deref() {
            None => Unit::Seconds,
            Some(text) => Unit::time(text).ok_or("`time_unit` must be one of s, ms, us, ns, min, h")?,
        };
        let globs = |texts: &[String]| texts.iter().map(|text| Glob::new(text)).collect();
        Ok(Settings {
            interval: self.interval,
            timeout: self.timeout,
            max_size,
            headers: self.headers(env)?,
            tls: self.tls(folder)?,
            filter: Filter {
                include: globs(&self.include),
                exclude: globs(&self.exclude),
                drop_labels: self.drop_labels.clone(),
            },
            rules: self.json.iter().map(RuleTable::checked).collect::<Result<_, _>>()?,
            time_unit: unit,
        })
    }

    fn headers(&self, env: Env<'_>) -> Result<HeaderMap, String> {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let parsed = HeaderName::try_from(name.as_str());
            let parsed =
                parsed.map_err(|_| "`headers` has a name that no HTTP header can have".to_owned())?;
            if [header::HOST, header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONNECTION]
                .contains(&parsed)
            {
                return Err(format!("the header `{parsed}` is set by the client: leave it out of `headers`"));
            }
            headers.insert(parsed, secret(&value.reveal(env)?, &format!("the header `{name}`"))?);
        }
        let authorization = match (&self.basic, &self.bearer) {
            (Some(_), Some(_)) => return Err("a target has either `basic` or `bearer`, not both".to_owned()),
            (Some(Basic { username, password }), None) => {
                let pair = format!("{}:{}", username.reveal(env)?, password.reveal(env)?);
                Some(secret(&format!("Basic {}", base64(pair.as_bytes())), "`basic`")?)
            }
            (None, Some(token)) => Some(secret(&bearer(token, env)?, "`bearer`")?),
            (None, None) => None,
        };
        if let Some(authorization) = authorization {
            headers.insert(header::AUTHORIZATION, authorization);
        }
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

/// A header's value that `Debug` does not print.
fn secret(text: &str, what: &str) -> Result<HeaderValue, String> {
    let mut value = HeaderValue::try_from(text)
        .map_err(|_| format!("{what} has characters that no header may have, such as a line break"))?;
    value.set_sensitive(true);
    Ok(value)
}
