//! Exponential buckets as classic ones, of a bounded number. All series of a metric have the same bounds, which only grow in
//! number or become coarser, so that the buckets of two scrapes can be compared.

/// The most bounds, without `+Inf`.
const BOUNDS: i32 = 40;
/// The finest scale: buckets are 19 % wide.
const FINEST: i32 = 2;
/// The coarsest scale: 2^(2^6) is beyond all that is measured.
const COARSEST: i32 = -6;

/// The largest power of 2 of a bound, and the smallest below 0.
const OCTAVES: f64 = 500.0;

/// The bounds of a metric: powers of 2^(2^-scale), from `first` to `last`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Grid {
    scale: i32,
    first: i32,
    last: i32,
}

/// The positive buckets of a point.
#[derive(Clone, Copy, Debug)]
pub struct Exponential<'a> {
    /// Bucket bounds are the powers of 2^(2^-scale).
    pub scale: i32,
    /// The index of the first bucket.
    pub offset: i32,
    /// How many values are in each.
    pub counts: &'a [u64],
    /// How many values are at most zero.
    pub below: u64,
}

impl Grid {
    /// The bounds that hold the point's buckets: `known`, extended.
    pub fn holding(known: Option<&Self>, point: Exponential<'_>) -> Option<Self> {
        let used = |place: Option<usize>| place.map(|place| i64::from(point.offset) + place as i64);
        let first = used(point.counts.iter().position(|count| *count > 0));
        let last = used(point.counts.iter().rposition(|count| *count > 0));
        let Some((first, last)) = first.zip(last) else { return known.cloned() };
        // Beyond, neighbouring bounds are the same number.
        let octave = |index: i64| (index as f64 * (-f64::from(point.scale)).exp2()).abs();
        if octave(first).max(octave(last + 1)) > OCTAVES {
            return None;
        }
        let mut grid = known.cloned();
        let mut scale = known.map_or(FINEST, |grid| grid.scale).min(point.scale);
        loop {
            if let Some(grid) = &mut grid {
                while grid.scale > scale {
                    // Bounds of the coarser scale are bounds of the finer one, too.
                    *grid = Self {
                        scale: grid.scale - 1,
                        first: grid.first.div_euclid(2),
                        last: -(-grid.last).div_euclid(2),
                    };
                }
            }
            let shift = u32::try_from(point.scale - scale).unwrap_or(0).min(40);
            // The lower bound of the first bucket, and the upper bound of the last.
            let low = i32::try_from(first >> shift).ok()?;
            let high = i32::try_from(((last + 1) + (1_i64 << shift) - 1) >> shift).ok()?;
            let next = match &grid {
                Some(known) => Self { scale, first: known.first.min(low), last: known.last.max(high) },
                // An octave more on each side: more values will come.
                None => {
                    let octave = if scale > 0 { 1 << scale } else { 1 };
                    Self { scale, first: low - octave, last: high + octave }
                }
            };
            if next.last - next.first < BOUNDS || scale <= COARSEST {
                return (next.last - next.first < 4 * BOUNDS).then_some(next);
            }
            scale -= 1;
        }
    }

    /// Each bound with the number of values up to it.
    pub fn cumulate(&self, point: Exponential<'_>) -> Vec<(f64, u64)> {
        let shift = u32::try_from(point.scale - self.scale).unwrap_or(0).min(40);
        let (mut place, mut sum) = (0, point.below);
        (self.first..=self.last)
            .map(|index| {
                let end = i64::from(index) << shift;
                while let Some(count) = point.counts.get(place)
                    && i64::from(point.offset) + (place as i64) < end
                {
                    sum = sum.saturating_add(*count);
                    place += 1;
                }
                ((f64::from(index) * (-f64::from(self.scale)).exp2()).exp2(), sum)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn point(scale: i32, offset: i32, counts: &[u64]) -> Exponential<'_> {
        Exponential { scale, offset, counts, below: 0 }
    }

    #[test]
    fn values_are_below_the_bounds_that_hold_them() {
        // One value in (1, 2^(1/8)], two in (2^(7/8), 2].
        let sent = point(3, 0, &[1, 0, 0, 0, 0, 0, 0, 2]);
        let grid = Grid::holding(None, sent).unwrap();
        let counts = grid.cumulate(sent);
        let at = |bound: f64| counts.iter().find(|count| (count.0 - bound).abs() < 1e-9).map(|count| count.1);
        assert_eq!(
            [at(0.5), at(1.0), at(2_f64.powf(0.25)), at(2.0), at(4.0)],
            [Some(0), Some(0), Some(1), Some(3), Some(3)]
        );
    }

    #[test]
    fn bounds_stay_when_more_values_come() {
        let grid = Grid::holding(None, point(2, 0, &[1])).unwrap();
        let wider = Grid::holding(Some(&grid), point(2, 30, &[1])).unwrap();
        let bounds = |grid: &Grid| {
            grid.cumulate(point(2, 0, &[])).into_iter().map(|count| count.0).collect::<Vec<_>>()
        };
        if wider.scale == grid.scale {
            assert!(bounds(&grid).iter().all(|bound| bounds(&wider).contains(bound)));
        }
        assert_eq!(Grid::holding(Some(&wider), point(2, 3, &[1])).unwrap(), wider);
    }

    proptest! {
        #[test]
        fn bounds_are_few_and_hold_all(
            points in prop::collection::vec((-8..20_i32, -3000..3000_i32, prop::collection::vec(0..5_u64, 0..200)), 1..6)
        ) {
            let mut grid = None;
            for (scale, offset, counts) in &points {
                let sent = point(*scale, *offset, counts);
                // One that cannot be held leaves the bounds as they are.
                let Some(next) = Grid::holding(grid.as_ref(), sent) else { continue };
                grid = Some(next);
                if let Some(grid) = &grid {
                    let counted = grid.cumulate(sent);
                    prop_assert!(counted.len() <= 4 * BOUNDS as usize);
                    prop_assert!(counted.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1));
                    prop_assert_eq!(counted.last().map(|last| last.1), Some(counts.iter().sum::<u64>()));
                }
            }
        }
    }
}
