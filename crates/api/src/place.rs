//! Where on the dashboard a figure is shown, as part of an address.
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

/// A page of the dashboard, and what is selected there, so that it shows why an alert fires. An empty field selects nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    /// The page.
    pub view: View,
    /// The application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// A page of the application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// The scraped target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// A metric of the target, on the page Backend.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
    /// What page views are split by, with a value, as `GET /api/vitals` takes it: `device:phone`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split: Option<String>,
    /// The start, ms since the epoch. Without it the dashboard shows its usual range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<i64>,
    /// The end, ms since the epoch; `None` for now, whenever that is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<i64>,
}

/// A page of the dashboard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// The service levels.
    #[default]
    Overview,
    /// A scraped target.
    Backend,
    /// Web vitals.
    Vitals,
    /// Navigation and resources.
    Loading,
    /// The query cache.
    Cache,
    /// The application's own measurements.
    Custom,
    /// Errors.
    Errors,
    /// What fires, and what fired.
    Alerts,
    /// Releases, compared.
    Releases,
}

impl View {
    /// The path on the dashboard.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Overview => "/",
            Self::Backend => "/backend",
            Self::Vitals => "/vitals",
            Self::Loading => "/loading",
            Self::Cache => "/cache",
            Self::Custom => "/custom",
            Self::Errors => "/errors",
            Self::Alerts => "/alerts",
            Self::Releases => "/releases",
        }
    }
}

impl Place {
    /// Path and query string. It follows the address that the dashboard itself is at.
    pub fn address(&self) -> String {
        let mut query = QueryString::default();
        let moment = |time: Option<i64>| time.map(|time| time.to_string());
        // An end without a start would be an hour before it, and nobody knows whether that shows anything.
        let to = self.from.and(self.to);
        for (name, value) in [("from", moment(self.from)), ("to", moment(to))] {
            if let Some(value) = value {
                query.push(name, &value);
            }
        }
        for (name, value) in [
            ("target", &self.target),
            ("metric", &self.metric),
            ("app", &self.app),
            ("page", &self.page),
            ("split", &self.split),
        ] {
            if let Some(value) = value {
                query.push(name, value);
            }
        }
        format!("{}{query}", self.view.path())
    }
}

/// A query string under way: empty, or with its `?`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueryString(String);

impl QueryString {
    /// Appends a parameter. All characters are percent-encoded but RFC 3986's unreserved ones and `/`, which has no meaning in
    /// a query string and is easier to read.
    pub fn push(&mut self, name: &str, value: &str) {
        self.0.push(if self.0.is_empty() { '?' } else { '&' });
        self.0.push_str(name);
        self.0.push('=');
        for byte in value.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                    self.0.push(char::from(byte));
                }
                _ => {
                    let _ = write!(self.0, "%{byte:02X}");
                }
            }
        }
    }
}

impl std::fmt::Display for QueryString {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_an_address() {
        assert_eq!(Place::default().address(), "/");
        let place = Place {
            view: View::Vitals,
            app: Some("my shop".to_owned()),
            page: Some("/a&b".to_owned()),
            split: Some("device:phone".to_owned()),
            from: Some(1),
            to: Some(2),
            ..Place::default()
        };
        assert_eq!(place.address(), "/vitals?from=1&to=2&app=my%20shop&page=/a%26b&split=device%3Aphone");
        let backend = Place { view: View::Backend, target: Some("ü".to_owned()), ..Place::default() };
        assert_eq!(backend.address(), "/backend?target=%C3%BC");
        assert_eq!(Place { to: Some(2), ..backend }.address(), "/backend?target=%C3%BC");
    }
}
