//! The state of a report: loading, fresh, stale, slow or failed.
use super::{ApiError, ReportQuery, use_collector_clock};
use crate::view_state::{ViewState, use_view_state};
use leptos::prelude::*;
use std::time::Duration;
use whippet_leptos::{FetchStatus, use_focused};

/// A request that takes longer counts as slow, ms.
const SLOW_AFTER: f64 = 3_000.0;

/// The state of a report.
#[derive(Clone, Debug, PartialEq)]
pub enum ReportState {
    /// Nothing is asked for: there is no target, or no choice.
    Idle,
    /// The first request is running.
    Loading,
    /// The request has been running for this many seconds. The previous report is shown, if there is one.
    Slow(u32),
    /// The report is as fresh as the refresh interval allows.
    Fresh,
    /// The report ends at this time, and later ones are overdue. ms.
    Stale(i64),
    /// The request failed. The previous report, which ends at this time, is shown, if there is one. ms.
    Failed(ApiError, Option<i64>),
}

/// Provides the clock and the list of states to all components below. Call once.
pub fn provide_report_states() {
    let now = RwSignal::new(js_sys::Date::now());
    set_interval(move || now.set(js_sys::Date::now()), Duration::from_secs(1));
    provide_context(Now(now));
    provide_context(ReportStates(RwSignal::new(Vec::new())));
}

#[derive(Clone, Copy)]
struct Now(RwSignal<f64>);

/// The states of all reports on the page.
#[derive(Clone, Copy)]
pub struct ReportStates(RwSignal<Vec<Signal<ReportState>>>);

impl ReportStates {
    /// Whether one of them matches `which`.
    pub fn any(self, which: impl Fn(&ReportState) -> bool) -> bool {
        self.0.with(|states| states.iter().any(|state| state.try_with(&which).unwrap_or(false)))
    }
}

/// What stands in the place of figures that are not there.
pub fn use_missing_words() -> Signal<&'static str> {
    let states: ReportStates = expect_context();
    Signal::derive(move || {
        let failed = states.any(|state| matches!(state, ReportState::Failed(_, None)));
        let runs = states.any(|state| matches!(state, ReportState::Loading | ReportState::Slow(_)));
        missing_words(failed, runs)
    })
}

/// `failed`: a report of the page failed and has no figures. `runs`: one is waited for.
fn missing_words(failed: bool, runs: bool) -> &'static str {
    if failed && !runs { "Not loaded" } else { "Waiting for figures" }
}

/// The state of `query`. The header includes it while the calling component is mounted.
pub fn use_report_state<T: Send + Sync + 'static>(query: ReportQuery<T>) -> Signal<ReportState> {
    let (Now(now), ReportStates(states)) = (expect_context(), expect_context());
    let (view, focused, clock) = (use_view_state(), use_focused(), use_collector_clock());
    // When the running request started.
    let started =
        Memo::new(move |_| (query.fetch_status.get() == FetchStatus::Fetching).then(js_sys::Date::now));
    let state: Signal<ReportState> = Memo::new(move |_| {
        let shown = query.data.with(|data| data.as_ref().map(|data| (data.range.to, data.cost)));
        let waited = started.get().map_or(0.0, |started| now.get() - started);
        let failed = query.error.with(|error| error.as_ref().map(|error| (**error).clone()));
        let paused = !focused.get();
        if shown.is_none() && failed.is_none() && !query.is_enabled.get() {
            return ReportState::Idle;
        }
        // Reports end by the collector's clock.
        view.with(|view| state_of(view, shown, waited, failed, paused, now.get() + clock.ahead() as f64))
    })
    .into();
    states.update(|states| states.push(state));
    on_cleanup(move || {
        let _ = states.try_update(|states| states.retain(|other| *other != state));
    });
    state
}

/// `shown`: the end of the shown report and its cost; `waited`: how long the running request has taken. All in ms.
fn state_of(
    view: &ViewState,
    shown: Option<(i64, f64)>,
    waited: f64,
    failed: Option<ApiError>,
    paused: bool,
    now: f64,
) -> ReportState {
    if waited > SLOW_AFTER {
        return ReportState::Slow((waited / 1000.0) as u32);
    }
    if let Some(error) = failed {
        return ReportState::Failed(error, shown.map(|shown| shown.0));
    }
    let Some((to, cost)) = shown else { return ReportState::Loading };
    match view.refresh.interval(cost) {
        // Three refetches are overdue. A range that ends in the past does not become stale.
        Some(interval) if !paused && view.range.bounds(now as i64).to == now as i64 => {
            let late = now - to as f64 > 3.0 * interval + cost + 10_000.0;
            if late { ReportState::Stale(to) } else { ReportState::Fresh }
        }
        _ => ReportState::Fresh,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_waited_for_that_failed() {
        assert_eq!(missing_words(true, false), "Not loaded");
        assert_eq!(missing_words(true, true), "Waiting for figures");
        assert_eq!(missing_words(false, false), "Waiting for figures");
    }

    #[test]
    fn the_state_depends_on_age_wait_and_error() {
        let view = ViewState::default();
        let state = |shown, waited, failed, now| state_of(&view, shown, waited, failed, false, now);
        assert_eq!(state(None, 100.0, None, 1e6), ReportState::Loading);
        assert_eq!(state(None, 12_000.0, None, 1e6), ReportState::Slow(12));
        assert_eq!(state(Some((999_000, 20.0)), 0.0, None, 1e6), ReportState::Fresh);
        assert_eq!(state(Some((970_000, 20.0)), 0.0, None, 1e6), ReportState::Stale(970_000));
        // With this cost it is refetched every 50 s, so nothing is overdue.
        assert_eq!(state(Some((970_000, 2_400.0)), 0.0, None, 1e6), ReportState::Fresh);
        let failed = ReportState::Failed(ApiError::Unreachable, Some(5));
        assert_eq!(state(Some((5, 1.0)), 0.0, Some(ApiError::Unreachable), 1e6), failed);
        assert_eq!(
            state_of(&view, Some((5, 1.0)), 0.0, None, true, 1e6),
            ReportState::Fresh,
            "the page is not focused"
        );
    }
}
