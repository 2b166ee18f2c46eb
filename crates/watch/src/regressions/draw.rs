//! Random numbers of a seed.

/// Draws.
#[derive(Clone, Debug)]
pub struct Draw(fastrand::Rng);

impl Draw {
    /// The same numbers for the same seed.
    pub fn new(seed: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed))
    }

    /// Between 0 and 1.
    pub fn share(&mut self) -> f64 {
        self.0.f64()
    }

    /// A whole number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0.usize(0..end.max(1))
    }

    /// Normal, with mean 0 and deviation 1 (Box and Muller).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.0.f64()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.0.f64()).cos()
    }

    /// How many things happen of which `mean` are expected (Poisson).
    pub fn events(&mut self, mean: f64) -> f64 {
        if mean > 40.0 {
            return (mean + mean.sqrt() * self.normal()).round().max(0.0);
        }
        let (mut product, bound, mut count) = (self.0.f64(), (-mean).exp(), 0.0);
        while product > bound {
            product *= self.0.f64();
            count += 1.0;
        }
        count
    }

    /// How many of `count` things happen, each with chance `share` (binomial).
    pub fn of(&mut self, count: f64, share: f64) -> f64 {
        if count <= 0.0 || share <= 0.0 {
            return 0.0;
        }
        if share >= 1.0 {
            return count;
        }
        if share > 0.5 {
            return count - self.of(count, 1.0 - share);
        }
        let mean = count * share;
        if mean > 25.0 {
            let deviation = (mean * (1.0 - share)).sqrt();
            return (mean + deviation * self.normal()).round().clamp(0.0, count);
        }
        // By inversion: as many steps as things happen.
        let quotient = share / (1.0 - share);
        let mut chance = (count * (-share).ln_1p()).exp();
        let (mut left, mut happened) = (self.0.f64() - chance, 0.0);
        while left > 0.0 && happened < count {
            chance *= quotient * (count - happened) / (happened + 1.0);
            happened += 1.0;
            left -= chance;
        }
        happened
    }
}

#[cfg(test)]
mod tests {
    use super::Draw;

    #[test]
    fn what_is_drawn_has_the_mean_and_spread_that_it_should() {
        let mut draw = Draw::new(5);
        let mut check = |mean: f64, variance: f64, one: &mut dyn FnMut(&mut Draw) -> f64| {
            let all: Vec<f64> = (0..20_000).map(|_| one(&mut draw)).collect();
            let found = all.iter().sum::<f64>() / all.len() as f64;
            let spread = all.iter().map(|value| (value - found).powi(2)).sum::<f64>() / all.len() as f64;
            assert!((found - mean).abs() < 0.04 * variance.sqrt(), "{found} {mean}");
            assert!((spread / variance - 1.0).abs() < 0.06, "{spread} {variance}");
        };
        check(0.0, 1.0, &mut Draw::normal);
        check(3.0, 3.0, &mut |draw| draw.events(3.0));
        check(90.0, 90.0, &mut |draw| draw.events(90.0));
        check(5.0, 3.75, &mut |draw| draw.of(20.0, 0.25));
        check(75.0, 18.75, &mut |draw| draw.of(100.0, 0.75));
        check(250.0, 187.5, &mut |draw| draw.of(1000.0, 0.25));
    }
}
