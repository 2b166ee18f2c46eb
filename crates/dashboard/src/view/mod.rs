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
    /// `range`, or `from` and `to`.
    pub window: Window,
    /// `refresh`.
    pub refresh: Refresh,
    /// `target`: whose backend is shown; the first there is where it is `None`.
    pub target: Option<String>,
    /// `app`: whose pages; all where it is `None`.
    pub app: Option<String>,
    /// `page`: which page; all where it is `None`.
    pub page: Option<String>,
    /// `navigation`: whether only route changes count in web vitals (`soft`).
    pub soft: bool,
    /// What of the URL makes no sense, as it stands there; its default counts. Never written.
    pub unknown: Vec<String>,
}

impl View {
    /// Reads the parameters that `get` finds.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let filled = |name: &str| get(name).filter(|value: &String| !value.is_empty());
        let mut unknown = Vec::new();
        let mut not_understood = |name: &str| {
            unknown.extend(filled(name).map(|value| format!("{name}={value}")));
        };
        let (from, to, range) = (filled("from"), filled("to"), filled("range"));
        let window = if from.is_some() || to.is_some() {
            Window::between(from.as_deref(), to.as_deref()).unwrap_or_else(|| {
                not_understood("from");
                not_understood("to");
                Window::default()
            })
        } else {
            range.map_or_else(Window::default, |text| {
                Window::parse(&text).unwrap_or_else(|| {
                    not_understood("range");
                    Window::default()
                })
            })
        };
        let refresh = filled("refresh").map_or_else(Refresh::default, |text| {
            Refresh::parse(&text).unwrap_or_else(|| {
                not_understood("refresh");
                Refresh::default()
            })
        });
        let soft = filled("navigation").is_some_and(|text| {
            if text != "soft" {
                not_understood("navigation");
            }
            text == "soft"
        });
        Self {
            window,
            refresh,
            target: filled("target"),
            app: filled("app"),
            page: filled("page"),
            soft,
            unknown,
        }
    }
}

/// The query string, with its `?`; empty where all is at its default.
impl fmt::Display for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut query = QueryString::default();
        match self.window {
            Window::Last(_) => query.push_if(self.window != Window::default(), "range", &self.window.name()),
            Window::Between(from, to) => {
                query.push("from", &from.to_string());
                if let Some(to) = to {
                    query.push("to", &to.to_string());
                }
            }
        }
        query.push_if(self.refresh != Refresh::default(), "refresh", self.refresh.name());
        for (name, value) in [("target", &self.target), ("app", &self.app), ("page", &self.page)] {
            if let Some(value) = value {
                query.push(name, value);
            }
        }
        query.push_if(self.soft, "navigation", "soft");
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
        const DAY: i64 = 86_400_000;
        for window in Window::choices(90 * DAY) {
            for refresh in Refresh::ALL {
                let view = read(&[("range", &window.name()), ("refresh", refresh.name())]);
                assert_eq!(
                    (view.window, view.refresh, view.unknown),
                    (window, refresh, Vec::<String>::new())
                );
            }
        }
        let names = |days: i64| Window::choices(days * DAY).into_iter().map(Window::name).collect::<Vec<_>>();
        assert_eq!(names(30), ["15m", "1h", "6h", "24h", "7d", "30d"]);
        assert_eq!(names(90), ["15m", "1h", "6h", "24h", "7d", "30d", "90d"]);
        assert_eq!(names(14), ["15m", "1h", "6h", "24h", "7d", "14d"]);
        assert_eq!(names(2), ["15m", "1h", "6h", "24h", "7d"]);
    }

    #[test]
    fn any_length_works() {
        for (text, minutes, words) in [
            ("2h", 120, "the last 2 hours"),
            ("30d", 43_200, "the last 30 days"),
            ("90m", 90, "the last 90 minutes"),
            ("120s", 2, "the last 2 minutes"),
            ("2w", 20_160, "the last 14 days"),
            ("1d", 1_440, "the last 24 hours"),
            ("48h", 2_880, "the last 2 days"),
            ("60m", 60, "the last hour"),
        ] {
            let view = read(&[("range", text)]);
            assert_eq!(view.window, Window::Last(minutes * 60_000), "{text}");
            assert_eq!(view.window.words(), words);
            assert_eq!(read(&[("range", &view.window.name())]).window, view.window);
        }
    }

    #[test]
    fn moments_work_and_go_before_a_length() {
        let view = read(&[("from", "1000"), ("to", "2000"), ("range", "6h")]);
        assert_eq!(view.window, Window::Between(1000, Some(2000)));
        assert_eq!(view.to_string(), "?from=1000&to=2000");
        assert_eq!(view.window.range(9999), whippet_api::Range { from: 1000, to: 2000 });
        assert_eq!(read(&[("from", "1000")]).window.range(9999), whippet_api::Range { from: 1000, to: 9999 });
        assert_eq!(read(&[("to", "7200000")]).window, Window::Between(3_600_000, Some(7_200_000)));
    }

    #[test]
    fn what_makes_no_sense_is_said_and_is_the_default() {
        let unknown = |pairs: &[(&str, &str)]| {
            let view = read(pairs);
            assert_eq!(View { unknown: Vec::new(), ..view.clone() }, View::default());
            view.unknown.join(" ")
        };
        assert_eq!(unknown(&[("range", "2y"), ("refresh", "1ms"), ("target", "")]), "range=2y refresh=1ms");
        for text in ["h", "-2h", "0h", "2", "401d", "10s", "99999999999999999999d", "2é", "+2h"] {
            assert_eq!(unknown(&[("range", text)]), format!("range={text}"));
        }
        assert_eq!(unknown(&[("from", "2000"), ("to", "1000")]), "from=2000 to=1000");
        assert_eq!(unknown(&[("from", "now-6h")]), "from=now-6h");
        assert_eq!(unknown(&[("navigation", "sideways")]), "navigation=sideways");
    }

    #[test]
    fn an_answer_that_costs_much_is_asked_for_less() {
        let interval = |cost| Refresh::FiveSeconds.interval(cost).unwrap();
        assert_eq!([10.0, 250.0, 251.0, 2400.0].map(interval), [5_000.0, 5_000.0, 10_000.0, 50_000.0]);
        assert_eq!(Refresh::Off.interval(9.0), None);
    }

    #[test]
    fn what_users_named_is_escaped() {
        let view = View {
            window: Window::Last(86_400_000),
            refresh: Refresh::Off,
            page: Some("/a b/ü?x=1&y#".to_owned()),
            ..View::default()
        };
        assert_eq!(view.to_string(), "?range=24h&refresh=off&page=/a%20b/%C3%BC%3Fx%3D1%26y%23");
    }
}
