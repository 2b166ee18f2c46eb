//! What a page shows without data: how to get some.
use super::Snippet;
use crate::base::at;
use crate::data::ApiError;
use leptos::prelude::*;
use whippet_api::Status;
use whippet_leptos::Query;

/// A section without data.
#[component]
pub fn EmptyState(
    /// What is missing.
    title: &'static str,
    children: Children,
) -> impl IntoView {
    view! {
        <section class="empty">
            <h2>{title}</h2>
            {children()}
        </section>
    }
}

/// How to send beacons here.
#[component]
pub fn BeaconHint() -> impl IntoView {
    let endpoint = window().location().origin().unwrap_or_default() + &at("/v1/beacons");
    let code = format!(
        "import {{ startRum }} from 'whippet/rum'\n\
         const endpoint = '{endpoint}'\n\
         startRum({{ endpoint, app: 'my-app' }})"
    );
    view! {
        <EmptyState title="No page has reported yet">
            <p>"Add the " <code>"whippet"</code> " package to your frontend, and start it where your app starts:"</p>
            <Snippet code/>
            <p>
                "Open the page, then look here: the first figures come within seconds, and all of a page view when it is left. "
                "To limit which sites may send, start the collector with " <code>"--allow-origin"</code> "."
            </p>
        </EmptyState>
    }
}

/// How to scrape a backend.
#[component]
pub fn ScrapeHint() -> impl IntoView {
    view! {
        <EmptyState title="No backend is scraped yet">
            <p>"Tell the collector where your backend's Prometheus metrics are. The flag may be repeated:"</p>
            <Snippet code="whippet serve --scrape shop=http://127.0.0.1:8080/metrics"/>
            <p>"Until then, the charts of a backend are those of the collector itself."</p>
        </EmptyState>
    }
}

/// There is data, but not in the selected range.
#[component]
pub fn NoDataInRange(
    /// What is missing: `page views`.
    what: &'static str,
) -> impl IntoView {
    view! {
        <section class="empty empty-quiet">
            <h2>{format!("No {what} in this time range")}</h2>
            <p>"Choose a longer one at the top, or wait: new ones appear by themselves."</p>
            <KeptNote/>
        </section>
    }
}

/// How long what is kept, level by level. Nothing before the collector said so.
#[component]
pub fn KeptNote() -> impl IntoView {
    let status: Query<Status, ApiError> = expect_context();
    let words = move || status.data.with(|status| status.as_deref().and_then(kept));
    move || words().map(|words| view! { <p class="note">{words}</p> })
}

/// `Kept: minutes for 2 days, hours for 30 days, days for 396 days.`
fn kept(status: &Status) -> Option<String> {
    let levels = [("minutes", status.keep_minutes), ("hours", status.keep_hours), ("days", status.retention)];
    // A level that is deleted with the one above it, or before, says nothing.
    let longer = |place: usize| levels[place + 1..].iter().all(|level| level.1 > levels[place].1);
    let known = (0..levels.len()).filter(|place| levels[*place].1 > 0 && longer(*place));
    let words: Vec<String> =
        known.map(|place| format!("{} for {}", levels[place].0, length(levels[place].1))).collect();
    (!words.is_empty()).then(|| format!("Kept: {}.", words.join(", ")))
}

fn length(ms: i64) -> String {
    const HOUR: i64 = 3_600_000;
    let (count, unit) = match ms / HOUR {
        hours if hours >= 48 => (hours / 24, "day"),
        hours if hours > 0 => (hours, "hour"),
        _ => (ms / 60_000, "minute"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000;

    fn said(keep_minutes: i64, keep_hours: i64, retention: i64) -> Option<String> {
        let json = format!(
            r#"{{"version":"","now":0,"beacons":0,"last_beacon":null,"apps":[],"targets":[],
                "keep_minutes":{keep_minutes},"keep_hours":{keep_hours},"retention":{retention}}}"#
        );
        kept(&serde_json::from_str(&json).unwrap())
    }

    #[test]
    fn each_level_is_said() {
        let text = "Kept: minutes for 2 days, hours for 30 days, days for 396 days.";
        assert_eq!(said(2 * DAY, 30 * DAY, 396 * DAY).as_deref(), Some(text));
        assert_eq!(said(DAY / 24, DAY, DAY).as_deref(), Some("Kept: minutes for 1 hour, days for 24 hours."));
        assert_eq!(said(0, 0, 7 * DAY).as_deref(), Some("Kept: days for 7 days."), "an older collector");
        assert_eq!(said(0, 0, 0), None);
    }
}
