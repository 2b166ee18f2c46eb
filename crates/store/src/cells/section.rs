//! What a cell holds: one section of what is known of a bucket.
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::level::Level;
use super::targets::Targets;
use crate::time::HOUR;

/// The kind of a cell's value. The numbers are stored: they never change, and new ones go last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// [`super::Vitals`].
    Vitals = 1,
    /// [`super::Attribution`].
    Attribution = 2,
    /// [`super::Histograms`].
    Histograms = 3,
    /// [`super::Sums`].
    Sums = 4,
    /// [`super::Loading`].
    Loading = 5,
    /// [`super::Errors`].
    Errors = 6,
    /// [`super::Split`] by release; it has errors too.
    ByRelease = 7,
    /// [`super::Split`] by class of device.
    ByDevice = 8,
    /// [`super::Split`] by type of connection.
    ByConnection = 9,
    /// [`super::Split`] by how the page view began.
    ByNavigation = 10,
    /// [`super::Split`] by the browser's family.
    ByBrowser = 11,
    /// [`super::Split`] by release and class of device.
    ByReleaseAndDevice = 12,
    /// [`super::SplitTimings`] by type of connection.
    TimingsByConnection = 13,
    /// [`super::SplitTimings`] by how the page view began.
    TimingsByNavigation = 14,
    /// [`super::SplitTimings`] by the browser's family.
    TimingsByBrowser = 15,
    /// [`super::SplitTimings`] by release and class of device: those of a release, and of a class of device, are sums of these.
    TimingsByReleaseAndDevice = 16,
}

impl Section {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Vitals,
        Self::Attribution,
        Self::Histograms,
        Self::Sums,
        Self::Loading,
        Self::Errors,
        Self::ByRelease,
        Self::ByDevice,
        Self::ByConnection,
        Self::ByNavigation,
        Self::ByBrowser,
        Self::ByReleaseAndDevice,
        Self::TimingsByConnection,
        Self::TimingsByNavigation,
        Self::TimingsByBrowser,
        Self::TimingsByReleaseAndDevice,
    ];

    /// Whether reports list pages by it. Of others they read the whole application, or one page.
    const fn is_listed(self) -> bool {
        match self {
            Self::Attribution | Self::Histograms | Self::Sums | Self::Loading | Self::Errors => false,
            _ => !self.has_split_timings(),
        }
    }

    /// Whether its cells are [`super::SplitTimings`].
    pub const fn has_split_timings(self) -> bool {
        matches!(
            self,
            Self::TimingsByConnection
                | Self::TimingsByNavigation
                | Self::TimingsByBrowser
                | Self::TimingsByReleaseAndDevice
        )
    }

    /// How much of a bucket is added up at once, ms. Where reports read a row per page, a bucket is added up while it lasts, so that
    /// they read fewer of the finer ones.
    pub const fn step(self, level: Level) -> i64 {
        match level {
            Level::Hour if self.is_listed() => HOUR / 4,
            Level::Day if self.is_listed() => HOUR,
            _ => level.length(),
        }
    }

    /// The section that is stored as `number`.
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|section| *section as i64 == number)
    }
}

/// The value of a cell. Merging is commutative and associative, except for the last digits of sums of `f64`: the order in
/// which collectors, minutes and hours are added up changes no count and no percentile.
pub trait Cell: Clone + Default + PartialEq + Serialize + DeserializeOwned {
    /// Adds another value.
    fn merge(&mut self, other: &Self);

    /// Reads a value in place of this one, and returns the bytes after it; `None` if the bytes hold none. What this one had
    /// may be left of it then.
    fn refill<'b>(&mut self, bytes: &'b [u8]) -> Option<&'b [u8]> {
        let (value, rest) = postcard::take_from_bytes(bytes).ok()?;
        *self = value;
        Some(rest)
    }

    /// Gives what belongs to names and errors that were dropped to those that take it. `section` is that of the cell.
    fn remap(&mut self, section: Section, targets: &Targets);

    /// About how many bytes of memory it takes.
    fn memory(&self) -> usize;
}
