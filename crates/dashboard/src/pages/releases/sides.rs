//! Chooses the two sides that are compared, and the quantile.
use crate::components::{Field, Panel, Select};
use crate::data::{ComparedSubject, ReportQuery, use_collector_clock, use_splits};
use crate::format;
use crate::view_state::{
    Dimension, Quantile, Split, TimeRange, Versus, ViewState, href, use_change_view_state,
    use_replace_view_state, use_view_state,
};
use leptos::prelude::*;
use whippet_api::{Releases, Splits};

/// The value of the list that stands for time spans.
const TIME: &str = "time";
/// The value that stands for a span of one's own.
const OWN_SPAN: &str = "span";
/// What page views can be compared by. Releases are compared with the mix of devices held equal anyway.
const DIMENSIONS: [Dimension; 5] =
    [Dimension::Release, Dimension::Device, Dimension::Connection, Dimension::Navigation, Dimension::Browser];

/// The lists to choose from.
#[component]
pub(super) fn SidesForm(releases: ReportQuery<Releases>, subject: ComparedSubject) -> impl IntoView {
    let view = use_view_state();
    let change = use_change_view_state();
    let splits = use_splits();
    let clock = use_collector_clock();
    let by = Memo::new(move |_| view.with(by));
    let is_time = Memo::new(move |_| by.get().is_none());
    let is_target = Memo::new(move |_| subject.get().is_some_and(|about| about.backend));
    let dimensions = Memo::new(move |_| {
        let mut choices: Vec<(String, String)> =
            DIMENSIONS.iter().map(|by| (by.name().to_owned(), by.words().to_owned())).collect();
        // A backend says of itself only of which release it is.
        if is_target.get() {
            choices.truncate(1);
        }
        choices.push((TIME.to_owned(), "Time".to_owned()));
        choices
    });
    let values = Memo::new(move |_| {
        let by = by.get()?;
        let about = subject.get()?;
        let mut names: Vec<String> = match by {
            Dimension::Release => releases.data.with(|report| {
                let own = |release: &&whippet_api::Release| {
                    (&release.about.name, release.about.backend) == (&about.name, about.backend)
                };
                let names = |report: &Releases| {
                    report.releases.iter().filter(own).map(|release| release.name.clone()).collect()
                };
                report.as_ref().map_or_else(Vec::new, |report| names(&report.data))
            }),
            by => splits
                .data
                .with(|report| report.as_ref().map_or_else(Vec::new, |report| values_of(&report.data, by))),
        };
        // Those of the address are listed even if there is no data of them any more.
        view.with(|view| {
            let chosen =
                [view.split.as_ref(), other_split(view)].into_iter().flatten().filter(|split| split.by == by);
            for value in chosen.filter_map(|split| split.value.clone()) {
                if !names.contains(&value) {
                    names.push(value);
                }
            }
        });
        Some(names)
    });
    let new_choices = Signal::derive(move || {
        let mut choices = vec![(String::new(), "Choose".to_owned())];
        choices.extend(values.get().unwrap_or_default().into_iter().map(|value| (value.clone(), value)));
        choices
    });
    let new_value =
        Signal::derive(move || view.with(|view| view.split.as_ref()?.value.clone()).unwrap_or_default());
    let old_choices =
        Signal::derive(move || view.with(|view| other_sides(view, &values.get().unwrap_or_default())));
    let old_value = Signal::derive(move || view.with(other_side));
    let unsure = Memo::new(move |_| subject.get().is_none());
    // Only whether there are fields: these are not made again while somebody types into them.
    let has_own_range = Memo::new(move |_| is_time.get() && view.with(|view| own_range(view).is_some()));
    let has_own_other = Memo::new(move |_| view.with(|view| own_other(view).is_some()));
    let ranges = [("", "the range above"), (OWN_SPAN, "another time …")];
    let ranges = ranges.map(|(value, words)| (value.to_owned(), words.to_owned())).to_vec();
    let chosen = Memo::new(move |_| view.with(ViewState::compares));
    let quantiles =
        Quantile::ALL.map(|quantile| (quantile.name().to_owned(), quantile.name().to_owned())).to_vec();
    let change_by = change.clone();
    let change_new = change.clone();
    let change_old = change.clone();
    let change_range = change.clone();
    view! {
        <Panel title="Compare" note=Signal::stored("the newer side is of the time range above".to_owned())>
            <Show when=move || unsure.get()>
                <p class="note">"Choose an app or a backend above to compare what it has."</p>
            </Show>
            <div class="filters">
                <Select
                    label="By"
                    choices=dimensions
                    chosen=Signal::derive(move || by.get().map_or(TIME, Dimension::name).to_owned())
                    choose=move |name: String| change_by(&|view| compare_by(view, &name))
                />
                <Show when=move || !is_time.get()>
                    <Select
                        label="This"
                        choices=new_choices
                        chosen=new_value
                        choose={
                            let change = change_new.clone();
                            move |value: String| change(&|view| choose_new(view, &value))
                        }
                    />
                </Show>
                <Show when=move || is_time.get()>
                    <Select
                        label="This"
                        choices=Signal::stored(ranges.clone())
                        chosen=Signal::derive(move || if has_own_range.get() { OWN_SPAN } else { "" }.to_owned())
                        choose={
                            let change = change_range.clone();
                            move |value: String| {
                                let now = clock.now();
                                change(&|view| choose_range(view, &value, now));
                            }
                        }
                    />
                </Show>
                {move || has_own_range.get().then(|| {
                    let bounds = Memo::new(move |_| view.with(own_range));
                    view! { <OwnSpan of="This" bounds write=|view, from, to| view.range = TimeRange::Between(from, Some(to))/> }
                })}
                <Select
                    label="With"
                    choices=old_choices
                    chosen=old_value
                    choose=move |value: String| {
                        let now = clock.now();
                        change_old(&|view| choose_old(view, &value, now));
                    }
                />
                {move || has_own_other.get().then(|| {
                    let bounds = Memo::new(move |_| view.with(own_other));
                    view! { <OwnSpan of="With" bounds write=|view, from, to| view.with = Some(Versus::Span(from, to))/> }
                })}
                <Select
                    label="Quantile"
                    choices=Signal::stored(quantiles)
                    chosen=Signal::derive(move || view.with(|view| view.quantile.name().to_owned()))
                    choose=move |name: String| change(&|view| view.quantile = Quantile::parse(&name).unwrap_or_default())
                />
                <Show when=move || chosen.get()>
                    <a href=href("/releases", |view| {
                        let quantile = view.quantile;
                        view.leave_page();
                        view.quantile = quantile;
                    })>"Compare nothing"</a>
                </Show>
            </div>
        </Panel>
    }
}

/// The bounds of a span of one's own, as fields. `write` gets them when a report can be of them.
#[component]
fn OwnSpan(
    /// Which side it is of.
    of: &'static str,
    /// The bounds in the address, ms since the epoch. The fields follow them when somebody goes back.
    bounds: Memo<Option<(i64, i64)>>,
    write: fn(&mut ViewState, i64, i64),
) -> impl IntoView {
    let change = use_replace_view_state();
    let fields = move |(from, to): (i64, i64)| (format::local(from), format::local(to));
    let shown = fields(bounds.get_untracked().unwrap_or_default());
    let (from, to) = (RwSignal::new(shown.0), RwSignal::new(shown.1));
    Effect::new(move || {
        let Some(written) = bounds.get().map(fields) else { return };
        // Fields that are the same are left alone: somebody may be typing.
        if from.get_untracked() != written.0 {
            from.set(written.0);
        }
        if to.get_untracked() != written.1 {
            to.set(written.1);
        }
    });
    Effect::new(move |before: Option<(String, String)>| {
        let typed = (from.get(), to.get());
        let in_address = bounds.get_untracked();
        let shown = in_address.map(fields);
        if before.is_some_and(|before| before != typed) && shown.as_ref() != Some(&typed) {
            let known = shown.as_ref().zip(in_address);
            let from = moment(&typed.0, known.map(|(shown, exact)| (shown.0.as_str(), exact.0)), parsed);
            let to = moment(&typed.1, known.map(|(shown, exact)| (shown.1.as_str(), exact.1)), parsed);
            if let (Some(from), Some(to)) = (from, to)
                // The first keys of a year are a date of long ago: a report of that would be refused, and the fields be gone.
                && TimeRange::is_span(from, to)
            {
                change(&|view| write(view, from, to));
            }
        }
        typed
    });
    view! {
        <Field label=format!("{of} from") value=from kind="datetime-local"/>
        <Field label="to" value=to kind="datetime-local"/>
    }
}

/// The moment in a field, ms since the epoch. What nobody changed is `known`, to the millisecond, and of one of the two hours that
/// clocks are set back over.
fn moment(typed: &str, known: Option<(&str, i64)>, parse: impl Fn(&str) -> Option<i64>) -> Option<i64> {
    known.filter(|known| known.0 == typed).map(|known| known.1).or_else(|| parse(typed))
}

/// A time without a zone is of the user's. Only works in a browser.
fn parsed(text: &str) -> Option<i64> {
    Some(js_sys::Date::parse(text)).filter(|time| time.is_finite()).map(|time| time as i64)
}

/// The span of the one side, where it is one of its own.
fn own_range(view: &ViewState) -> Option<(i64, i64)> {
    match view.range {
        TimeRange::Between(from, Some(to)) => Some((from, to)),
        TimeRange::Between(_, None) | TimeRange::Last(_) => None,
    }
}

/// The span of the other side, where it is one of its own.
fn own_other(view: &ViewState) -> Option<(i64, i64)> {
    match view.with {
        Some(Versus::Span(from, to)) => Some((from, to)),
        _ => None,
    }
}

/// The dimension that is compared by; `None` for time spans.
fn by(view: &ViewState) -> Option<Dimension> {
    match &view.split {
        Some(split) => Some(split.by),
        None if view.with.is_some() => None,
        None => Some(Dimension::Release),
    }
}

fn compare_by(view: &mut ViewState, name: &str) {
    view.with = (name == TIME).then_some(Versus::Before);
    view.split = Split::parse(name).map(|split| Split { value: None, ..split });
    view.of = None;
}

fn choose_new(view: &mut ViewState, value: &str) {
    let by = by(view).unwrap_or(Dimension::Release);
    view.split = Some(Split { by, value: Some(value.to_owned()).filter(|value| !value.is_empty()) });
    // Nothing is compared with itself.
    if other_split(view) == view.split.as_ref() {
        view.with = None;
    }
}

fn choose_range(view: &mut ViewState, value: &str, now: i64) {
    view.range = match value {
        OWN_SPAN => {
            let range = view.range.bounds(now);
            TimeRange::Between(range.from, Some(range.to))
        }
        _ => TimeRange::default(),
    };
}

fn choose_old(view: &mut ViewState, value: &str, now: i64) {
    view.with = match value {
        "" => None,
        OWN_SPAN => {
            let before = Versus::Before.span(&view.range.bounds(now));
            before.map(|span| Versus::Span(span.from, span.to))
        }
        value => Versus::read(value),
    };
}

/// The other side where it is a value.
fn other_split(view: &ViewState) -> Option<&Split> {
    match &view.with {
        Some(Versus::Split(split)) => Some(split),
        _ => None,
    }
}

/// The chosen other side, as the list has it.
fn other_side(view: &ViewState) -> String {
    match &view.with {
        None => String::new(),
        Some(Versus::Span(..)) => OWN_SPAN.to_owned(),
        Some(versus) => versus.name(),
    }
}

/// What the one side can be compared with: other values, and other times.
fn other_sides(view: &ViewState, values: &[String]) -> Vec<(String, String)> {
    let mut choices: Vec<(String, String)> = Vec::new();
    let mut push = |value: String, words: &str| choices.push((value, words.to_owned()));
    if let Some(by) = by(view) {
        let one = view.split.as_ref().and_then(|split| split.value.as_deref());
        // What the API takes where nothing is chosen.
        push(String::new(), if by == Dimension::Release { "the release before" } else { "the time before" });
        for value in values.iter().filter(|value| Some(value.as_str()) != one) {
            push(Split { by, value: Some(value.clone()) }.name(), value);
        }
        if by == Dimension::Release {
            push(Versus::Before.name(), "itself, the time before");
        }
    } else {
        push(Versus::Before.name(), "the time before");
    }
    push(Versus::DayBefore.name(), "a day before");
    push(Versus::WeekBefore.name(), "a week before");
    push(OWN_SPAN.to_owned(), "another time …");
    choices
}

/// The values of a dimension, the most viewed first; none until the answer for this dimension is there.
fn values_of(splits: &Splits, by: Dimension) -> Vec<String> {
    if splits.by != by.name() {
        return Vec::new();
    }
    splits.values.iter().map(|split| split.value.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(split: Option<&str>, with: Option<&str>) -> ViewState {
        ViewState {
            split: split.and_then(Split::parse),
            with: with.and_then(Versus::read),
            ..ViewState::default()
        }
    }

    #[test]
    fn a_dimension_begins_without_values_and_time_with_the_span_before() {
        let mut chosen = view(Some("release:1.2"), Some("release:1.1"));
        compare_by(&mut chosen, "device");
        assert_eq!((chosen.to_string().as_str(), chosen.compares()), ("?split=device", false));
        compare_by(&mut chosen, TIME);
        assert_eq!((chosen.to_string().as_str(), chosen.compares()), ("?with=before", true));
        assert_eq!(by(&chosen), None);
        assert_eq!(by(&ViewState::default()), Some(Dimension::Release));
    }

    #[test]
    fn nothing_is_compared_with_itself() {
        let mut chosen = view(Some("device:phone"), Some("device:desktop"));
        choose_new(&mut chosen, "desktop");
        assert_eq!(chosen.to_string(), "?split=device%3Adesktop");
        let values = ["desktop".to_owned(), "phone".to_owned()];
        let listed: Vec<String> = other_sides(&chosen, &values).into_iter().map(|choice| choice.0).collect();
        assert_eq!(listed, ["", "device:phone", "day-before", "week-before", "span"]);
        choose_new(&mut chosen, "");
        assert_eq!(chosen.to_string(), "?split=device");
    }

    #[test]
    fn a_field_that_nobody_changed_keeps_its_moment() {
        // Both hours that clocks are set back over have this name.
        let known = Some(("2026-10-25T02:30", 1_793_061_012_345));
        let parse = |text: &str| (!text.is_empty()).then_some(1_793_057_400_000);
        assert_eq!(moment("2026-10-25T02:30", known, parse), Some(1_793_061_012_345));
        assert_eq!(moment("2026-10-25T02:31", known, parse), Some(1_793_057_400_000));
        assert_eq!(moment("2026-10-25T02:30", None, parse), Some(1_793_057_400_000));
        assert_eq!(moment("", known, parse), None);
    }

    #[test]
    fn what_is_chosen_is_in_the_list() {
        let values = ["1.2".to_owned(), "1.1".to_owned()];
        for with in [None, Some("before"), Some("day-before"), Some("release:1.1"), Some("10-20")] {
            let chosen = view(Some("release:1.2"), with);
            let listed = other_sides(&chosen, &values);
            assert!(listed.iter().any(|choice| choice.0 == other_side(&chosen)), "{with:?}");
        }
        let time = view(None, Some("before"));
        assert!(other_sides(&time, &[]).iter().any(|choice| choice.0 == other_side(&time)));
    }

    #[test]
    fn a_span_of_ones_own_begins_as_the_one_before() {
        let mut chosen = view(None, Some("before"));
        chosen.range = TimeRange::Last(1_000);
        choose_old(&mut chosen, OWN_SPAN, 10_000);
        assert_eq!(chosen.with, Some(Versus::Span(8_000, 9_000)));
        choose_old(&mut chosen, "week-before", 10_000);
        assert_eq!(chosen.with, Some(Versus::WeekBefore));
        choose_range(&mut chosen, OWN_SPAN, 10_000);
        assert_eq!(own_range(&chosen), Some((9_000, 10_000)));
        choose_range(&mut chosen, "", 10_000);
        assert_eq!((own_range(&chosen), chosen.range), (None, TimeRange::default()));
    }
}
