//! Reads the entries of a beacon's arrays and objects.
use super::super::beacon_limits as limits;
use super::super::event::{Attribution, PageError, Resource, ResourceKind, Script, Vital};
use super::error::{DecodeError, invalid};
use super::members::{Members, count, line, word};
use super::value::Value;
use crate::stats::Histogram;
use crate::vitals::{Metric, Rating};
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

/// A measurement: from 0 up to 2^53.
fn measured(value: &Value<'_>) -> Option<f64> {
    value.as_f64().filter(|value| (0.0..Histogram::LIMIT).contains(value))
}

pub(super) fn vital(key: &str, value: &Value<'_>) -> Result<Vital, DecodeError> {
    const FIELD: &str = "vitals";
    let name = Metric::from_name(key).ok_or(invalid(FIELD, "may hold LCP, INP, CLS, FCP and TTFB"))?;
    let members = Members(value.as_object().ok_or(invalid(FIELD, "must hold objects"))?);
    let value = members.get("value").and_then(measured);
    let value = value.ok_or(invalid(FIELD, "must have values from 0 to 2^53"))?;
    let rating = match members.get("rating") {
        Some(rating) => rating.as_str().and_then(Rating::from_name),
        None => Some(Rating::Good),
    };
    let rating = rating.ok_or(invalid(FIELD, "must be rated good, needs-improvement or poor"))?;
    let state = members
        .get("state")
        .map_or(Ok(String::new()), |state| word(state.as_str().unwrap_or_default(), FIELD))?;
    let attribution = Attribution {
        target: members.text("target", FIELD, limits::TARGET)?,
        url: members.text("url", FIELD, limits::URL)?,
        state,
        phases: members.each("parts", limits::VITAL_PHASES, |phase, value| {
            let ms = measured(value).ok_or(invalid(FIELD, "must have parts from 0 to 2^53"))?;
            Ok((word(phase, FIELD)?, ms))
        })?,
    };
    Ok(Vital { name, value, rating, attribution })
}

/// A number, or an array of numbers.
pub(super) fn timing(value: &Value<'_>) -> Result<Vec<f64>, DecodeError> {
    const FIELD: &str = "timings";
    let one =
        |value| measured(value).ok_or(invalid(FIELD, "must hold numbers from 0 to 2^53, or lists of them"));
    match value {
        Value::List(values) if values.len() > limits::VALUES => {
            Err(DecodeError::TooMany { field: FIELD, limit: limits::VALUES })
        }
        Value::List(values) => values.iter().map(one).collect(),
        value => Ok(vec![one(value)?]),
    }
}

pub(super) fn gauge(value: &Value<'_>) -> Result<f64, DecodeError> {
    let value = value.as_f64().filter(|value| value.abs() < Histogram::LIMIT);
    value.ok_or(invalid("gauges", "must hold numbers between -2^53 and 2^53"))
}

/// Sums by host, then by kind. Unknown kinds, of a later version, count as `other`.
pub(super) fn resources(value: Option<&Value<'_>>) -> Result<Vec<Resource>, DecodeError> {
    const FIELD: &str = "resources";
    let mut resources: Vec<Resource> = Vec::new();
    let Some(value) = value else { return Ok(resources) };
    let hosts = value.as_object().ok_or(invalid(FIELD, "must be an object"))?;
    let mut pairs = 0;
    for (host, kinds) in hosts.in_order() {
        let kinds = kinds.as_object().ok_or(invalid(FIELD, "must hold objects, by host"))?;
        let (first, kinds) = (resources.len(), kinds.in_order());
        resources.reserve(kinds.len().min(limits::RESOURCES));
        for (kind, sums) in kinds {
            pairs += 1;
            if pairs > limits::RESOURCES {
                return Err(DecodeError::TooMany { field: FIELD, limit: limits::RESOURCES });
            }
            let resource = resource(host, kind, sums)?;
            match resources.iter_mut().skip(first).find(|known| known.kind == resource.kind) {
                Some(known) => known.add(&resource),
                None => resources.push(resource),
            }
        }
    }
    Ok(resources)
}

fn resource(host: &str, kind: &str, sums: &Value<'_>) -> Result<Resource, DecodeError> {
    const FIELD: &str = "resources";
    let sums = Members(sums.as_object().ok_or(invalid(FIELD, "must hold objects, by host and kind"))?);
    let counted = |key| sums.get(key).map_or(Ok(0), |value| count(value, FIELD));
    let took = |key| {
        let ms = sums.get(key).map_or(Some(0.0), measured);
        ms.ok_or(invalid(FIELD, "must have duration and slowest from 0 to 2^53"))
    };
    let duration = took("duration")?;
    Ok(Resource {
        host: line(host, FIELD, limits::HOST)?,
        kind: ResourceKind::from_name(kind).unwrap_or(ResourceKind::Other),
        count: counted("count")?,
        bytes: counted("bytes")?,
        cached: counted("cached")?,
        failed: counted("failed")?,
        duration,
        slowest: if sums.get("slowest").is_some() { took("slowest")? } else { duration },
    })
}

pub(super) fn script(entry: &Members<'_>) -> Result<Script, DecodeError> {
    const FIELD: &str = "scripts";
    let took = |key| {
        let ms = entry.get(key).map_or(Some(0.0), measured);
        ms.ok_or(invalid(FIELD, "must have duration and forced from 0 to 2^53"))
    };
    Ok(Script {
        source: entry.text("source", FIELD, limits::URL)?,
        invoker: entry.text("invoker", FIELD, limits::TARGET)?,
        count: entry.get("count").map_or(Ok(1), |value| count(value, FIELD))?,
        duration: took("duration")?,
        forced: took("forced")?,
    })
}

pub(super) fn error(entry: &Members<'_>) -> Result<PageError, DecodeError> {
    const FIELD: &str = "errors";
    Ok(PageError {
        message: entry.text("message", FIELD, limits::MESSAGE)?,
        source: entry.text("source", FIELD, limits::SOURCE)?,
        stack: entry.text("stack", FIELD, limits::STACK)?,
        fingerprint: match entry.get("fingerprint") {
            Some(_) => entry.id("fingerprint")?,
            None => String::new(),
        },
        count: entry.get("count").map_or(Ok(1), |value| count(value, FIELD))?,
    })
}
