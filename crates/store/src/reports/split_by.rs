//! What page views are split by, one dimension at a time; releases and devices also together, as releases are compared with the
//! mix of devices held equal.
use std::collections::HashMap;

use crate::cells::{Origin, Section, SplitKey};
use crate::dimension::Dimension;

/// What page views are split by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SplitBy {
    /// One dimension.
    One(Dimension),
    /// By release, and each release by class of device.
    ReleaseAndDevice,
}

const RELEASE_AND_DEVICE: &str = "release_device";

impl SplitBy {
    /// All words for them, for a message.
    pub const LABELS: &str = "release, device, connection, navigation, browser, release_device";

    /// The one called `label`.
    pub fn from_label(label: &str) -> Option<Self> {
        if label == RELEASE_AND_DEVICE {
            return Some(Self::ReleaseAndDevice);
        }
        Dimension::from_label(label).map(Self::One)
    }

    /// The word for it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::One(dimension) => dimension.label(),
            Self::ReleaseAndDevice => RELEASE_AND_DEVICE,
        }
    }

    /// The section of its cells.
    pub const fn section(self) -> Section {
        match self {
            Self::One(dimension) => dimension.section(),
            Self::ReleaseAndDevice => Section::ByReleaseAndDevice,
        }
    }

    /// The section of the cells with the timings that applications name themselves. Releases and classes of device are told apart in
    /// one of them.
    pub const fn timing_section(self) -> Section {
        match self {
            Self::One(Dimension::Connection) => Section::TimingsByConnection,
            Self::One(Dimension::Navigation) => Section::TimingsByNavigation,
            Self::One(Dimension::Browser) => Section::TimingsByBrowser,
            Self::One(Dimension::Release | Dimension::Device) | Self::ReleaseAndDevice => {
                Section::TimingsByReleaseAndDevice
            }
        }
    }

    /// Where what is at `key` of [`Self::timing_section`] counts.
    pub const fn timing_key(self, key: SplitKey) -> SplitKey {
        match self {
            Self::One(Dimension::Release) => SplitKey { value: key.value, device: 0 },
            Self::One(Dimension::Device) => SplitKey { value: key.device, device: 0 },
            _ => key,
        }
    }

    /// Where a page view counts.
    pub fn key(self, origin: &Origin) -> SplitKey {
        let section = self.section();
        let place = origin.places().into_iter().find(|place| place.0 == section);
        place.map(|place| place.1).unwrap_or_default()
    }

    /// What a key is called: the value, and the class of device where there is one.
    pub fn name(self, key: SplitKey, releases: &HashMap<i64, String>) -> (&str, Option<&str>) {
        match self {
            Self::One(dimension) => (dimension.value(key.value, releases), None),
            Self::ReleaseAndDevice => {
                let device = Dimension::Device.value(key.device, releases);
                (Dimension::Release.value(key.value, releases), Some(device))
            }
        }
    }
}

/// Selects the page views with one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SplitFilter {
    /// What they are split by.
    pub by: SplitBy,
    /// The value, as it is called.
    pub value: String,
    /// The class of device, where releases are split by it.
    pub device: Option<String>,
}

impl SplitFilter {
    /// Reads `device:phone`, `release:1.2.0` or `release_device:1.2.0:phone`. A release may have colons.
    pub fn parse(text: &str) -> Option<Self> {
        let (label, value) = text.split_once(':')?;
        let by = SplitBy::from_label(label)?;
        let (value, device) = match by {
            SplitBy::One(_) => (value, None),
            SplitBy::ReleaseAndDevice => {
                value.rsplit_once(':').map(|(value, device)| (value, Some(device)))?
            }
        };
        let is_filled = !value.is_empty() && device != Some("");
        is_filled.then(|| Self { by, value: value.to_owned(), device: device.map(str::to_owned) })
    }

    /// Whether it selects the page views of a key.
    pub fn selects(&self, key: SplitKey, releases: &HashMap<i64, String>) -> bool {
        self.by.name(key, releases) == (self.value.as_str(), self.device.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_names_a_dimension_and_a_value() {
        let read = |text: &str| {
            let filter = SplitFilter::parse(text)?;
            Some(format!("{} {} {:?}", filter.by.label(), filter.value, filter.device))
        };
        assert_eq!(read("device:phone").as_deref(), Some("device phone None"));
        assert_eq!(read("release:v:1").as_deref(), Some("release v:1 None"));
        assert_eq!(read("release_device:v:1:phone").as_deref(), Some("release_device v:1 Some(\"phone\")"));
        for wrong in [
            "",
            "device",
            "device:",
            "colour:red",
            "release_device:1.2",
            "release_device:1.2:",
            "release_device::phone",
            ":x",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_filter_selects_what_the_table_calls_so() {
        let releases = HashMap::from([(7, "1.2".to_owned())]);
        let selects = |text: &str, value, device| {
            SplitFilter::parse(text).unwrap().selects(SplitKey { value, device }, &releases)
        };
        assert!(selects("release:1.2", 7, 0) && !selects("release:1.2", 8, 0));
        assert!(selects("release:(other)", 8, 0) && selects("release:(unknown)", 0, 0));
        assert!(selects("release_device:1.2:phone", 7, 2) && !selects("release_device:1.2:phone", 7, 1));
        assert!(selects("device:phone", 2, 0));
        for label in SplitBy::LABELS.split(", ") {
            assert_eq!(SplitBy::from_label(label).map(SplitBy::label), Some(label));
        }
    }
}
