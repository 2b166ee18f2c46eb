//! Reads an exposition.
use super::error::{Cause, ParseError};
use super::family::{Exposition, Family, Format, Kind, Sample};
use super::line::{Line, read};
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

/// Reads the metrics of `text`, which is not trusted. A line that cannot be read is left out and counted; all others are
/// read, in any order. The last line needs no newline. Time and memory are linear in the length.
///
/// # Errors
/// If there are bad lines and no sample, as the text is no exposition then; and if an OpenMetrics text has no `# EOF`.
pub fn parse(text: &[u8], format: Format) -> Result<Exposition, ParseError> {
    let mut reading = Reading::default();
    let mut ended = false;
    for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
        reading.line = index + 1;
        let read =
            core::str::from_utf8(line).map_err(|_| Cause::Encoding).and_then(|line| read(line, format));
        match read {
            Ok(Line::Nothing) => {}
            // In the text format, `# EOF` is a comment.
            Ok(Line::End) => ended |= format == Format::OpenMetrics,
            _ if ended => reading.bad(Cause::AfterEnd),
            Ok(Line::Help(name, help)) => reading.declare(&name).help = help,
            Ok(Line::Type(name, kind)) => reading.declare(&name).kind = kind,
            Ok(Line::Sample(sample)) => reading.samples.push(sample),
            Err(cause) => reading.bad(cause),
        }
    }
    if format == Format::OpenMetrics && !ended {
        return Err(ParseError { line: reading.line, cause: Cause::Truncated });
    }
    match reading.first {
        Some(first) if reading.samples.is_empty() => Err(first),
        _ => Ok(reading.finish()),
    }
}

#[derive(Default)]
struct Reading {
    line: usize,
    families: Vec<Family>,
    /// The index of each family in the list, by its name.
    places: BTreeMap<String, usize>,
    samples: Vec<Sample>,
    bad: usize,
    first: Option<ParseError>,
}

impl Reading {
    fn bad(&mut self, cause: Cause) {
        self.bad += 1;
        self.first.get_or_insert(ParseError { line: self.line, cause });
    }

    /// The family with that name. Its last declaration holds, as for Prometheus.
    fn declare(&mut self, name: &str) -> &mut Family {
        let index = self.place(name);
        &mut self.families[index]
    }

    fn place(&mut self, name: &str) -> usize {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        let place = self.families.len();
        self.places.insert(String::from(name), place);
        self.families.push(Family { name: String::from(name), ..Family::default() });
        place
    }

    /// Gives each sample to its family, which needs all types.
    fn finish(mut self) -> Exposition {
        // The family of the previous sample is most often that of the next one.
        let mut last = 0;
        for sample in core::mem::take(&mut self.samples) {
            if !self.families.get(last).is_some_and(|family| belongs(&sample.name, family)) {
                last = self.family_of(&sample.name);
            }
            self.families[last].samples.push(sample);
        }
        Exposition { families: self.families, bad: self.bad, first: self.first }
    }

    fn family_of(&mut self, name: &str) -> usize {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        let of = |kind: Kind| {
            kind.suffixes().iter().find_map(|suffix| {
                let place = self.places.get(name.strip_suffix(suffix)?)?;
                (self.families[*place].kind == kind).then_some(*place)
            })
        };
        match Kind::ALL.into_iter().find_map(of) {
            Some(place) => place,
            None => self.place(name),
        }
    }
}

fn belongs(name: &str, family: &Family) -> bool {
    match name.strip_prefix(family.name.as_str()) {
        Some("") => true,
        Some(suffix) => family.kind.suffixes().contains(&suffix),
        None => false,
    }
}

#[cfg(test)]
mod tests;
