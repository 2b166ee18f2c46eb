//! Levels of the configuration and error budgets, as tiles of the Overview.
use super::level_tile::LevelTile;
use crate::base::at;
use crate::data::ReportQuery;
use crate::format;
use crate::view_state::TimeRange;
use leptos::prelude::*;
use whippet_api::{Levels, Objective, WatchedLevel};

/// The levels that the configuration adds to those of the Overview, for one subject.
#[component]
pub(super) fn OwnLevels(subject: (String, bool), levels: ReportQuery<Levels>) -> impl IntoView {
    let own = Memo::new(move |_| {
        let own = |level: &&WatchedLevel| {
            level.own && (&level.level.subject, level.level.backend) == (&subject.0, subject.1)
        };
        levels.data.with(|report| {
            report.as_ref().map_or_else(Vec::new, |report| {
                report.data.levels.iter().filter(own).cloned().collect::<Vec<_>>()
            })
        })
    });
    let key = |level: &WatchedLevel| {
        (
            level.level.name.clone(),
            level.page.clone(),
            level.missing.clone(),
            super::level_tile::contents(&level.level),
        )
    };
    view! {
        <For each=move || own.get() key let:level>
            <LevelTile note=about(&level) link=at(&level.place.address()) level=level.level/>
        </For>
    }
}

/// What a level is of, and over how long: it is not over the range of the page.
fn about(level: &WatchedLevel) -> String {
    if let Some(missing) = &level.missing {
        return missing.clone();
    }
    let over = format!("over {}", TimeRange::Last(level.window).short());
    match &level.page {
        None => over,
        Some(page) => format!("{page}, {over}"),
    }
}

/// The error budgets of one subject.
#[component]
pub(super) fn Budgets(subject: (String, bool), levels: ReportQuery<Levels>) -> impl IntoView {
    let own = Memo::new(move |_| {
        let own = |one: &&Objective| (&one.subject, one.backend) == (&subject.0, subject.1);
        levels.data.with(|report| {
            report.as_ref().map_or_else(Vec::new, |report| {
                report.data.objectives.iter().filter(own).cloned().collect::<Vec<_>>()
            })
        })
    });
    let key = |one: &Objective| (one.name.clone(), one.page.clone(), contents(one));
    view! {
        <For each=move || own.get() key let:one><BudgetTile one/></For>
    }
}

#[component]
fn BudgetTile(one: Objective) -> impl IntoView {
    let Contents { class, word, figure, burn, share } = contents(&one);
    let left = one.left.unwrap_or(0.0).clamp(0.0, 1.0);
    let name = match &one.page {
        None => one.name.clone(),
        Some(page) => format!("{}, {page}", one.name),
    };
    view! {
        <li class=format!("tile budget {class}") title=minutes(&one)>
            <a class="tile-name" href=at(&one.place.address())>{name}</a>
            <b class="tile-figure">{figure}</b>
            <span class="budget-bar" aria-hidden="true"><i style:width=format!("{:.1}%", left * 100.0)></i></span>
            <span class="tile-foot"><span class="badge">{word}</span> <span>{share}</span></span>
            <span class="tile-foot">{burn}</span>
        </li>
    }
}

/// What a tile shows. It is rendered again when this changes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Contents {
    class: &'static str,
    word: &'static str,
    figure: String,
    burn: String,
    share: String,
}

fn contents(one: &Objective) -> Contents {
    let (class, word) = match one.left {
        _ if one.burning => ("poor", "Burning"),
        None => ("none", "No data"),
        Some(left) if left <= 0.0 => ("poor", "Spent"),
        Some(_) => ("good", "Kept"),
    };
    let figure = match one.left {
        None => format::NOTHING.to_owned(),
        Some(left) if left < 0.0 => format!("{} over", format::per_cent(-left)),
        Some(left) => format!("{} left", format::per_cent(left)),
    };
    let share = format!("{} of {}", format::per_cent(one.objective), TimeRange::Last(one.window).short());
    Contents { class, word, figure, burn: burn(one), share }
}

/// How fast the budget is spent: by the pair of windows that burns, or by the shortest that is known.
fn burn(one: &Objective) -> String {
    let rate = |burn: &whippet_api::Burn| Some((burn.long_rate?, burn.long));
    let found = one.burns.iter().find(|burn| burn.burning).or(one.burns.first()).and_then(rate);
    match found {
        None => "Burn rate unknown".to_owned(),
        Some((rate, over)) => {
            format!("Burns {}× over {}", format::number(rate), TimeRange::Last(over).short())
        }
    }
}

fn minutes(one: &Objective) -> String {
    let count = |count: u64| format::count(count);
    format!("{} minutes met, {} not met, {} unknown", count(one.good), count(one.bad), count(one.unknown))
}

#[cfg(test)]
mod tests {
    use super::*;
    use whippet_api::Burn;

    const HOUR: i64 = 3_600_000;

    fn objective(left: Option<f64>, burning: bool) -> Objective {
        let burns = vec![
            Burn { long: HOUR, long_rate: Some(0.4), ..Burn::default() },
            Burn { long: 6 * HOUR, long_rate: Some(7.5), burning, ..Burn::default() },
        ];
        Objective { left, burning, burns, objective: 0.99, window: 30 * 24 * HOUR, ..Objective::default() }
    }

    #[test]
    fn a_budget_says_what_is_left_and_how_fast_it_goes() {
        let told = |one: &Objective| {
            let Contents { word, figure, burn, share, .. } = contents(one);
            format!("{word}: {figure}, {share}. {burn}").replace('\u{a0}', " ")
        };
        assert_eq!(
            told(&objective(Some(0.64), false)),
            "Kept: 64 % left, 99 % of 30 days. Burns 0.4× over 1 h"
        );
        assert_eq!(
            told(&objective(Some(0.64), true)),
            "Burning: 64 % left, 99 % of 30 days. Burns 7.5× over 6 h"
        );
        assert_eq!(
            told(&objective(Some(-0.2), false)),
            "Spent: 20 % over, 99 % of 30 days. Burns 0.4× over 1 h"
        );
        let unknown = Objective { burns: Vec::new(), ..objective(None, false) };
        assert_eq!(told(&unknown), "No data: –, 99 % of 30 days. Burn rate unknown");
    }
}
