//! A level: as it is written, and checked.
use serde::Deserialize;

use super::aggregate::Aggregate;
use super::bound::{Bound, BoundKeys, Quantity};
use super::figure::Figure;
use super::quantity::{Kind, duration};
use super::question::{Answer, Question};
use super::subject::{Scope, Subject};

/// The window where a rule does not say: 15 minutes.
pub const WINDOW: i64 = 15 * 60_000;
/// The shortest window: figures are kept by the minute.
const SHORTEST: i64 = 60_000;
/// The longest window: 31 days.
const LONGEST: i64 = 31 * 86_400_000;
/// What page views are split by.
const SPLITS: [&str; 6] = ["release", "device", "connection", "navigation", "browser", "release_device"];
/// The longest name of a rule, bytes.
const NAME: usize = 200;

/// A figure with its bound.
#[derive(Clone, Debug, PartialEq)]
pub struct LevelRule {
    /// Its name, which is its own.
    pub name: String,
    /// Whose figure.
    pub scope: Scope,
    /// Which.
    pub figure: Figure,
    /// What is made of its values.
    pub aggregate: Aggregate,
    /// The bound.
    pub bound: Bound,
    /// The length of the window, ms.
    pub window: i64,
    /// With fewer samples nothing is known.
    pub min_samples: u64,
    /// Only page views with this value of a dimension: `device:phone`.
    pub split: Option<String>,
}

/// `[[level]]`, as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LevelTable {
    /// Its name.
    pub name: String,
    target: Option<String>,
    app: Option<String>,
    page: Option<String>,
    figure: String,
    split: Option<String>,
    aggregate: Option<String>,
    below: Option<Quantity>,
    at_most: Option<Quantity>,
    above: Option<Quantity>,
    at_least: Option<Quantity>,
    window: Option<String>,
    min_samples: Option<u64>,
}

impl LevelTable {
    /// The keys that the table may have.
    pub const KEYS: &'static [&'static str] = &[
        "name",
        "target",
        "app",
        "page",
        "figure",
        "split",
        "aggregate",
        "below",
        "at_most",
        "above",
        "at_least",
        "window",
        "min_samples",
    ];

    /// What it means.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn checked(self) -> Result<LevelRule, String> {
        let keys = BoundKeys {
            below: self.below,
            at_most: self.at_most,
            above: self.above,
            at_least: self.at_least,
        };
        let bound = Bound::of(&keys)?.ok_or_else(|| {
            "it has no bound: add one of `below`, `at_most`, `above`, `at_least`, such as below = \"2.5s\"".to_owned()
        })?;
        let scope = Scope::checked(self.target, self.app, self.page)?;
        let figure = Figure::parse(&self.figure)?;
        let aggregate = self.aggregate.as_deref().map(Aggregate::parse).transpose()?;
        figure.fits_share(self.aggregate.as_deref())?;
        let window = self.window.as_deref().map(window).transpose()?.unwrap_or(WINDOW);
        LevelRule::new(self.name, scope, (figure, aggregate), bound, (window, self.min_samples))?
            .of_split(self.split)
    }
}

/// The window of a rule.
pub(crate) fn window(text: &str) -> Result<i64, String> {
    let window = duration(text).map_err(|error| format!("`window`: {error}"))?;
    if (SHORTEST..=LONGEST).contains(&window) {
        return Ok(window);
    }
    Err(format!("`window` is from 1m to 31d, not {text}: figures are kept by the minute"))
}

/// The name of a rule.
pub(crate) fn name(text: &str) -> Result<(), String> {
    if text.trim().is_empty() || text.len() > NAME || text.contains(char::is_control) {
        return Err(format!("`name` has 1 to {NAME} characters, and no line breaks"));
    }
    Ok(())
}

impl LevelRule {
    /// A level whose parts go together. `None` for the aggregate is the usual one of the figure; the bound comes with what its unit says
    /// that it is.
    ///
    /// # Errors
    /// What does not go together.
    pub fn new(
        name: String,
        scope: Scope,
        (figure, aggregate): (Figure, Option<Aggregate>),
        (bound, kind): (Bound, Option<Kind>),
        (window, min_samples): (i64, Option<u64>),
    ) -> Result<Self, String> {
        self::name(&name)?;
        if figure.is_of_target() != scope.is_target() {
            return Err(match figure.is_of_target() {
                true => format!("{figure} is a figure of a target: name it with `target`"),
                false => format!("{figure} is a figure of an app: name it with `app`"),
            });
        }
        let aggregate = aggregate.unwrap_or_else(|| figure.usual_aggregate());
        if !figure.can(aggregate) {
            return Err(format!(
                "{figure} has no {aggregate}: its usual aggregate is {}",
                figure.usual_aggregate()
            ));
        }
        figure.fits(aggregate, kind)?;
        let is_share = matches!(figure, Figure::Share(_)) || matches!(aggregate, Aggregate::ShareAbove(_));
        if is_share && !(0.0..=1.0).contains(&bound.value) {
            return Err(format!(
                "{figure} is a share, from 0 to 1, and never beyond {}: write it in per cent, such as 5%",
                bound.value
            ));
        }
        Ok(Self {
            name,
            scope,
            figure,
            aggregate,
            bound,
            window,
            min_samples: min_samples.unwrap_or(1),
            split: None,
        })
    }

    /// The same of the page views with one value of a dimension.
    ///
    /// # Errors
    /// Where the figure is not kept by it, or it is none.
    pub fn of_split(self, split: Option<String>) -> Result<Self, String> {
        let Some(text) = &split else { return Ok(self) };
        if !matches!(self.figure, Figure::Vital(_) | Figure::Views) {
            return Err(format!("{} is not kept by `split`: vitals and views are", self.figure));
        }
        let is_known = |(by, value): (&str, &str)| {
            // A release may have colons, and a device has none.
            let (value, device) = match by {
                "release_device" => value.rsplit_once(':').unwrap_or_default(),
                _ => (value, by),
            };
            SPLITS.contains(&by) && !value.is_empty() && !device.is_empty()
        };
        if !text.split_once(':').is_some_and(is_known) || text.len() > 300 || text.contains(char::is_control)
        {
            return Err(format!(
                "`split` is a dimension and a value of it, such as \"device:phone\" or \
                 \"release_device:1.2.0:phone\"; there is {}",
                SPLITS.join(", ")
            ));
        }
        Ok(Self { split, ..self })
    }

    /// What is to be read of a subject.
    pub fn question(&self, subject: &Subject) -> Question {
        Question {
            subject: subject.clone(),
            figure: self.figure.clone(),
            aggregate: self.aggregate,
            window: self.window,
            split: self.split.clone(),
        }
    }

    /// The value, where there are enough samples to say one. It may be infinite: `+Inf` is above any bound, as in Prometheus.
    pub fn value(&self, answer: &Answer) -> Option<f64> {
        let enough = answer.samples.is_none_or(|samples| samples >= self.min_samples);
        answer.value.filter(|value| enough && !value.is_nan())
    }

    /// Whether the level is met; `None` where too little is known.
    pub fn met(&self, answer: &Answer) -> Option<bool> {
        self.value(answer).map(|value| self.bound.met(value, answer.beyond))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> LevelTable {
        LevelTable {
            name: "checkout".into(),
            target: None,
            app: Some("shop".into()),
            page: Some("/checkout".into()),
            figure: "LCP".into(),
            split: None,
            aggregate: None,
            below: Some(Quantity::Text("2.5s".into())),
            at_most: None,
            above: None,
            at_least: None,
            window: None,
            min_samples: Some(20),
        }
    }

    #[test]
    fn what_is_not_said_is_the_usual() {
        let level = table().checked().unwrap();
        assert_eq!((level.aggregate, level.window), (Aggregate::Quantile(0.75), WINDOW));
        assert_eq!(level.bound, Bound::below(2500.0));
        let answer =
            |value, samples| Answer { value: Some(value), samples: Some(samples), ..Answer::default() };
        assert_eq!(level.met(&answer(2400.0, 20)), Some(true));
        assert_eq!(level.met(&answer(2500.0, 20)), Some(false), "below is not equal");
        assert_eq!(level.met(&answer(9000.0, 19)), None, "too few to say anything");
        assert_eq!(level.met(&Answer { beyond: true, ..answer(2400.0, 20) }), Some(false));
        assert_eq!(level.met(&Answer::default()), None);
        let met = [f64::INFINITY, f64::NEG_INFINITY, f64::NAN].map(|value| level.met(&answer(value, 20)));
        assert_eq!(met, [Some(false), Some(true), None]);
    }

    #[test]
    fn what_does_not_go_together_is_named() {
        let fails = |change: fn(&mut LevelTable), needle: &str| {
            let mut wrong = table();
            change(&mut wrong);
            let error = wrong.checked().unwrap_err();
            assert!(error.contains(needle), "{error}");
        };
        fails(|table| table.below = None, "no bound");
        fails(|table| table.at_most = Some(Quantity::Whole(1)), "one bound");
        fails(|table| table.figure = "http.server.duration".into(), "of a target");
        fails(|table| table.aggregate = Some("last".into()), "no last");
        fails(|table| table.window = Some("10s".into()), "1m to 31d");
        fails(|table| table.window = Some("10".into()), "no time");
        fails(|table| table.name = " ".into(), "`name`");
        fails(|table| table.below = Some(Quantity::Real(f64::NAN)), "finite");
    }

    #[test]
    fn a_split_goes_with_vitals_and_views() {
        let of = |figure: &str, split: &str| {
            let text = format!(r#"{{"name":"a","app":"b","figure":"{figure}","below":9,"split":"{split}"}}"#);
            serde_json::from_str::<LevelTable>(&text).unwrap().checked()
        };
        assert_eq!(of("LCP", "device:phone").unwrap().split.as_deref(), Some("device:phone"));
        assert!(of("views", "release:1:2").is_ok() && of("views", "release_device:1:2:phone").is_ok());
        for (figure, split) in [
            ("LCP", "device"),
            ("LCP", "device:"),
            ("LCP", "colour:red"),
            ("errors", "device:phone"),
            // These were taken, and the figures of all page views judged.
            ("LCP", "release_device:1.2"),
            ("LCP", "release_device:1.2:"),
            ("LCP", "release_device::phone"),
        ] {
            assert!(of(figure, split).is_err(), "{figure} {split}");
        }
    }

    #[test]
    fn a_bound_of_a_share_is_one() {
        let of = |aggregate: Option<&str>, below: &str| {
            let target = LevelTable { app: None, page: None, target: Some("shop".into()), ..table() };
            let figure = if aggregate.is_some() { "http.server.duration" } else { "server_errors" };
            LevelTable {
                figure: figure.into(),
                aggregate: aggregate.map(Into::into),
                below: Some(Quantity::Text(below.into())),
                ..target
            }
            .checked()
        };
        assert!(of(None, "5%").is_ok() && of(None, "1").is_ok() && of(Some("share > 1s"), "0.1").is_ok());
        for below in ["5", "2s", "-1%", "101%"] {
            assert!(of(None, below).is_err() && of(Some("share > 1s"), below).is_err(), "{below}");
        }
        assert!(of(Some("p95"), "5").is_ok(), "5 ms");
    }

    #[test]
    fn a_bound_has_a_unit_of_its_figure() {
        let of = |figure: &str, aggregate: Option<&str>, below: &str| {
            LevelTable {
                figure: figure.into(),
                aggregate: aggregate.map(Into::into),
                below: Some(Quantity::Text(below.into())),
                ..table()
            }
            .checked()
        };
        for (figure, aggregate, below) in [
            ("LCP", None, "2500"),
            ("CLS", None, "0.1"),
            ("views", None, "10"),
            ("views", Some("rate"), "10/min"),
            ("error_rate", None, "0.02"),
            ("gauge:heap", None, "512MiB"),
            ("count:uploaded", None, "1GiB"),
            ("CLS", Some("share > 0.25"), "5%"),
            ("gauge:wait", None, "2s"),
            ("LCP", Some("share > 4s"), "10%"),
        ] {
            assert!(of(figure, aggregate, below).is_ok(), "{figure} {below}");
        }
        for (figure, aggregate, below, needle) in [
            ("LCP", None, "80%", "a time, such as 2.5s"),
            ("timing:cart", None, "5/s", "a time"),
            ("CLS", None, "100ms", "a plain number"),
            ("views", None, "5m", "a plain number"),
            ("views", Some("rate"), "5s", "a rate, such as 5/s"),
            ("LCP", Some("share > 80%"), "5%", "a time"),
            ("CLS", Some("share > 4s"), "5%", "a plain number"),
            ("error_rate", None, "0.5s", "a share, such as 5%"),
            ("LCP", Some("share > 4s"), "1ms", "a share"),
        ] {
            let error = of(figure, aggregate, below).unwrap_err();
            assert!(error.contains(needle) && error.contains(figure), "{error}");
        }
    }
}
