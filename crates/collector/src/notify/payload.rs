//! What a web hook is sent: Alertmanager's format, version 4. Templates see the same.
use serde::Serialize;
use whippet_watch::notification::{Labels, Notification, NotifiedAlert};

use crate::rfc3339::rfc3339;

/// When an alert that fires will end: Alertmanager writes Go's zero time.
const NO_END: &str = "0001-01-01T00:00:00Z";

/// A notification as it is sent.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Payload<'a> {
    version: &'static str,
    group_key: &'a str,
    truncated_alerts: u64,
    status: &'static str,
    receiver: &'a str,
    group_labels: &'a Labels,
    common_labels: &'a Labels,
    common_annotations: &'a Labels,
    #[serde(rename = "externalURL")]
    external_url: &'a str,
    alerts: Vec<PayloadAlert<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PayloadAlert<'a> {
    status: &'static str,
    labels: &'a Labels,
    annotations: &'a Labels,
    starts_at: String,
    ends_at: String,
    #[serde(rename = "generatorURL")]
    generator_url: &'a str,
    fingerprint: &'a str,
}

/// The names that a template may use at its root.
pub const NAMES: [&str; 10] = [
    "version",
    "groupKey",
    "truncatedAlerts",
    "status",
    "receiver",
    "groupLabels",
    "commonLabels",
    "commonAnnotations",
    "externalURL",
    "alerts",
];

/// What is sent of a notification. `external_url` is where people reach the dashboard.
pub fn payload<'a>(notification: &'a Notification, external_url: &'a str) -> Payload<'a> {
    Payload {
        version: "4",
        group_key: &notification.group_key,
        truncated_alerts: notification.truncated,
        status: notification.status.name(),
        receiver: &notification.receiver,
        group_labels: &notification.group_labels,
        common_labels: &notification.common_labels,
        common_annotations: &notification.common_annotations,
        external_url,
        alerts: notification.alerts.iter().map(alert).collect(),
    }
}

fn alert(alert: &NotifiedAlert) -> PayloadAlert<'_> {
    PayloadAlert {
        status: alert.status.name(),
        labels: &alert.labels,
        annotations: &alert.annotations,
        starts_at: rfc3339(alert.starts_at),
        ends_at: alert.ends_at.map_or_else(|| NO_END.to_owned(), rfc3339),
        generator_url: &alert.generator_url,
        fingerprint: &alert.fingerprint,
    }
}

#[cfg(test)]
pub mod tests {
    use expect_test::expect;
    use whippet_watch::notification::{Labels, Notification, NotifiedAlert};

    use super::{NAMES, payload};

    fn labels(entries: &[(&str, &str)]) -> Labels {
        entries.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    /// Two alerts of a group: one fires, one is over.
    pub fn notification() -> Notification {
        let alert = |page: &str, ends_at| {
            let labels = labels(&[("alertname", "slow pages"), ("app", "shop"), ("page", page)]);
            let annotations = labels_summary();
            let url = "http://127.0.0.1:7300/vitals?app=shop".to_owned();
            NotifiedAlert::new(labels, annotations, (1_700_000_000_000, ends_at), url)
        };
        let alerts = vec![alert("/a", Some(1_700_000_060_500)), alert("/b", None)];
        Notification::new("ops", "slow pages/shop", labels(&[("app", "shop")]), alerts)
    }

    fn labels_summary() -> Labels {
        labels(&[("summary", "LCP p75 is \"slow\"")])
    }

    #[test]
    fn a_web_hook_gets_alertmanagers_format() {
        let notification = notification();
        let json = serde_json::to_string_pretty(&payload(&notification, "http://127.0.0.1:7300")).unwrap();
        expect![[r#"
            {
              "version": "4",
              "groupKey": "slow pages/shop",
              "truncatedAlerts": 0,
              "status": "firing",
              "receiver": "ops",
              "groupLabels": {
                "app": "shop"
              },
              "commonLabels": {
                "alertname": "slow pages",
                "app": "shop"
              },
              "commonAnnotations": {
                "summary": "LCP p75 is \"slow\""
              },
              "externalURL": "http://127.0.0.1:7300",
              "alerts": [
                {
                  "status": "firing",
                  "labels": {
                    "alertname": "slow pages",
                    "app": "shop",
                    "page": "/b"
                  },
                  "annotations": {
                    "summary": "LCP p75 is \"slow\""
                  },
                  "startsAt": "2023-11-14T22:13:20Z",
                  "endsAt": "0001-01-01T00:00:00Z",
                  "generatorURL": "http://127.0.0.1:7300/vitals?app=shop",
                  "fingerprint": "fa5d29f0ccdd67da"
                },
                {
                  "status": "resolved",
                  "labels": {
                    "alertname": "slow pages",
                    "app": "shop",
                    "page": "/a"
                  },
                  "annotations": {
                    "summary": "LCP p75 is \"slow\""
                  },
                  "startsAt": "2023-11-14T22:13:20Z",
                  "endsAt": "2023-11-14T22:14:20.500Z",
                  "generatorURL": "http://127.0.0.1:7300/vitals?app=shop",
                  "fingerprint": "fa5329f0ccd51355"
                }
              ]
            }"#]]
        .assert_eq(&json);
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let mut names: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        let mut known = NAMES;
        known.sort_unstable();
        assert_eq!(names, known);
    }
}
