//! All targets: whether they answer, how long scrapes take, and what failed.
use crate::components::Column::{Figures, Words};
use crate::components::{Cell, Panel, Rating, Table};
use crate::data::ApiError;
use crate::format;
use leptos::prelude::*;
use whippet_api::{Status, Target, TargetList, Unit};
use whippet_leptos::Query;

/// The panel.
#[component]
pub fn Targets() -> impl IntoView {
    let status: Query<Status, ApiError> = expect_context();
    let rows = Signal::derive(move || {
        let status = status.data.get()?;
        let lists = status.lists.iter().map(|list| list_row(list, status.now));
        Some(status.targets.iter().map(|target| target_row(target, status.now)).chain(lists).collect())
    });
    view! {
        <Panel title="Targets">
            <Table
                caption="Scraped targets"
                columns=&[
                    Words("Target"),
                    Words("State"),
                    Figures("Last scrape"),
                    Figures("Samples"),
                    Figures("Took, median"),
                    Figures("Took, longest"),
                ]
                rows
                nothing="There is no target."
            />
        </Panel>
    }
}

fn target_row(target: &Target, now: i64) -> Vec<Cell> {
    let details = details(target, now);
    let took = |pick: fn(&whippet_api::ScrapeTimes) -> f64| {
        Cell::Figure(format::maybe(target.times.as_ref().map(pick), Unit::Ms))
    };
    vec![
        match details.as_str() {
            "" => Cell::TwoLines(target.name.clone(), target.url.clone()),
            _ => Cell::Expandable(target.name.clone(), target.url.clone(), details),
        },
        state(target),
        Cell::Figure(
            target.last_scrape.map_or_else(|| format::NOTHING.to_owned(), |at| format::ago(at, now)),
        ),
        Cell::Figure(format::count(target.samples)),
        took(|times| times.median),
        took(|times| times.longest),
    ]
}

fn state(target: &Target) -> Cell {
    let partly = target.documents.iter().any(|document| document.error.is_some());
    match target.last_scrape {
        None => Cell::Text("not scraped yet".to_owned()),
        Some(_) if !target.up => Cell::Rated("down".to_owned(), Rating::Poor),
        Some(_) if partly => Cell::Rated("partly".to_owned(), Rating::Fair),
        Some(_) => Cell::Rated("up".to_owned(), Rating::Good),
    }
}

/// What was left out, and the last failures, a line each.
fn details(target: &Target, now: i64) -> String {
    let note = target.note.as_ref().map(|note| format!("now: {note}"));
    let failures = target
        .failures
        .iter()
        .map(|failure| format!("{}: {}", format::ago(failure.time, now), failure.error));
    note.into_iter().chain(failures).collect::<Vec<_>>().join("\n")
}

/// A list of targets that others keep.
fn list_row(list: &TargetList, now: i64) -> Vec<Cell> {
    let left_out = match list.left_out {
        0 => String::new(),
        count => format!("{} left out: ", format::count(count)),
    };
    vec![
        match &list.error {
            None => Cell::TwoLines(list.name.clone(), list.place.clone()),
            Some(error) => {
                Cell::Expandable(list.name.clone(), list.place.clone(), format!("{left_out}{error}"))
            }
        },
        match list.error {
            None => Cell::Text(format!("list of {}", format::count(list.targets))),
            Some(_) => Cell::Rated(format!("list of {}", format::count(list.targets)), Rating::Fair),
        },
        Cell::Figure(list.read.map_or_else(|| format::NOTHING.to_owned(), |at| format::ago(at, now))),
        Cell::Figure(format::NOTHING.to_owned()),
        Cell::Figure(format::NOTHING.to_owned()),
        Cell::Figure(format::NOTHING.to_owned()),
    ]
}

#[cfg(test)]
mod tests {
    use super::{details, list_row, state, target_row};
    use crate::components::{Cell, Rating};
    use whippet_api::{ScrapeFailure, ScrapeTimes, Target, TargetDocument, TargetList};

    #[test]
    fn a_target_shows_what_failed_and_how_long_it_takes() {
        let mut target = Target { name: "shop".to_owned(), ..Target::default() };
        assert_eq!(state(&target), Cell::Text("not scraped yet".to_owned()));
        assert_eq!(details(&target, 0), "");
        target.last_scrape = Some(0);
        assert_eq!(state(&target), Cell::Rated("down".to_owned(), Rating::Poor));
        target.up = true;
        target.times = Some(ScrapeTimes { last: 1.0, median: 12.0, longest: 1500.0 });
        assert_eq!(state(&target), Cell::Rated("up".to_owned(), Rating::Good));
        target.documents =
            vec![TargetDocument { error: Some("gone".to_owned()), ..TargetDocument::default() }];
        target.failures = vec![ScrapeFailure { time: 0, error: "http://a/: gone".to_owned() }];
        assert_eq!(state(&target), Cell::Rated("partly".to_owned(), Rating::Fair));
        assert!(details(&target, 0).ends_with(": http://a/: gone"));
        let row = target_row(&target, 0);
        assert_eq!(row[4..], [Cell::Figure("12\u{a0}ms".to_owned()), Cell::Figure("1.5\u{a0}s".to_owned())]);
    }

    #[test]
    fn a_list_says_what_is_wrong_with_it() {
        let list = TargetList {
            name: "fleet".to_owned(),
            place: "a.json".to_owned(),
            targets: 3,
            left_out: 2,
            read: Some(0),
            error: Some("no text".to_owned()),
        };
        let row = list_row(&list, 0);
        let expected = ["fleet", "a.json", "2 left out: no text"].map(str::to_owned);
        let [first, second, more] = expected;
        assert_eq!(row[0], Cell::Expandable(first, second, more));
        assert_eq!(row[1], Cell::Rated("list of 3".to_owned(), Rating::Fair));
    }
}
