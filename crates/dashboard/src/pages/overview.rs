//! Overview: which service levels are met, and the figures they are about.
use super::losses::sentence;
use super::{held_against, plain, spec, trend};
use crate::chart::Plot;
use crate::data::{Trouble, use_backend, use_overview, use_toolkit, use_vitals};
use crate::format;
use crate::parts::{AppFilter, BeaconHint, Page, Panel, ScrapeHint, TroubleNotice};
use crate::view::{href, use_view};
use leptos::prelude::*;
use whippet_api::{Level, Loss, Unit};
use whippet_leptos::{Query, Status};

/// Where the collector answers Largest Contentful Paint.
const LCP: usize = 0;

/// At `/`.
#[component]
pub fn Overview() -> impl IntoView {
    let overview = use_overview();
    let view = use_view();
    let levels =
        Memo::new(move |_| overview.data.get().map_or_else(Vec::new, |data| data.answer.levels.clone()));
    let subjects = Memo::new(move |_| {
        let mut subjects: Vec<String> = Vec::new();
        levels.with(|levels| {
            for level in levels {
                if !subjects.contains(&level.subject) {
                    subjects.push(level.subject.clone());
                }
            }
        });
        subjects
    });
    let losses =
        Memo::new(move |_| overview.data.get().map_or_else(Vec::new, |data| data.answer.losses.clone()));
    let loading = move || overview.data.with(Option::is_none);
    view! {
        <Page title="Overview" aside=|| view! { <AppFilter/> }>
            <TroubleNotice query=overview/>
            <p class="verdict" class:loading=loading>
                {move || verdict(&levels.get(), view.get().window.words())}
            </p>
            <Hints/>
            <div class="subjects">
                <For each=move || subjects.get() key=Clone::clone let:subject>
                    <Subject subject levels losses/>
                </For>
            </div>
            // Under what takes as much room as there are levels: it would only move.
            <Show when=move || overview.status.get() != Status::Pending><KeyCharts/></Show>
        </Page>
    }
}

/// One sentence over all levels.
fn verdict(levels: &[Level], window: &str) -> String {
    let known: Vec<bool> = levels.iter().filter_map(Level::met).collect();
    let missed = known.iter().filter(|met| !**met).count();
    match (known.len(), missed) {
        (0, _) => format!("Nothing was measured in {window}."),
        (1, 0) => format!("The one service level measured in {window} is met."),
        (all, 0) => format!("All {all} service levels measured in {window} are met."),
        (all, missed) => format!(
            "{missed} of {all} service levels measured in {window} {} not met.",
            if missed == 1 { "is" } else { "are" }
        ),
    }
}

/// The levels of one target or app.
#[component]
fn Subject(subject: String, levels: Memo<Vec<Level>>, losses: Memo<Vec<Loss>>) -> impl IntoView {
    let view = use_view();
    let (name, app) = (subject.clone(), subject.clone());
    let lost = Memo::new(move |_| losses.with(|losses| sentence(losses, &app, view.get().window.words())));
    let own = Memo::new(move |_| {
        levels.with(|levels| levels.iter().filter(|level| level.subject == name).cloned().collect::<Vec<_>>())
    });
    view! {
        <section class="subject">
            <h2>{subject}</h2>
            <ul class="levels">
                <For each=move || own.get() key=|level| (level.name.clone(), said(level)) let:level>
                    <LevelTile level/>
                </For>
            </ul>
            {move || lost.get().map(|lost| view! { <p class="note lost">{lost}</p> })}
        </section>
    }
}

/// A tile is drawn anew when what it says changes.
fn said(level: &Level) -> (String, Option<bool>) {
    (format::maybe(level.value, level.unit), level.met())
}

#[component]
fn LevelTile(level: Level) -> impl IntoView {
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
            <span class="tile-name">{level.name.clone()}</span>
            <b class="tile-figure">{format::maybe(level.value, level.unit)}</b>
            <span class="tile-foot"><span class="badge">{words}</span> <span>{bound}</span></span>
        </li>
    }
}

/// The target whose charts stand on the overview: the view's, or the first that is not the collector.
fn chosen_target() -> Signal<Option<String>> {
    super::backend::target()
}

#[component]
fn KeyCharts() -> impl IntoView {
    let target = chosen_target();
    let backend = use_backend(target);
    let vitals = use_vitals();
    let toolkit = use_toolkit();
    let about_target = Signal::derive(move || target.get().unwrap_or_default());
    let about_pages = Signal::derive(|| "from page views".to_owned());
    let lcp = spec(
        vitals,
        Unit::Ms,
        |vitals| trend(vitals, LCP),
        |spec, vitals| held_against(spec.sparse(), vitals, LCP),
    );
    view! {
        <div class="grid">
            <Panel title="Backend" note=about_target>
                <Plot title="Response time" unit=Unit::Ms spec=plain(backend, Unit::Ms, |backend| &backend.latency)/>
                <Plot title="Requests" unit=Unit::PerSecond spec=plain(backend, Unit::PerSecond, |backend| &backend.rate)/>
                <a class="more" href=href("/backend", |_| ())>"All of the backend"</a>
            </Panel>
            <Panel title="Frontend" note=about_pages>
                <Plot title="Largest Contentful Paint, p75" unit=Unit::Ms spec=lcp/>
                <Plot
                    title="Query cache hit rate"
                    unit=Unit::Ratio
                    spec=spec(toolkit, Unit::Ratio, |toolkit| &toolkit.hit_rate, |spec, _| spec.sparse().whole())
                />
                <a class="more" href=href("/vitals", |_| ())>"All web vitals"</a>
            </Panel>
        </div>
    }
}

/// What to do where something is missing altogether.
#[component]
fn Hints() -> impl IntoView {
    let status: Query<whippet_api::Status, Trouble> = expect_context();
    let no_beacons = Memo::new(move |_| status.data.get().is_some_and(|status| status.beacons == 0));
    let no_targets =
        Memo::new(move |_| status.data.get().is_some_and(|status| super::backend::only_itself(&status)));
    view! {
        <div class="grid">
            <Show when=move || no_targets.get()><ScrapeHint/></Show>
            <Show when=move || no_beacons.get()><BeaconHint/></Show>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(values: &[Option<f64>], expect: Expect) {
        let levels: Vec<Level> = values
            .iter()
            .map(|&value| Level {
                name: "Response p95".to_owned(),
                subject: "demo".to_owned(),
                value,
                bound: 500.0,
                above: false,
                inclusive: false,
                unit: Unit::Ms,
            })
            .collect();
        expect.assert_eq(&verdict(&levels, "the last hour"));
    }

    #[test]
    fn the_verdict_counts_what_was_measured() {
        check(&[None], expect!["Nothing was measured in the last hour."]);
        check(&[Some(1.0), None], expect!["The one service level measured in the last hour is met."]);
        check(&[Some(1.0), Some(2.0)], expect!["All 2 service levels measured in the last hour are met."]);
        check(
            &[Some(1.0), Some(900.0)],
            expect!["1 of 2 service levels measured in the last hour is not met."],
        );
        check(
            &[Some(900.0), Some(900.0)],
            expect!["2 of 2 service levels measured in the last hour are not met."],
        );
    }
}
