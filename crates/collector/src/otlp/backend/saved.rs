//! What is known of a service that pushes, as bytes: collectors that share a database hand it to one another.
use std::collections::{HashMap, VecDeque};

use serde::{Deserialize, Serialize};
use whippet_store::Sample;

use super::grid::Grid;
use super::known::{Instance, Target};

#[derive(Serialize, Deserialize)]
struct SavedTarget {
    instances: Vec<SavedInstance>,
    grids: HashMap<String, Grid>,
    last: i64,
    interval: Option<i64>,
    posts: VecDeque<String>,
}

#[derive(Serialize, Deserialize)]
struct SavedInstance {
    key: String,
    label: String,
    first: i64,
    #[serde(default)]
    last: i64,
    seen: i64,
    series: Vec<SavedSeries>,
    #[serde(default)]
    silent: Vec<SavedSeries>,
}

/// Numbers as their bits: JSON knows no infinity.
#[derive(Serialize, Deserialize)]
struct SavedSeries {
    name: String,
    labels: Vec<(String, String)>,
    value: u64,
    counter: bool,
    created: Option<u64>,
    seen: i64,
}

/// The bytes of a target.
pub fn write(target: &Target) -> Vec<u8> {
    let series = |(sample, seen): &(Sample, i64)| SavedSeries {
        name: sample.name.clone(),
        labels: sample.labels.clone(),
        value: sample.value.to_bits(),
        counter: sample.counter,
        created: sample.created.map(f64::to_bits),
        seen: *seen,
    };
    let instance = |instance: &Instance| SavedInstance {
        key: instance.key.clone(),
        label: instance.label.clone(),
        first: instance.first,
        last: instance.last,
        seen: instance.seen,
        series: instance.series.values().map(series).collect(),
        silent: instance.silent.values().map(series).collect(),
    };
    let saved = SavedTarget {
        instances: target.instances.iter().map(instance).collect(),
        grids: target.grids.clone(),
        last: target.last,
        interval: target.interval,
        posts: target.posts.clone(),
    };
    // Strings and numbers always have a JSON form.
    serde_json::to_vec(&saved).unwrap_or_default()
}

/// The target; a new one if the bytes cannot be read, as after a restart.
pub fn read(bytes: &[u8]) -> Target {
    let Ok(saved) = serde_json::from_slice::<SavedTarget>(bytes) else { return Target::default() };
    let series = |saved: SavedSeries| {
        let sample = Sample {
            name: saved.name,
            labels: saved.labels,
            value: f64::from_bits(saved.value),
            counter: saved.counter,
            created: saved.created.map(f64::from_bits),
        };
        ((sample.name.clone(), sample.labels.clone()), (sample, saved.seen))
    };
    let instance = |saved: SavedInstance| Instance {
        key: saved.key,
        label: saved.label,
        first: saved.first,
        last: saved.last,
        seen: saved.seen,
        series: saved.series.into_iter().map(series).collect(),
        silent: saved.silent.into_iter().map(series).collect(),
    };
    Target {
        instances: saved.instances.into_iter().map(instance).collect(),
        grids: saved.grids,
        last: saved.last,
        interval: saved.interval,
        posts: saved.posts,
        version: 0,
    }
}
