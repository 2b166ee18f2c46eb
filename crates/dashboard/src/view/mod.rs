//! What the reader looks at, as the URL's query string says it: time range, refresh and filters.
//!
//! All of it is in the URL and nowhere else, so a link shows another reader the same page. What is left at
//! its default is left out.
mod choices;
mod query_string;
mod url;

pub use choices::{Refresh, Window};
pub use query_string::QueryString;
pub use url::{href, provide_view, use_change_view, use_view};

use std::fmt;

/// The whole of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct View {
    /// `range`.
    pub window: Window,
    /// `refresh`.
    pub refresh: Refresh,
    /// `target`: whose backend is shown; the first there is where it is `None`.
    pub target: Option<String>,
    /// `app`: whose pages; all where it is `None`.
    pub app: Option<String>,
    /// `page`: which page; all where it is `None`.
    pub page: Option<String>,
}

impl View {
    /// Reads the parameters that `get` finds. What makes no sense counts as its default.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let filled = |name| get(name).filter(|value| !value.is_empty());
        Self {
            window: get("range").and_then(|text| Window::parse(&text)).unwrap_or_default(),
            refresh: get("refresh").and_then(|text| Refresh::parse(&text)).unwrap_or_default(),
            target: filled("target"),
            app: filled("app"),
            page: filled("page"),
        }
    }
}

/// The query string, with its `?`; empty where all is at its default.
impl fmt::Display for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut query = QueryString::default();
        query.push_if(self.window != Window::default(), "range", self.window.name());
        query.push_if(self.refresh != Refresh::default(), "refresh", self.refresh.name());
        for (name, value) in [("target", &self.target), ("app", &self.app), ("page", &self.page)] {
            if let Some(value) = value {
                query.push(name, value);
            }
        }
        f.write_str(&query.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> View {
        View::read(|name| pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.to_owned()))
    }

    #[test]
    fn nothing_said_is_the_default_and_back() {
        assert_eq!(read(&[]), View::default());
        assert_eq!(View::default().to_string(), "");
    }

    #[test]
    fn every_choice_survives_its_way_through_the_url() {
        for window in Window::ALL {
            for refresh in Refresh::ALL {
                let view = read(&[("range", window.name()), ("refresh", refresh.name())]);
                assert_eq!((view.window, view.refresh), (window, refresh));
            }
        }
    }

    #[test]
    fn what_makes_no_sense_is_the_default() {
        assert_eq!(read(&[("range", "2y"), ("refresh", "1ms"), ("target", "")]), View::default());
    }

    #[test]
    fn what_users_named_is_escaped() {
        let view = View {
            window: Window::Day,
            refresh: Refresh::Off,
            page: Some("/a b/ü?x=1&y#".to_owned()),
            ..View::default()
        };
        assert_eq!(view.to_string(), "?range=24h&refresh=off&page=/a%20b/%C3%BC%3Fx%3D1%26y%23");
    }
}
