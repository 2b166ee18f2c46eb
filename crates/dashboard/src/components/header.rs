//! The header: navigation, range, refresh, and whether the data is live.
use super::Select;
use crate::base::at;
use crate::data::{ApiError, Connection, ReportState, ReportStates};
use crate::format;
use crate::theme::Theme;
use crate::view_state::{Refresh, TimeRange, ViewState, href, use_change_view_state, use_view_state};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use whippet_api::Status;
use whippet_leptos::{Query, use_focused, use_query_client};

/// The pages: path and name.
const PAGES: [(&str, &str); 9] = [
    ("/", "Overview"),
    (ALERTS, "Alerts"),
    ("/releases", "Releases"),
    ("/backend", "Backend"),
    ("/vitals", "Web Vitals"),
    ("/loading", "Loading"),
    ("/cache", "Cache"),
    ("/custom", "Custom"),
    ("/errors", "Errors"),
];

/// The page whose link has a badge.
const ALERTS: &str = "/alerts";

/// The header of every page.
#[component]
pub fn Header(connection: Signal<Connection>) -> impl IntoView {
    let links = PAGES.map(|(path, name)| view! { <NavLink path name/> }).collect_view();
    view! {
        <header class="header">
            <a class="brand" href=href("/", ViewState::leave_page) aria-label="Whippet, overview">
                <Mark/>
                <span>"Whippet"</span>
            </a>
            <nav aria-label="Pages"><ul>{links}</ul></nav>
            <div class="controls">
                <Liveness connection/>
                <RangeSelect/>
                <RefreshSelect/>
                <ThemeButton/>
            </div>
        </header>
    }
}

#[component]
fn NavLink(path: &'static str, name: &'static str) -> impl IntoView {
    let here = use_location().pathname;
    let target = href(path, ViewState::leave_page);
    view! {
        <li>
            <a href=target aria-current=move || (here.get() == at(path)).then_some("page")>
                {name} {(path == ALERTS).then(|| view! { <FiringBadge/> })}
            </a>
        </li>
    }
}

/// How many alerts fire, silenced ones aside; nothing where none does.
#[component]
fn FiringBadge() -> impl IntoView {
    let status: Query<Status, ApiError> = expect_context();
    let firing = Memo::new(move |_| {
        status.data.with(|status| status.as_ref()?.alerts.map(|alerts| alerts.firing)).unwrap_or(0)
    });
    move || {
        (firing.get() > 0).then(|| {
            view! {
                <span class="badge poor" title="Firing">
                    {format::count(firing.get())} <span class="visually-hidden">" firing"</span>
                </span>
            }
        })
    }
}

/// The logo: a running whippet.
#[component]
fn Mark() -> impl IntoView {
    view! {
        <svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
            <rect width="32" height="32" rx="8" fill="var(--accent)"/>
            <path
                d="M5 22 C8 20 9 16 13 15 C17 14 19 15 21 13 L23 10 L25 11 L27.5 12.5 L25 14 C24 16 23 17 22 18 L25 22 M12 16 C12 19 10 20 8 24 M20 17 C19 19 17 19 16 22"
                fill="none" stroke="var(--on-accent)" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"
            />
        </svg>
    }
}

/// Whether the data is live, and a button to refetch it.
#[component]
fn Liveness(connection: Signal<Connection>) -> impl IntoView {
    let view = use_view_state();
    let client = use_query_client();
    let focused = use_focused();
    let states: ReportStates = expect_context();
    let state = move || match (connection.get(), view.with(|view| view.refresh)) {
        (Connection::Opening, _) => ("opening", "Connecting"),
        (Connection::Lost(_), _) => ("lost", "No connection"),
        // A report of this page failed or is stale, although the collector responds.
        (Connection::Open | Connection::Busy(_), _)
            if states.any(|state| matches!(state, ReportState::Failed(..) | ReportState::Stale(_))) =>
        {
            ("part", "Incomplete")
        }
        (Connection::NotKept(_), _) => ("part", "Not kept"),
        (Connection::Slow, _) => ("part", "Slow"),
        (Connection::Open | Connection::Busy(_), _)
            if states.any(|state| matches!(state, ReportState::Slow(_))) =>
        {
            ("part", "Slow")
        }
        (Connection::Open | Connection::Busy(_), Refresh::Off) => ("still", "Paused"),
        (Connection::Open | Connection::Busy(_), _) if !focused.get() => ("still", "Paused"),
        (Connection::Open | Connection::Busy(_), _) => ("live", "Live"),
    };
    view! {
        <span class=move || format!("liveness {}", state().0)>{move || state().1}</span>
        <button type="button" class="icon" aria-label="Refresh now" title="Refresh now" on:click=move |_| client.invalidate(&())>
            <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
                <path d="M13.5 8a5.5 5.5 0 1 1-1.6-3.9M12.5 1.5v3h-3" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"/>
            </svg>
        </button>
    }
}

#[component]
fn RangeSelect() -> impl IntoView {
    let view = use_view_state();
    let change = use_change_view_state();
    let status: Query<Status, ApiError> = expect_context();
    let choices = Memo::new(move |_| {
        let (retention, age) = status.data.with(|status| {
            let known =
                |status: &Status| (status.retention, status.begun.map_or(0, |begun| status.now - begun));
            status.as_deref().map_or((0, 0), known)
        });
        let mut ranges = TimeRange::choices(retention, age);
        // A range from the URL is listed too.
        let range = view.with(|view| view.range);
        if !ranges.contains(&range) {
            ranges.push(range);
        }
        ranges
    });
    let named = move || {
        choices.with(|ranges| ranges.iter().map(|range| (range.name(), range.short())).collect::<Vec<_>>())
    };
    view! {
        <Select
            label="Range"
            choices=Signal::derive(named)
            chosen=Signal::derive(move || view.get().range.name())
            choose=move |name| {
                if let Some(range) = choices.get_untracked().into_iter().find(|range| range.name() == name) {
                    change(&|view| view.range = range);
                }
            }
        />
    }
}

#[component]
fn RefreshSelect() -> impl IntoView {
    let view = use_view_state();
    let change = use_change_view_state();
    let words = |refresh| match refresh {
        Refresh::Off => "Off",
        Refresh::FiveSeconds => "5 s",
        Refresh::HalfMinute => "30 s",
        Refresh::Minute => "1 min",
    };
    let choices = Refresh::ALL.map(|refresh| (refresh.name().to_owned(), words(refresh).to_owned())).to_vec();
    view! {
        <Select
            label="Refresh"
            choices=Signal::stored(choices)
            chosen=Signal::derive(move || view.get().refresh.name().to_owned())
            choose=move |name| {
                if let Some(refresh) = Refresh::ALL.into_iter().find(|refresh| refresh.name() == name) {
                    change(&|view| view.refresh = refresh);
                }
            }
        />
    }
}

#[component]
fn ThemeButton() -> impl IntoView {
    let theme = RwSignal::new(Theme::stored());
    let label = move || match theme.get() {
        Theme::Auto => "Colours: as the system",
        Theme::Light => "Colours: light",
        Theme::Dark => "Colours: dark",
    };
    let filled = move || match theme.get() {
        Theme::Auto => "M8 2a6 6 0 1 0 0 12z",
        Theme::Light => "",
        Theme::Dark => "M13.5 9.5A6 6 0 0 1 6.5 2.5 6 6 0 1 0 13.5 9.5z",
    };
    let outline = move || match theme.get() {
        Theme::Auto => "M8 2a6 6 0 0 1 0 12",
        Theme::Light => {
            "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1"
        }
        Theme::Dark => "",
    };
    let press = move |_| {
        let next = theme.get_untracked().next();
        next.apply();
        theme.set(next);
    };
    view! {
        <button type="button" class="icon" aria-label=label title=label on:click=press>
            <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
                <g stroke="currentColor" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round">
                    <path d=filled fill="currentColor"/>
                    <path d=outline fill="none"/>
                </g>
            </svg>
        </button>
    }
}
