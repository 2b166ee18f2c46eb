//! Why a line, or a whole text, is not an exposition.
use core::fmt;

/// A line that breaks the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The number of the line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub cause: Cause,
}

/// What is wrong with a line. No variant holds a part of the text, so it is safe to log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// An OpenMetrics text without `# EOF`: it was cut off.
    Truncated,
    /// Something after `# EOF`.
    AfterEnd,
    /// Bytes that are not UTF-8.
    Encoding,
    /// A metric name is missing.
    MetricName,
    /// A label name is missing.
    LabelName,
    /// A label without `=` and a quoted value.
    LabelValue,
    /// The same label twice.
    DuplicateLabel,
    /// Labels without a closing `}`.
    UnclosedLabels,
    /// The value is not a number.
    Value,
    /// Something after the value that is not a timestamp.
    Timestamp,
    /// Something after the timestamp that is not an exemplar.
    Exemplar,
    /// An unknown type.
    Kind,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.cause)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Truncated => "an OpenMetrics text must end with `# EOF`: this one was cut off",
            Self::AfterEnd => "expected nothing after `# EOF`",
            Self::Encoding => "expected UTF-8",
            Self::MetricName => "expected a metric name: letters, digits, `_` and `:`, no digit first",
            Self::LabelName => "expected a label name: letters, digits and `_`, no digit first",
            Self::LabelValue => "expected `=` and a value in double quotes after a label name",
            Self::DuplicateLabel => "a label comes twice: each may come once per sample",
            Self::UnclosedLabels => "expected `,` or `}` after a label",
            Self::Value => "expected a number, `NaN`, `+Inf` or `-Inf` as the value",
            Self::Timestamp => {
                "expected nothing after the value but a timestamp: whole milliseconds, in OpenMetrics seconds"
            }
            Self::Exemplar => "expected an exemplar after `#`: labels in braces, a value, perhaps a timestamp",
            Self::Kind => {
                "the type must be counter, gauge, histogram, gaugehistogram, summary, info, stateset, unknown or \
                 untyped"
            }
        })
    }
}

impl core::error::Error for ParseError {}
