//! Families of browsers, which is all that is kept of what a browser says of itself.
use crate::kind::{OTHER, UNKNOWN};

/// The family of a browser. The order is stored: new ones go last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Browser {
    /// It did not say.
    #[default]
    Unknown,
    /// Another one.
    Other,
    /// Chrome and Chromium.
    Chrome,
    /// Microsoft Edge.
    Edge,
    /// Opera.
    Opera,
    /// Samsung Internet.
    Samsung,
    /// Firefox.
    Firefox,
    /// Safari.
    Safari,
    /// A program that fetches pages by itself.
    Bot,
}

impl Browser {
    /// All of them, in the order that is stored.
    pub const ALL: [Self; 9] = [
        Self::Unknown,
        Self::Other,
        Self::Chrome,
        Self::Edge,
        Self::Opera,
        Self::Samsung,
        Self::Firefox,
        Self::Safari,
        Self::Bot,
    ];

    /// The family's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => UNKNOWN,
            Self::Other => OTHER,
            Self::Chrome => "Chrome",
            Self::Edge => "Edge",
            Self::Opera => "Opera",
            Self::Samsung => "Samsung Internet",
            Self::Firefox => "Firefox",
            Self::Safari => "Safari",
            Self::Bot => "bot",
        }
    }
}
