//! Overview: the service levels, and the most important charts.
use super::budgets::{Budgets, OwnLevels};
use super::level_tile::{LevelTile, contents};
use super::losses::sentence;
use super::{plain, spec, trend, with_thresholds};
use crate::chart::Plot;
use crate::components::{AppFilter, BeaconHint, KeptNote, Page, Panel, ReportNotice, ScrapeHint};
use crate::data::{
    ApiError, ReportQuery, ReportState, use_backend, use_levels, use_overview, use_report_state, use_toolkit,
    use_vitals,
};
use crate::format;
use crate::view_state::href;
use leptos::prelude::*;
use whippet_api::{Level, Levels, Loss, Subject, Unit};
use whippet_leptos::Query;

/// The index of Largest Contentful Paint in [`whippet_api::Vitals::metrics`].
const LCP: usize = 0;

/// At `/`.
#[component]
pub fn Overview() -> impl IntoView {
    let overview = use_overview();
    let watched = use_levels();
    let levels =
        Memo::new(move |_| overview.data.get().map_or_else(Vec::new, |report| report.data.levels.clone()));
    let subjects =
        Memo::new(move |_| overview.data.get().map_or_else(Vec::new, |report| report.data.subjects.clone()));
    let asked =
        Memo::new(move |_| overview.data.with(|report| report.as_ref().map_or(0, |report| report.asked)));
    let names = move || subjects.with(|subjects| subjects.iter().map(key_of).collect::<Vec<_>>());
    let losses =
        Memo::new(move |_| overview.data.get().map_or_else(Vec::new, |report| report.data.losses.clone()));
    let hidden =
        Memo::new(move |_| hidden_apps(overview.data.get().map_or(0, |report| report.data.hidden_apps)));
    let leaves_out = Memo::new(move |_| hidden.with(Option::is_some));
    // Of the figures that are shown: those of another range may be on their way.
    let window = Memo::new(move |_| {
        overview.data.with(|report| report.as_ref().map(|report| report.choice.words())).unwrap_or_default()
    });
    let says = move || match overview.data.with(Option::is_none) {
        true => unloaded(overview.error.with(Option::is_some)).to_owned(),
        false => verdict(&levels.get(), &subjects.get(), &window.get()),
    };
    let is_busy = move || overview.is_placeholder_data.get().then_some("true");
    // The charts are shown after the service levels, whose height would move them, but do not wait for a slow request.
    let settled = use_report_state(overview);
    let settled = Memo::new(move |_| !matches!(settled.get(), ReportState::Idle | ReportState::Loading));
    view! {
        <Page title="Overview" aside=move || view! { <AppFilter leaves_out/> }>
            <ReportNotice query=overview/>
            <ReportNotice query=watched of="Error budgets"/>
            <p class="verdict" aria-busy=is_busy>{says}</p>
            <Hints/>
            <div class="subjects" aria-busy=is_busy>
                <For each=names key=Clone::clone let:subject>
                    <OneSubject subject subjects asked levels losses window watched/>
                </For>
            </div>
            {move || hidden.get().map(|text| view! { <p class="note">{text}</p> })}
            <Show when=move || settled.get()><KeyCharts/></Show>
            <KeptNote/>
        </Page>
    }
}

/// The key of a subject: an app may have the same name as a backend.
fn key_of(subject: &Subject) -> (String, bool) {
    (subject.name.clone(), subject.backend)
}

/// What stands where the levels are not there.
fn unloaded(failed: bool) -> &'static str {
    if failed { "The service levels are not loaded." } else { "Loading the service levels." }
}

/// Summarises the levels in a sentence or two, with the subjects that have no data.
fn verdict(levels: &[Level], subjects: &[Subject], window: &str) -> String {
    let known: Vec<bool> = levels.iter().filter_map(Level::met).collect();
    let missed = known.iter().filter(|met| !**met).count();
    let mut text = match (known.len(), missed) {
        (0, _) => format!("Nothing was measured in {window}."),
        (1, 0) => format!("The one service level measured in {window} is met."),
        (all, 0) => format!("All {all} service levels measured in {window} are met."),
        (all, missed) => format!(
            "{missed} of {all} service levels measured in {window} {} not met.",
            if missed == 1 { "is" } else { "are" }
        ),
    };
    match levels.len() - known.len() {
        0 => {}
        1 => text.push_str(" One has no data."),
        missing => text.push_str(&format!(" {missing} have no data.")),
    }
    let listed = |wanted: &dyn Fn(&&Subject) -> bool| {
        let names: Vec<&str> = subjects.iter().filter(wanted).map(|subject| subject.name.as_str()).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    if let Some(names) = listed(&|subject| subject.error.is_some()) {
        text.push_str(&format!(" Down: {names}."));
    }
    if let Some(names) = listed(&|subject| subject.stopped && subject.error.is_none()) {
        text.push_str(&format!(" No data any more: {names}."));
    }
    text
}

/// Says how many apps are hidden, why, and how to show them.
fn hidden_apps(count: u64) -> Option<String> {
    let (apps, each) = match count {
        0 => return None,
        1 => ("1 app is".to_owned(), "it"),
        _ => (format!("{count} apps are"), "each of them"),
    };
    Some(format!(
        "{apps} not shown here, as one address alone has reported {each}. Choose an app above to see it, or start the \
         collector with --app NAME to show it always."
    ))
}

/// Why data of a subject is old or missing; `None` if it is not. `now`: when the report was asked for, ms. `moment`: formats a time.
fn absence(subject: &Subject, now: i64, moment: impl Fn(i64) -> String) -> Option<String> {
    let since = |last: i64| format!("{}, {}", moment(last), format::ago(last, now));
    let last = match subject.last {
        Some(last) => format!("The last data came on {}.", since(last)),
        None => "No data has come from it yet.".to_owned(),
    };
    match &subject.error {
        Some(error) => Some(format!("Down. {last} The last scrape failed: {error}")),
        None if subject.stopped && subject.backend => Some(format!("Not scraped any more. {last}")),
        None if subject.stopped => Some(format!("No page reports any more. {last}")),
        None if subject.backend && subject.last.is_none() => Some("It was not scraped yet.".to_owned()),
        None => None,
    }
}

/// The levels of one target or app.
#[component]
fn OneSubject(
    subject: (String, bool),
    subjects: Memo<Vec<Subject>>,
    // When the report was asked for, ms: a subject that is down stays the same, and the time since it was up does not.
    asked: Memo<i64>,
    levels: Memo<Vec<Level>>,
    losses: Memo<Vec<Loss>>,
    // The range of the figures, in words.
    window: Memo<String>,
    watched: ReportQuery<Levels>,
) -> impl IntoView {
    let (name, backend) = subject.clone();
    let (added, budgeted) = (subject.clone(), subject.clone());
    let (own_name, app) = (name.clone(), name.clone());
    let lost = Memo::new(move |_| {
        let words = window.get();
        if backend { None } else { losses.with(|losses| sentence(losses, &app, &words)) }
    });
    let own = Memo::new(move |_| {
        let of = |level: &&Level| level.subject == own_name && level.backend == backend;
        levels.with(|levels| levels.iter().filter(of).cloned().collect::<Vec<_>>())
    });
    let absent = Memo::new(move |_| {
        subjects.with(|subjects| {
            let found = subjects.iter().find(|other| key_of(other) == subject)?;
            absence(found, asked.get(), format::moment)
        })
    });
    // A backend has other figures than levels: its page shows what there is.
    let untold = move || backend && absent.with(Option::is_none) && own.with(Vec::is_empty);
    let target = name.clone();
    let link = href("/backend", move |view| view.target = Some(target.clone()));
    view! {
        <section class="subject">
            <h2>{name}</h2>
            <Show when=untold>
                <p class="note">
                    "It tells no service level. " <a href=move || link.get()>"What it tells"</a>
                </p>
            </Show>
            {move || absent.get().map(|absent| view! { <p class="notice notice-poor">{absent}</p> })}
            <ul class="levels">
                <For each=move || own.get() key=|level| (level.name.clone(), contents(level)) let:level>
                    <LevelTile level/>
                </For>
                <OwnLevels subject=added levels=watched/>
                <Budgets subject=budgeted levels=watched/>
            </ul>
            {move || lost.get().map(|lost| view! { <p class="note lost">{lost}</p> })}
        </section>
    }
}

/// The target of the charts: the selected one, or the first that is not the collector.
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
    let is_busy = move || vitals.is_placeholder_data.get() || toolkit.is_placeholder_data.get();
    let about_pages = Signal::derive(|| "from page views".to_owned());
    let lcp = spec(
        vitals,
        Unit::Ms,
        |vitals| trend(vitals, LCP),
        |spec, vitals| with_thresholds(spec.sparse(), vitals, LCP),
    );
    view! {
        <div class="grid">
            <Panel title="Backend" note=about_target busy=backend.is_placeholder_data>
                <ReportNotice query=backend/>
                <Plot title="Response time" unit=Unit::Ms spec=plain(backend, Unit::Ms, |backend| &backend.latency)/>
                <Plot title="Requests" unit=Unit::PerSecond spec=plain(backend, Unit::PerSecond, |backend| &backend.rate)/>
                <a class="more" href=href("/backend", |_| ())>"All of the backend"</a>
            </Panel>
            <Panel title="Frontend" note=about_pages busy=Signal::derive(is_busy)>
                <ReportNotice query=vitals of="Web vitals"/>
                <ReportNotice query=toolkit of="Query cache"/>
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

/// Hints for a collector without beacons or targets.
#[component]
fn Hints() -> impl IntoView {
    let status: Query<whippet_api::Status, ApiError> = expect_context();
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

    fn levels(values: &[Option<f64>]) -> Vec<Level> {
        let levels = values.iter().map(|&value| Level {
            name: "Response p95".to_owned(),
            subject: "demo".to_owned(),
            backend: true,
            value,
            count: None,
            bound: 500.0,
            above: false,
            inclusive: false,
            unit: Unit::Ms,
            beyond: false,
        });
        levels.collect()
    }

    fn check(values: &[Option<f64>], expect: Expect) {
        expect.assert_eq(&verdict(&levels(values), &[], "the last hour"));
    }

    fn subject(name: &str, last: Option<i64>, stopped: bool, error: Option<&str>) -> Subject {
        Subject { name: name.to_owned(), backend: true, last, stopped, error: error.map(str::to_owned) }
    }

    #[test]
    fn the_verdict_counts_levels_with_data() {
        check(&[], expect!["Nothing was measured in the last hour."]);
        check(&[None], expect!["Nothing was measured in the last hour. One has no data."]);
        check(
            &[Some(1.0), None, None],
            expect!["The one service level measured in the last hour is met. 2 have no data."],
        );
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

    #[test]
    fn what_failed_is_not_said_to_be_on_its_way() {
        assert_eq!(unloaded(true), "The service levels are not loaded.");
        assert_eq!(unloaded(false), "Loading the service levels.");
    }

    #[test]
    fn hidden_apps_are_counted_and_can_be_shown() {
        assert_eq!(hidden_apps(0), None);
        assert!(hidden_apps(1).unwrap().starts_with("1 app is not shown here"));
        let several = hidden_apps(3).unwrap();
        assert!(
            several.starts_with("3 apps are not shown here") && several.contains("--app NAME"),
            "{several}"
        );
    }

    #[test]
    fn what_is_down_or_stopped_is_in_the_verdict() {
        let subjects = [
            subject("shop", Some(1), true, Some("refused")),
            subject("stock", Some(1), true, None),
            subject("web", Some(1), false, None),
        ];
        expect![
            "The one service level measured in the last hour is met. Down: shop. No data any more: stock."
        ]
        .assert_eq(&verdict(&levels(&[Some(1.0)]), &subjects, "the last hour"));
    }

    #[test]
    fn the_absence_says_since_when() {
        let moment = |time: i64| format!("day {time}");
        let absence_of =
            |subject: Subject| absence(&subject, 60_001, moment).map(|text| text.replace('\u{a0}', " "));
        assert_eq!(absence_of(subject("shop", Some(50_000), false, None)), None);
        assert_eq!(
            absence_of(subject("shop", Some(1), true, Some("refused"))).unwrap(),
            "Down. The last data came on day 1, 60 s ago. The last scrape failed: refused"
        );
        let page = Subject { backend: false, ..subject("web", Some(1), true, None) };
        assert_eq!(
            absence_of(page).unwrap(),
            "No page reports any more. The last data came on day 1, 60 s ago."
        );
        assert_eq!(absence_of(subject("shop", None, false, None)).unwrap(), "It was not scraped yet.");
    }
}
