//! All metrics that a target exposes, and a chart of any of them.
use crate::base::at;
use crate::chart::{ChartSpec, Plot};
use crate::components::Column::{Figures, Words};
use crate::components::{Cell, Panel, ReportNotice, Select, Table};
use crate::data::{ReportQuery, use_metric_chart, use_series};
use crate::format;
use crate::view_state::{use_change_view_state, use_view_state};
use leptos::prelude::*;
use whippet_api::{Backend, Metric, Unit};

/// The list of metrics. It is loaded when it is opened, when a metric is selected, or where nothing is understood.
#[component]
pub fn Explorer(target: Signal<Option<String>>, backend: ReportQuery<Backend>) -> impl IntoView {
    let view = use_view_state();
    let asked = RwSignal::new(false);
    let count = Memo::new(move |_| {
        backend.data.with(|report| {
            report.as_ref().map_or((0, 0), |report| (report.data.metrics, report.data.sections.len()))
        })
    });
    let is_open = Memo::new(move |_| {
        let (metrics, sections) = count.get();
        asked.get() || view.with(|view| view.metric.is_some()) || metrics > 0 && sections == 0
    });
    view! {
        <Show when=move || { count.get().0 > 0 }>
            <Show
                when=move || is_open.get()
                fallback=move || view! {
                    <button type="button" class="more" on:click=move |_| asked.set(true)>
                        {move || format!("Show all {}", counted(count.get().0))}
                    </button>
                }
            >
                <Opened target/>
            </Show>
        </Show>
    }
}

#[component]
fn Opened(target: Signal<Option<String>>) -> impl IntoView {
    let view = use_view_state();
    let series = use_series(target);
    let only_unknown = RwSignal::new(false);
    let rows = Signal::derive(move || {
        let report = series.data.get()?;
        let all = report.data.metrics.iter();
        Some(
            all.filter(|metric| !only_unknown.get() || metric.signals.is_empty())
                .map(|metric| row(metric, &view))
                .collect(),
        )
    });
    let chosen = Memo::new(move |_| {
        let name = view.with(|view| view.metric.clone())?;
        series
            .data
            .with(|report| report.as_ref()?.data.metrics.iter().find(|metric| metric.name == name).cloned())
    });
    let left_out = move || {
        let left_out = series.data.with(|report| report.as_ref().map_or(0, |report| report.data.left_out));
        (left_out > 0)
            .then(|| view! { <p class="note">{format!("{left_out} more metrics are not listed.")}</p> })
    };
    view! {
        <Panel title="All metrics" busy=series.is_placeholder_data>
            <ReportNotice query=series/>
            <Show when=move || view.with(|view| view.metric.is_some())><Charted target chosen/></Show>
            <label class="picker">
                <input type="checkbox" on:change=move |event| only_unknown.set(event_target_checked(&event))/>
                <span>"Only those that no pattern knows"</span>
            </label>
            <Table
                caption="All metrics of the backend, by name"
                columns=&[Words("Metric"), Words("Type"), Figures("Series"), Words("Labels"), Words("Tells")]
                rows
                nothing="No metric."
            />
            {left_out}
        </Panel>
    }
}

fn row(metric: &Metric, view: &Memo<crate::view_state::ViewState>) -> Vec<Cell> {
    let mut chosen = view.get();
    (chosen.metric, chosen.by) = (Some(metric.name.clone()), None);
    let tells =
        if metric.signals.is_empty() { format::NOTHING.to_owned() } else { metric.signals.join(", ") };
    vec![
        Cell::Link(metric.name.clone(), at(&format!("/backend{chosen}"))),
        Cell::Text(metric.kind.clone()),
        Cell::Figure(format::count(metric.series as u64)),
        Cell::Text(metric.labels.join(", ")),
        Cell::Text(tells),
    ]
}

/// The chart of the selected metric.
#[component]
fn Charted(target: Signal<Option<String>>, chosen: Memo<Option<Metric>>) -> impl IntoView {
    let view = use_view_state();
    let change = use_change_view_state();
    let chart = use_metric_chart(target);
    let labels = Memo::new(move |_| {
        chosen.with(|metric| metric.as_ref().map_or_else(Vec::new, |metric| metric.labels.clone()))
    });
    let choices = Memo::new(move |_| {
        let all = std::iter::once((String::new(), "nothing".to_owned()));
        all.chain(labels.get().into_iter().map(|label| (label.clone(), label))).collect::<Vec<_>>()
    });
    // With the name that the answer is of: another metric may be chosen, and on its way.
    let shape = Memo::new(move |_| {
        chart.data.with(|report| {
            let report = report.as_ref()?;
            let name = report.of("metric").unwrap_or_default().to_owned();
            Some((name, report.data.shows.clone(), report.data.unit as u8))
        })
    });
    let spec = Memo::new(move |_| {
        let report = chart.data.get()?;
        let spec = ChartSpec::new(&report.data.chart, &report.range, report.data.unit);
        Some(if report.data.unit == Unit::Ratio { spec.unbounded() } else { spec })
    });
    let left_out = move || {
        let left_out = chart.data.with(|report| report.as_ref().map_or(0, |report| report.data.left_out));
        (left_out > 0)
            .then(|| view! { <p class="origin">{format!("{left_out} more lines are not shown.")}</p> })
    };
    view! {
        <ReportNotice query=chart/>
        <Select
            label="Grouped by"
            choices
            chosen=Signal::derive(move || view.get().by.unwrap_or_default())
            choose=move |by: String| change(&|view| view.by = Some(by.clone()).filter(|by| !by.is_empty()))
        />
        {move || shape.get().map(|(name, shows, _)| {
            let unit = chart.data.with_untracked(|report| report.as_ref().map_or(Unit::Number, |report| report.data.unit));
            view! { <Plot title=format!("{name}: {shows}") spec unit/> }
        })}
        {left_out}
    }
}

/// How many metrics, in words.
pub fn counted(metrics: usize) -> String {
    if metrics == 1 { "1 metric".to_owned() } else { format!("{metrics} metrics") }
}
