//! All cells of one section, merged into one value.
use crate::cells::{
    Attribution, Cell, Errors, Histograms, Loading, Section, Split, SplitTimings, Sums, Vitals, decode,
    encode,
};

/// The sum of all cells of a section.
#[derive(Debug, PartialEq)]
pub enum Merged {
    /// Of [`Section::Vitals`].
    Vitals(Vitals),
    /// Of [`Section::Attribution`].
    Attribution(Attribution),
    /// Of [`Section::Histograms`].
    Histograms(Histograms),
    /// Of [`Section::Sums`].
    Sums(Sums),
    /// Of [`Section::Loading`].
    Loading(Loading),
    /// Of [`Section::Errors`].
    Errors(Errors),
    /// Of the sections by a dimension.
    Split(Split),
    /// Of the sections of timings by a dimension.
    SplitTimings(SplitTimings),
}

/// Calls `$work` with the value, whichever type it has.
macro_rules! each_type {
    ($merged:expr, $value:ident => $work:expr) => {
        match $merged {
            Merged::Vitals($value) => $work,
            Merged::Attribution($value) => $work,
            Merged::Histograms($value) => $work,
            Merged::Sums($value) => $work,
            Merged::Loading($value) => $work,
            Merged::Errors($value) => $work,
            Merged::Split($value) => $work,
            Merged::SplitTimings($value) => $work,
        }
    };
}

impl Merged {
    /// The sum of no cells.
    pub fn new(section: Section) -> Self {
        match section {
            Section::Vitals => Self::Vitals(Vitals::default()),
            Section::Attribution => Self::Attribution(Attribution::default()),
            Section::Histograms => Self::Histograms(Histograms::default()),
            Section::Sums => Self::Sums(Sums::default()),
            Section::Loading => Self::Loading(Loading::default()),
            Section::Errors => Self::Errors(Errors::default()),
            Section::ByRelease
            | Section::ByDevice
            | Section::ByConnection
            | Section::ByNavigation
            | Section::ByBrowser
            | Section::ByReleaseAndDevice => Self::Split(Split::default()),
            Section::TimingsByConnection
            | Section::TimingsByNavigation
            | Section::TimingsByBrowser
            | Section::TimingsByReleaseAndDevice => Self::SplitTimings(SplitTimings::default()),
        }
    }

    /// Adds the value of a cell. Returns whether it can be read.
    pub fn add(&mut self, bytes: &[u8]) -> bool {
        each_type!(self, sum => add(sum, bytes))
    }

    /// The sum as bytes.
    pub fn bytes(&self) -> Vec<u8> {
        each_type!(self, sum => encode(sum))
    }
}

fn add<T: Cell>(sum: &mut T, bytes: &[u8]) -> bool {
    let value = decode::<T>(bytes);
    if let Some(value) = &value {
        sum.merge(value);
    }
    value.is_some()
}
