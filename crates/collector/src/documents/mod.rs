//! JSON documents of backends as series, so that reports read them as they read scraped metrics.
//!
//! What a number becomes depends on its name and on where it stands alone, never on values seen before: `docs/targets.md` has the
//! rule. In short: the names of the members that lead to a number are the words of its series' name; a unit among them is
//! converted to seconds, bytes or a ratio; nouns for what happens (`requests`, `hits`) make it a counter; `p95` becomes the label
//! `quantile`. `walk.rs` goes through a document, and gives objects of known shape to `timing.rs` and `cache.rs`, and lists
//! of errors and slow queries to `events.rs`.
//!
//! Nothing in a document is trusted. A member that is odd, huge or deep costs itself alone; all counts are bounded.
mod cache;
mod document;
mod events;
mod json;
mod labelled;
mod output;
mod place;
mod rule;
mod series_key;
mod sql;
mod time;
mod timing;
mod unit;
mod value;
mod walk;
mod words;

use std::borrow::Cow;
use std::fmt;

pub use document::{Document, Options};
use json::{Node, Type};
pub use rule::{Rule, RuleError};
pub use unit::Unit;
use walk::Walk;

/// Why a document is of no use.
#[derive(Debug)]
#[non_exhaustive]
pub enum DocumentError {
    /// It is no JSON.
    Syntax(serde_json::Error),
    /// It is neither an object nor a list.
    Scalar,
    /// It says itself that it failed.
    Failed,
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // serde_json tells the place alone, nothing of the text.
            Self::Syntax(error) => write!(f, "the answer is neither metrics text nor JSON: {error}"),
            Self::Scalar => {
                f.write_str("the answer is JSON, but neither an object nor a list: is the path right?")
            }
            Self::Failed => {
                f.write_str("the answer says `\"success\": false`, and has no data: see the backend's log")
            }
        }
    }
}

impl std::error::Error for DocumentError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Syntax(error) => Some(error),
            Self::Scalar | Self::Failed => None,
        }
    }
}

/// Whether a body is a JSON document. Some servers send all they have as JSON, others JSON as text: where type and text differ,
/// the text decides. Metrics text may begin with `{`, too, but is no JSON then.
pub fn is_json(content_type: &str, body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    if !matches!(body.first(), Some(b'{' | b'[')) {
        return false;
    }
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    // A quoted metric name is followed by `,` or `}`, a member's name by `:`.
    kind.ends_with("json") || !kind.starts_with("application/openmetrics") && Node::new(&text(body)).is_ok()
}

/// Reads a document.
///
/// # Errors
/// If it is none. One member alone never makes it fail.
pub fn read(body: &[u8], options: &Options<'_>) -> Result<Document, DocumentError> {
    let text = text(body);
    match Node::new(&text) {
        Ok(root) => of_root(root, options),
        Err(error) => match json::without_nan(&text) {
            Some(plain) => of_root(Node::new(&plain).map_err(DocumentError::Syntax)?, options),
            None => Err(DocumentError::Syntax(error)),
        },
    }
}

fn of_root(root: Node<'_>, options: &Options<'_>) -> Result<Document, DocumentError> {
    match root.kind() {
        Type::Object => {
            let (members, _) = root.members(64);
            let member = |name: &str| members.iter().find(|member| member.0 == name).map(|member| member.1);
            let failed = member("success").and_then(Node::bool) == Some(false);
            if failed && !member("data").is_some_and(Node::is_container) {
                return Err(DocumentError::Failed);
            }
        }
        Type::List => {}
        _ => return Err(DocumentError::Scalar),
    }
    Ok(Walk::new(options).document(root))
}

/// A body as text. Bytes that are not UTF-8 are replaced: they cost the string that they are in.
fn text(body: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body))
}

#[cfg(test)]
mod tests;
