//! How it stands with one answer: whether it is there, fresh, late or failed.
use super::{Answer, Trouble};
use crate::view::{View, use_view};
use leptos::prelude::*;
use std::time::Duration;
use whippet_leptos::{FetchStatus, use_focused};

/// An answer that takes longer is said to be slow, ms.
const PATIENCE: f64 = 3_000.0;

/// How it stands with an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// The first is on its way.
    Loading,
    /// It is on its way for so many seconds. What is shown, if anything, is the one before.
    Slow(u32),
    /// It is there, and as fresh as it should be.
    Fresh,
    /// It is of that moment, and none has come since though one should have.
    Stale(i64),
    /// None came, for that reason. What is shown, if anything, is of that moment.
    Failed(Trouble, Option<i64>),
}

/// Makes known to all below what time it is, and what they ask for. Call once.
pub fn provide_states() {
    let now = RwSignal::new(js_sys::Date::now());
    set_interval(move || now.set(js_sys::Date::now()), Duration::from_secs(1));
    provide_context(Now(now));
    provide_context(States(RwSignal::new(Vec::new())));
}

#[derive(Clone, Copy)]
struct Now(RwSignal<f64>);

/// The states of all answers on the page.
#[derive(Clone, Copy)]
pub struct States(RwSignal<Vec<Signal<State>>>);

impl States {
    /// Whether `which` holds for one of them.
    pub fn any(self, which: impl Fn(&State) -> bool) -> bool {
        self.0.with(|states| states.iter().any(|state| state.try_with(&which).unwrap_or(false)))
    }
}

/// The state of `query`, known to the header as long as the component that asks is there.
pub fn use_state<T: 'static>(query: Answer<T>) -> Signal<State> {
    let (Now(now), States(states)) = (expect_context(), expect_context());
    let (view, focused) = (use_view(), use_focused());
    // Since when one waits.
    let asked =
        Memo::new(move |_| (query.fetch_status.get() == FetchStatus::Fetching).then(js_sys::Date::now));
    let state: Signal<State> = Memo::new(move |_| {
        let shown = query.data.with(|data| data.as_ref().map(|data| (data.range.to, data.cost)));
        let waited = asked.get().map_or(0.0, |asked| now.get() - asked);
        let failed = query.error.with(|error| error.as_ref().map(|trouble| (**trouble).clone()));
        let paused = !focused.get();
        view.with(|view| of(view, shown, waited, failed, paused, now.get()))
    })
    .into();
    states.update(|states| states.push(state));
    on_cleanup(move || {
        let _ = states.try_update(|states| states.retain(|other| *other != state));
    });
    state
}

/// `shown` is until when the figures reach and what they cost, `waited` how long one waits for others; all in ms.
fn of(
    view: &View,
    shown: Option<(i64, f64)>,
    waited: f64,
    failed: Option<Trouble>,
    paused: bool,
    now: f64,
) -> State {
    if waited > PATIENCE {
        return State::Slow((waited / 1000.0) as u32);
    }
    if let Some(trouble) = failed {
        return State::Failed(trouble, shown.map(|shown| shown.0));
    }
    let Some((to, cost)) = shown else { return State::Loading };
    match view.refresh.interval(cost) {
        // Three that did not come; a range that has ended does not grow old.
        Some(interval) if !paused && view.window.range(now as i64).to == now as i64 => {
            let late = now - to as f64 > 3.0 * interval + cost + 10_000.0;
            if late { State::Stale(to) } else { State::Fresh }
        }
        _ => State::Fresh,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_follow_from_what_is_known() {
        let view = View::default();
        let state = |shown, waited, failed, now| of(&view, shown, waited, failed, false, now);
        assert_eq!(state(None, 100.0, None, 1e6), State::Loading);
        assert_eq!(state(None, 12_000.0, None, 1e6), State::Slow(12));
        assert_eq!(state(Some((999_000, 20.0)), 0.0, None, 1e6), State::Fresh);
        assert_eq!(state(Some((970_000, 20.0)), 0.0, None, 1e6), State::Stale(970_000));
        // It is asked for once in 50 s: nothing is late.
        assert_eq!(state(Some((970_000, 2_400.0)), 0.0, None, 1e6), State::Fresh);
        let failed = State::Failed(Trouble::Unreachable, Some(5));
        assert_eq!(state(Some((5, 1.0)), 0.0, Some(Trouble::Unreachable), 1e6), failed);
        assert_eq!(of(&view, Some((5, 1.0)), 0.0, None, true, 1e6), State::Fresh, "nobody looks");
    }
}
