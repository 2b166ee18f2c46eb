//! Web Vitals: the five vitals, their phases and attribution, by page.
use super::breakdowns::{Breakdowns, Causes};
use super::percentile::p75;
use super::splits::{SplitFilter, SplitSelect, Splits};
use super::view_count::{FEW, view_count};
use super::{spec, trend, with_thresholds};
use crate::base::at;
use crate::chart::Plot;
use crate::components::Column::{Figures, Words};
use crate::components::{
    AppFilter, BeaconHint, Cell, NoDataInRange, Page, Panel, Rating, RatingBar, ReportNotice, Select, Table,
};
use crate::data::{ApiError, ReportQuery, use_vitals};
use crate::format;
use crate::view_state::{use_change_view_state, use_view_state};
use leptos::prelude::*;
use whippet_api::{Status, Unit, Vital, Vitals};
use whippet_leptos::Query;

/// The vitals in the order of [`Vitals::metrics`](whippet_api::Vitals::metrics): name, title, unit.
const METRICS: [(&str, &str, Unit); 5] = [
    ("LCP", "Largest Contentful Paint", Unit::Ms),
    ("INP", "Interaction to Next Paint", Unit::Ms),
    ("CLS", "Cumulative Layout Shift", Unit::Number),
    ("FCP", "First Contentful Paint", Unit::Ms),
    ("TTFB", "Time to First Byte", Unit::Ms),
];

/// At `/vitals`.
#[component]
pub fn Vitals() -> impl IntoView {
    let status: Query<Status, ApiError> = expect_context();
    let vitals = use_vitals();
    let never = Memo::new(move |_| status.data.get().is_some_and(|status| status.beacons == 0));
    let none = Memo::new(move |_| vitals.data.get().is_some_and(|report| report.data.pages.is_empty()));
    let cards =
        METRICS.into_iter().enumerate().map(|(index, _)| view! { <VitalCard vitals index/> }).collect_view();
    view! {
        <Page title="Web Vitals" aside=|| view! { <PageFilter/> <SplitFilter/> <NavigationSelect/> <SplitSelect/> <AppFilter/> }>
            <ReportNotice query=vitals/>
            <Show when=move || never.get()><BeaconHint/></Show>
            <Show when=move || none.get() && !never.get()><NoDataInRange what="page views"/></Show>
            <div class="cards">{cards}</div>
            <Splits vitals/>
            <Breakdowns vitals/>
            <Causes vitals/>
            <Pages vitals/>
        </Page>
    }
}

/// The selected page, with a button to show all pages.
#[component]
pub(super) fn PageFilter(
    /// Whether it is a backend's route.
    #[prop(optional, into)]
    is_route: Option<Signal<bool>>,
) -> impl IntoView {
    let view = use_view_state();
    let change = use_change_view_state();
    move || {
        let change = change.clone();
        let (head, all) = match is_route.is_some_and(|is_route| is_route.get()) {
            true => ("Route ", "Show all routes"),
            false => ("Page ", "Show all pages"),
        };
        view.get().page.map(|page| {
            view! {
                <span class="chip">
                    <span>{head} <b>{page}</b></span>
                    <button type="button" class="icon" aria-label=all on:click=move |_| change(&|view| view.page = None)>
                        "×"
                    </button>
                </span>
            }
        })
    }
}

/// Selects documents or route changes. Documents are the default, where INP and CLS include route changes.
#[component]
fn NavigationSelect() -> impl IntoView {
    let view = use_view_state();
    let change = use_change_view_state();
    let choices = [("", "Documents"), ("soft", "Route changes")];
    let choices = choices.map(|(value, words)| (value.to_owned(), words.to_owned())).to_vec();
    view! {
        <Select
            label="Views"
            choices=Signal::stored(choices)
            chosen=Signal::derive(move || if view.get().soft { "soft".to_owned() } else { String::new() })
            choose=move |value: String| change(&|view| view.soft = value == "soft")
        />
    }
}

#[component]
fn VitalCard(vitals: ReportQuery<Vitals>, index: usize) -> impl IntoView {
    let (name, words, unit) = METRICS[index];
    let vital =
        Memo::new(move |_| vitals.data.get().and_then(|report| report.data.metrics.get(index).cloned()));
    let rating = Memo::new(move |_| {
        let vital = vital.get()?;
        Some(Rating::of(vital.p75?, vital.good, vital.poor))
    });
    let figure = move || vital.get().map_or_else(String::new, |vital| p75(vital.p75, &vital));
    let verdict = move || match (rating.get(), vital.with(Option::is_some)) {
        (Some(rating), _) => rating.words(),
        (None, true) => "No data",
        (None, false) if vitals.error.with(Option::is_some) => "Not loaded",
        (None, false) => "Loading",
    };
    let class = move || rating.get().map_or("none", Rating::class);
    let foot = move || vital.get().map(|vital| about(&vital));
    let trend = spec(
        vitals,
        unit,
        move |vitals| trend(vitals, index),
        move |spec, vitals| with_thresholds(spec.sparse(), vitals, index),
    );
    // Those of another app, page or range may be on their way.
    let is_busy = move || vitals.is_placeholder_data.get().then_some("true");
    view! {
        <section class="panel vital" aria-busy=is_busy>
            <div class="panel-head">
                <h2>{name}</h2>
                <span class=move || format!("badge {}", class())>{verdict}</span>
            </div>
            <p class="note">{words}</p>
            <p class="vital-figure">{figure}</p>
            <RatingBar counts=Signal::derive(move || vital.get().map_or([0; 3], |vital| vital.ratings))/>
            <p class="note">{foot}</p>
            <Plot title=format!("{name}, p75 over time") unit spec=trend small=true/>
        </section>
    }
}

/// The number of page views, and the threshold of a good value.
fn about(vital: &Vital) -> String {
    let views = match vital.count {
        0 => "No view".to_owned(),
        1 => "1 view, few to go by".to_owned(),
        count if count < FEW => format!("{count} views, few to go by"),
        count => format!("{} views", format::count(count)),
    };
    format!("{views} · good ≤\u{a0}{}", format::figure(vital.good, vital.unit))
}

#[component]
fn Pages(vitals: ReportQuery<Vitals>) -> impl IntoView {
    let view = use_view_state();
    let rows = Signal::derive(move || {
        let report = vitals.data.get()?;
        let mut link = view.get();
        let row = |page: &whippet_api::Page| {
            link.page = Some(page.page.clone());
            row(page, &report.data.metrics, at(&format!("/vitals{link}")))
        };
        Some(report.data.pages.iter().map(row).collect())
    });
    view! {
        <Panel title="Pages" note=Signal::stored("75th percentiles".to_owned()) busy=vitals.is_placeholder_data>
            <Table
                caption="Web vitals by page, most viewed first, 75th percentiles"
                columns=&[Words("Page"), Figures("Views"), Figures("LCP"), Figures("INP"), Figures("CLS"), Figures("FCP"), Figures("TTFB")]
                rows
                nothing="No page view in this time range."
            />
        </Panel>
    }
}

fn row(page: &whippet_api::Page, metrics: &[Vital], link: String) -> Vec<Cell> {
    let mut cells = vec![Cell::Link(page.page.clone(), link), Cell::Figure(view_count(page.views))];
    cells.extend(metrics.iter().zip(&page.p75).map(|(vital, value)| match value {
        Some(value) => Cell::Rated(p75(Some(*value), vital), Rating::of(*value, vital.good, vital.poor)),
        None => Cell::Figure(format::NOTHING.to_owned()),
    }));
    cells
}
