//! What a collector answers, in a form in which two collectors can be compared.
use anyhow::Result;
use serde_json::{Map, Value};

use crate::server::Server;

/// The reports of beacons, with their filters.
const REPORTS: [&str; 14] = [
    "overview",
    "overview?app=shop",
    "vitals",
    "vitals?app=shop",
    "vitals?navigation=soft",
    "vitals?app=blog&page=/section-3/page-3/:id",
    "loading",
    "loading?app=blog",
    "custom",
    "custom?app=account",
    "toolkit",
    "toolkit?app=shop",
    "errors",
    "errors?app=shop",
];

/// Members that depend on when a beacon arrived, on which of several arrived first, or on the collector's own figures.
const LEFT_OUT: [&str; 7] = ["first", "last", "levels", "subjects", "now", "from", "to"];

/// Sums of fractions: their last digits depend on the order of addition.
const SUMS: [&str; 4] = ["duration", "forced", "mean", "bytes"];

/// The first differences of two answers, each with its place.
pub fn differences(one: &Value, other: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare(one, other, &mut String::new(), &mut found);
    found
}

fn compare(one: &Value, other: &Value, place: &mut String, found: &mut Vec<String>) {
    /// More would not say more.
    const MOST: usize = 10;
    if one == other || found.len() >= MOST {
        return;
    }
    let length = place.len();
    match (one, other) {
        (Value::Object(ones), Value::Object(others)) if ones.keys().eq(others.keys()) => {
            for ((name, one), other) in ones.iter().zip(others.values()) {
                place.extend(["/", name]);
                compare(one, other, place, found);
                place.truncate(length);
            }
        }
        (Value::Array(ones), Value::Array(others)) if ones.len() == others.len() => {
            for (index, (one, other)) in ones.iter().zip(others).enumerate() {
                place.extend(["/", &index.to_string()]);
                compare(one, other, place, found);
                place.truncate(length);
            }
        }
        _ => found.push(format!("{place}: {} is not {}", short(one), short(other))),
    }
}

fn short(value: &Value) -> String {
    value.to_string().chars().take(300).collect()
}

/// How often a report is asked for again that is not answered.
const AGAIN: usize = 5;

/// All reports of the window, by name.
///
/// # Errors
/// Where one is not answered.
pub fn reports(server: &Server, from: i64, to: i64) -> Result<Map<String, Value>> {
    let mut all = Map::new();
    for report in REPORTS {
        let joint = if report.contains('?') { '&' } else { '?' };
        let path = format!("/api/{report}{joint}from={from}&to={to}");
        // On a busy machine a question may be cut off.
        let mut answer = server.get(&path);
        for _ in 0..AGAIN {
            answer = answer.or_else(|_| server.get(&path));
        }
        let text = answer?;
        all.insert(report.to_owned(), comparable(serde_json::from_str(&text)?));
    }
    Ok(all)
}

/// Without what differs by rights: charts go by the time of arrival, and lists that are cut off may end with any of those
/// that are as frequent as the last.
fn comparable(value: Value) -> Value {
    match value {
        Value::Object(members) if members.contains_key("times") && members.contains_key("lines") => {
            Value::Null
        }
        Value::Object(members) => {
            // An error names the page where it was seen first; a page's own row is named by it.
            let is_error = members.contains_key("stack");
            let goes = |name: &str| LEFT_OUT.contains(&name) || is_error && name == "page";
            let kept = members.into_iter().filter(|(name, _)| !goes(name));
            kept.map(|(name, value)| {
                let value = if SUMS.contains(&name.as_str()) { rounded(&value) } else { comparable(value) };
                (name, value)
            })
            .collect()
        }
        Value::Array(items) => {
            let items = without_the_last(most_frequent(items));
            let mut items: Vec<Value> = items.into_iter().map(comparable).collect();
            if items.iter().all(Value::is_object) {
                items.sort_by_key(Value::to_string);
            }
            Value::Array(items)
        }
        value => value,
    }
}

fn rounded(value: &Value) -> Value {
    value.as_f64().map_or(Value::Null, |number| format!("{number:.9e}").into())
}

/// As many errors are listed for their number. Those behind them are listed for their score, which goes by the time of arrival.
const MOST_FREQUENT: usize = 100;

fn most_frequent(mut items: Vec<Value>) -> Vec<Value> {
    if items.iter().all(|item| item["stack"].is_string()) {
        items.sort_by(|a, b| f64::total_cmp(&count(b), &count(a)));
        items.truncate(MOST_FREQUENT);
    }
    items
}

fn count(item: &Value) -> f64 {
    item["count"].as_f64().unwrap_or(0.0)
}

/// A list as long as this may have been cut off.
const LONG: usize = 10;

fn without_the_last(mut items: Vec<Value>) -> Vec<Value> {
    let count = |item: &Value| item["count"].as_f64();
    if items.len() >= LONG
        && let Some(least) = items.iter().filter_map(count).min_by(f64::total_cmp)
    {
        items.retain(|item| count(item) != Some(least));
    }
    items
}

#[cfg(test)]
mod tests {
    use super::{comparable, differences};
    use serde_json::json;

    #[test]
    fn what_depends_on_the_order_of_arrival_is_left_out_and_nothing_else() {
        let answer = |p75: f64, last: i64, page: &str, duration: f64| {
            comparable(json!({
                "p75": p75, "chart": { "times": [last], "lines": [] }, "pages": [{ "page": "/a", "views": 1 }],
                "errors": [{ "message": "m", "stack": "s", "page": page, "first": last, "last": last }],
                "scripts": [{ "duration": duration }],
            }))
        };
        let one = answer(1.5, 7, "/a", 0.1 + 0.2);
        assert_eq!(differences(&one, &answer(1.5, 8, "/b", 0.3)), [""; 0]);
        assert_eq!(differences(&one, &answer(1.25, 7, "/a", 0.3)), ["/p75: 1.5 is not 1.25"]);
        assert_eq!(differences(&one, &answer(1.5, 7, "/a", 0.31)).len(), 1);
    }

    #[test]
    fn of_errors_those_that_are_listed_for_their_score_are_left_out() {
        let list = |late: &str| {
            let error = |name: &str, count: u64| json!({ "message": name, "stack": "s", "count": count });
            let mut errors: Vec<_> = (0..110).map(|n| error(&n.to_string(), 300 - n)).collect();
            errors.push(error(late, 60));
            comparable(errors.into())
        };
        assert_eq!(differences(&list("a"), &list("b")), [""; 0]);
        // The hundred most frequent, without the last of them: others may be as frequent.
        assert_eq!(list("a").as_array().map(Vec::len), Some(99));
    }

    #[test]
    fn of_a_list_that_may_be_cut_off_those_at_its_end_are_left_out() {
        let list = |last: &str| {
            let mut items: Vec<_> = (2..12).map(|n| json!({ "name": n.to_string(), "count": n })).collect();
            items.push(json!({ "name": last, "count": 1 }));
            comparable(items.into())
        };
        assert_eq!(differences(&list("a"), &list("b")), [""; 0]);
        assert_eq!(list("a").as_array().map(Vec::len), Some(10));
    }
}
