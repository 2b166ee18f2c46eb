//! A target of scrapes, as `--scrape name=url` or the configuration file gives it.
use std::str::FromStr;
use std::sync::Arc;

use axum::http::uri::InvalidUri;
use axum::http::{HeaderValue, Uri};
use whippet_store::OWN_TARGET;

use super::credentials;
use super::settings::Settings;

/// The most documents of one target.
const DOCUMENTS: usize = 16;

/// A backend to be scraped.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Its name in the dashboard.
    pub name: String,
    /// Where its documents are; at least one. They are fetched together.
    pub addresses: Vec<Address>,
    /// How it is scraped.
    pub settings: Arc<Settings>,
}

/// Where a document is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The URL, without credentials.
    pub url: Uri,
    /// The `Authorization` header for the credentials that the URL had.
    pub credentials: Option<HeaderValue>,
}

/// Why an argument is not a target.
#[derive(Debug)]
#[non_exhaustive]
pub enum TargetError {
    /// There is no `=`.
    NoName,
    /// The name is empty, too long, or has other characters than letters, digits, `_`, `-` and `.`.
    BadName,
    /// The name is the collector's own.
    Reserved,
    /// The address is not a URL with a scheme and a host. Where the URL parser refused it, its error.
    BadUrl(Option<InvalidUri>),
    /// There is an `@` after the host.
    BareCharacter,
    /// The address is neither `http` nor `https`.
    NotHttp,
    /// There are no addresses, or too many.
    Documents,
    /// Two documents have one address.
    SameAddress,
}

impl std::fmt::Display for TargetError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NoName => "give it a name: --scrape shop=http://127.0.0.1:8080/metrics",
            Self::BadName => "the name before the = must be 1 to 64 letters, digits, '_', '-' or '.'",
            Self::Reserved => "the name 'collector' is taken by the collector itself: choose another",
            Self::BadUrl(_) => {
                "the part after the = must be an address such as http://127.0.0.1:8080/metrics"
            }
            Self::BareCharacter => {
                "in a name or a password, write '/' as %2F, '?' as %3F and '@' as %40; in a path, '@' as %40"
            }
            Self::NotHttp => "only http:// and https:// addresses can be scraped",
            Self::Documents => "a target has 1 to 16 addresses: split it into several targets",
            Self::SameAddress => "a target has the same address twice: leave one of them out",
        })
    }
}

impl std::error::Error for TargetError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::BadUrl(Some(error)) => Some(error),
            _ => None,
        }
    }
}

impl Target {
    /// A target with at least one address.
    pub fn new(name: String, addresses: Vec<Address>, settings: Arc<Settings>) -> Result<Self, TargetError> {
        if addresses.is_empty() || addresses.len() > DOCUMENTS {
            return Err(TargetError::Documents);
        }
        let twice =
            |(at, address): (usize, &Address)| addresses[..at].iter().any(|other| other.url == address.url);
        if addresses.iter().enumerate().any(twice) {
            return Err(TargetError::SameAddress);
        }
        Ok(Self { name, addresses, settings })
    }

    /// Adds the addresses of `other`, which has the same name.
    pub fn join(self, other: Self) -> Result<Self, TargetError> {
        let addresses = self.addresses.into_iter().chain(other.addresses).collect();
        Self::new(self.name, addresses, self.settings)
    }

    /// Identifies the backend: host, port and path of each document, without credentials and query.
    pub fn address(&self) -> String {
        let addresses: Vec<String> = self.addresses.iter().map(Address::identity).collect();
        addresses.join(" ")
    }

    /// Its URLs without secrets, for everybody to see.
    pub fn shown(&self) -> String {
        let addresses: Vec<String> = self.addresses.iter().map(Address::shown).collect();
        addresses.join(", ")
    }

    /// Whether any of it is scraped over TLS, so that its certificate must be checked.
    pub fn is_secure(&self) -> bool {
        self.addresses.iter().any(Address::is_secure)
    }
}

impl Address {
    /// Host, port and path, without credentials and query.
    fn identity(&self) -> String {
        let port = self.url.port_u16().map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}{port}{}", self.url.host().unwrap_or_default(), self.url.path())
    }

    /// The URL without secrets, for everybody to see.
    pub fn shown(&self) -> String {
        credentials::shown(&self.url)
    }

    /// Whether it is fetched over TLS.
    pub fn is_secure(&self) -> bool {
        self.url.scheme_str() == Some("https")
    }
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let (given, url) =
            text.split_once('=').filter(|(name, _)| !name.contains("://")).ok_or(TargetError::NoName)?;
        name(given)?;
        Self::new(given.to_owned(), vec![address(url)?], Arc::default())
    }
}

/// Checks the name of a target.
pub fn name(name: &str) -> Result<(), TargetError> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if name.is_empty() || name.len() > 64 || !name.chars().all(fits) {
        return Err(TargetError::BadName);
    }
    if name == OWN_TARGET { Err(TargetError::Reserved) } else { Ok(()) }
}

/// Reads the address of a document.
pub fn address(url: &str) -> Result<Address, TargetError> {
    let url: Uri = url.parse().map_err(|error| TargetError::BadUrl(Some(error)))?;
    match url.scheme_str() {
        Some("http" | "https") => {}
        Some(_) => return Err(TargetError::NotHttp),
        None => return Err(TargetError::BadUrl(None)),
    }
    if url.host().is_none_or(str::is_empty) {
        return Err(TargetError::BadUrl(None));
    }
    // A `/` in a password ends the authority: the rest of the password would be taken for a path, and shown.
    if url.path_and_query().is_some_and(|path| path.as_str().contains('@')) {
        return Err(TargetError::BareCharacter);
    }
    let (url, credentials) = credentials::split(url).map_err(|error| TargetError::BadUrl(Some(error)))?;
    let bare = url.authority().map_or("", |authority| authority.as_str());
    let port = bare.rsplit_once(':').filter(|(_, port)| !port.ends_with(']'));
    if url.host().is_none_or(str::is_empty) || port.is_some() && url.port_u16().is_none() {
        return Err(TargetError::BadUrl(None));
    }
    Ok(Address { url, credentials })
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::{Target, TargetError};

    #[test]
    fn a_target_has_a_name_and_an_http_address() {
        let target: Target = "shop=http://127.0.0.1:8080/metrics?all=1".parse().unwrap();
        assert_eq!(target.name, "shop");
        assert_eq!(target.addresses[0].url, "http://127.0.0.1:8080/metrics?all=1");
    }

    #[test]
    fn an_invalid_target_is_refused_with_the_reason() {
        for (argument, error) in [
            ("http://127.0.0.1:8080/metrics", TargetError::NoName),
            ("http://127.0.0.1:8080/metrics?a=b", TargetError::NoName),
            ("=http://127.0.0.1/", TargetError::BadName),
            ("sh op=http://127.0.0.1/", TargetError::BadName),
            ("collector=http://127.0.0.1/", TargetError::Reserved),
            ("shop=", TargetError::BadUrl(None)),
            ("shop=127.0.0.1:8080", TargetError::BadUrl(None)),
            ("shop=ftp://example.org/metrics", TargetError::NotHttp),
            ("shop=http://user:secret@/metrics", TargetError::BadUrl(None)),
            ("shop=http://user:sec/ret@a.b/metrics", TargetError::BareCharacter),
            ("shop=http://user:12/34@a.b/metrics", TargetError::BareCharacter),
            ("shop=http://a.b:port/metrics", TargetError::BadUrl(None)),
            ("shop=http://u:p@a.b:99999/metrics", TargetError::BadUrl(None)),
        ] {
            assert_eq!(argument.parse::<Target>().unwrap_err().to_string(), error.to_string(), "{argument}");
        }
    }

    #[test]
    fn a_refused_url_has_the_parser_error_as_its_source() {
        let source =
            |argument: &str| argument.parse::<Target>().unwrap_err().source().map(ToString::to_string);
        assert_eq!(source("shop=http://u:p@a.b:99999 /metrics").as_deref(), Some("invalid uri character"));
        assert_eq!(source("shop=http://u:p@a.b:99999/metrics"), None);
        assert_eq!(source("http://127.0.0.1:8080/metrics"), None);
    }
}
