//! The sections of a backend: charts and tables of its signals, each with the metrics that it is computed from.
use crate::chart::{ChartSpec, Plot, Tone};
use crate::components::{Cell, Columns, Rating, Table};
use crate::data::ReportQuery;
use crate::format;
use leptos::prelude::*;
use whippet_api::{Backend, Section, SignalChart, SignalTable, Unit};

/// All sections. One that comes or goes leaves the others as they are.
#[component]
pub fn Sections(backend: ReportQuery<Backend>) -> impl IntoView {
    let names = Memo::new(move |_| {
        let sections =
            |sections: &[Section]| sections.iter().map(|section| section.name.clone()).collect::<Vec<_>>();
        backend
            .data
            .with(|report| report.as_ref().map_or_else(Vec::new, |report| sections(&report.data.sections)))
    });
    view! {
        <For each=move || names.get() key=Clone::clone let:name>
            <OneSection name backend/>
        </For>
    }
}

#[component]
fn OneSection(name: String, backend: ReportQuery<Backend>) -> impl IntoView {
    let wanted = name.clone();
    let section = Memo::new(move |_| {
        backend.data.with(|report| {
            let sections = &report.as_ref()?.data.sections;
            sections.iter().find(|section| section.name == wanted).cloned()
        })
    });
    let charts = Memo::new(move |_| {
        let key = |chart: &SignalChart| (chart.title.clone(), chart.unit as u8);
        section.with(|section| {
            section.as_ref().map_or_else(Vec::new, |section| section.charts.iter().map(key).collect())
        })
    });
    // With other columns it is another table.
    let tables = Memo::new(move |_| {
        let key = |table: &SignalTable| {
            let columns: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
            (table.title.clone(), columns)
        };
        section.with(|section| {
            section
                .as_ref()
                .map_or_else(Vec::new, |section| section.tables.iter().map(key).collect::<Vec<_>>())
        })
    });
    // Those of another target or range may be on their way.
    let is_busy = move || backend.is_placeholder_data.get().then_some("true");
    view! {
        <section class="panel" aria-busy=is_busy>
            <div class="panel-head"><h2>{name}</h2></div>
            <div class="plots">
                <For each=move || charts.get() key=Clone::clone let:key>
                    <OneChart title=key.0 section backend/>
                </For>
            </div>
            <For each=move || tables.get() key=Clone::clone let:key>
                <OneTable title=key.0 section/>
            </For>
        </section>
    }
}

#[component]
fn OneChart(title: String, section: Memo<Option<Section>>, backend: ReportQuery<Backend>) -> impl IntoView {
    let wanted = title.clone();
    let chart = Memo::new(move |_| {
        section.with(|section| section.as_ref()?.charts.iter().find(|chart| chart.title == wanted).cloned())
    });
    let unit = chart.with_untracked(|chart| chart.as_ref().map_or(Unit::Number, |chart| chart.unit));
    let spec = Memo::new(move |_| {
        let range = backend.data.with(|report| report.as_ref().map(|report| report.range.clone()))?;
        chart.with(|chart| {
            chart.as_ref().map(|chart| finished(ChartSpec::new(&chart.chart, &range, chart.unit), chart))
        })
    });
    let origin = move || {
        chart.with(|chart| {
            chart.as_ref().map(|chart| origin(&chart.metrics, chart.own, chart.left_out, "lines"))
        })
    };
    view! {
        <div>
            <Plot title spec unit/>
            <p class="origin">{origin}</p>
        </div>
    }
}

/// Bounds and axes by what a chart shows.
fn finished(spec: ChartSpec, chart: &SignalChart) -> ChartSpec {
    let is_of = |prefix: &str| chart.signals.iter().any(|signal| signal.starts_with(prefix));
    match chart.unit {
        Unit::Ratio if is_of("cache.") => spec.whole().bound(0.7, Tone::Fair),
        Unit::Ratio if is_of("db.pool.") => spec.whole().bound(0.8, Tone::Fair),
        // The time of several cores is more than that of one.
        Unit::Ratio if is_of("process.") => spec.unbounded(),
        _ => spec,
    }
}

/// From what a chart or a table is computed.
fn origin(metrics: &[String], own: bool, left_out: usize, what: &str) -> String {
    const SHOWN: usize = 4;
    let mut text = format!("From {}", metrics.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", "));
    if metrics.len() > SHOWN {
        text.push_str(&format!(" and {} more", metrics.len() - SHOWN));
    }
    if own {
        text.push_str("; computed by the backend itself, over a time of its own choice");
    }
    if left_out > 0 {
        text.push_str(&format!("; {left_out} more {what} are not shown"));
    }
    text
}

#[component]
fn OneTable(title: String, section: Memo<Option<Section>>) -> impl IntoView {
    let wanted = title.clone();
    let table = Memo::new(move |_| {
        section.with(|section| section.as_ref()?.tables.iter().find(|table| table.title == wanted).cloned())
    });
    let columns = table.with_untracked(|table| {
        let table = table.as_ref();
        let head = table.map_or_else(String::new, |table| table.head.clone());
        let names =
            table.into_iter().flat_map(|table| table.columns.iter().map(|column| column.name.clone()));
        Columns::of_figures(head, names)
    });
    let rows = Signal::derive(move || table.with(|table| table.as_ref().map(cells)));
    let origin = move || {
        table.with(|table| {
            table.as_ref().map(|table| origin(&table.metrics, table.own, table.left_out, "rows"))
        })
    };
    view! {
        <div class="panel-head">
            <h3>{title.clone()}</h3>
            <p class="origin">{origin}</p>
        </div>
        <Table caption=title columns rows nothing="Nothing in this time range."/>
    }
}

fn cells(table: &SignalTable) -> Vec<Vec<Cell>> {
    let cell = |row: &whippet_api::SignalRow, place: usize| {
        let column = &table.columns[place];
        let Some(value) = row.values.get(place).copied().flatten() else {
            return Cell::Figure(format::NOTHING.to_owned());
        };
        let beyond = row.beyond.get(place).copied().unwrap_or(false);
        // The default service levels: less than 1 % client errors, less than 0.1 % server errors.
        let bounds = match column.name.as_str() {
            "4xx" | "Errors" => Some((0.01, 0.05)),
            "5xx" => Some((0.001, 0.01)),
            _ => None,
        };
        match bounds {
            Some((fair, poor)) if value > 0.0 => {
                Cell::Rated(format::figure(value, column.unit), Rating::of(value, fair, poor))
            }
            _ => Cell::Figure(format::at_least(value, beyond, column.unit)),
        }
    };
    let row = |row: &whippet_api::SignalRow| {
        let figures = (0..table.columns.len()).map(|place| cell(row, place));
        std::iter::once(Cell::Text(row.name.clone())).chain(figures).collect()
    };
    table.rows.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::{Cell, Rating, cells, origin};
    use whippet_api::{SignalColumn, SignalRow, SignalTable, Unit};

    #[test]
    fn an_origin_names_metrics_and_what_is_left_out() {
        let metrics: Vec<String> = ["a", "b", "c", "d", "e"].map(str::to_owned).into();
        assert_eq!(origin(&metrics[..1], false, 0, "lines"), "From a");
        assert_eq!(
            origin(&metrics, true, 2, "lines"),
            "From a, b, c, d and 1 more; computed by the backend itself, over a time of its own choice; 2 more lines are not shown"
        );
    }

    #[test]
    fn shares_of_errors_are_rated_and_unknown_values_are_dashes() {
        let column = |name: &str, unit| SignalColumn { name: name.to_owned(), unit };
        let table = SignalTable {
            title: "Routes".to_owned(),
            head: "Route".to_owned(),
            metrics: Vec::new(),
            own: false,
            columns: vec![column("p95", Unit::Ms), column("5xx", Unit::Ratio), column("Average", Unit::Ms)],
            rows: vec![SignalRow {
                name: "GET /".to_owned(),
                values: vec![Some(500.0), Some(0.002), None],
                beyond: vec![true, false, false],
            }],
            left_out: 0,
        };
        let space = |text: &str| text.replace(' ', "\u{a0}");
        let expected = [
            Cell::Text("GET /".to_owned()),
            Cell::Figure(space("> 500 ms")),
            Cell::Rated(space("0.2 %"), Rating::of(0.002, 0.001, 0.01)),
            Cell::Figure("–".to_owned()),
        ];
        assert_eq!(cells(&table), [expected]);
    }
}
