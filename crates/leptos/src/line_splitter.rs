//! Lines of a text that arrives in pieces.
use std::fmt;

/// The longest line, in bytes: no more than that is held.
const LONGEST: usize = 4 << 20;

/// Why the lines end early.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum BadLine {
    /// The line of that number is longer than may be.
    TooLong(usize),
    /// The line of that number is not what it should be, which says why.
    Refused(usize, String),
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong(number) => write!(f, "line {number} is longer than {LONGEST} bytes"),
            Self::Refused(number, reason) => write!(f, "line {number}: {reason}"),
        }
    }
}

/// Splits pieces at line feeds.
pub(crate) struct LineSplitter {
    /// The beginning of a line.
    begun: Vec<u8>,
    number: usize,
    longest: usize,
}

impl LineSplitter {
    pub(crate) fn new() -> Self {
        Self { begun: Vec::new(), number: 1, longest: LONGEST }
    }

    /// Passes on each line that a piece completes, but for blank ones.
    pub(crate) fn push(
        &mut self,
        piece: &[u8],
        mut line: impl FnMut(&[u8]) -> Result<(), String>,
    ) -> Result<(), BadLine> {
        let mut rest = piece;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            self.begin(&rest[..end])?;
            self.end(&mut line)?;
            rest = &rest[end + 1..];
        }
        self.begin(rest)
    }

    /// The text is over: its last line need not end in a line feed.
    pub(crate) fn finish(
        &mut self,
        mut line: impl FnMut(&[u8]) -> Result<(), String>,
    ) -> Result<(), BadLine> {
        self.end(&mut line)
    }

    fn begin(&mut self, piece: &[u8]) -> Result<(), BadLine> {
        if self.begun.len() + piece.len() > self.longest {
            return Err(BadLine::TooLong(self.number));
        }
        self.begun.extend_from_slice(piece);
        Ok(())
    }

    fn end(&mut self, line: &mut impl FnMut(&[u8]) -> Result<(), String>) -> Result<(), BadLine> {
        let mut whole = self.begun.as_slice();
        if self.number == 1 {
            // A byte order mark.
            whole = whole.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(whole);
        }
        if !whole.trim_ascii().is_empty() {
            line(whole).map_err(|reason| BadLine::Refused(self.number, reason))?;
        }
        self.begun.clear();
        self.number += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(pieces: &[&str], longest: usize) -> (Vec<String>, Result<(), BadLine>) {
        let mut splitter = LineSplitter { longest, ..LineSplitter::new() };
        let mut lines = Vec::new();
        let mut add = |line: &[u8]| match std::str::from_utf8(line) {
            Ok("bad") => Err("it is bad".to_owned()),
            Ok(line) => {
                lines.push(line.to_owned());
                Ok(())
            }
            Err(error) => Err(error.to_string()),
        };
        let mut outcome = Ok(());
        for piece in pieces {
            outcome = outcome.and_then(|()| splitter.push(piece.as_bytes(), &mut add));
        }
        outcome = outcome.and_then(|()| splitter.finish(&mut add));
        (lines, outcome)
    }

    #[test]
    fn lines_are_the_same_whatever_the_pieces() {
        let text = "\u{feff}one\r\n\n  \ntwo\nthree";
        let whole = lines(&[text], 100);
        assert_eq!(whole.0, ["one\r", "two", "three"]);
        for at in (0..text.len()).filter(|at| text.is_char_boundary(*at)) {
            assert_eq!(lines(&[&text[..at], &text[at..]], 100), whole, "{at}");
        }
        assert_eq!(lines(&["a\n"], 100).0, ["a"]);
        assert_eq!(lines(&[], 100).0, [""; 0]);
    }

    #[test]
    fn a_line_that_is_too_long_or_refused_is_named() {
        assert_eq!(lines(&["ok\ntoo l", "ong"], 5), (vec!["ok".to_owned()], Err(BadLine::TooLong(2))));
        let bad = Err(BadLine::Refused(3, "it is bad".to_owned()));
        assert_eq!(lines(&["ok\n\nbad\nok"], 5), (vec!["ok".to_owned()], bad));
    }
}
