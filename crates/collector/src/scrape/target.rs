//! What `--scrape name=url` says.
use std::str::FromStr;

use axum::http::{HeaderValue, Uri};
use whippet_store::OWN_TARGET;

use super::credentials;

/// A backend to be scraped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// How it is called in the dashboard.
    pub name: String,
    /// Where its metrics are, without what may be secret.
    pub url: Uri,
    /// What it is sent to be let in.
    pub credentials: Option<HeaderValue>,
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
    /// There is an `@` behind the host.
    BareCharacter,
    /// The address is neither `http` nor `https`.
    NotHttp,
}

impl std::fmt::Display for TargetError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NoName => "give it a name: --scrape shop=http://127.0.0.1:8080/metrics",
            Self::BadName => "the name before the = must be 1 to 64 letters, digits, '_', '-' or '.'",
            Self::Reserved => "the name 'collector' is taken by the collector itself: choose another",
            Self::BadUrl => "the part after the = must be an address such as http://127.0.0.1:8080/metrics",
            Self::BareCharacter => {
                "in a name or a password, write '/' as %2F, '?' as %3F and '@' as %40; in a path, '@' as %40"
            }
            Self::NotHttp => "only http:// and https:// addresses can be scraped",
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

    /// Its address, as anyone may see it.
    pub fn shown(&self) -> String {
        credentials::shown(&self.url)
    }

    /// Whether a certificate is to be checked.
    pub fn is_secure(&self) -> bool {
        self.url.scheme_str() == Some("https")
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
        if name == OWN_TARGET {
            return Err(TargetError::Reserved);
        }
        let url: Uri = url.parse().map_err(|_| TargetError::BadUrl)?;
        match url.scheme_str() {
            Some("http" | "https") => {}
            Some(_) => return Err(TargetError::NotHttp),
            None => return Err(TargetError::BadUrl),
        }
        if url.host().is_none_or(str::is_empty) {
            return Err(TargetError::BadUrl);
        }
        // Else a part of a password would be taken for a path, and shown.
        if url.path_and_query().is_some_and(|path| path.as_str().contains('@')) {
            return Err(TargetError::BareCharacter);
        }
        let (url, credentials) = credentials::split(url).map_err(|_| TargetError::BadUrl)?;
        let bare = url.authority().map_or("", |authority| authority.as_str());
        let port = bare.rsplit_once(':').filter(|(_, port)| !port.ends_with(']'));
        if url.host().is_none_or(str::is_empty) || port.is_some() && url.port_u16().is_none() {
            return Err(TargetError::BadUrl);
        }
        Ok(Self { name: name.to_owned(), url, credentials })
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
            ("shop=ftp://example.org/metrics", TargetError::NotHttp),
            ("shop=http://user:secret@/metrics", TargetError::BadUrl),
            ("shop=http://user:sec/ret@a.b/metrics", TargetError::BareCharacter),
            ("shop=http://user:12/34@a.b/metrics", TargetError::BareCharacter),
            ("shop=http://a.b:port/metrics", TargetError::BadUrl),
            ("shop=http://u:p@a.b:99999/metrics", TargetError::BadUrl),
        ] {
            assert_eq!(argument.parse::<Target>(), Err(error), "{argument}");
        }
    }
}
