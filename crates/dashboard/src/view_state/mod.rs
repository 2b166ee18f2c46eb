//! The view state: time range, refresh interval and filters, in the query string of the URL.
//!
//! It is stored nowhere else, so a link shows another user the same page. Defaults are left out of the URL.
mod comparison;
mod refresh;
mod split;
mod time_range;
mod url;

pub use comparison::{Quantile, Versus};
pub use refresh::Refresh;
pub use split::{Dimension, Split};
pub use time_range::TimeRange;
pub use url::{href, provide_view_state, use_change_view_state, use_replace_view_state, use_view_state};

use std::fmt;
use whippet_api::QueryString;

/// The view state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ViewState {
    /// `range`, or `from` and `to`.
    pub range: TimeRange,
    /// `refresh`.
    pub refresh: Refresh,
    /// `target`: the shown backend; `None` for the first one.
    pub target: Option<String>,
    /// `metric`: the metric of the backend that is charted.
    pub metric: Option<String>,
    /// `by`: the label that its series are grouped by.
    pub by: Option<String>,
    /// `app`: the shown app; `None` for all.
    pub app: Option<String>,
    /// `page`: the shown page; `None` for all.
    pub page: Option<String>,
    /// `navigation`: whether web vitals show only route changes (`soft`).
    pub soft: bool,
    /// `split`: what web vitals and timings are split by, and the value whose page views they are of; `None` for neither.
    pub split: Option<Split>,
    /// `timing`: the application's own timing that is shown by `split`.
    pub timing: Option<String>,
    /// `with`: what is compared with; `None` for what is usual: a release with the one before, else the span before.
    pub with: Option<Versus>,
    /// `quantile`: what of each side is compared.
    pub quantile: Quantile,
    /// `of`: the metric that is compared by page; `None` for the worst of each page.
    pub of: Option<String>,
    /// `alert`: the alert whose history is shown; `None` for all.
    pub alert: Option<String>,
    /// `silence`: the alert that is about to be silenced, or the silence that is about to be changed, by id; `new` for neither.
    pub silence: Option<String>,
    /// Invalid parameters, as `name=value`. Their defaults are used. Never written to the URL.
    pub invalid: Vec<String>,
}

impl ViewState {
    /// What stays when another page is opened: range, refresh, target and app. The other choices are of one page.
    pub fn leave_page(&mut self) {
        (self.metric, self.by, self.soft) = (None, None, false);
        (self.page, self.split, self.timing) = (None, None, None);
        (self.with, self.of) = (None, None);
        (self.quantile, self.alert, self.silence) = (Quantile::default(), None, None);
    }

    /// Whether two sides are chosen: a value of a split, which has a usual other side, or another side.
    pub fn compares(&self) -> bool {
        self.with.is_some() || self.split.as_ref().is_some_and(|split| split.value.is_some())
    }

    /// Parses the parameters that `get` returns.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let filled = |name: &str| get(name).filter(|value: &String| !value.is_empty());
        let mut invalid = Vec::new();
        let mut add_invalid = |name: &str| {
            invalid.extend(filled(name).map(|value| format!("{name}={value}")));
        };
        let (from, to, length) = (filled("from"), filled("to"), filled("range"));
        let range = if from.is_some() || to.is_some() {
            TimeRange::between(from.as_deref(), to.as_deref()).unwrap_or_else(|| {
                add_invalid("from");
                add_invalid("to");
                TimeRange::default()
            })
        } else {
            length.map_or_else(TimeRange::default, |text| {
                TimeRange::parse(&text).unwrap_or_else(|| {
                    add_invalid("range");
                    TimeRange::default()
                })
            })
        };
        let refresh = filled("refresh").map_or_else(Refresh::default, |text| {
            Refresh::parse(&text).unwrap_or_else(|| {
                add_invalid("refresh");
                Refresh::default()
            })
        });
        let soft = filled("navigation").is_some_and(|text| {
            if text != "soft" {
                add_invalid("navigation");
            }
            text == "soft"
        });
        let split = filled("split").and_then(|text| {
            let split = Split::parse(&text);
            if split.is_none() {
                add_invalid("split");
            }
            split
        });
        let with = filled("with").and_then(|text| {
            let with = Versus::read(&text);
            if with.is_none() {
                add_invalid("with");
            }
            with
        });
        let quantile = filled("quantile").map_or_else(Quantile::default, |text| {
            Quantile::parse(&text).unwrap_or_else(|| {
                add_invalid("quantile");
                Quantile::default()
            })
        });
        Self {
            range,
            refresh,
            target: filled("target"),
            metric: filled("metric"),
            by: filled("by"),
            app: filled("app"),
            page: filled("page"),
            soft,
            split,
            timing: filled("timing"),
            with,
            quantile,
            of: filled("of"),
            alert: filled("alert"),
            silence: filled("silence"),
            invalid,
        }
    }
}

fn push_if(query: &mut QueryString, condition: bool, name: &str, value: &str) {
    if condition {
        query.push(name, value);
    }
}

/// The query string with its `?`; empty if everything has its default.
impl fmt::Display for ViewState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut query = QueryString::default();
        match self.range {
            TimeRange::Last(_) => {
                push_if(&mut query, self.range != TimeRange::default(), "range", &self.range.name());
            }
            TimeRange::Between(from, to) => {
                query.push("from", &from.to_string());
                if let Some(to) = to {
                    query.push("to", &to.to_string());
                }
            }
        }
        push_if(&mut query, self.refresh != Refresh::default(), "refresh", self.refresh.name());
        for (name, value) in [
            ("target", &self.target),
            ("metric", &self.metric),
            ("by", &self.by),
            ("app", &self.app),
            ("page", &self.page),
        ] {
            if let Some(value) = value {
                query.push(name, value);
            }
        }
        push_if(&mut query, self.soft, "navigation", "soft");
        if let Some(split) = &self.split {
            query.push("split", &split.name());
        }
        if let Some(timing) = &self.timing {
            query.push("timing", timing);
        }
        if let Some(with) = &self.with {
            query.push("with", &with.name());
        }
        push_if(&mut query, self.quantile != Quantile::default(), "quantile", self.quantile.name());
        for (name, value) in [("of", &self.of), ("alert", &self.alert), ("silence", &self.silence)] {
            if let Some(value) = value {
                query.push(name, value);
            }
        }
        query.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> ViewState {
        ViewState::read(|name| pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.to_owned()))
    }

    #[test]
    fn an_empty_query_string_is_the_default() {
        assert_eq!(read(&[]), ViewState::default());
        assert_eq!(ViewState::default().to_string(), "");
    }

    #[test]
    fn every_choice_is_written_and_parsed() {
        const DAY: i64 = 86_400_000;
        for range in TimeRange::choices(396 * DAY, 396 * DAY) {
            for refresh in Refresh::ALL {
                let view = read(&[("range", &range.name()), ("refresh", refresh.name())]);
                assert_eq!((view.range, view.refresh, view.invalid), (range, refresh, Vec::<String>::new()));
            }
        }
        let names = |kept: i64, age: i64| {
            TimeRange::choices(kept * DAY, age * DAY).into_iter().map(TimeRange::name).collect::<Vec<_>>()
        };
        assert_eq!(names(30, 900), ["15m", "1h", "6h", "24h", "7d", "30d"]);
        assert_eq!(names(90, 900), ["15m", "1h", "6h", "24h", "7d", "30d", "90d"]);
        assert_eq!(names(14, 900), ["15m", "1h", "6h", "24h", "7d", "14d"]);
        assert_eq!(names(2, 900), ["15m", "1h", "6h", "24h", "7d"]);
        // Longer ones where there is data that the next shorter one does not show.
        assert_eq!(names(396, 0), ["15m", "1h", "6h", "24h", "7d", "30d"]);
        assert_eq!(names(396, 31), ["15m", "1h", "6h", "24h", "7d", "30d", "90d"]);
        assert_eq!(names(396, 100), ["15m", "1h", "6h", "24h", "7d", "30d", "90d", "396d"]);
        assert_eq!(names(60, 10), ["15m", "1h", "6h", "24h", "7d", "30d"]);
    }

    #[test]
    fn any_length_is_parsed() {
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
            assert_eq!(view.range, TimeRange::Last(minutes * 60_000), "{text}");
            assert_eq!(view.range.words(), words);
            assert_eq!(read(&[("range", &view.range.name())]).range, view.range);
        }
    }

    #[test]
    fn absolute_bounds_take_precedence_over_a_length() {
        let view = read(&[("from", "1000"), ("to", "2000"), ("range", "6h")]);
        assert_eq!(view.range, TimeRange::Between(1000, Some(2000)));
        assert_eq!(view.to_string(), "?from=1000&to=2000");
        assert_eq!(view.range.bounds(9999), whippet_api::Range { from: 1000, to: 2000 });
        assert_eq!(read(&[("from", "1000")]).range.bounds(9999), whippet_api::Range { from: 1000, to: 9999 });
        assert_eq!(read(&[("to", "7200000")]).range, TimeRange::Between(3_600_000, Some(7_200_000)));
    }

    #[test]
    fn invalid_parameters_are_listed_and_replaced_by_defaults() {
        let invalid = |pairs: &[(&str, &str)]| {
            let view = read(pairs);
            assert_eq!(ViewState { invalid: Vec::new(), ..view.clone() }, ViewState::default());
            view.invalid.join(" ")
        };
        assert_eq!(invalid(&[("range", "2y"), ("refresh", "1ms"), ("target", "")]), "range=2y refresh=1ms");
        for text in ["h", "-2h", "0h", "2", "401d", "10s", "99999999999999999999d", "2é", "+2h"] {
            assert_eq!(invalid(&[("range", text)]), format!("range={text}"));
        }
        assert_eq!(invalid(&[("from", "2000"), ("to", "1000")]), "from=2000 to=1000");
        assert_eq!(invalid(&[("from", "now-6h")]), "from=now-6h");
        assert_eq!(invalid(&[("navigation", "sideways")]), "navigation=sideways");
        assert_eq!(invalid(&[("split", "colour:red")]), "split=colour:red");
        assert_eq!(invalid(&[("with", "device")]), "with=device");
        assert_eq!(invalid(&[("quantile", "p80")]), "quantile=p80");
    }

    #[test]
    fn an_expensive_report_is_refetched_less_often() {
        let interval = |cost| Refresh::FiveSeconds.interval(cost).unwrap();
        assert_eq!([10.0, 250.0, 251.0, 2400.0].map(interval), [5_000.0, 5_000.0, 10_000.0, 50_000.0]);
        // It waited, or the computer slept for a night.
        assert_eq!([5_000.0, 25_000.0, 3e7].map(interval), [100_000.0; 3]);
        assert_eq!(Refresh::Minute.interval(3e7), Some(120_000.0));
        assert_eq!(Refresh::Off.interval(9.0), None);
    }

    #[test]
    fn a_comparison_is_written_and_left_with_its_page() {
        let pairs = [
            ("range", "7d"),
            ("app", "shop"),
            ("page", "/cart"),
            ("split", "release:1.2"),
            ("timing", "checkout.submit"),
            ("with", "release:1.1"),
            ("quantile", "p95"),
            ("of", "LCP"),
            ("alert", "a1"),
            ("silence", "new"),
        ];
        let mut view = read(&pairs);
        let expected = "?range=7d&app=shop&page=/cart&split=release%3A1.2&timing=checkout.submit&with=release%3A1.1\
                        &quantile=p95&of=LCP&alert=a1&silence=new";
        assert_eq!(view.to_string(), expected);
        view.leave_page();
        assert_eq!(view.to_string(), "?range=7d&app=shop");
    }

    #[test]
    fn nothing_of_one_page_stays_on_another() {
        let pairs =
            [("target", "api"), ("metric", "up"), ("by", "job"), ("navigation", "soft"), ("app", "shop")];
        let mut view = read(&pairs);
        view.leave_page();
        assert_eq!(view.to_string(), "?target=api&app=shop");
    }

    #[test]
    fn names_are_escaped_in_the_url() {
        let view = ViewState {
            range: TimeRange::Last(86_400_000),
            refresh: Refresh::Off,
            page: Some("/a b/ü?x=1&y#".to_owned()),
            split: Split::parse("release:1.2 beta"),
            ..ViewState::default()
        };
        let expected = "?range=24h&refresh=off&page=/a%20b/%C3%BC%3Fx%3D1%26y%23&split=release%3A1.2%20beta";
        assert_eq!(view.to_string(), expected);
        assert_eq!(read(&[("split", "release:1.2 beta")]).split, view.split);
    }
}
