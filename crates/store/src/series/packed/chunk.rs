//! A chunk: the values of all series of one metric name at the same times. Another value has the times.
use super::bytes::{Bytes, write_signed, write_unsigned};
use super::values;

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
    /// For a gauge: the sum of all values from which it has ever fallen. With that it can be read as a counter. Empty for a
    /// counter, which is stored without its resets.
    pub fallen: Vec<f64>,
}

/// The bytes of tracks, which are sorted by series, and of which each has a value for each of `count` times.
pub fn write(count: usize, tracks: &[Track]) -> Vec<u8> {
    let mut out = vec![VERSION];
    write_unsigned(&mut out, count as u64);
    write_unsigned(&mut out, tracks.len() as u64);
    let mut before = 0;
    for track in tracks {
        write_signed(&mut out, track.series.wrapping_sub(before));
        before = track.series;
        let falls = track.fallen.iter().any(|fallen| *fallen != 0.0);
        out.push(u8::from(falls));
        values::write(&mut out, &track.values);
        if falls {
            values::write(&mut out, &track.fallen);
        }
    }
    out
}

/// Hands each track to `each`: series, values, and for a gauge that fell, what it fell from. `None`: the bytes are damaged; what
/// was read until then is good.
pub fn read(bytes: &[u8], each: &mut dyn FnMut(i64, &[f64], &[f64])) -> Option<()> {
    let mut bytes = Bytes(bytes);
    if bytes.byte()? != VERSION {
        return None;
    }
    let count = usize::try_from(bytes.unsigned()?).ok().filter(|count| *count <= MOST)?;
    let (mut series, mut values, mut fallen) = (0_i64, Vec::new(), Vec::new());
    for _ in 0..bytes.unsigned()? {
        series = series.wrapping_add(bytes.signed()?);
        let falls = bytes.byte()?;
        values::read(&mut bytes, count, &mut values)?;
        fallen.clear();
        if falls != 0 {
            values::read(&mut bytes, count, &mut fallen)?;
        }
        each(series, &values, &fallen);
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
        read(bytes, &mut |series, values, fallen| {
            tracks.push(Track { series, values: values.to_vec(), fallen: fallen.to_vec() });
        })?;
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
                    Track { series, values, fallen }
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
