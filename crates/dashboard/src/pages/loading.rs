//! Loading: navigation phases, resources, long animation frames and scripts.
use super::distributions::{COLUMNS, row};
use super::vitals::PageFilter;
use crate::components::Column::{Figures, Words};
use crate::components::{AppFilter, BeaconHint, Cell, NoDataInRange, Page, Panel, ReportNotice, Table};
use crate::data::{ApiError, ReportQuery, use_loading};
use crate::format;
use leptos::prelude::*;
use whippet_api::{Distribution, Loading, Resource, Script, Status, Unit};
use whippet_leptos::Query;

/// The phases: name in beacons, and label.
const PHASES: [(&str, &str); 8] = [
    ("redirect", "Redirects"),
    ("dns", "DNS lookup"),
    ("tcp", "TCP connection"),
    ("tls", "TLS handshake"),
    ("request", "Waiting for the response"),
    ("response", "Receiving the response"),
    ("dom", "DOM processing"),
    ("load", "Load event"),
];

/// At `/loading`.
#[component]
pub fn Loading() -> impl IntoView {
    let status: Query<Status, ApiError> = expect_context();
    let loading = use_loading();
    let never = Memo::new(move |_| status.data.get().is_some_and(|status| status.beacons == 0));
    let none = Memo::new(move |_| {
        loading
            .data
            .get()
            .is_some_and(|report| report.data.phases.is_empty() && report.data.resources.is_empty())
    });
    let verdict = move || loading.data.get().and_then(|report| verdict(&report.data));
    let is_busy = move || loading.is_placeholder_data.get().then_some("true");
    view! {
        <Page title="Loading" aside=|| view! { <PageFilter/> <AppFilter/> }>
            <ReportNotice query=loading/>
            <Show when=move || never.get()><BeaconHint/></Show>
            <Show when=move || none.get() && !never.get()><NoDataInRange what="reports on loading"/></Show>
            <p class="verdict" aria-busy=is_busy>{verdict}</p>
            <div class="grid">
                <Panel title="Navigation" note=Signal::stored("in the order of time".to_owned()) busy=loading.is_placeholder_data>
                    <Table
                        caption="Phases of the navigation, in the order of time"
                        columns=COLUMNS
                        rows=rows(loading, |loading| loading.phases.iter().map(phase).collect())
                        nothing="No navigation was reported in this time range."
                    />
                </Panel>
                <Panel title="Server-Timing" note=Signal::stored("as the backend told the page".to_owned()) busy=loading.is_placeholder_data>
                    <Table
                        caption="Server timings by name, the most frequent first"
                        columns=COLUMNS
                        rows=rows(loading, |loading| {
                            loading.servers.iter().map(|server| row(&server.name, server, Unit::Ms)).collect()
                        })
                        nothing="No answer had a Server-Timing header. With one, the backend's timings show here."
                    />
                </Panel>
            </div>
            <Panel
                title="Resources"
                note=Signal::stored("by host and kind, what took longest in all first".to_owned())
                busy=loading.is_placeholder_data
            >
                <Table
                    caption="Resources by host and kind, what took longest in all first"
                    columns=&[Words("Host"), Words("Kind"), Figures("Count"), Figures("Bytes"), Figures("From cache"), Figures("Failed"), Figures("Mean"), Figures("Slowest")]
                    rows=rows(loading, |loading| loading.resources.iter().map(resource).collect())
                    nothing="No resource was reported in this time range."
                />
            </Panel>
            <Panel
                title="Long frames"
                note=Signal::derive(move || loading.data.get().map_or_else(String::new, |report| frames(&report.data)))
                busy=loading.is_placeholder_data
            >
                <Table
                    caption="Scripts that made animation frames long, the longest running first"
                    columns=&[Words("Script"), Figures("Frames"), Figures("Time"), Figures("Mean"), Figures("Forced layout")]
                    rows=rows(loading, |loading| loading.scripts.iter().map(script).collect())
                    nothing="No script made a frame long in this time range."
                />
            </Panel>
        </Page>
    }
}

fn rows(
    loading: ReportQuery<Loading>,
    rows: impl Fn(&Loading) -> Vec<Vec<Cell>> + Send + Sync + 'static,
) -> Signal<Option<Vec<Vec<Cell>>>> {
    Signal::derive(move || loading.data.get().map(|report| rows(&report.data)))
}

/// Summarises the load time and its longest phase in one sentence.
fn verdict(loading: &Loading) -> Option<String> {
    let load = loading.load.as_ref()?;
    let time = format::milliseconds(load.p75?);
    let longest = loading.phases.iter().max_by(|a, b| a.p75.unwrap_or(0.0).total_cmp(&b.p75.unwrap_or(0.0)));
    let most = longest.map_or_else(String::new, |phase| {
        format!(" The longest phase is \u{201c}{}\u{201d}.", name_of(phase))
    });
    Some(format!("Three in four pages load within {time}.{most}"))
}

fn name_of(phase: &Distribution) -> &str {
    PHASES.iter().find(|(name, _)| *name == phase.name).map_or(phase.name.as_str(), |(_, shown)| shown)
}

fn phase(phase: &Distribution) -> Vec<Cell> {
    row(name_of(phase), phase, Unit::Ms)
}

fn resource(resource: &Resource) -> Vec<Cell> {
    let share = |part: f64| if resource.count > 0.0 { part / resource.count } else { 0.0 };
    vec![
        Cell::Text(resource.host.clone()),
        Cell::Text(resource.kind.clone()),
        Cell::Figure(format::number(resource.count)),
        Cell::Figure(format::bytes(resource.bytes)),
        Cell::Figure(format::per_cent(share(resource.cached))),
        Cell::Figure(format::number(resource.failed)),
        Cell::Figure(format::milliseconds(share(resource.duration))),
        Cell::Figure(format::milliseconds(resource.slowest)),
    ]
}

fn script(script: &Script) -> Vec<Cell> {
    let named =
        |name: &str, otherwise: &str| if name.is_empty() { otherwise.to_owned() } else { name.to_owned() };
    let mean = if script.count > 0.0 { script.duration / script.count } else { 0.0 };
    vec![
        Cell::TwoLines(named(&script.invoker, "(unknown caller)"), named(&script.source, "(inline)")),
        Cell::Figure(format::number(script.count)),
        Cell::Figure(format::milliseconds(script.duration)),
        Cell::Figure(format::milliseconds(mean)),
        Cell::Figure(format::milliseconds(script.forced)),
    ]
}

/// The number of long frames, and how long they blocked input.
fn frames(loading: &Loading) -> String {
    let Some(frames) = &loading.frames else { return String::new() };
    let blocked = loading.blocking.as_ref().and_then(|blocking| blocking.p75);
    let blocked =
        blocked.map_or_else(String::new, |ms| format!(", blocking {} at p75", format::milliseconds(ms)));
    let noun = if frames.count == 1 { "frame" } else { "frames" };
    format!("{} {noun}{blocked}", format::count(frames.count))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distribution(name: &str, p75: f64) -> Distribution {
        Distribution { name: name.to_owned(), count: 3, p50: None, p75: Some(p75), p95: None, max: None }
    }

    #[test]
    fn the_verdict_names_the_longest_phase() {
        let loading = Loading {
            load: Some(distribution("page.load", 1400.0)),
            phases: vec![distribution("dns", 20.0), distribution("dom", 800.0)],
            ..Loading::default()
        };
        let verdict = verdict(&loading).unwrap().replace('\u{a0}', " ");
        assert_eq!(verdict, "Three in four pages load within 1.4 s. The longest phase is “DOM processing”.");
        assert_eq!(super::verdict(&Loading::default()), None);
    }

    #[test]
    fn frames_are_summed_up() {
        let loading = Loading {
            frames: Some(distribution("frame.duration", 120.0)),
            blocking: Some(distribution("frame.blocking", 70.0)),
            ..Loading::default()
        };
        assert_eq!(frames(&loading).replace('\u{a0}', " "), "3 frames, blocking 70 ms at p75");
    }
}
