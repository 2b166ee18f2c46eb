//! What is wrong with a configuration file, and where.
use std::fmt;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::PathBuf;

/// Why a configuration file is refused.
#[derive(Debug)]
#[non_exhaustive]
pub enum ConfigError {
    /// It cannot be read.
    Read {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It holds something wrong.
    Wrong {
        /// Which one.
        path: PathBuf,
        /// What, and what to do about it; at least one.
        faults: Vec<Fault>,
    },
    /// The file is not to blame: a flag or a variable of this process is wrong. What, and what to do about it.
    Given(String),
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { path, source } => {
                let advice = match source.kind() {
                    ErrorKind::PermissionDenied => "Let the user read it as whom whippet runs.",
                    ErrorKind::InvalidData => "Save it as UTF-8.",
                    _ => "Is this the right path?",
                };
                write!(f, "cannot read {}: {source}. {advice}", path.display())
            }
            Self::Wrong { path, faults } => {
                for (place, fault) in faults.iter().enumerate() {
                    let gap = if place == 0 { "" } else { "\n" };
                    write!(f, "{gap}{}: {fault}", path.display())?;
                }
                Ok(())
            }
            Self::Given(message) => write!(f, "a flag or a variable is wrong: {message}"),
        }
    }
}

impl std::error::Error for ConfigError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Read { source, .. } => Some(source),
            Self::Wrong { .. } | Self::Given(_) => None,
        }
    }
}

/// Something wrong in a configuration. It never holds a value from the file that may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The number of the line, from 1, if it is known.
    pub line: Option<usize>,
    /// What is wrong, and what to do about it.
    pub message: String,
}

impl Fault {
    /// A fault at a place of `text`.
    pub fn at(text: &str, span: Option<Range<usize>>, message: impl Into<String>) -> Self {
        Self { line: span.map(|span| line(text, &span)), message: message.into() }
    }

    /// A fault that the parser found in `text`. serde's own messages quote what stands there, which may be a secret.
    pub fn parsed(text: &str, error: &toml::de::Error) -> Self {
        let said = error.message();
        let message = unknown(said).unwrap_or_else(|| {
            let message = match error.span().and_then(|span| text.get(span)) {
                Some(key) if said == "duplicate key" => {
                    format!("`{}` stands there before: leave one of the two out", key.trim())
                }
                _ => plain(said),
            };
            match error.span().and_then(|span| key_before(text, &span)) {
                Some(key) if message.starts_with("must ") => format!("`{key}` {message}"),
                _ => message,
            }
        });
        Self::at(text, error.span(), message)
    }
}

/// What TOML's dates are to serde: a table with this key.
const DATE: &str = "$__toml_private_datetime";

/// The key whose value begins at a place, where it stands before it: `KEY = VALUE`.
fn key_before<'a>(text: &'a str, span: &Range<usize>) -> Option<&'a str> {
    let before = text.get(..span.start)?.trim_end().strip_suffix('=')?.trim_end();
    let begin = before
        .rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'))
        .map_or(0, |last| last + 1);
    before.get(begin..).filter(|key| !key.is_empty())
}

/// A message of serde or `toml` about a value, without the value: "invalid type: integer `5`, expected a string".
fn plain(said: &str) -> String {
    if said == "wanted string or table" {
        return "must be a text".to_owned();
    }
    if let Some((_, words)) =
        said.strip_prefix("unknown variant `").and_then(|rest| rest.rsplit_once("`, expected "))
    {
        let words: Vec<&str> = words.split('`').skip(1).step_by(2).collect();
        return format!("must be one of {}", words.join(", "));
    }
    let wrong = said.strip_prefix("invalid type: ").or_else(|| said.strip_prefix("invalid value: "));
    let Some((found, expected)) = wrong.and_then(|rest| rest.rsplit_once(", expected ")) else {
        return said.to_owned();
    };
    let expected = match expected {
        "a string" => "a text in quotation marks",
        "path string" => "the path of a file, in quotation marks",
        "a boolean" => "true or false",
        "a TOML datetime" | "field with custom name" => "a time such as 2026-03-01T22:00:00Z",
        "f64" => "a number",
        "u64" => "a whole number, 0 or more",
        "a map" => "a table such as { NAME = \"VALUE\" }",
        expected if expected.starts_with("struct ") => "a table such as { KEY = \"VALUE\" }",
        expected => expected,
    };
    let found = match found.split([' ', '`']).next() {
        Some("integer" | "floating") if !expected.contains("number") => ", not a number",
        Some("boolean") => ", not true or false",
        Some("string") if !expected.contains("text") => ", not a text",
        Some("sequence") if !expected.contains("list") => ", not a list",
        Some("map") => ", not a table or a date",
        _ => "",
    };
    format!("must be {expected}{found}")
}

/// The number of the line where a place begins, from 1.
pub fn line(text: &str, span: &Range<usize>) -> usize {
    let before = text.as_bytes().get(..span.start).unwrap_or(text.as_bytes());
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// The message for an unknown key, which names the nearest known one. serde tells both in its text alone:
/// "unknown field `a`, expected one of `b`, `c`". `None` for any other message.
fn unknown(message: &str) -> Option<String> {
    let rest = message.strip_prefix("unknown field `")?;
    let (key, rest) = rest.split_once("`, ")?;
    if key == DATE {
        return Some(
            "a date or a time stands where a text or a table is expected: write it in quotation marks"
                .to_owned(),
        );
    }
    let known: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
    Some(unknown_key(key, &known))
}

/// The message for a key that is none of `known`.
pub fn unknown_key(key: &str, known: &[&str]) -> String {
    let key: String = key.chars().take(64).flat_map(char::escape_debug).collect();
    match whippet_catalogue::hint(&key, known.iter().copied()).as_str() {
        "" => format!("`{key}` is not known: there is {}", known.join(", ")),
        hint => format!("`{key}` is not known{hint}"),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use super::ConfigError;

    #[test]
    fn a_file_that_cannot_be_read_has_advice_that_fits() {
        let said = |kind: ErrorKind| {
            ConfigError::Read { path: "a.toml".into(), source: Error::from(kind) }.to_string()
        };
        for (kind, advice) in [
            (ErrorKind::PermissionDenied, "Let the user read it as whom whippet runs."),
            (ErrorKind::InvalidData, "Save it as UTF-8."),
            (ErrorKind::NotFound, "Is this the right path?"),
        ] {
            let said = said(kind);
            assert!(said.starts_with("cannot read a.toml: ") && said.ends_with(advice), "{said}");
        }
    }
}
