//! Any value survives being stored, and values may be merged in any order.
use proptest::prelude::*;
use whippet_engine::stats::StoredHistogram;
use whippet_engine::vitals::Metric;

use super::*;

/// Sums of these are exact, so that merging in another order gives the same bytes.
fn value() -> impl Strategy<Value = f64> {
    (0_u32..40_000).prop_map(|quarters| f64::from(quarters) / 4.0)
}

fn histogram() -> impl Strategy<Value = StoredHistogram> {
    prop::collection::vec((value(), 1_u64..1000), 0..8).prop_map(|values| {
        let mut histogram = StoredHistogram::new();
        for (value, count) in values {
            histogram.record_many(value, count);
        }
        histogram
    })
}

fn vitals() -> impl Strategy<Value = Vitals> {
    let one = (0_usize..5, any::<bool>(), value(), 1_u64..100);
    (0_u64..1000, prop::collection::vec(one, 0..10)).prop_map(|(views, values)| {
        let mut vitals = Vitals { views, ..Vitals::default() };
        for (metric, soft, value, weight) in values {
            vitals.record(Measured { metric: Metric::ALL[metric], soft }, value, weight);
        }
        vitals
    })
}

fn attribution() -> impl Strategy<Value = Attribution> {
    let causes =
        prop::collection::btree_map((0_u8..21, 0_u8..3, 1_i64..20), histogram().prop_map(Spread), 0..5);
    let parts = prop::collection::btree_map((0_u8..21, 0_u8..5), histogram().prop_map(Spread), 0..5);
    (causes, parts).prop_map(|(causes, parts)| Attribution { causes, parts })
}

fn timings() -> impl Strategy<Value = Timings> {
    (histogram(), 0_u64..1000).prop_map(|(histogram, slow)| Timings { histogram, slow })
}

fn histograms() -> impl Strategy<Value = Histograms> {
    prop::collection::btree_map(1_i64..20, timings(), 0..5).prop_map(Histograms)
}

fn gauge() -> impl Strategy<Value = Gauge> {
    prop::collection::vec((value(), 1_u64..100), 1..4).prop_map(|values| {
        let mut gauge = Gauge::default();
        values.into_iter().for_each(|(value, weight)| gauge.record(value, weight));
        gauge
    })
}

fn sums() -> impl Strategy<Value = Sums> {
    let counters = prop::collection::btree_map(1_i64..20, any::<u64>(), 0..5);
    let gauges = prop::collection::btree_map(1_i64..20, gauge(), 0..5);
    let losses = prop::collection::btree_map("[a-c]", any::<u64>(), 0..3);
    (counters, gauges, losses).prop_map(|(counters, gauges, losses)| Sums { counters, gauges, losses })
}

fn loading() -> impl Strategy<Value = Loading> {
    let resources = (prop::array::uniform4(any::<u64>()), value(), value()).prop_map(
        |([count, bytes, cached, failed], duration, slowest)| Resources {
            count,
            bytes,
            cached,
            failed,
            duration,
            slowest,
        },
    );
    let script = (any::<u64>(), value(), value()).prop_map(|(count, duration, forced)| Script {
        count,
        duration,
        forced,
    });
    let resources = prop::collection::btree_map((1_i64..9, 0_u8..9), resources, 0..5);
    (resources, prop::collection::btree_map(1_i64..9, script, 0..5))
        .prop_map(|(resources, scripts)| Loading { resources, scripts })
}

fn errors() -> impl Strategy<Value = Errors> {
    let count = (any::<u64>(), any::<i64>(), any::<i64>(), 0_i64..9)
        .prop_map(|(count, first, last, page)| ErrorCount { count, first, last: (last, page) });
    prop::collection::btree_map(1_i64..20, count, 0..5).prop_map(Errors)
}

fn split() -> impl Strategy<Value = Split> {
    let part =
        (vitals(), timings(), errors()).prop_map(|(vitals, loads, errors)| Part { vitals, loads, errors });
    let key = (0_i64..9, 0_i64..3).prop_map(|(value, device)| SplitKey { value, device });
    prop::collection::btree_map(key, part, 0..4).prop_map(Split)
}

fn split_timings() -> impl Strategy<Value = SplitTimings> {
    let key = (0_i64..9, 0_i64..3).prop_map(|(value, device)| SplitKey { value, device });
    let names = prop::collection::btree_map(1_i64..9, timings(), 1..4);
    prop::collection::btree_map(key, names, 0..4).prop_map(SplitTimings)
}

/// The laws that every section obeys.
fn check<T: Cell + std::fmt::Debug>([a, b, c]: [T; 3], section: Section) -> Result<(), TestCaseError> {
    prop_assert_eq!(decode::<T>(&encode(&a)), Some(a.clone()));
    let merged = |values: [&T; 3]| {
        let mut all = T::default();
        values.into_iter().for_each(|value| all.merge(value));
        all
    };
    let whole = merged([&a, &b, &c]);
    for order in [[&a, &c, &b], [&b, &a, &c], [&b, &c, &a], [&c, &a, &b], [&c, &b, &a]] {
        prop_assert_eq!(&merged(order), &whole);
    }
    let mut late = b.clone();
    late.merge(&c);
    let mut early = a.clone();
    early.merge(&late);
    prop_assert_eq!(&early, &whole, "grouped otherwise");
    let mut alone = T::default();
    alone.merge(&a);
    prop_assert_eq!(&alone, &a, "nothing adds nothing");
    // Moving names and merging commute.
    let targets =
        Targets { names: [(1, 2), (2, 3), (4, 0), (7, 8)].into(), errors: [(1, 2), (3, 0), (5, 6)].into() };
    let moved = |value: &T| {
        let mut value = value.clone();
        value.remap(section, &targets);
        value
    };
    prop_assert_eq!(moved(&whole), merged([&moved(&a), &moved(&b), &moved(&c)]));
    Ok(())
}

fn three<T: std::fmt::Debug>(one: impl Strategy<Value = T>) -> impl Strategy<Value = [T; 3]> {
    prop::array::uniform3(one)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn sections_obey_the_laws(
        vitals in three(vitals()),
        attribution in three(attribution()),
        histograms in three(histograms()),
        sums in three(sums()),
        loading in three(loading()),
        errors in three(errors()),
    ) {
        check(vitals, Section::Vitals)?;
        check(attribution, Section::Attribution)?;
        check(histograms, Section::Histograms)?;
        check(sums, Section::Sums)?;
        check(loading, Section::Loading)?;
        check(errors, Section::Errors)?;
    }

    #[test]
    fn splits_obey_the_laws(split in three(split()), by_release in any::<bool>()) {
        check(split, if by_release { Section::ByRelease } else { Section::ByDevice })?;
    }

    #[test]
    fn timings_by_value_obey_the_laws(split in three(split_timings()), by_release in any::<bool>()) {
        let section = if by_release { Section::TimingsByReleaseAndDevice } else { Section::TimingsByBrowser };
        check(split, section)?;
    }

    #[test]
    fn any_bytes_are_read_or_left_out(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut value = Split::default();
        merge_bytes(&mut value, &bytes);
        let mut value = Vitals::default();
        merge_bytes(&mut value, &bytes);
        let mut value = Sums::default();
        merge_bytes(&mut value, &bytes);
        let mut value = SplitTimings::default();
        merge_bytes(&mut value, &bytes);
        each_split_timing(&bytes, |_, _, _| {});
    }

    #[test]
    fn damaged_bytes_are_read_or_left_out(vitals in vitals(), place in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = encode(&vitals);
        let place = place.index(bytes.len());
        bytes[place] = byte;
        let _ = decode::<Vitals>(&bytes);
        prop_assert_eq!(decode::<Vitals>(&bytes[..place]), None);
    }
}

/// Without the metrics that have no values.
fn filled(vitals: &Vitals) -> Vitals {
    let mut vitals = vitals.clone();
    vitals.metrics.retain(|_, values| !values.histogram.is_empty());
    vitals
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_reader_reads_what_decoding_reads(
        all in prop::collection::vec(vitals(), 1..5),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut reader = Reader::default();
        for vitals in &all {
            let bytes = encode(vitals);
            prop_assert_eq!(reader.read(&bytes).map(filled), decode::<Vitals>(&bytes).as_ref().map(filled));
            prop_assert!(reader.read(&bytes[..cut.index(bytes.len())]).is_none());
        }
    }

    #[test]
    fn vitals_are_added_as_if_they_were_decoded_and_merged(
        all in prop::collection::vec(vitals(), 1..5),
        cut in any::<prop::sample::Index>(),
    ) {
        let (mut found, mut expected) = (Vitals::default(), Vitals::default());
        for vitals in all.iter().chain(&all) {
            let bytes = encode(vitals);
            expected.merge(vitals);
            add_vitals(&mut found, &bytes);
            prop_assert_eq!(filled(&found), filled(&expected));
            add_vitals(&mut found, &bytes[..cut.index(bytes.len())]);
            add_vitals(&mut found, &[&bytes[..], &[0]].concat());
            prop_assert_eq!(filled(&found), filled(&expected));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_reader_of_splits_reads_what_decoding_reads(
        all in prop::collection::vec(split(), 1..5),
        wanted in 0_i64..9,
        cut in any::<prop::sample::Index>(),
        noise in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let (mut found, mut expected) = (Vitals::default(), Vitals::default());
        let mut add = |bytes: &[u8]| {
            add_split(&mut found, bytes, &mut |key| key.value == wanted);
            filled(&found)
        };
        for split in all.iter().chain(&all) {
            let bytes = encode(split);
            let parts = split.0.iter().filter(|(key, _)| key.value == wanted);
            parts.for_each(|(_, part)| expected.merge(&part.vitals));
            prop_assert_eq!(add(&bytes), filled(&expected));
            prop_assert_eq!(add(&bytes[..cut.index(bytes.len())]), filled(&expected));
        }
        add(&noise);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_reader_of_timings_reads_what_decoding_reads(
        all in prop::collection::vec(split_timings(), 1..5),
        cut in any::<prop::sample::Index>(),
        noise in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let (mut found, mut expected) = (SplitTimings::default(), SplitTimings::default());
        let mut read = |bytes: &[u8]| {
            each_split_timing(bytes, |key, name, bytes| {
                let held = found.0.entry(key).or_default().entry(name).or_default();
                merge_histogram_bytes(&mut held.histogram, bytes);
            });
            found.clone()
        };
        for split in &all {
            let bytes = encode(split);
            let mut split = split.clone();
            // No level rates them.
            split.0.values_mut().flat_map(|names| names.values_mut()).for_each(|timings| timings.slow = 0);
            expected.merge(&split);
            prop_assert_eq!(&read(&bytes), &expected);
            prop_assert_eq!(&read(&bytes[..cut.index(bytes.len())]), &expected, "half a cell is none");
        }
        read(&noise);
    }
}

/// Cells that are stored stay readable: what this version wrote, later ones read.
#[test]
fn timings_by_value_are_stored_so() {
    let mut timings = Timings::default();
    timings.histogram.record_many(480.0, 5);
    let mut split = SplitTimings::default();
    split.add(SplitKey { value: 3, device: 2 }, &[(14, timings.clone()), (300, timings)].into());
    let hex: String = encode(&split).iter().map(|byte| format!("{byte:02x}")).collect();
    let histogram = "1f0205000000000000c0a2400000000000007e400000000000007e40ba04010500";
    assert_eq!(hex, format!("01010604021c{histogram}d804{histogram}"));
}

#[test]
fn names_of_timings_are_moved_in_each_section_and_those_of_releases_in_one() {
    let value = Timings { slow: 1, ..Timings::default() };
    let (first, second) = (SplitKey { value: 1, device: 0 }, SplitKey { value: 2, device: 0 });
    let split = SplitTimings([(first, [(1, value.clone()), (3, value)].into())].into());
    let targets = Targets { names: [(1, 2), (3, 0)].into(), ..Targets::default() };
    let moved = |section| {
        let mut split = split.clone();
        split.remap(section, &targets);
        let all = split.0.iter().flat_map(|(key, names)| names.keys().map(|name| (*key, *name)));
        all.collect::<Vec<_>>()
    };
    assert_eq!(moved(Section::TimingsByReleaseAndDevice), [(second, 2)]);
    assert_eq!(
        moved(Section::TimingsByConnection),
        [(first, 2)],
        "no number of a connection is one of a name"
    );
}

#[test]
fn a_newer_format_is_left_out() {
    let mut bytes = encode(&Vitals { views: 3, ..Vitals::default() });
    assert_eq!(decode::<Vitals>(&bytes).map(|vitals| vitals.views), Some(3));
    bytes[0] = 2;
    assert_eq!(decode::<Vitals>(&bytes), None);
    assert_eq!(decode::<Vitals>(&[]), None);
}

#[test]
fn numbers_of_devices_are_no_numbers_of_names() {
    let split = Split([(SplitKey { value: 1, device: 0 }, Part::default())].into());
    let targets = Targets { names: [(1, 2)].into(), ..Targets::default() };
    let moved = |section| {
        let mut split = split.clone();
        split.remap(section, &targets);
        split.0.keys().next().map(|key| key.value)
    };
    assert_eq!((moved(Section::ByRelease), moved(Section::ByDevice)), (Some(2), Some(1)));
}
