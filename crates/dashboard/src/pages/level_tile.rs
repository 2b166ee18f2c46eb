//! A service level as a tile.
use super::view_count::{FEW, view_count};
use crate::format;
use leptos::prelude::*;
use whippet_api::Level;

/// The contents of a tile, which is rendered again when they change: its figure, whether the level is met, and a note.
pub(super) fn contents(level: &Level) -> (String, Option<bool>, Option<String>) {
    let figure = |value| match level.beyond {
        true => format::at_least(value, true, level.unit),
        false => format::beside(value, &[level.bound], level.unit),
    };
    (level.value.map_or_else(|| format::NOTHING.to_owned(), figure), level.met(), few_views(level))
}

/// Says that a level is computed from few page views.
fn few_views(level: &Level) -> Option<String> {
    let few = level.count.filter(|count| (1..FEW).contains(count))?;
    Some(format!("Page views: {}", view_count(few)))
}

/// A level: its figure, its bound, and whether it is met.
#[component]
pub(super) fn LevelTile(
    /// The level.
    level: Level,
    /// A line below.
    #[prop(optional, into)]
    note: Option<String>,
    /// Where its figure is shown.
    #[prop(optional, into)]
    link: Option<String>,
) -> impl IntoView {
    let (class, words) = match level.met() {
        Some(true) => ("good", "Met"),
        Some(false) => ("poor", "Not met"),
        None => ("none", "No data"),
    };
    let sign = match (level.above, level.inclusive) {
        (true, false) => ">",
        (true, true) => "≥",
        (false, false) => "<",
        (false, true) => "≤",
    };
    let bound = format!("{sign} {}", format::figure(level.bound, level.unit));
    view! {
        <li class=format!("tile {class}")>
            {match link {
                None => view! { <span class="tile-name">{level.name.clone()}</span> }.into_any(),
                Some(link) => view! { <a class="tile-name" href=link>{level.name.clone()}</a> }.into_any(),
            }}
            <b class="tile-figure">{contents(&level).0}</b>
            <span class="tile-foot"><span class="badge">{words}</span> <span>{bound}</span></span>
            {note.or_else(|| few_views(&level)).map(|note| view! { <span class="tile-foot tile-note">{note}</span> })}
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use whippet_api::Unit;

    #[test]
    fn a_level_from_few_page_views_says_so() {
        let note = |count| {
            few_views(&Level {
                name: "LCP p75".to_owned(),
                subject: "shop".to_owned(),
                backend: false,
                value: Some(1.0),
                count,
                bound: 2500.0,
                above: false,
                inclusive: true,
                unit: Unit::Ms,
                beyond: false,
            })
        };
        assert_eq!(note(Some(3)).as_deref(), Some("Page views: 3 (few)"));
        assert_eq!([None, Some(0), Some(FEW)].map(note), [None, None, None]);
    }
}
