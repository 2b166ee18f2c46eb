//! What is made of the values of a window.
use std::fmt;

use super::quantity::number;

/// How the values of a window become one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Aggregate {
    /// `p50` to `p99.9`, as 0 to 1.
    Quantile(f64),
    /// The mean.
    Mean,
    /// How many per second, or by how much it grew per second.
    Rate,
    /// A share, which the figure itself is.
    Share,
    /// `share > 4s`: the share of values above a bound.
    ShareAbove(f64),
    /// The last value.
    Last,
    /// The least value.
    Min,
    /// The greatest value.
    Max,
    /// How many, or by how much it grew.
    Sum,
    /// What the kind of figure suggests: a rate of counters, the mean of gauges, the p95 of histograms.
    Usual,
}

impl Aggregate {
    /// The bound in `share > 4s`, as it is written.
    pub(super) fn bound_of_share(text: &str) -> Option<&str> {
        text.trim().strip_prefix("share").and_then(|rest| rest.trim_start().strip_prefix('>'))
    }

    /// What its name in a rule means.
    ///
    /// # Errors
    /// The names that there are.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if let Some(bound) = Self::bound_of_share(text) {
            return number(bound).map(Self::ShareAbove);
        }
        let quantile = text.strip_prefix('p').and_then(|digits| digits.parse::<f64>().ok());
        if let Some(percent) = quantile.filter(|percent| (0.0..100.0).contains(percent) && *percent > 0.0) {
            // 99.9 / 100 is not 0.999.
            return Ok(Self::Quantile((percent * 1000.0).round() / 1e5));
        }
        Ok(match text {
            "mean" => Self::Mean,
            "rate" => Self::Rate,
            "share" => Self::Share,
            "last" => Self::Last,
            "min" => Self::Min,
            "max" => Self::Max,
            "sum" => Self::Sum,
            _ => {
                return Err(format!(
                    "there is no aggregate '{text}': write p50 to p99.9, mean, rate, sum, share, share > 4s, last, min or max"
                ));
            }
        })
    }
}

impl fmt::Display for Aggregate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // 0.95 times 100 is not 95.
            Self::Quantile(q) => write!(f, "p{}", (q * 1e5).round() / 1e3),
            Self::ShareAbove(bound) => write!(f, "share > {bound}"),
            Self::Mean => f.write_str("mean"),
            Self::Rate => f.write_str("rate"),
            Self::Share => f.write_str("share"),
            Self::Last => f.write_str("last"),
            Self::Min => f.write_str("min"),
            Self::Max => f.write_str("max"),
            Self::Sum => f.write_str("sum"),
            Self::Usual => f.write_str("usual"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Aggregate;

    #[test]
    fn names_are_read_and_written() {
        for text in
            ["p50", "p95", "p99.9", "mean", "rate", "share", "share > 4000", "last", "min", "max", "sum"]
        {
            assert_eq!(Aggregate::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Aggregate::parse("share>4s"), Ok(Aggregate::ShareAbove(4000.0)));
        for wrong in ["", "p0", "p100", "pNaN", "pinf", "average", "share >", "median"] {
            assert!(Aggregate::parse(wrong).is_err(), "{wrong}");
        }
    }
}
