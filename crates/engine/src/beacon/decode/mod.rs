//! Reads beacons, which may come from anyone: nothing in them is trusted.
mod entries;
mod error;
mod histogram;
mod invisible_text;
mod members;
mod surrogates;
#[cfg(test)]
mod tests;
mod value;

use super::beacon_limits as limits;
use super::event::{Beacon, Connection, Device, NAVIGATION_PHASES, VERSION};
use crate::vitals::{Metric, Navigation};
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
pub use error::DecodeError;
use error::invalid;
use members::{Members, count, line, name, text, visible, word};
pub use surrogates::without_lone_surrogates;
use value::Value;

/// Decodes a beacon. Unknown members are ignored; everything else must conform to `docs/beacon.md`, or the beacon is refused.
pub fn decode(bytes: &[u8]) -> Result<Beacon, DecodeError> {
    if bytes.len() > limits::READ_BYTES {
        return Err(DecodeError::TooLarge { bytes: bytes.len() });
    }
    match read(bytes) {
        // Few have half a surrogate pair in them, and looking for one costs time.
        Err(error @ DecodeError::NotJson { .. }) => match without_lone_surrogates(bytes) {
            Cow::Owned(whole) => read(&whole),
            Cow::Borrowed(_) => Err(error),
        },
        read => read,
    }
}

fn read(bytes: &[u8]) -> Result<Beacon, DecodeError> {
    let value: Value<'_> = serde_json::from_slice(bytes)
        .map_err(|error| DecodeError::NotJson { line: error.line(), column: error.column() })?;
    let members = Members(value.as_object().ok_or(DecodeError::NotAnObject)?);
    match members.require("v")?.as_u64() {
        Some(VERSION) => {}
        Some(_) => return Err(DecodeError::UnsupportedVersion),
        None => return Err(invalid("v", "must be an integer")),
    }
    Ok(Beacon {
        id: members.id("id")?,
        session: members.id("session")?,
        view: view(&members)?,
        app: members.label("app")?.ok_or(DecodeError::MissingField("app"))?,
        release: members.label("release")?,
        page: visible(text(members.require("page")?, "page", limits::PAGE)?, "page")?,
        navigation: members.word("navigation", Navigation::from_name)?.unwrap_or(Navigation::Navigate),
        device: members.word("device", Device::from_name)?.unwrap_or(Device::Desktop),
        // An unknown type, of a later version, counts as none.
        connection: members.get("connection").and_then(Value::as_str).and_then(Connection::from_name),
        memory: members.number("memory", |gib| (0.0..=limits::MEMORY).contains(&gib))?,
        sent_at: count(members.require("sentAt")?, "sentAt")? as i64,
        sample_rate: members.number("sampleRate", |rate| rate > 0.0 && rate <= 1.0)?.unwrap_or(1.0),
        vitals: members.each("vitals", Metric::ALL.len(), entries::vital)?,
        timings: timings(&members)?,
        histograms: members.each("histograms", limits::HISTOGRAMS, |key, value| {
            Ok((name(key, "histograms")?, histogram::histogram(value)?))
        })?,
        counters: members.each("counters", limits::COUNTERS, |key, value| {
            Ok((name(key, "counters")?, count(value, "counters")?))
        })?,
        gauges: members.each("gauges", limits::GAUGES, |key, value| {
            Ok((name(key, "gauges")?, entries::gauge(value)?))
        })?,
        resources: entries::resources(members.get("resources"))?,
        scripts: members.list("scripts", limits::SCRIPTS, entries::script)?,
        routes: members.each("routes", limits::ROUTES, |path, value| {
            Ok((line(path, "routes", limits::PAGE)?, count(value, "routes")?))
        })?,
        errors: members.list("errors", limits::ERRORS, entries::error)?,
        dropped: members.get("dropped").map_or(Ok(0), |value| count(value, "dropped"))?,
        drops: members
            .each("drops", limits::DROPS, |kind, value| Ok((word(kind, "drops")?, count(value, "drops")?)))?,
    })
}

/// Whether `text` can be the name of an application, a release or a page: it has a visible character, and none that makes it
/// look like another.
pub fn is_label(text: &str) -> bool {
    !invisible_text::is_blank(text) && !invisible_text::is_deceptive(text)
}

/// The id of the page view; if it is left out, `id` starts with it.
fn view(members: &Members<'_>) -> Result<String, DecodeError> {
    if members.get("view").is_some() {
        return members.id("view");
    }
    let id = members.id("id")?;
    let view = id.rsplit_once('-').map(|(view, _)| view).filter(|view| !view.is_empty());
    view.map(String::from).ok_or(DecodeError::MissingField("view"))
}

/// The timings, with the navigation's phases, which have a shorter form: phases that are left out took 0 ms.
fn timings(members: &Members<'_>) -> Result<Vec<(String, Vec<f64>)>, DecodeError> {
    // Phases may come in either form, so that a decoded beacon can be encoded and decoded again.
    const MOST: usize = limits::TIMINGS + limits::PHASES;
    let mut timings =
        members.each("timings", MOST, |key, value| Ok((name(key, "timings")?, entries::timing(value)?)))?;
    let named = |phase: &str| {
        const OF: &str = "navigation.";
        let mut name = String::with_capacity(OF.len() + phase.len());
        name.push_str(OF);
        name.push_str(phase);
        name
    };
    let mut phases = members.each("phases", limits::PHASES, |phase, value| {
        Ok((named(&word(phase, "phases")?), entries::timing(value)?))
    })?;
    if members.get("phases").is_some() {
        for name in NAVIGATION_PHASES.map(named) {
            if !timings.iter().chain(&phases).any(|known| known.0 == name) {
                phases.push((name, vec![0.0]));
            }
        }
        phases.sort_by(|a, b| a.0.cmp(&b.0));
    }
    timings.extend(phases);
    if timings.len() > MOST {
        return Err(DecodeError::TooMany { field: "timings", limit: MOST });
    }
    Ok(timings)
}
