//! The reports of what is watched: levels, alerts, releases and regressions.
use super::ApiError;
use super::reports::{Filters, ReportQuery, filter, use_report, use_report_with};
use crate::view_state::{Versus, ViewState, use_view_state};
use leptos::prelude::*;
use whippet_api::{About, AlertHistory, Alerts, Comparison, Levels, Range, Regressions, Releases, Status};
use whippet_leptos::Query;

/// All levels and objectives: an Overview without a backend's would not say all.
pub fn use_levels() -> ReportQuery<Levels> {
    use_report("levels", |_| true, |_| Filters::new())
}

/// All alerts. The selected app and target do not count: what fires is never hidden.
pub fn use_alerts() -> ReportQuery<Alerts> {
    use_report("alerts", |_| true, |_| Filters::new())
}

/// What alerts did in the range, or the selected one.
pub fn use_alert_history() -> ReportQuery<AlertHistory> {
    use_report("alerts/history", |_| true, |view| filter("id", view.alert.clone()))
}

/// The releases of the selected app or target, or of all.
pub fn use_releases() -> ReportQuery<Releases> {
    use_report("releases", |_| true, subject)
}

/// The regressions of the selected app or target, or of all.
pub fn use_regressions() -> ReportQuery<Regressions> {
    use_report("regressions", |_| true, subject)
}

/// The selected app; or where there is none, the selected target.
fn subject(view: &ViewState) -> Filters {
    match &view.app {
        Some(app) => filter("app", Some(app.clone())),
        None => filter("target", view.target.clone()),
    }
}

/// What is compared: the selected app or target, or the one app that there is.
#[derive(Clone, Copy)]
pub struct ComparedSubject(Memo<Option<About>>);

/// What the page compares. Call once for a page.
pub fn use_compared_subject() -> ComparedSubject {
    let status: Query<Status, ApiError> = expect_context();
    let view = use_view_state();
    ComparedSubject(Memo::new(move |_| {
        let about = |name: &String, backend| About { name: name.clone(), backend, page: None };
        view.with(|view| {
            let app = view.app.as_ref().map(|app| about(app, false));
            app.or_else(|| view.target.as_ref().map(|target| about(target, true)))
        })
        .or_else(|| {
            status.data.with(|status| match status.as_ref()?.apps.as_slice() {
                [one] => Some(about(one, false)),
                _ => None,
            })
        })
    }))
}

impl ComparedSubject {
    /// It; `None` where several could be meant.
    pub fn get(self) -> Option<About> {
        self.0.get()
    }
}

/// The two selected sides, compared. Disabled while fewer than two are.
pub fn use_comparison(subject: ComparedSubject) -> ReportQuery<Comparison> {
    use_report_with(
        "compare",
        move |view| view.compares() && subject.get().is_some(),
        move |view| {
            let mut filters = match subject.get() {
                Some(About { name, backend: true, .. }) => filter("target", Some(name)),
                Some(About { name, .. }) => filter("app", Some(name)),
                None => Filters::new(),
            };
            // Of a backend it is a route.
            filters.extend(filter("page", view.page.clone()));
            let split = view.split.as_ref().filter(|split| split.value.is_some());
            filters.extend(filter("split", split.map(|split| split.name())));
            filters.extend(filter(WITH, view.with.as_ref().map(Versus::name)));
            filters.push(("quantile", view.quantile.name().to_owned()));
            filters
        },
        other_side,
    )
}

/// The name of the other side among the filters of a key, as it is in the URL.
const WITH: &str = "with";

/// Writes the other side as the API takes it: as a split, or as a span relative to the range.
fn other_side(range: &Range, filters: Filters) -> Filters {
    let mut resolved = Filters::new();
    for (name, value) in filters {
        let versus = (name == WITH).then(|| Versus::read(&value)).flatten();
        match versus {
            None => resolved.push((name, value)),
            Some(Versus::Split(split)) => resolved.push(("with_split", split.name())),
            Some(versus) => {
                if let Some(span) = versus.span(range) {
                    resolved.push(("with_from", span.from.to_string()));
                    resolved.push(("with_to", span.to.to_string()));
                }
            }
        }
    }
    resolved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_side_is_a_split_or_a_span() {
        let range = Range { from: 7_200_000, to: 10_800_000 };
        let resolved =
            |with: &str| other_side(&range, vec![("app", "shop".to_owned()), (WITH, with.to_owned())]);
        let written = |filters: Filters| {
            filters.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(written(resolved("release:1.1")), "app=shop with_split=release:1.1");
        assert_eq!(written(resolved("before")), "app=shop with_from=3600000 with_to=7200000");
        assert_eq!(written(resolved("10-20")), "app=shop with_from=10 with_to=20");
    }
}
