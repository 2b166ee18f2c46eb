//! The values that flags have, and what is said where one is wrong.
use std::ffi::OsStr;
use std::fmt::Display;
use std::net::SocketAddr;
use std::path::PathBuf;

use axum::http::Uri;
use clap::builder::{PathBufValueParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, Command};
use whippet_engine::beacon::limits;
use whippet_store::OTHER;

use crate::prometheus::{Header, header};
use crate::units::bytes;

/// The path of `--base-path`: `/whippet`, without a slash at its end. Empty for the root.
pub fn base_path(text: &str) -> Result<String, String> {
    let path = text.trim_end_matches('/');
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    // Browsers resolve these before they ask.
    let is_relative = path.split('/').any(|part| matches!(part, "." | ".."));
    match path.is_empty()
        || path.starts_with('/') && !path.contains("//") && !is_relative && path.bytes().all(fits)
    {
        true => Ok(path.to_owned()),
        false => Err("must be a path such as /whippet".to_owned()),
    }
}

/// An address and a port.
pub fn address(text: &str) -> Result<SocketAddr, String> {
    // A name could stand for several addresses; this one never does.
    let numeric = text.strip_prefix("localhost").map(|port| format!("127.0.0.1{port}"));
    numeric.as_deref().unwrap_or(text).parse().map_err(|_| {
        "must be an address and a port: 127.0.0.1:7300 for this machine only, 0.0.0.0:7300 for all".to_owned()
    })
}

/// The name of an application, as beacons may have it.
pub fn app(text: &str) -> Result<String, String> {
    let name = text.trim();
    if name.is_empty() || name.len() > limits::LABEL || name.chars().any(char::is_control) || name == OTHER {
        return Err(format!(
            "must be the name that beacons have: 1 to {} bytes, not '{OTHER}'",
            limits::LABEL
        ));
    }
    Ok(name.to_owned())
}

/// A share of visits.
pub fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        // A beacon never stands for more than ten thousand.
        Ok(rate) if (0.0001..=1.0).contains(&rate) => Ok(rate),
        _ => Err("must be from 0.0001 to 1: 0.01 if pages sample one visit in a hundred".to_owned()),
    }
}

/// A number of beacons.
pub fn beacons(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| format!("must be a whole number from 0, which is no limit, to {}", u32::MAX))
}

/// A number of proxies.
pub fn proxies(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "must be a whole number: 1 with one proxy in front, 0 without any".to_owned())
}

/// A size that the store can keep to.
pub fn size(text: &str) -> Result<u64, String> {
    match bytes(text)? {
        // Less holds hardly more than the tables themselves. More than SQLite's own bound is none.
        bytes @ 4_000_000..=1_000_000_000_000_000 => Ok(bytes),
        _ => Err("must be from 4MB to 1000TB".to_owned()),
    }
}

/// Where people reach the dashboard, without a slash at its end.
pub fn external_url(text: &str) -> Result<String, String> {
    let url: Uri = text.parse().map_err(|_| EXTERNAL_URL)?;
    let fits =
        matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some_and(|host| !host.is_empty());
    let bare = !text.contains(['@', '?', '#']);
    if fits && bare { Ok(text.trim_end_matches('/').to_owned()) } else { Err(EXTERNAL_URL.to_owned()) }
}

const EXTERNAL_URL: &str =
    "must be an address such as https://metrics.shop.example/whippet, without a name, a password and a query";

/// A header of requests. With `env:NAME` its value is that of a variable.
pub fn sent_header(text: &str) -> Result<Header, String> {
    header(text, |name| std::env::var(name).ok())
}

/// Parses a value that may hold a password. The error that clap writes for a wrong value would show all of it.
pub struct Unshown<T, E>(pub fn(&str) -> Result<T, E>);

impl<T, E> Clone for Unshown<T, E> {
    fn clone(&self) -> Self {
        Self(self.0)
    }
}

impl<T, E> TypedValueParser for Unshown<T, E>
where
    T: Clone + Send + Sync + 'static,
    E: Display + 'static,
{
    type Value = T;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<T, clap::Error> {
        self.parse_ref_(command, arg, value, ValueSource::CommandLine)
    }

    fn parse_ref_(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
        source: ValueSource,
    ) -> Result<T, clap::Error> {
        let wrong = |error: &dyn Display| {
            let variable = arg.and_then(Arg::get_env).filter(|_| source == ValueSource::EnvVariable);
            let place = match (variable, arg) {
                (Some(variable), _) => format!("in {}", variable.display()),
                (None, Some(arg)) => format!("for '{arg}'"),
                (None, None) => String::new(),
            };
            command.clone().error(ErrorKind::ValueValidation, format!("invalid value {place}: {error}\n"))
        };
        let text = value.to_str().ok_or_else(|| wrong(&"must be UTF-8"))?;
        (self.0)(text).map_err(|error| wrong(&error))
    }
}

/// Parses the data folder. An address of a server would be a folder, too, whose name has the password.
#[derive(Clone)]
pub struct Folder;

impl TypedValueParser for Folder {
    type Value = PathBuf;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<PathBuf, clap::Error> {
        self.parse_ref_(command, arg, value, ValueSource::CommandLine)
    }

    fn parse_ref_(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
        source: ValueSource,
    ) -> Result<PathBuf, clap::Error> {
        if value.to_str().is_some_and(|text| text.contains("://")) {
            let refused: Unshown<PathBuf, &'static str> =
                Unshown(|_| Err("is an address, and no folder: --store names a server"));
            return refused.parse_ref_(command, arg, value, source);
        }
        PathBufValueParser::new().parse_ref(command, arg, value)
    }
}

#[cfg(test)]
mod tests {
    use super::{address, base_path, size};

    #[test]
    fn a_base_is_a_path() {
        for (text, path) in [("/", ""), ("", ""), ("/a", "/a"), ("/a/b/", "/a/b"), ("/a-1/~b", "/a-1/~b")] {
            assert_eq!(base_path(text).as_deref(), Ok(path));
        }
        for wrong in ["a", "http://a/", "/a b", "/a?b", "//a", "/a//b", "/ä", "/a/../b", "/."] {
            assert!(base_path(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn addresses_have_a_port() {
        assert_eq!(address("localhost:80"), address("127.0.0.1:80"));
        assert_eq!(address("[::1]:80").unwrap().port(), 80);
        for wrong in ["", "7300", ":7300", "localhost", "127.0.0.1", "127.0.0.1:99999", "example.org:80"] {
            assert!(address(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(size("500MB"), Ok(500_000_000));
        assert_eq!(size("4gib"), Ok(4 << 30));
        for wrong in
            ["", "500", "MB", "-5MB", "5 MB", "1.5GB", "0MB", "3999KB", "99999999999999999999TB", "5000TB"]
        {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
