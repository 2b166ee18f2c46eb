//! What an Alertmanager is sent: `POST /api/v2/alerts`. As Prometheus does it, all that fires is sent again and again, each time
//! with an end a few minutes ahead; where it stops coming, Alertmanager takes it for resolved.
use std::time::Duration;

use serde::Serialize;
use whippet_watch::notification::{Labels, NotifiedAlert};

use crate::rfc3339::rfc3339;

/// Where alerts are posted, behind the address of the receiver.
pub const PATH: &str = "/api/v2/alerts";

/// An alert that fires ends so many sendings ahead, unless it is sent again: Prometheus' own factor.
const AHEAD: u32 = 4;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Posted<'a> {
    labels: &'a Labels,
    annotations: &'a Labels,
    starts_at: String,
    ends_at: String,
    #[serde(rename = "generatorURL")]
    generator_url: &'a str,
}

/// The body of a request at `now`, ms since the epoch, where what fires is sent again after `resend`.
pub fn body(alerts: &[NotifiedAlert], resend: Duration, now: i64) -> Vec<u8> {
    let ahead = now.saturating_add(resend.saturating_mul(AHEAD).as_millis() as i64);
    let posted: Vec<Posted<'_>> = alerts
        .iter()
        .map(|alert| Posted {
            labels: &alert.labels,
            annotations: &alert.annotations,
            // A clock that was set back: Alertmanager refuses what ends before it starts.
            starts_at: rfc3339(match alert.ends_at {
                Some(_) => alert.starts_at,
                None => alert.starts_at.min(now),
            }),
            ends_at: rfc3339(alert.ends_at.unwrap_or(ahead)),
            generator_url: &alert.generator_url,
        })
        .collect();
    // Texts and numbers alone: there is nothing that JSON cannot hold.
    serde_json::to_vec(&posted).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::body;
    use crate::notify::payload::tests::notification;

    #[test]
    fn what_fires_ends_ahead_and_what_is_over_when_it_was() {
        let alerts = notification().alerts;
        let json: serde_json::Value =
            serde_json::from_slice(&body(&alerts, Duration::from_secs(60), 1_700_000_120_000)).unwrap();
        assert_eq!(json[0]["labels"]["page"], "/b");
        assert_eq!(json[0]["startsAt"], "2023-11-14T22:13:20Z");
        assert_eq!(json[0]["endsAt"], "2023-11-14T22:19:20Z", "four minutes ahead");
        assert_eq!(json[1]["endsAt"], "2023-11-14T22:14:20.500Z");
        assert_eq!(json[0]["generatorURL"], "http://127.0.0.1:7300/vitals?app=shop");
    }

    #[test]
    fn what_fires_never_ends_before_it_starts() {
        let alerts = notification().alerts;
        let an_hour_back = alerts[0].starts_at - 3_600_000;
        let json: serde_json::Value =
            serde_json::from_slice(&body(&alerts, Duration::from_secs(60), an_hour_back)).unwrap();
        assert_eq!(json[0]["startsAt"], "2023-11-14T21:13:20Z");
        assert_eq!(json[0]["endsAt"], "2023-11-14T21:17:20Z");
        assert_eq!(json[1]["startsAt"], "2023-11-14T22:13:20Z", "what is over is sent as it was");
    }
}
