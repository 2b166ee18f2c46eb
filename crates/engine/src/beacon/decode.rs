//! Reads beacons, which may come from anyone.
use super::event::{Beacon, Device, PageError, Vital};
use super::{VERSION, limits};
use crate::stats::{Histogram, Parts, PartsError};
use crate::vitals::{Metric, Navigation, Rating};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use serde_json::{Map, Value};

/// The beacon that `bytes` are. Members that this version does not know are ignored; everything else is as
/// `docs/beacon.md` has it, or refused.
pub fn decode(bytes: &[u8]) -> Result<Beacon, DecodeError> {
    if bytes.len() > limits::READ_BYTES {
        return Err(DecodeError::TooLarge { bytes: bytes.len() });
    }
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|error| DecodeError::NotJson { line: error.line(), column: error.column() })?;
    let Value::Object(members) = value else { return Err(DecodeError::NotAnObject) };
    let members = Members(&members);
    match members.require("v")?.as_u64() {
        Some(VERSION) => {}
        Some(_) => return Err(DecodeError::UnsupportedVersion),
        None => return Err(invalid("v", "must be an integer")),
    }
    Ok(Beacon {
        id: members.id("id")?,
        session: members.id("session")?,
        view: members.id("view")?,
        app: members.label("app")?.ok_or(DecodeError::MissingField("app"))?,
        release: members.label("release")?,
        page: text(members.require("page")?, "page", limits::PAGE)?,
        navigation: members.word("navigation", Navigation::from_name)?,
        device: members.word("device", Device::from_name)?,
        sent_at: count(members.require("sentAt")?, "sentAt")? as i64,
        sample_rate: match members.get("sampleRate") {
            Some(rate) => rate
                .as_f64()
                .filter(|rate| *rate > 0.0 && *rate <= 1.0)
                .ok_or(invalid("sampleRate", "must be a number above 0, at most 1"))?,
            None => 1.0,
        },
        vitals: members.each("vitals", Metric::ALL.len(), vital)?,
        histograms: members.each("histograms", limits::HISTOGRAMS, |key, value| {
            Ok((name(key, "histograms")?, histogram(value)?))
        })?,
        counters: members.each("counters", limits::COUNTERS, |key, value| {
            Ok((name(key, "counters")?, count(value, "counters")?))
        })?,
        errors: errors(members.get("errors"))?,
        dropped: members.get("dropped").map_or(Ok(0), |value| count(value, "dropped"))?,
    })
}

/// Why bytes are no beacon. No variant holds anything that the sender chose, so it is safe to log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// More bytes than a browser can send.
    TooLarge {
        /// How many there were.
        bytes: usize,
    },
    /// Not JSON, or not UTF-8.
    NotJson {
        /// Where the JSON ends to be JSON, from 1.
        line: usize,
        /// The byte in that line.
        column: usize,
    },
    /// JSON, but not an object.
    NotAnObject,
    /// Another version of the format.
    UnsupportedVersion,
    /// A member that must be there is not.
    MissingField(&'static str),
    /// A member is not what it must be.
    InvalidField {
        /// Which.
        field: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// A list is too long.
    TooMany {
        /// Which.
        field: &'static str,
        /// How many entries it may have.
        limit: usize,
    },
    /// A histogram is none.
    InvalidHistogram(PartsError),
}

impl DecodeError {
    /// A fixed word for programs and for counting.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too_large",
            Self::NotJson { .. } => "not_json",
            Self::NotAnObject => "not_an_object",
            Self::UnsupportedVersion => "unsupported_version",
            Self::MissingField(_) => "missing_field",
            Self::InvalidField { .. } => "invalid_field",
            Self::TooMany { .. } => "too_many",
            Self::InvalidHistogram(_) => "invalid_histogram",
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { bytes } => {
                write!(
                    f,
                    "the beacon has {bytes} bytes: send at most {}, in several beacons",
                    limits::READ_BYTES
                )
            }
            Self::NotJson { line, column } => {
                write!(
                    f,
                    "the body is not JSON at line {line}, column {column}: send a beacon as docs/beacon.md has it"
                )
            }
            Self::NotAnObject => f.write_str("the body must be a JSON object: send one beacon per request"),
            Self::UnsupportedVersion => {
                write!(
                    f,
                    "this collector reads beacons with \"v\":{VERSION}: use the same release of Whippet on both sides"
                )
            }
            Self::MissingField(field) => write!(f, "`{field}` is missing: every beacon must have it"),
            Self::InvalidField { field, expected } => write!(f, "`{field}` {expected}"),
            Self::TooMany { field, limit } => {
                write!(f, "`{field}` has too many entries: send at most {limit}, in several beacons")
            }
            Self::InvalidHistogram(error) => write!(f, "`histograms` holds one that is none: {error}"),
        }
    }
}

impl core::error::Error for DecodeError {}

const fn invalid(field: &'static str, expected: &'static str) -> DecodeError {
    DecodeError::InvalidField { field, expected }
}

struct Members<'a>(&'a Map<String, Value>);

impl<'a> Members<'a> {
    fn get(&self, field: &'static str) -> Option<&'a Value> {
        self.0.get(field)
    }

    fn require(&self, field: &'static str) -> Result<&'a Value, DecodeError> {
        self.get(field).ok_or(DecodeError::MissingField(field))
    }

    fn id(&self, field: &'static str) -> Result<String, DecodeError> {
        let id = self.require(field)?.as_str().unwrap_or_default();
        let plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if id.is_empty() || id.len() > limits::ID || !plain {
            return Err(invalid(field, "must be 1 to 64 letters, digits, `-` and `_`"));
        }
        Ok(String::from(id))
    }

    fn label(&self, field: &'static str) -> Result<Option<String>, DecodeError> {
        self.get(field).map(|value| text(value, field, limits::LABEL)).transpose()
    }

    fn word<T>(&self, field: &'static str, read: fn(&str) -> Option<T>) -> Result<T, DecodeError> {
        let word = self.require(field)?.as_str();
        word.and_then(read).ok_or(invalid(field, "must be one of the words that docs/beacon.md lists"))
    }

    /// Reads every member of the object `field`, which may be absent.
    fn each<T>(
        &self,
        field: &'static str,
        limit: usize,
        read: impl Fn(&str, &Value) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        let Some(value) = self.get(field) else { return Ok(Vec::new()) };
        let entries = value.as_object().ok_or(invalid(field, "must be an object"))?;
        if entries.len() > limit {
            return Err(DecodeError::TooMany { field, limit });
        }
        entries.iter().map(|(key, value)| read(key, value)).collect()
    }
}

/// A line of text that is not empty.
fn text(value: &Value, field: &'static str, bytes: usize) -> Result<String, DecodeError> {
    match value.as_str() {
        Some(text) if !text.is_empty() && text.len() <= bytes && !text.contains(char::is_control) => {
            Ok(String::from(text))
        }
        _ => {
            Err(invalid(field, "must be a line of text, not empty and no longer than docs/beacon.md allows"))
        }
    }
}

fn name(key: &str, field: &'static str) -> Result<String, DecodeError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-:/".contains(&byte);
    if key.is_empty() || key.len() > limits::NAME || !key.bytes().all(plain) {
        return Err(invalid(field, "must have names of 1 to 96 letters, digits, `.`, `_`, `-`, `:` and `/`"));
    }
    Ok(String::from(key))
}

fn count(value: &Value, field: &'static str) -> Result<u64, DecodeError> {
    value
        .as_u64()
        .filter(|count| *count <= limits::COUNT)
        .ok_or(invalid(field, "must hold integers from 0 to 2^53 - 1"))
}

fn vital(key: &str, value: &Value) -> Result<Vital, DecodeError> {
    let name = Metric::from_name(key).ok_or(invalid("vitals", "may hold LCP, INP, CLS, FCP and TTFB"))?;
    let number = value.get("value").and_then(Value::as_f64);
    let number = number
        .filter(|value| (0.0..Histogram::LIMIT).contains(value))
        .ok_or(invalid("vitals", "must have values from 0 to 2^53"))?;
    let rating = value.get("rating").and_then(Value::as_str).and_then(Rating::from_name);
    let rating = rating.ok_or(invalid("vitals", "must be rated good, needs-improvement or poor"))?;
    Ok(Vital { name, value: number, rating })
}

fn histogram(value: &Value) -> Result<Histogram, DecodeError> {
    const FIELD: &str = "histograms";
    let members = Members(value.as_object().ok_or(invalid(FIELD, "must hold objects"))?);
    let number = |key: &'static str| {
        members
            .get(key)
            .and_then(Value::as_f64)
            .ok_or(invalid(FIELD, "must have numbers as sum, min and max"))
    };
    let small = |key: &'static str| {
        let integer = members.get(key).and_then(Value::as_i64);
        integer
            .and_then(|integer| i32::try_from(integer).ok())
            .ok_or(invalid(FIELD, "must have integers as scale and offset"))
    };
    let zero = members.get("zero").map_or(Ok(0), |zero| count(zero, FIELD))?;
    let counts = members
        .get("counts")
        .and_then(Value::as_array)
        .ok_or(invalid(FIELD, "must have a list of counts"))?;
    let mut buckets = Vec::new();
    for entry in counts {
        match entry.as_i64() {
            Some(empty @ ..0) => {
                let empty = usize::try_from(empty.unsigned_abs()).unwrap_or(usize::MAX);
                if empty > Histogram::MAX_BUCKETS - buckets.len() {
                    return Err(DecodeError::InvalidHistogram(PartsError::TooManyBuckets));
                }
                buckets.resize(buckets.len() + empty, 0);
            }
            _ if buckets.len() == Histogram::MAX_BUCKETS => {
                return Err(DecodeError::InvalidHistogram(PartsError::TooManyBuckets));
            }
            _ => buckets.push(count(entry, FIELD)?),
        }
    }
    let scale =
        i8::try_from(small("scale")?).map_err(|_| DecodeError::InvalidHistogram(PartsError::Scale))?;
    let histogram = Histogram::from_parts(&Parts {
        scale,
        offset: small("offset")?,
        counts: &buckets,
        zero,
        sum: number("sum")?,
        min: number("min")?,
        max: number("max")?,
    })
    .map_err(DecodeError::InvalidHistogram)?;
    if histogram.count() > limits::COUNT {
        return Err(invalid(FIELD, "must have counts that add up to 2^53 - 1 at most"));
    }
    Ok(histogram)
}

fn errors(value: Option<&Value>) -> Result<Vec<PageError>, DecodeError> {
    const FIELD: &str = "errors";
    let Some(value) = value else { return Ok(Vec::new()) };
    let entries = value.as_array().ok_or(invalid(FIELD, "must be a list"))?;
    if entries.len() > limits::ERRORS {
        return Err(DecodeError::TooMany { field: FIELD, limit: limits::ERRORS });
    }
    let text = |entry: &Value, key: &str, bytes: usize| match entry.get(key) {
        None => Ok(String::new()),
        Some(Value::String(text)) if text.len() <= bytes => Ok(text.clone()),
        Some(_) => Err(invalid(FIELD, "must have texts of at most 512 bytes as message, 256 as source")),
    };
    entries
        .iter()
        .map(|entry| {
            if !entry.is_object() {
                return Err(invalid(FIELD, "must hold objects"));
            }
            Ok(PageError {
                message: text(entry, "message", limits::MESSAGE)?,
                source: text(entry, "source", limits::SOURCE)?,
                count: entry.get("count").map_or(Ok(1), |value| count(value, FIELD))?,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::beacon::encode;
    use expect_test::{Expect, expect};
    use proptest::prelude::*;
    use std::format;
    use std::string::ToString;
    use std::vec;

    fn word() -> impl Strategy<Value = String> {
        "[A-Za-z0-9_-]{1,64}"
    }

    fn name() -> impl Strategy<Value = String> {
        "[a-z][a-z0-9._:/-]{0,20}"
    }

    /// Text that is no longer than `bytes` in UTF-8.
    fn text(bytes: usize) -> impl Strategy<Value = String> {
        any::<String>().prop_map(move |text| String::from(limits::cut(&text, bytes)))
    }

    /// A number with at most six decimals, as the format has them.
    fn number() -> impl Strategy<Value = f64> {
        (0..10_000_000_000u64).prop_map(|millionths| millionths as f64 / 1e6)
    }

    fn histogram() -> impl Strategy<Value = Histogram> {
        prop::collection::vec(prop_oneof![Just(0.0), 0.1..10_000.0f64], 1..60).prop_map(|values| {
            let mut histogram = Histogram::new();
            for value in values {
                // Halves add up exactly, and need few decimals.
                histogram.record((value * 2.0).round() / 2.0);
            }
            histogram
        })
    }

    fn vitals() -> impl Strategy<Value = Vec<Vital>> {
        prop::sample::subsequence(Metric::ALL.to_vec(), 0..=5).prop_flat_map(|names| {
            let values = prop::collection::vec(number(), names.len());
            values.prop_map(move |values| {
                let pairs = names.iter().zip(values);
                pairs.map(|(&name, value)| Vital { name, value, rating: name.rate(value) }).collect()
            })
        })
    }

    fn page_error() -> impl Strategy<Value = PageError> {
        (text(limits::MESSAGE), text(limits::SOURCE), 0..=limits::COUNT)
            .prop_map(|(message, source, count)| PageError { message, source, count })
    }

    prop_compose! {
        fn beacon()(
            (id, session, view) in (word(), word(), word()),
            (app, release, page) in ("[^\\p{C}]{1,16}", prop::option::of("[^\\p{C}]{1,16}"), "/[^\\p{C}]{0,40}"),
            navigation in prop::sample::select(Navigation::ALL.to_vec()),
            device in prop::sample::select(Device::ALL.to_vec()),
            (sent_at, rate) in (0..1i64 << 53, 1..=1000u32),
            vitals in vitals(),
            histograms in prop::collection::btree_map(name(), histogram(), 0..5),
            counters in prop::collection::btree_map(name(), 0..=limits::COUNT, 0..5),
            errors in prop::collection::vec(page_error(), 0..5),
            dropped in 0..1000u64,
        ) -> Beacon {
            let (histograms, counters) = (histograms.into_iter().collect(), counters.into_iter().collect());
            let sample_rate = f64::from(rate) / 1000.0;
            Beacon {
                id, session, view, app, release, page, navigation, device, sent_at, sample_rate, vitals,
                histograms, counters, errors, dropped,
            }
        }
    }

    /// The members of a JSON object come in no order: serde_json gives them sorted.
    fn sorted(mut beacon: Beacon) -> Beacon {
        beacon.vitals.sort_by_key(|vital| vital.name);
        beacon
    }

    proptest! {
        // Beacons take long to make up: fewer than usual, of each kind.
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_was_encoded_is_decoded(beacon in beacon()) {
            prop_assert_eq!(decode(&encode(&beacon)).map(sorted), Ok(sorted(beacon)));
        }

        #[test]
        fn damaged_beacons_are_read_or_refused(
            beacon in beacon(),
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
        ) {
            let mut bytes = encode(&beacon);
            for (place, byte) in damage {
                let place = place.index(bytes.len());
                bytes[place] = byte;
            }
            // What is read is a beacon in every respect: it can be written and read again.
            if let Ok(read) = decode(&bytes) {
                prop_assert!(decode(&encode(&read)).is_ok());
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&bytes);
        }
    }

    fn check(change: impl FnOnce(&mut Map<String, Value>), expect: Expect) {
        let mut value = serde_json::json!({
            "v": 1, "id": "a-1", "session": "s", "view": "a", "app": "shop", "page": "/", "navigation": "navigate",
            "device": "desktop", "sentAt": 0,
            "histograms": { "query.fetch": {
                "scale": 5, "sum": 3, "min": 1, "max": 2, "offset": -1, "counts": [1, -31, 1]
            } },
        });
        assert!(decode(value.to_string().as_bytes()).is_ok());
        change(value.as_object_mut().unwrap());
        let error = decode(value.to_string().as_bytes()).unwrap_err();
        expect.assert_eq(&format!("{}: {error}", error.code()));
    }

    #[test]
    fn each_cause_has_its_word_and_says_what_to_do() {
        let refused = |bytes: &[u8]| decode(bytes).unwrap_err();
        let show = |error: DecodeError| format!("{}: {error}", error.code());
        expect!["too_large: the beacon has 65537 bytes: send at most 65536, in several beacons"]
            .assert_eq(&show(refused(&vec![b' '; 65_537])));
        expect!["not_json: the body is not JSON at line 1, column 2: send a beacon as docs/beacon.md has it"]
            .assert_eq(&show(refused(b"{\xff}")));
        expect!["not_an_object: the body must be a JSON object: send one beacon per request"]
            .assert_eq(&show(refused(b"[1]")));
        check(
            |beacon| drop(beacon.insert("v".into(), 2.into())),
            expect![[
                r#"unsupported_version: this collector reads beacons with "v":1: use the same release of Whippet on both sides"#
            ]],
        );
        check(
            |beacon| drop(beacon.remove("app")),
            expect!["missing_field: `app` is missing: every beacon must have it"],
        );
        check(
            |beacon| drop(beacon.insert("id".into(), "<script>".into())),
            expect!["invalid_field: `id` must be 1 to 64 letters, digits, `-` and `_`"],
        );
        check(
            |beacon| drop(beacon.insert("page".into(), "/\n".into())),
            expect![
                "invalid_field: `page` must be a line of text, not empty and no longer than docs/beacon.md allows"
            ],
        );
        check(
            |beacon| drop(beacon.insert("device".into(), "toaster".into())),
            expect!["invalid_field: `device` must be one of the words that docs/beacon.md lists"],
        );
        check(
            |beacon| drop(beacon.insert("sampleRate".into(), 0.into())),
            expect!["invalid_field: `sampleRate` must be a number above 0, at most 1"],
        );
        check(
            |beacon| drop(beacon.insert("counters".into(), serde_json::json!({ "hits": -1 }))),
            expect!["invalid_field: `counters` must hold integers from 0 to 2^53 - 1"],
        );
        check(
            |beacon| {
                drop(
                    beacon.insert(
                        "vitals".into(),
                        serde_json::json!({ "LCP": { "value": -1, "rating": "good" } }),
                    ),
                )
            },
            expect!["invalid_field: `vitals` must have values from 0 to 2^53"],
        );
        check(
            |beacon| drop(beacon.insert("errors".into(), vec![serde_json::json!({}); 33].into())),
            expect!["too_many: `errors` has too many entries: send at most 32, in several beacons"],
        );
        check(
            |beacon| beacon["histograms"]["query.fetch"]["counts"] = serde_json::json!([1, -160, 1]),
            expect![
                "invalid_histogram: `histograms` holds one that is none: at most 160 buckets: lower the scale and merge neighbours"
            ],
        );
        check(
            |beacon| beacon["histograms"]["query.fetch"]["sum"] = 100.into(),
            expect![
                "invalid_histogram: `histograms` holds one that is none: sum must lie between count times min and count times max"
            ],
        );
    }

    #[test]
    fn members_of_later_days_are_ignored() {
        let bytes = br#"{"v":1,"id":"a","session":"s","view":"a","app":"x","page":"/","navigation":"reload","device":"phone","sentAt":5,"weather":{"sun":true}}"#;
        assert_eq!(decode(bytes).unwrap().sent_at, 5);
    }
}
