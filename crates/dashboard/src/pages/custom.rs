//! Custom: the application's own measurements.
use super::distributions::{COLUMNS, row};
use super::split_timing::{SplitTiming, TimingFilter, timing_address};
use super::splits::{SplitFilter, SplitSelect};
use crate::base::at;
use crate::components::Column::{Figures, Words};
use crate::components::{AppFilter, BeaconHint, Cell, EmptyState, Page, Panel, ReportNotice, Snippet, Table};
use crate::data::{ApiError, ReportQuery, use_custom};
use crate::format;
use crate::view_state::{ViewState, use_view_state};
use leptos::prelude::*;
use whippet_api::{Counter, Custom, Distribution, Gauge, Status, Unit};
use whippet_leptos::Query;

/// At `/custom`.
#[component]
pub fn Custom() -> impl IntoView {
    let status: Query<Status, ApiError> = expect_context();
    let custom = use_custom();
    let view = use_view_state();
    let selected =
        Memo::new(move |_| view.with(|view| view.split.as_ref().is_some_and(|split| split.value.is_some())));
    let never = Memo::new(move |_| status.data.get().is_some_and(|status| status.beacons == 0));
    let none = Memo::new(move |_| custom.data.get().is_some_and(|report| report.data == Custom::default()));
    view! {
        <Page title="Custom" aside=|| view! { <TimingFilter/> <SplitFilter/> <SplitSelect/> <AppFilter/> }>
            <ReportNotice query=custom/>
            <Show when=move || never.get()><BeaconHint/></Show>
            <Show when=move || none.get() && !never.get() && !selected.get()><CustomHint/></Show>
            <SplitTiming/>
            <Panel title="Timings" busy=custom.is_placeholder_data>
                <Table
                    caption="The application's own timings, by name"
                    columns=COLUMNS
                    rows=rows(custom, move |custom| {
                        let view = view.get();
                        custom.distributions.iter().map(|own| timing(own, &view)).collect()
                    })
                    nothing="No timing was reported in this time range."
                />
            </Panel>
            <Show when=move || selected.get()>
                <p class="note">"Counts and gauges are kept of all page views together, and not shown for a part of them."</p>
            </Show>
            <div class="grid" hidden=move || selected.get()>
                <Panel title="Counts" busy=custom.is_placeholder_data>
                    <Table
                        caption="The application's own counts, by name"
                        columns=&[Words("Name"), Figures("Total")]
                        rows=rows(custom, |custom| custom.counters.iter().map(counter).collect())
                        nothing="Nothing was counted in this time range."
                    />
                </Panel>
                <Panel title="Gauges" busy=custom.is_placeholder_data>
                    <Table
                        caption="The application's own gauges, by name"
                        columns=&[Words("Name"), Figures("Values"), Figures("Mean"), Figures("Smallest"), Figures("Largest")]
                        rows=rows(custom, |custom| custom.gauges.iter().map(gauge).collect())
                        nothing="No gauge was reported in this time range."
                    />
                </Panel>
            </div>
        </Page>
    }
}

/// How to report measurements of one's own.
#[component]
fn CustomHint() -> impl IntoView {
    let code = "const rum = startRum({ endpoint, app })\n\
                rum.timing('checkout.step', 240)\n\
                rum.count('cart.added')\n\
                rum.gauge('cart.items', 3)";
    view! {
        <EmptyState title="No figures of the application's own in this time range">
            <p>"What only the application knows, it can report by names of its own:"</p>
            <Snippet code/>
        </EmptyState>
    }
}

fn rows(
    custom: ReportQuery<Custom>,
    rows: impl Fn(&Custom) -> Vec<Vec<Cell>> + Send + Sync + 'static,
) -> Signal<Option<Vec<Vec<Cell>>>> {
    Signal::derive(move || custom.data.get().map(|report| rows(&report.data)))
}

/// A timing, which links to the same by value.
fn timing(own: &Distribution, view: &ViewState) -> Vec<Cell> {
    let mut cells = row(&own.name, own, Unit::Ms);
    if let Some(first) = cells.first_mut() {
        *first = Cell::Link(own.name.clone(), at(&timing_address(&own.name, view)));
    }
    cells
}

fn counter(counter: &Counter) -> Vec<Cell> {
    vec![Cell::Text(counter.name.clone()), Cell::Figure(format::count(counter.total))]
}

fn gauge(gauge: &Gauge) -> Vec<Cell> {
    let mut cells = vec![Cell::Text(gauge.name.clone())];
    let figures = [gauge.count, gauge.mean, gauge.min, gauge.max];
    cells.extend(figures.map(|figure| Cell::Figure(format::number(figure))));
    cells
}
