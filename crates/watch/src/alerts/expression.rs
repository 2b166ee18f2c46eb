//! An expression of one figure: `p95 http.server.duration > 800ms`, `error_rate >= 2%`.
use crate::levels::{Aggregate, Bound, Figure, Kind, kind, number};

/// A figure, and the number beyond which it is bad.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    /// Which figure.
    pub figure: Figure,
    /// What is made of its values.
    pub aggregate: Option<Aggregate>,
    /// The bound that it must keep: the opposite of the expression.
    pub bound: Bound,
    /// What the unit of its number says that it is.
    pub kind: Option<Kind>,
}

impl Expression {
    /// Reads `[aggregate] figure > number`, with `>`, `>=`, `<` or `<=`.
    ///
    /// # Errors
    /// What an expression looks like.
    pub fn parse(text: &str) -> Result<Self, String> {
        let usage = || {
            format!(
                "'{text}' is no expression: write `p95 http.server.duration > 800ms` or `error_rate >= 2%`"
            )
        };
        // The last sign: `share > 4s LCP > 10%` has one of its own, and a label's value may have one.
        let place = text.rfind(['<', '>']).ok_or_else(usage)?;
        let (left, right) = text.split_at(place);
        let is_greater = right.starts_with('>');
        let (or_equal, right) = match right[1..].strip_prefix('=') {
            Some(rest) => (true, rest),
            None => (false, &right[1..]),
        };
        let value = number(right).map_err(|_| usage())?;
        // What is bad if greater must stay below; what is bad if equal must not be equal.
        let bound = Bound { value, above: !is_greater, inclusive: !or_equal };
        let (aggregate, figure) = aggregate_and_figure(left.trim()).ok_or_else(usage)?;
        let figure = Figure::parse(figure)?;
        figure.fits_share(aggregate)?;
        let aggregate = aggregate.map(Aggregate::parse).transpose()?;
        Ok(Self { figure, aggregate, bound, kind: kind(right) })
    }
}

/// The words before the sign. A figure's name may have spaces after its colon.
fn aggregate_and_figure(text: &str) -> Option<(Option<&str>, &str)> {
    if text.is_empty() {
        return None;
    }
    if let Some(rest) = text.strip_prefix("share").filter(|rest| rest.trim_start().starts_with('>')) {
        let rest = rest.trim_start()[1..].trim_start();
        let (bound, figure) = rest.split_once(' ')?;
        let end = text.len() - rest.len() + bound.len();
        return Some((Some(&text[..end]), figure.trim()));
    }
    match text.split_once(' ') {
        Some((first, rest)) if !first.contains([':', '{', '.']) || Aggregate::parse(first).is_ok() => {
            Some((Some(first), rest.trim()))
        }
        _ => Some((None, text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_the_opposite_of_a_bound() {
        let parsed = Expression::parse("p95 http.server.duration > 800ms").unwrap();
        assert_eq!(parsed.aggregate, Some(Aggregate::Quantile(0.95)));
        assert_eq!(parsed.figure, Figure::Signal("http.server.duration".into()));
        assert!(parsed.bound.met(800.0, false) && !parsed.bound.met(801.0, false));
        let parsed = Expression::parse("error_rate>=2%").unwrap();
        assert!(parsed.aggregate.is_none());
        assert!(!parsed.bound.met(0.02, false) && parsed.bound.met(0.019, false));
        let parsed = Expression::parse("sum views < 10").unwrap();
        assert!(!parsed.bound.met(9.0, false) && parsed.bound.met(10.0, false));
        let parsed = Expression::parse("share > 4s LCP > 10%").unwrap();
        assert_eq!(parsed.aggregate, Some(Aggregate::ShareAbove(4000.0)));
        let parsed = Expression::parse("p99.9 timing:checkout step > 2s").unwrap();
        assert_eq!(parsed.figure, Figure::Timing("checkout step".into()));
        assert_eq!(parsed.aggregate, Some(Aggregate::Quantile(0.999)));
        let parsed = Expression::parse("timing:checkout step > 2s").unwrap();
        assert_eq!(parsed.figure, Figure::Timing("checkout step".into()));
        let parsed = Expression::parse("rate metric:x_total{a=\"b c\"} > 5/s").unwrap();
        assert_eq!(parsed.aggregate, Some(Aggregate::Rate));
    }

    #[test]
    fn what_is_none_says_what_one_looks_like() {
        for wrong in ["", ">", "LCP", "LCP > ", "> 5", "LCP == 5", "p95 > 5", "LCP > x", "average LCP > 5"] {
            assert!(Expression::parse(wrong).is_err(), "{wrong}");
        }
    }
}
