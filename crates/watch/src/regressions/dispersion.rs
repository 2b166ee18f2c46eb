//! How much more counts vary than those of independent page views would.
//!
//! Views of one session are alike, a sampled view stands for many, a bot opens one page a hundred times. From hour to hour the
//! share of values above the usual p75 then differs by more than chance. Three hours in a row are compared, so that a rhythm
//! that rises or falls evenly counts for nothing.

/// What is taken for usual where little is known, and for how many comparisons that stands.
const BEFORE: (f64, f64) = (2.0, 12.0);
/// It is never taken for less.
const LEAST: f64 = 1.15;
/// The fewest values of an hour that is compared.
const VALUES: f64 = 5.0;
/// The most that one comparison counts: an outage of an hour must not make blind for days.
const MOST: f64 = 50.0;

/// What is gathered of hours.
#[derive(Clone, Copy, Debug, Default)]
pub struct Dispersion {
    sum: f64,
    compared: f64,
}

impl Dispersion {
    /// Adds hours in a row: how many values are above the usual p75, of how many.
    pub fn add(&mut self, hours: &[(f64, f64)]) {
        let (above, all) = hours.iter().fold((0.0, 0.0), |sum, hour| (sum.0 + hour.0, sum.1 + hour.1));
        let share = (above + 0.5) / (all + 1.0);
        for three in hours.windows(3) {
            if three.iter().all(|hour| hour.1 >= VALUES) {
                let [first, middle, last] = [0, 1, 2].map(|place| three[place].0 / three[place].1);
                let spread = 1.0 / three[0].1 + 4.0 / three[1].1 + 1.0 / three[2].1;
                let bend = first - 2.0 * middle + last;
                self.sum += (bend * bend / (share * (1.0 - share) * spread)).min(MOST);
                self.compared += 1.0;
            }
        }
    }

    /// The factor by which variances are larger.
    pub fn factor(&self) -> f64 {
        let (usual, weight) = BEFORE;
        ((usual * weight + self.sum) / (weight + self.compared)).max(LEAST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn factor(hours: impl Iterator<Item = (f64, f64)>) -> f64 {
        let mut dispersion = Dispersion::default();
        dispersion.add(&hours.collect::<Vec<_>>());
        dispersion.factor()
    }

    #[test]
    fn a_sampled_view_that_stands_for_ten_counts_as_one() {
        let mut random = fastrand::Rng::with_seed(1);
        let mut drawn = |weight: f64| -> Vec<(f64, f64)> {
            let mut hour = || (0..200).filter(|_| random.f64() < 0.25).count() as f64;
            (0..168).map(|_| (hour() * weight, 200.0 * weight)).collect()
        };
        let (one, ten) = (factor(drawn(1.0).into_iter()), factor(drawn(10.0).into_iter()));
        assert!((0.9..1.6).contains(&one), "{one}");
        assert!((7.5..12.0).contains(&ten), "{ten}");
    }

    #[test]
    fn nothing_known_is_not_nothing() {
        assert_eq!(factor(std::iter::empty()), 2.0);
        assert_eq!(factor([(1.0, 4.0); 50].into_iter()), 2.0);
    }

    #[test]
    fn a_rhythm_is_no_dispersion() {
        let day = |hour: i32| {
            (1000.0 * (0.25 + 0.05 * (f64::from(hour) / 24.0 * std::f64::consts::TAU).sin()), 1000.0)
        };
        assert!(factor((0..168).map(day)) < 1.3);
    }
}
