//! The silences, and how one ends.
use crate::components::Panel;
use crate::data::{ReportQuery, Silencing};
use crate::format;
use crate::view_state::href;
use leptos::prelude::*;
use whippet_api::{Alerts, Matcher, Silence};

/// Silences that last, and those that ended within the last day.
#[component]
pub(super) fn Silences(alerts: ReportQuery<Alerts>, silencing: Silencing) -> impl IntoView {
    let silences = Memo::new(move |_| {
        alerts
            .data
            .with(|report| report.as_ref().map_or_else(Vec::new, |report| report.data.silences.clone()))
    });
    let known = Memo::new(move |_| alerts.data.with(Option::is_some));
    let now = Memo::new(move |_| alerts.data.with(|report| report.as_ref().map_or(0, |report| report.asked)));
    let ids = move || {
        silences.with(|silences| silences.iter().map(|silence| silence.id.clone()).collect::<Vec<_>>())
    };
    let failed = move || silencing.end().error.get().map(|error| error.to_string());
    view! {
        <Panel title="Silences" note=Signal::stored("alerts that notify nobody".to_owned())>
            <div class="live" role="alert">{move || failed().map(|text| view! { <p class="notice notice-poor">{text}</p> })}</div>
            <Show when=move || known.get() && silences.with(Vec::is_empty)>
                <p class="note">"Nothing is silenced."</p>
            </Show>
            <ul class="silences">
                <For each=ids key=Clone::clone let:id>
                    <OneSilence id silences now silencing/>
                </For>
            </ul>
            <p class="links">
                <a href=href("/alerts", |view| view.silence = Some("new".to_owned()))>"New silence"</a>
            </p>
        </Panel>
    }
}

#[component]
fn OneSilence(
    id: String,
    silences: Memo<Vec<Silence>>,
    now: Memo<i64>,
    silencing: Silencing,
) -> impl IntoView {
    let (own, changed) = (id.clone(), id.clone());
    let silence = Memo::new(move |before: Option<&Silence>| {
        let found = silences.with(|silences| silences.iter().find(|silence| silence.id == own).cloned());
        found.or_else(|| before.cloned()).unwrap_or_default()
    });
    // One of the configuration file is changed there.
    let can_change = Memo::new(move |_| {
        silence.with(|silence| silence.until > now.get() && !silence.id.starts_with("file:"))
    });
    let lasts = Memo::new(move |_| silence.with(|silence| silence.until > now.get()));
    let what = Memo::new(move |_| silence.with(|silence| matched(&silence.matchers)));
    let change = href("/alerts", move |view| view.silence = Some(changed.clone()));
    view! {
        <li class=move || if lasts.get() { "silence" } else { "silence ended" }>
            <div>
                <p><code>{move || what.get()}</code></p>
                <p>{move || silence.with(|silence| silence.reason.clone())}</p>
                <p class="note">{move || silence.with(|silence| span(silence, now.get(), format::moment))}</p>
            </div>
            <Show when=move || can_change.get()>
                <div class="links">
                    <a href=move || change.get() aria-label=move || format!("Change the silence of {}", what.get())>"Change"</a>
                    <button
                        type="button"
                        aria-label=move || format!("End the silence of {}", what.get())
                        on:click={
                            let id = id.clone();
                            move |_| silencing.end().mutate(id.clone())
                        }
                    >"End now"</button>
                </div>
            </Show>
        </li>
    }
}

/// `alertname = LCP is slow, app = shop, page ≠ /cart`
pub(super) fn matched(matchers: &[Matcher]) -> String {
    let told = |matcher: &Matcher| {
        let sign = if matcher.equal { "=" } else { "≠" };
        let value = if matcher.value.is_empty() { "(none)" } else { &matcher.value };
        format!("{} {sign} {value}", matcher.label)
    };
    matchers.iter().map(told).collect::<Vec<_>>().join(", ")
}

/// Until when, and how many alerts it is about. `moment`: formats a time.
fn span(silence: &Silence, now: i64, moment: impl Fn(i64) -> String) -> String {
    if silence.until <= now {
        return format!("Ended {}, {}", moment(silence.until), format::ago(silence.until, now));
    }
    if silence.from > now {
        return format!("From {} until {} · {}", moment(silence.from), moment(silence.until), silence.author);
    }
    let by = if silence.author.is_empty() { String::new() } else { format!(" by {}", silence.author) };
    let left = format::long((silence.until - now) as f64);
    let alerts = match silence.alerts {
        0 => "no alert now".to_owned(),
        1 => "one alert now".to_owned(),
        count => format!("{} alerts now", format::count(count)),
    };
    format!("Since {}{by}, until {}, another {left} · {alerts}", moment(silence.from), moment(silence.until))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silence_says_what_it_matches_and_until_when() {
        let matcher = |label: &str, value: &str, equal| Matcher {
            label: label.to_owned(),
            value: value.to_owned(),
            equal,
        };
        let matchers =
            [matcher("app", "shop", true), matcher("page", "/c*", false), matcher("env", "", true)];
        assert_eq!(matched(&matchers), "app = shop, page ≠ /c*, env = (none)");
        let silence = Silence { from: 0, until: 7_200_000, alerts: 2, ..Silence::default() };
        let told = |now| span(&silence, now, |time| format!("@{time}")).replace('\u{a0}', " ");
        assert_eq!(told(0), "Since @0, until @7200000, another 2 h · 2 alerts now");
        let by = Silence { author: "Ada".to_owned(), ..silence.clone() };
        assert!(span(&by, 0, |_| "then".to_owned()).starts_with("Since then by Ada, until then"));
        let planned = Silence { from: 3_600_000, author: "the file".to_owned(), ..silence.clone() };
        assert_eq!(span(&planned, 0, |time| format!("@{time}")), "From @3600000 until @7200000 · the file");
        assert_eq!(told(7_260_000), "Ended @7200000, 60 s ago");
    }
}
