//! A chunk: the values of all series of one metric name at the same times. Another value has the times.
use super::values;
use crate::series::bytes::{Bytes, write_signed, write_unsigned};

/// The first byte of what this version writes.
const VERSION: u8 = 1;
/// The most times of a chunk: an hour of four scrapes a second.
pub const MOST: usize = 14_400;

/// The values of one series; NaN where it has none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Track {
    /// The number of the series.
    pub series: i64,
    /// Its value at each time.
    pub values: Vec<f64>,
    /// The same where a gap has the value before it. Empty where there is no gap.
    pub held: Vec<f64>,
    /// For a gauge: the sum of all values from which it has ever fallen. With that it can be read as a counter. Empty where it
    /// never fell, and for a counter, which is stored without its resets.
    pub fallen: Vec<f64>,
}

/// What is known of a series at one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Its value; NaN where it has none.
    pub value: f64,
    /// The last value that it had.
    pub held: f64,
    /// The sum of all values from which it has ever fallen.
    pub fallen: f64,
}

impl Default for Point {
    fn default() -> Self {
        Self { value: f64::NAN, held: f64::NAN, fallen: 0.0 }
    }
}

impl Point {
    /// Notes the next value. A counter that is missing keeps its last one: what it counted did happen.
    pub fn next(&mut self, value: f64, counter: bool) {
        if value < self.held {
            self.fallen += self.held;
        }
        if !value.is_nan() {
            self.held = value;
        }
        self.value = if counter { self.held } else { value };
    }
}

impl Track {
    /// Without values.
    pub fn new(series: i64) -> Self {
        Self { series, ..Self::default() }
    }

    /// At the place of a time.
    pub fn at(&self, index: usize) -> Point {
        let Some(value) = self.values.get(index).copied() else { return Point::default() };
        let held = self.held.get(index).copied().unwrap_or(value);
        Point { value, held, fallen: self.fallen.get(index).copied().unwrap_or(0.0) }
    }

    /// Adds what is known at the next time.
    pub fn push(&mut self, point: Point) {
        self.values.push(point.value);
        self.held.push(point.held);
        self.fallen.push(point.fallen);
    }

    /// Whether nothing is known at any time.
    pub fn is_empty(&self) -> bool {
        self.held.iter().chain(&self.values).all(|value| value.is_nan())
    }
}

/// Which further values a track has: bits of a byte.
const HELD: u8 = 1;
const FALLEN: u8 = 2;

/// The bytes of tracks, which are sorted by series, and of which each has a value for each of `count` times.
pub fn write(count: usize, tracks: &[Track]) -> Vec<u8> {
    let mut out = vec![VERSION];
    write_unsigned(&mut out, count as u64);
    write_unsigned(&mut out, tracks.len() as u64);
    let mut before = 0;
    for track in tracks {
        write_signed(&mut out, track.series.wrapping_sub(before));
        before = track.series;
        let differs = |(held, value): (&f64, &f64)| held != value && !(held.is_nan() && value.is_nan());
        let has_gaps = track.held.iter().zip(&track.values).any(differs);
        let has_fallen = track.fallen.iter().any(|fallen| *fallen != 0.0);
        out.push(if has_gaps { HELD } else { 0 } | if has_fallen { FALLEN } else { 0 });
        values::write(&mut out, &track.values);
        if has_gaps {
            values::write(&mut out, &track.held);
        }
        if has_fallen {
            values::write(&mut out, &track.fallen);
        }
    }
    out
}

/// Hands each track to `each`. `None`: the bytes are damaged; what was read until then is good.
pub fn read(bytes: &[u8], each: &mut dyn FnMut(&Track)) -> Option<()> {
    let mut bytes = Bytes(bytes);
    if bytes.byte()? != VERSION {
        return None;
    }
    let count = usize::try_from(bytes.unsigned()?).ok().filter(|count| *count <= MOST)?;
    let mut track = Track::default();
    for _ in 0..bytes.unsigned()? {
        track.series = track.series.wrapping_add(bytes.signed()?);
        let has = bytes.byte()?;
        values::read(&mut bytes, count, &mut track.values)?;
        for (flag, values) in [(HELD, &mut track.held), (FALLEN, &mut track.fallen)] {
            values.clear();
            if has & flag != 0 {
                values::read(&mut bytes, count, values)?;
            }
        }
        each(&track);
    }
    bytes.0.is_empty().then_some(())
}

/// The bytes of sorted times, ms since the epoch.
pub fn write_times(times: &[i64]) -> Vec<u8> {
    let mut out = vec![VERSION];
    write_unsigned(&mut out, times.len() as u64);
    let mut before = 0;
    for time in times {
        write_signed(&mut out, time.wrapping_sub(before));
        before = *time;
    }
    out
}

/// The times; `None` if the bytes are damaged.
pub fn read_times(bytes: &[u8]) -> Option<Vec<i64>> {
    let mut bytes = Bytes(bytes);
    if bytes.byte()? != VERSION {
        return None;
    }
    let count = usize::try_from(bytes.unsigned()?).ok().filter(|count| *count <= MOST)?;
    let mut times = Vec::with_capacity(count);
    let mut time = 0_i64;
    for _ in 0..count {
        time = time.wrapping_add(bytes.signed()?);
        times.push(time);
    }
    times.is_sorted().then_some(times)
}

#[cfg(test)]
mod tests {
    use super::{Track, read, read_times, write, write_times};
    use proptest::prelude::*;

    fn all(bytes: &[u8]) -> Option<Vec<Track>> {
        let mut tracks = Vec::new();
        read(bytes, &mut |track| tracks.push(track.clone()))?;
        Some(tracks)
    }

    proptest! {
        #[test]
        fn tracks_and_times_come_back(
            tracks in prop::collection::btree_map(any::<i64>(), (prop::collection::vec(-100_i64..100, 5), any::<bool>()), 0..6),
            times in prop::collection::btree_set(0_i64..1_000_000, 0..20),
        ) {
            let tracks: Vec<Track> = tracks
                .into_iter()
                .map(|(series, (values, falls))| {
                    let values: Vec<f64> = values.into_iter().map(|value| value as f64 / 4.0).collect();
                    let fallen = if falls { vec![1.0, 2.0, 2.0, 2.0, 5.5] } else { Vec::new() };
                    Track { series, values, held: Vec::new(), fallen }
                })
                .collect();
            let bytes = write(5, &tracks);
            prop_assert_eq!(all(&bytes), Some(tracks));
            for length in 0..bytes.len() {
                // A blob that was cut off is damaged, and nothing else happens.
                prop_assert_eq!(all(&bytes[..length]), None);
            }
            let times: Vec<i64> = times.into_iter().collect();
            prop_assert_eq!(read_times(&write_times(&times)), Some(times));
        }

        #[test]
        fn damaged_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = all(&bytes);
            let _ = read_times(&bytes);
        }
    }
}
