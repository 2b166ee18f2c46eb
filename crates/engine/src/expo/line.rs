//! Reads one line of an exposition.
use super::error::Cause;
use super::family::{Kind, Sample};
use alloc::string::String;
use alloc::vec::Vec;

pub(super) enum Line<'a> {
    /// Blank, or a comment.
    Nothing,
    Help(&'a str, String),
    Type(&'a str, Kind),
    Sample(Sample),
}

/// What `line`, without its newline, says.
pub(super) fn read(line: &str) -> Result<Line<'_>, Cause> {
    let mut cursor = Cursor { rest: line };
    cursor.skip_blanks();
    if cursor.rest.is_empty() {
        return Ok(Line::Nothing);
    }
    if cursor.take('#') { read_comment(cursor) } else { read_sample(cursor).map(Line::Sample) }
}

fn read_comment(mut cursor: Cursor<'_>) -> Result<Line<'_>, Cause> {
    cursor.skip_blanks();
    let word = cursor.take_while(|byte| !is_blank(byte));
    if word != "HELP" && word != "TYPE" {
        return Ok(Line::Nothing);
    }
    cursor.skip_blanks();
    let name = cursor.name(true).ok_or(Cause::MetricName)?;
    if !cursor.rest.is_empty() && !cursor.skip_blanks() {
        return Err(Cause::MetricName);
    }
    if word == "HELP" {
        return Ok(Line::Help(name, unescape(cursor.rest, false)?));
    }
    let kind = Kind::from_name(cursor.rest.trim_end_matches([' ', '\t'])).ok_or(Cause::Kind)?;
    Ok(Line::Type(name, kind))
}

fn read_sample(mut cursor: Cursor<'_>) -> Result<Sample, Cause> {
    let name = cursor.name(true).ok_or(Cause::MetricName)?;
    let blank = cursor.skip_blanks();
    let labels = if cursor.take('{') {
        read_labels(&mut cursor)?
    } else if blank {
        Vec::new()
    } else {
        return Err(if cursor.rest.is_empty() { Cause::Value } else { Cause::MetricName });
    };
    cursor.skip_blanks();
    let value = number(cursor.take_while(|byte| !is_blank(byte))).ok_or(Cause::Value)?;
    cursor.skip_blanks();
    let timestamp = match cursor.rest.trim_end_matches([' ', '\t']) {
        "" => None,
        stamp => Some(stamp.parse().map_err(|_| Cause::Timestamp)?),
    };
    Ok(Sample { name: String::from(name), labels, value, timestamp })
}

fn read_labels(cursor: &mut Cursor<'_>) -> Result<Vec<(String, String)>, Cause> {
    let mut labels: Vec<(String, String)> = Vec::new();
    loop {
        cursor.skip_blanks();
        if cursor.take('}') {
            return Ok(labels);
        }
        let name = cursor.name(false).ok_or(Cause::LabelName)?;
        cursor.skip_blanks();
        if !cursor.take('=') {
            return Err(Cause::LabelValue);
        }
        cursor.skip_blanks();
        let value = unescape(cursor.quoted().ok_or(Cause::LabelValue)?, true)?;
        if labels.iter().any(|label| label.0 == name) {
            return Err(Cause::DuplicateLabel);
        }
        labels.push((String::from(name), value));
        cursor.skip_blanks();
        if !cursor.take(',') && !cursor.rest.starts_with('}') {
            return Err(Cause::UnclosedLabels);
        }
    }
}

/// Rust reads what Go does here, and more: `1e5`, `+Inf`, `nan`, but also `infinity` in any case.
fn number(text: &str) -> Option<f64> {
    text.parse().ok()
}

/// Quotes are escaped in label values, and stand for themselves in help texts.
fn unescape(text: &str, quotes: bool) -> Result<String, Cause> {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        out.push(match c {
            '\\' => match chars.next() {
                Some('n') => '\n',
                Some('\\') => '\\',
                Some('"') if quotes => '"',
                _ => return Err(Cause::Escape),
            },
            c => c,
        });
    }
    Ok(out)
}

fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, c: char) -> bool {
        match self.rest.strip_prefix(c) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// What comes before the first byte that is not `wanted`. Such bytes are ASCII here, so no character is cut.
    fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> &'a str {
        let end = self.rest.bytes().position(|byte| !wanted(byte)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn skip_blanks(&mut self) -> bool {
        !self.take_while(is_blank).is_empty()
    }

    fn name(&mut self, colons: bool) -> Option<&'a str> {
        if self.rest.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let name =
            self.take_while(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || colons && byte == b':');
        (!name.is_empty()).then_some(name)
    }

    /// What stands in double quotes, its escapes as they are.
    fn quoted(&mut self) -> Option<&'a str> {
        if !self.take('"') {
            return None;
        }
        let mut escaped = false;
        for (at, byte) in self.rest.bytes().enumerate() {
            if byte == b'"' && !escaped {
                let quoted = &self.rest[..at];
                self.rest = &self.rest[at + 1..];
                return Some(quoted);
            }
            escaped = byte == b'\\' && !escaped;
        }
        None
    }
}
