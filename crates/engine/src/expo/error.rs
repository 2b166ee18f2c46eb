//! Why a text is no exposition.
use core::fmt;

/// A line that breaks the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// Which line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub cause: Cause,
}

/// What is wrong with a line. No variant holds a part of the text, so it is safe to log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The text ends in the middle of a line.
    Truncated,
    /// No metric name where one must be.
    MetricName,
    /// No label name where one must be.
    LabelName,
    /// A label without `=` and a quoted value.
    LabelValue,
    /// A backslash before something other than `\`, `"` and `n`.
    Escape,
    /// The same label twice.
    DuplicateLabel,
    /// Labels that no `}` ends.
    UnclosedLabels,
    /// No number where the value must be.
    Value,
    /// Something after the value that is no timestamp in milliseconds.
    Timestamp,
    /// A type that is not counter, gauge, histogram, summary or untyped.
    Kind,
    /// A second `# TYPE` for a name.
    DuplicateType,
    /// A second `# HELP` for a name.
    DuplicateHelp,
    /// A `# TYPE` after samples of that name.
    LateType,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.cause)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Truncated => {
                "the text ends in the middle of a line: it was cut, or its last line lacks its newline"
            }
            Self::MetricName => "expected a metric name: letters, digits, `_` and `:`, no digit first",
            Self::LabelName => "expected a label name: letters, digits and `_`, no digit first",
            Self::LabelValue => "expected `=` and a value in double quotes after a label name",
            Self::Escape => "a backslash in quotes must be followed by a backslash, a double quote or `n`",
            Self::DuplicateLabel => "a label comes twice: each may come once per sample",
            Self::UnclosedLabels => "expected `,` or `}` after a label",
            Self::Value => "expected a number, `NaN`, `+Inf` or `-Inf` as the value",
            Self::Timestamp => "expected nothing after the value but a timestamp in whole milliseconds",
            Self::Kind => "the type must be counter, gauge, histogram, summary or untyped",
            Self::DuplicateType => "a second `# TYPE` for this name: each metric may have one",
            Self::DuplicateHelp => "a second `# HELP` for this name: each metric may have one",
            Self::LateType => "`# TYPE` must come before the samples of its metric",
        })
    }
}

impl core::error::Error for ParseError {}
