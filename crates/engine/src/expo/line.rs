//! Reads one line of an exposition.
use super::error::Cause;
use super::family::{Format, Kind, Sample};
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// As many labels are compared with each other: nearly all samples have fewer, and nothing is allocated for these.
const FEW: usize = 16;

pub(super) enum Line<'a> {
    /// A blank line or a comment.
    Nothing,
    Help(Cow<'a, str>, String),
    Type(Cow<'a, str>, Kind),
    Sample(Sample),
    /// `# EOF`.
    End,
}

/// Reads a line without its newline.
pub(super) fn read(line: &str, format: Format) -> Result<Line<'_>, Cause> {
    let mut cursor = Cursor { rest: line };
    cursor.skip_blanks();
    if cursor.rest.is_empty() {
        return Ok(Line::Nothing);
    }
    if cursor.take('#') { read_comment(cursor) } else { read_sample(cursor, format).map(Line::Sample) }
}

fn read_comment(mut cursor: Cursor<'_>) -> Result<Line<'_>, Cause> {
    let apart = cursor.skip_blanks();
    let word = cursor.take_while(|byte| !is_blank(byte));
    if word == "EOF" && apart && cursor.rest.is_empty() {
        return Ok(Line::End);
    }
    // `#TYPE`, and `# TYPE` with nothing after it, are comments.
    if !matches!(word, "HELP" | "TYPE") || !apart || !cursor.skip_blanks() {
        return Ok(Line::Nothing);
    }
    let name = cursor.metric().ok_or(Cause::MetricName)?;
    if !cursor.rest.is_empty() && !cursor.skip_blanks() {
        return Err(Cause::MetricName);
    }
    if word == "HELP" {
        return Ok(Line::Help(name, unescape(cursor.rest, false)));
    }
    let kind = Kind::from_name(cursor.rest.trim_end_matches([' ', '\t'])).ok_or(Cause::Kind)?;
    Ok(Line::Type(name, kind))
}

fn read_sample(mut cursor: Cursor<'_>, format: Format) -> Result<Sample, Cause> {
    let mut name = cursor.name(true).map(Cow::Borrowed);
    let blank = cursor.skip_blanks();
    let labels = if cursor.take('{') {
        read_labels(&mut cursor, &mut name)?
    } else if blank || name.is_none() {
        Vec::new()
    } else {
        return Err(if cursor.rest.is_empty() { Cause::Value } else { Cause::MetricName });
    };
    let name = name.ok_or(Cause::MetricName)?;
    cursor.skip_blanks();
    let value = number(cursor.take_while(|byte| !is_blank(byte))).ok_or(Cause::Value)?;
    cursor.skip_blanks();
    let stamp = cursor.take_while(|byte| !is_blank(byte) && byte != b'#');
    let timestamp = if stamp.is_empty() { None } else { Some(time(stamp, format)?) };
    cursor.skip_blanks();
    if cursor.take('#') {
        read_exemplar(cursor)?;
    } else if !cursor.rest.is_empty() {
        return Err(Cause::Timestamp);
    }
    Ok(Sample { name: name.into_owned(), labels, value, timestamp })
}

/// Reads an exemplar: one of the observations that were counted. It is checked and not kept.
fn read_exemplar(mut cursor: Cursor<'_>) -> Result<(), Cause> {
    cursor.skip_blanks();
    if !cursor.take('{') {
        return Err(Cause::Exemplar);
    }
    // Only a sample may have a metric name in its braces.
    read_labels(&mut cursor, &mut Some(Cow::Borrowed(""))).map_err(|_| Cause::Exemplar)?;
    cursor.skip_blanks();
    let value = number(cursor.take_while(|byte| !is_blank(byte)));
    cursor.skip_blanks();
    let stamp = cursor.rest.trim_end_matches([' ', '\t']);
    let sound = value.is_some() && (stamp.is_empty() || number(stamp).is_some());
    if sound { Ok(()) } else { Err(Cause::Exemplar) }
}

/// Reads the labels up to `}`. A quoted name without `=` after it is the metric's name: names with other characters than the
/// usual ones are written so.
fn read_labels<'a>(
    cursor: &mut Cursor<'a>,
    metric: &mut Option<Cow<'a, str>>,
) -> Result<Vec<(String, String)>, Cause> {
    let mut labels: Vec<(String, String)> = Vec::new();
    loop {
        cursor.skip_blanks();
        if cursor.take('}') {
            return if has_twice(&labels) { Err(Cause::DuplicateLabel) } else { Ok(labels) };
        }
        let quoted = cursor.rest.starts_with('"');
        let name = if quoted { cursor.quoted().map(plain) } else { cursor.name(false).map(Cow::Borrowed) };
        let name = name.ok_or(Cause::LabelName)?;
        cursor.skip_blanks();
        if cursor.take('=') {
            cursor.skip_blanks();
            let value = unescape(cursor.quoted().ok_or(Cause::LabelValue)?, true);
            labels.push((name.into_owned(), value));
        } else if quoted && metric.is_none() && !name.is_empty() {
            *metric = Some(name);
        } else {
            return Err(Cause::LabelValue);
        }
        cursor.skip_blanks();
        // Prometheus does not require a comma before the next name.
        if !cursor.take(',') && cursor.rest.is_empty() {
            return Err(Cause::UnclosedLabels);
        }
    }
}

/// Whether two labels have one name. Few are compared with each other; more are sorted, as a line may have any number of them.
fn has_twice(labels: &[(String, String)]) -> bool {
    if labels.len() <= FEW {
        let before = |at: usize, name: &str| labels[..at].iter().any(|other| other.0 == name);
        return labels.iter().enumerate().any(|(at, label)| before(at, &label.0));
    }
    let mut names: Vec<&str> = labels.iter().map(|label| label.0.as_str()).collect();
    names.sort_unstable();
    names.windows(2).any(|pair| pair[0] == pair[1])
}

/// Reads a value. Rust's parser reads all that Go's does: `1e5`, `+Inf`, `nan`. It also reads `1e999` as infinite, which is
/// refused here.
fn number(text: &str) -> Option<f64> {
    let number: f64 = text.parse().ok()?;
    let digits = text.bytes().any(|byte| byte.is_ascii_digit());
    (number.is_finite() || !digits).then_some(number)
}

/// Reads a timestamp as ms since the Unix epoch.
fn time(text: &str, format: Format) -> Result<i64, Cause> {
    match format {
        Format::Text => text.parse().map_err(|_| Cause::Timestamp),
        Format::OpenMetrics => {
            let seconds = number(text).filter(|seconds| seconds.is_finite()).ok_or(Cause::Timestamp)?;
            Ok((seconds * 1000.0) as i64)
        }
    }
}

/// Removes escapes. Quotes are escaped in label values only. A backslash before a character that needs none stays, as in the
/// pattern `\d`.
fn unescape(text: &str, quotes: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('\\') => out.push('\\'),
            Some('"') if quotes => out.push('"'),
            other => {
                out.push('\\');
                out.extend(other);
            }
        }
    }
    out
}

/// A quoted name without its escapes, which are those of label values.
fn plain(quoted: &str) -> Cow<'_, str> {
    if quoted.contains('\\') { Cow::Owned(unescape(quoted, true)) } else { Cow::Borrowed(quoted) }
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

    /// Takes the bytes before the first that is not `wanted`. That byte is ASCII here, so no character is split.
    fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> &'a str {
        let end = self.rest.bytes().position(|byte| !wanted(byte)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn skip_blanks(&mut self) -> bool {
        !self.take_while(is_blank).is_empty()
    }

    /// Takes a metric name, which is quoted if it has other characters than the usual ones. `None` if there is none.
    fn metric(&mut self) -> Option<Cow<'a, str>> {
        if self.rest.starts_with('"') {
            return self.quoted().filter(|name| !name.is_empty()).map(plain);
        }
        self.name(true).map(Cow::Borrowed)
    }

    fn name(&mut self, colons: bool) -> Option<&'a str> {
        if self.rest.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let name =
            self.take_while(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || colons && byte == b':');
        (!name.is_empty()).then_some(name)
    }

    /// Takes a quoted string. Its escapes stay.
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
