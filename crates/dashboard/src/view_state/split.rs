//! What web vitals and timings are split by, and its form in the URL: `split=device`, or `split=device:phone` with a value selected.

/// A dimension of page views, and the value whose page views are shown.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Split {
    /// The dimension.
    pub by: Dimension,
    /// The value, as the API takes it; `None` for all.
    pub value: Option<String>,
}

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
    /// Release and class of device.
    ReleaseAndDevice,
}

impl Dimension {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Release,
        Self::Device,
        Self::Connection,
        Self::Navigation,
        Self::Browser,
        Self::ReleaseAndDevice,
    ];

    /// The form in the URL and in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Device => "device",
            Self::Connection => "connection",
            Self::Navigation => "navigation",
            Self::Browser => "browser",
            Self::ReleaseAndDevice => "release_device",
        }
    }

    /// The form in a list.
    pub fn words(self) -> &'static str {
        match self {
            Self::Release => "Release",
            Self::Device => "Device",
            Self::Connection => "Connection",
            Self::Navigation => "Navigation",
            Self::Browser => "Browser",
            Self::ReleaseAndDevice => "Release and device",
        }
    }
}

impl Split {
    /// Parses the form in the URL.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, value) = match text.split_once(':') {
            None => (text, None),
            Some((name, value)) => (name, Some(value).filter(|value| !value.is_empty())),
        };
        let by = Dimension::ALL.into_iter().find(|by| by.name() == name)?;
        Some(Self { by, value: value.map(str::to_owned) })
    }

    /// The form in the URL.
    pub fn name(&self) -> String {
        match &self.value {
            None => self.by.name().to_owned(),
            Some(value) => format!("{}:{value}", self.by.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_may_have_colons() {
        for text in ["device", "device:phone", "release:v:1.2", "release_device:1.2:phone"] {
            assert_eq!(Split::parse(text).map(|split| split.name()).as_deref(), Some(text));
        }
        assert_eq!(Split::parse("device:").map(|split| split.name()).as_deref(), Some("device"));
        for text in ["colour", "", ":phone", "Device"] {
            assert_eq!(Split::parse(text), None, "{text}");
        }
    }
}
