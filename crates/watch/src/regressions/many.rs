//! All pages and metrics together: e-values with weights, by Wang and Ramdas' e-BH ("False discovery rate control with
//! e-values", 2022). It holds however they depend on one another, as the metrics of one page do.

/// Says which are to be believed. Each has the logarithm of its e-value, and a weight; weights add up to 1. Where none is true, the
/// chance that any is believed is at most `alpha`; else that is the share of false ones among those believed.
pub fn believed(values: &[(f64, f64)], alpha: f64) -> Vec<bool> {
    let weighed = |(log, weight): &(f64, f64)| log + weight.ln();
    let mut sorted: Vec<f64> = values.iter().map(weighed).collect();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let holds = |(place, log): &(usize, &f64)| **log >= -(alpha * (place + 1) as f64).ln();
    let bound = sorted.iter().enumerate().rev().find(holds).map(|(_, log)| *log);
    values.iter().map(|value| bound.is_some_and(|bound| weighed(value) >= bound)).collect()
}

#[cfg(test)]
mod tests {
    use super::believed;

    #[test]
    fn one_among_many_needs_more_than_one_alone() {
        let alone = [(7.0, 1.0)];
        assert_eq!(believed(&alone, 0.001), [true]);
        let many: Vec<(f64, f64)> = (0..10).map(|place| (if place == 3 { 7.0 } else { 0.0 }, 0.1)).collect();
        assert!(believed(&many, 0.001).iter().all(|believed| !believed));
        let many: Vec<(f64, f64)> = (0..10).map(|place| (if place == 3 { 9.3 } else { 0.0 }, 0.1)).collect();
        assert_eq!(believed(&many, 0.001).iter().filter(|believed| **believed).count(), 1);
    }

    #[test]
    fn where_all_are_slower_each_needs_as_much_as_one_alone() {
        assert!(believed(&[(7.0, 0.1); 10], 0.001).iter().all(|believed| *believed));
        assert!(believed(&[(6.9, 0.1); 10], 0.001).iter().all(|believed| !believed));
    }

    #[test]
    fn nothing_is_believed_of_nothing() {
        assert_eq!(believed(&[], 0.001), [false; 0]);
        assert_eq!(believed(&[(f64::NEG_INFINITY, 0.0)], 0.001), [false]);
    }
}
