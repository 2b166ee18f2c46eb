//! What `--scrape name=url` says.
use std::str::FromStr;

use axum::http::Uri;

use super::OWN;

/// A backend to be scraped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// How it is called in the dashboard.
    pub name: String,
    /// Where its metrics are.
    pub url: Uri,
}

/// Why an argument names no target.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TargetError {
    /// There is no `=`.
    NoName,
    /// The name is empty, too long, or has other characters than letters, digits, `_`, `-` and `.`.
    BadName,
    /// The name is the collector's own.
    Reserved,
    /// The address is no address.
    BadUrl,
    /// The address is not `http`.
    NotHttp,
}

impl std::fmt::Display for TargetError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NoName => "give it a name: --scrape shop=http://127.0.0.1:8080/metrics",
            Self::BadName => "the name before the = must be 1 to 64 letters, digits, '_', '-' or '.'",
            Self::Reserved => "the name 'collector' is taken by the collector itself: choose another",
            Self::BadUrl => "the part after the = must be an address such as http://127.0.0.1:8080/metrics",
            Self::NotHttp => "only http:// addresses can be scraped: put a local proxy before an https one",
        })
    }
}

impl std::error::Error for TargetError {}

impl Target {
    /// Which backend it is: host, port and path, without what may be secret.
    pub fn address(&self) -> String {
        let port = self.url.port_u16().map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}{port}{}", self.url.host().unwrap_or_default(), self.url.path())
    }
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(argument: &str) -> Result<Self, TargetError> {
        let (name, url) = argument.split_once('=').ok_or(TargetError::NoName)?;
        if name.contains("://") {
            return Err(TargetError::NoName);
        }
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        if name.is_empty() || name.len() > 64 || !name.chars().all(fits) {
            return Err(TargetError::BadName);
        }
        if name == OWN {
            return Err(TargetError::Reserved);
        }
        let url: Uri = url.parse().map_err(|_| TargetError::BadUrl)?;
        match url.scheme_str() {
            Some("http") => {}
            Some(_) => return Err(TargetError::NotHttp),
            None => return Err(TargetError::BadUrl),
        }
        if url.host().is_none_or(str::is_empty) {
            return Err(TargetError::BadUrl);
        }
        Ok(Self { name: name.to_owned(), url })
    }
}

#[cfg(test)]
mod tests {
    use super::{Target, TargetError};

    #[test]
    fn a_name_and_an_http_address() {
        let target: Target = "shop=http://127.0.0.1:8080/metrics?all=1".parse().unwrap();
        assert_eq!(target.name, "shop");
        assert_eq!(target.url, "http://127.0.0.1:8080/metrics?all=1");
    }

    #[test]
    fn anything_else_says_what_is_wrong() {
        for (argument, error) in [
            ("http://127.0.0.1:8080/metrics", TargetError::NoName),
            ("http://127.0.0.1:8080/metrics?a=b", TargetError::NoName),
            ("=http://127.0.0.1/", TargetError::BadName),
            ("sh op=http://127.0.0.1/", TargetError::BadName),
            ("collector=http://127.0.0.1/", TargetError::Reserved),
            ("shop=", TargetError::BadUrl),
            ("shop=127.0.0.1:8080", TargetError::BadUrl),
            ("shop=https://example.org/metrics", TargetError::NotHttp),
        ] {
            assert_eq!(argument.parse::<Target>(), Err(error), "{argument}");
        }
    }
}
