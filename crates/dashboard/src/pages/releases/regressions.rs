//! The regressions that were found.
use super::verdict;
use crate::base::at;
use crate::components::Column::{Figures, Words};
use crate::components::{Cell, Panel, ReportNotice, Table};
use crate::data::use_regressions;
use crate::format;
use leptos::prelude::*;
use whippet_api::{Regression, RegressionKind, Regressions};

/// What was found in the time range, and what lasts.
#[component]
pub(super) fn RegressionList() -> impl IntoView {
    let regressions = use_regressions();
    let rows = Signal::derive(move || {
        let report = regressions.data.get()?;
        let row = |found: &Regression| row(found, at(&found.place.address()), report.asked);
        Some(report.data.regressions.iter().map(row).collect())
    });
    let note = Signal::derive(move || {
        regressions.data.with(|report| {
            report.as_ref().map_or_else(String::new, |report| note(&report.data, report.asked))
        })
    });
    view! {
        <Panel title="Regressions" note busy=regressions.is_placeholder_data>
            <ReportNotice query=regressions of="Regressions"/>
            <Table
                caption="Regressions that were found, the newest first"
                columns=&[Words("What"), Words("State"), Figures("Found"), Figures("Before"), Figures("Now"), Figures("Change"), Words("Where")]
                rows
                nothing="None was found in this time range."
            />
        </Panel>
    }
}

fn note(regressions: &Regressions, now: i64) -> String {
    let mut text = match regressions.watched {
        0 => "nothing is watched yet".to_owned(),
        1 => "one pair of page or route and metric is watched".to_owned(),
        count => format!("{} pairs of page or route and metric are watched", format::count(count)),
    };
    if let Some(evaluated) = regressions.evaluated {
        text.push_str(&format!("; last looked {}", format::ago(evaluated, now)));
    }
    if regressions.left_out > 0 {
        text.push_str(&format!("; {} are left out", format::count(regressions.left_out as u64)));
    }
    text
}

fn row(found: &Regression, link: String, now: i64) -> Vec<Cell> {
    let state = match (found.withdrawn, found.kind) {
        (Some(when), _) => {
            let why = found.why_withdrawn.as_deref().map_or_else(String::new, |why| format!(": {why}"));
            Cell::BadgeTwoLines("Withdrawn".to_owned(), "good", format!("{}{why}", format::ago(when, now)))
        }
        (None, RegressionKind::Release) => Cell::Badge("Lasts".to_owned(), "poor"),
        (None, RegressionKind::Drift) => {
            Cell::BadgeTwoLines("Lasts".to_owned(), "poor", "without a release".to_owned())
        }
    };
    let counted = if found.about.backend { "requests" } else { "views" };
    let views = format!("{} → {} {counted}", format::count(found.old_views), format::count(found.new_views));
    vec![
        Cell::LinkTwoLines(found.words.clone(), link, format!("{}, {views}", found.about.name)),
        state,
        Cell::Figure(format::ago(found.found, now)),
        Cell::Figure(format::maybe(found.old, found.unit)),
        Cell::Figure(format::maybe(found.new, found.unit)),
        verdict::change(found.change, found.low, found.high),
        Cell::TwoLines(pages(found), devices(found)),
    ]
}

/// The pages where it is: at most three by name.
fn pages(found: &Regression) -> String {
    const NAMED: usize = 3;
    if found.pages.is_empty() {
        return if found.about.backend { "all routes" } else { "all pages" }.to_owned();
    }
    let named: Vec<&str> = found.pages.iter().take(NAMED).map(String::as_str).collect();
    let all = (found.page_count as usize).max(found.pages.len());
    match all - named.len() {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

fn devices(found: &Regression) -> String {
    match found.devices.as_slice() {
        [] if found.about.backend => String::new(),
        [] => "all devices".to_owned(),
        devices => devices.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_regression_says_where_it_is() {
        let of = |pages: &[&str], page_count| Regression {
            pages: pages.iter().map(|page| (*page).to_owned()).collect(),
            page_count,
            ..Regression::default()
        };
        assert_eq!(pages(&of(&[], 0)), "all pages");
        assert_eq!(pages(&of(&["/", "/cart"], 2)), "/, /cart");
        assert_eq!(pages(&of(&["/", "/a", "/b", "/c"], 40)), "/, /a, /b and 37 more");
        assert_eq!(devices(&Regression { devices: vec!["phone".to_owned()], ..of(&[], 0) }), "phone");
    }

    #[test]
    fn one_that_was_withdrawn_says_why() {
        let state = |found: &Regression| row(found, String::new(), 60_000).swap_remove(1);
        let found = Regression::default();
        assert_eq!(state(&found), Cell::Badge("Lasts".to_owned(), "poor"));
        let drift = Regression { kind: RegressionKind::Drift, ..found.clone() };
        assert_eq!(
            state(&drift),
            Cell::BadgeTwoLines("Lasts".to_owned(), "poor", "without a release".to_owned())
        );
        let gone =
            Regression { withdrawn: Some(0), why_withdrawn: Some("1.2 was rolled back".to_owned()), ..found };
        assert_eq!(
            state(&gone),
            Cell::BadgeTwoLines(
                "Withdrawn".to_owned(),
                "good",
                "60\u{a0}s ago: 1.2 was rolled back".to_owned()
            )
        );
    }

    #[test]
    fn the_note_says_what_is_watched() {
        let of =
            |watched, evaluated| note(&Regressions { watched, evaluated, ..Regressions::default() }, 60_000);
        assert_eq!(of(0, None), "nothing is watched yet");
        assert_eq!(
            of(120, Some(30_000)),
            "120 pairs of page or route and metric are watched; last looked 30\u{a0}s ago"
        );
    }
}
