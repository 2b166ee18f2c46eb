//! The releases, the newest first.
use super::verdict;
use crate::base::at;
use crate::components::Column::{Figures, Words};
use crate::components::{Cell, Columns, Panel, Table};
use crate::data::ReportQuery;
use crate::format;
use crate::view_state::{Dimension, Split, ViewState, use_view_state};
use leptos::prelude::*;
use whippet_api::{About, Release, Releases};

/// Every release with a link that compares it with the one before.
#[component]
pub(super) fn ReleaseList(releases: ReportQuery<Releases>) -> impl IntoView {
    let view = use_view_state();
    let rows = Signal::derive(move || {
        let report = releases.data.get()?;
        let state = view.get();
        let row =
            |release: &Release| row(release, at(&address(release, &state)), report.asked, format::moment);
        Some(report.data.releases.iter().map(row).collect())
    });
    let note = Signal::derive(move || {
        releases.data.with(|report| report.as_ref().map_or_else(String::new, |report| note(&report.data)))
    });
    view! {
        <Panel title="Releases" note busy=releases.is_placeholder_data>
            <Table
                caption="Releases, the newest first"
                columns=Columns::from(&[
                    Words("Release"),
                    Words("Verdict"),
                    Words("Compared with"),
                    Figures("First seen"),
                    Figures("Last seen"),
                    Figures("Views, requests"),
                    Figures("Share now"),
                ])
                rows
                nothing="Nothing in this time range says of which release it is: name yours in startRum({ release }), or in the label version of a backend's metrics or its build_info."
            />
        </Panel>
    }
}

fn note(releases: &Releases) -> String {
    let mut text = "with views or requests in the time range, the newest first".to_owned();
    if let Some(unnamed) = releases.unnamed.filter(|unnamed| *unnamed > 0.0) {
        text.push_str(&format!("; {} of them name no release", format::per_cent(unnamed)));
    }
    if releases.left_out > 0 {
        text.push_str(&format!("; {} older ones are left out", format::count(releases.left_out as u64)));
    }
    match releases.subjects_left_out {
        0 => {}
        1 => text.push_str("; all of one app or backend are left out: choose it above"),
        more => text.push_str(&format!(
            "; all of {} apps and backends are left out: choose one above",
            format::count(more as u64)
        )),
    }
    text
}

/// The comparison of a release with the one before.
pub(super) fn address(release: &Release, view: &ViewState) -> String {
    let mut link = view.clone();
    link.leave_page();
    link.quantile = view.quantile;
    let About { name, backend, .. } = &release.about;
    link.app = (!backend).then(|| name.clone());
    link.target = backend.then(|| name.clone());
    link.split = Some(Split { by: Dimension::Release, value: Some(release.name.clone()) });
    format!("/releases{link}")
}

/// A row of the table. `moment`: formats a time.
fn row(release: &Release, link: String, now: i64, moment: impl Fn(i64) -> String) -> Vec<Cell> {
    let of = match release.about.backend {
        true => format!("{} (backend)", release.about.name),
        false => release.about.name.clone(),
    };
    let mut said = release.words.clone();
    let mut add = |text: &str| {
        if !said.is_empty() {
            said.push_str(" · ");
        }
        said.push_str(text);
    };
    match release.regressions.len() {
        0 => {}
        1 => add("1 regression"),
        count => add(&format!("{count} regressions")),
    }
    if release.watched {
        add("still watched");
    }
    vec![
        Cell::LinkTwoLines(release.name.clone(), link, of),
        verdict::cell(release.verdict, &said),
        Cell::Text(release.before.clone().unwrap_or_else(|| format::NOTHING.to_owned())),
        Cell::FigureTwoLines(moment(release.first), format::ago(release.first, now)),
        Cell::Figure(format::ago(release.last, now)),
        Cell::Figure(format::count(release.views)),
        Cell::Figure(format::per_cent(release.share)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use whippet_api::Verdict;

    fn release() -> Release {
        Release {
            about: About { name: "shop".to_owned(), backend: false, page: None },
            name: "1.2 beta".to_owned(),
            before: Some("1.1".to_owned()),
            verdict: Verdict::Worse,
            words: "LCP slower by 18 % to 25 %".to_owned(),
            regressions: vec!["r1".to_owned()],
            watched: true,
            ..Release::default()
        }
    }

    #[test]
    fn a_release_links_to_its_comparison() {
        let view = ViewState {
            page: Some("/cart".to_owned()),
            target: Some("api".to_owned()),
            ..ViewState::default()
        };
        assert_eq!(address(&release(), &view), "/releases?app=shop&split=release%3A1.2%20beta");
        let mut backend = release();
        backend.about.backend = true;
        assert_eq!(address(&backend, &view), "/releases?target=shop&split=release%3A1.2%20beta");
    }

    #[test]
    fn a_row_says_what_is_known() {
        let told = |release: &Release| row(release, String::new(), 0, |time| time.to_string());
        let Cell::BadgeTwoLines(word, class, said) = &told(&release())[1] else { panic!("no verdict") };
        assert_eq!((word.as_str(), *class), ("Worse", "poor"));
        assert_eq!(said, "LCP slower by 18 % to 25 % · 1 regression · still watched");
        let first = Release { before: None, ..Release::default() };
        assert_eq!(told(&first)[1], Cell::Badge("Too little data".to_owned(), ""));
        assert_eq!(told(&first)[2], Cell::Text(format::NOTHING.to_owned()));
    }

    #[test]
    fn views_without_a_release_are_said() {
        assert!(!note(&Releases::default()).contains("name no release"));
        let some = Releases { unnamed: Some(0.25), left_out: 3, ..Releases::default() };
        assert!(note(&some).contains("25\u{a0}% of them name no release") && note(&some).contains("3 older"));
        let many = Releases { subjects_left_out: 12, ..Releases::default() };
        assert!(note(&many).ends_with("; all of 12 apps and backends are left out: choose one above"));
    }
}
