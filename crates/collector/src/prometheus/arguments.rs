//! Headers and labels, as options and the configuration file have them.
use axum::http::{HeaderName, HeaderValue};

use super::endpoint::secret;

/// The name and the value of a header.
pub type Header = (HeaderName, HeaderValue);

/// Headers that the protocol sets.
pub const SET: [&str; 6] = [
    "content-type",
    "content-encoding",
    "content-length",
    "host",
    "user-agent",
    "x-prometheus-remote-write-version",
];

/// `NAME=VALUE`, where the value may be `env:VARIABLE`, which `read` reads.
pub fn header(text: &str, read: impl Fn(&str) -> Option<String>) -> Result<Header, String> {
    let (name, value) = text.split_once('=').ok_or("must be a name and a value: X-Scope-OrgID=shop")?;
    let name = HeaderName::try_from(name.trim())
        .map_err(|_| "the part before the = must be the name of a header")?;
    if SET.contains(&name.as_str()) {
        return Err(format!("{name} is set by the protocol: leave it out"));
    }
    let value = match value.strip_prefix("env:") {
        Some(variable) => read(variable).ok_or_else(|| format!("there is no variable {variable}"))?,
        None => value.to_owned(),
    };
    let value = secret(value.trim()).ok_or("the value must be one line of text")?;
    Ok((name, value))
}

/// `NAME=VALUE` of a label.
pub fn labelled(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("must be a name and a value: cluster=eu")?;
    label(name)?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Checks the name of a label.
pub fn label(name: &str) -> Result<(), String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && !name.starts_with("__");
    match begins && name.chars().all(fits) {
        true => Ok(()),
        false => Err("a label's name has letters, digits and _, and begins with a letter".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{header, labelled};

    #[test]
    fn headers_may_come_from_the_environment() {
        let parse = |text| header(text, |name| (name == "KEY").then(|| "s3cret\n".to_owned()));
        assert_eq!(parse("X-A=env:KEY").map(|header| header.1), Ok("s3cret".parse().unwrap()));
        assert_eq!(parse("x-a=1=2").map(|header| header.1), Ok("1=2".parse().unwrap()));
        assert!(!format!("{:?}", parse("X-A=env:KEY")).contains("s3cret"));
        for wrong in ["x-a", "=1", "x a=1", "x-a=env:NONE", "x-a=a\nb", "Host=a.b", "Content-Type=text/plain"]
        {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn labels_have_prometheus_names() {
        assert_eq!(labelled("cluster=eu=1"), Ok(("cluster".to_owned(), "eu=1".to_owned())));
        for wrong in ["cluster", "=1", "1a=1", "a-b=1", "__name__=x"] {
            assert!(labelled(wrong).is_err(), "{wrong}");
        }
    }
}
