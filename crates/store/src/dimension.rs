//! What page views can be split by, and what the numbers of its values mean.
use std::collections::HashMap;

use whippet_engine::beacon::{Connection, Device};
use whippet_engine::vitals::Navigation;

use crate::browser::Browser;
use crate::cells::Section;
use crate::kind::{OTHER, UNKNOWN};

/// What page views can be split by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dimension {
    /// The application's release.
    Release,
    /// The class of device.
    Device,
    /// The effective type of the connection.
    Connection,
    /// How the page view began.
    Navigation,
    /// The browser's family.
    Browser,
}

impl Dimension {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Release, Self::Device, Self::Connection, Self::Navigation, Self::Browser];

    /// The section whose cells are split by it.
    pub const fn section(self) -> Section {
        match self {
            Self::Release => Section::ByRelease,
            Self::Device => Section::ByDevice,
            Self::Connection => Section::ByConnection,
            Self::Navigation => Section::ByNavigation,
            Self::Browser => Section::ByBrowser,
        }
    }

    /// The word for it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Device => "device",
            Self::Connection => "connection",
            Self::Navigation => "navigation",
            Self::Browser => "browser",
        }
    }

    /// The dimension called `label`.
    pub fn from_label(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dimension| dimension.label() == label)
    }

    /// What its values are called, where they are not the application's own.
    pub fn values(self) -> Option<Vec<&'static str>> {
        Some(match self {
            Self::Release => return None,
            Self::Device => Device::ALL.iter().map(|device| device.as_str()).collect(),
            Self::Connection => {
                let known = Connection::ALL.iter().map(|connection| connection.as_str());
                known.chain([UNKNOWN]).collect()
            }
            Self::Navigation => Navigation::ALL.iter().map(|navigation| navigation.as_str()).collect(),
            Self::Browser => Browser::ALL.iter().map(|browser| browser.as_str()).collect(),
        })
    }

    /// What a value is called. `releases`: the names of kind [`crate::Kind::Release`]; one that is missing was dropped.
    pub fn value(self, value: i64, releases: &HashMap<i64, String>) -> &str {
        let place = usize::try_from(value).unwrap_or(usize::MAX);
        let known = match self {
            Self::Release if value == 0 => Some(UNKNOWN),
            Self::Release => releases.get(&value).map(String::as_str),
            Self::Device => Device::ALL.get(place).map(|device| device.as_str()),
            Self::Connection if value == 0 => Some(UNKNOWN),
            Self::Connection => Connection::ALL.get(place - 1).map(|connection| connection.as_str()),
            Self::Navigation => Navigation::ALL.get(place).map(|navigation| navigation.as_str()),
            Self::Browser => Browser::ALL.get(place).map(|browser| browser.as_str()),
        };
        known.unwrap_or(OTHER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_has_a_name_and_made_up_ones_are_others() {
        let releases = HashMap::from([(7, "1.2".to_owned())]);
        let name = |dimension: Dimension, value| dimension.value(value, &releases).to_owned();
        assert_eq!(name(Dimension::Release, 7), "1.2");
        assert_eq!(name(Dimension::Release, 8), OTHER);
        assert_eq!(name(Dimension::Connection, 4), "4g");
        assert_eq!(name(Dimension::Device, 2), "phone");
        assert_eq!(name(Dimension::Browser, 2), "Chrome");
        for dimension in Dimension::ALL {
            assert_eq!(Dimension::from_label(dimension.label()), Some(dimension));
            for (value, named) in dimension.values().unwrap_or_default().into_iter().zip(0..) {
                // Connections begin with the unknown one.
                let place = if dimension == Dimension::Connection { named + 1 } else { named };
                let place = if value == UNKNOWN { 0 } else { place };
                assert_eq!(name(dimension, place), value);
            }
            for made_up in [-1, i64::MIN, i64::MAX, 1000] {
                assert_eq!(name(dimension, made_up), OTHER);
            }
        }
        for dimension in [Dimension::Release, Dimension::Connection, Dimension::Browser] {
            assert_eq!(name(dimension, 0), UNKNOWN);
        }
    }
}
