//! What comparisons say in words.
use whippet_api::{Compared, Comparison, Verdict};
use whippet_watch::regressions::compare as two;

use super::super::split_by::SplitFilter;

/// The verdict as it is shown.
pub fn verdict(verdict: two::Verdict) -> Verdict {
    match verdict {
        two::Verdict::Unknown => Verdict::Unknown,
        two::Verdict::Better => Verdict::Better,
        two::Verdict::Same => Verdict::Same,
        two::Verdict::Unclear => Verdict::Unclear,
        two::Verdict::Worse => Verdict::Worse,
    }
}

/// A split as questions have it.
pub fn split(split: &SplitFilter) -> String {
    let device = split.device.iter().map(|device| format!(":{device}")).collect::<String>();
    format!("{}:{}{device}", split.by.label(), split.value)
}

/// `18 %`.
pub fn percent(share: f64) -> String {
    format!("{:.0} %", share.abs() * 100.0)
}

/// `slower by 18 % to 25 %`.
pub fn metric(metric: &Compared) -> String {
    let (Some(low), Some(high)) = (metric.low, metric.high) else {
        return match (metric.old_count, metric.new_count) {
            (0, _) => "nothing to compare with".to_owned(),
            (_, 0) => "no values any more".to_owned(),
            _ => "too few values to say anything".to_owned(),
        };
    };
    let (worse, better) = match metric.metric.as_str() {
        "CLS" => ("worse", "better"),
        "errors" => ("more", "fewer"),
        _ => ("slower", "faster"),
    };
    match metric.verdict {
        Verdict::Worse => format!("{worse} by {} to {}", percent(low), percent(high)),
        Verdict::Better => format!("{better} by {} to {}", percent(high), percent(low)),
        Verdict::Same => {
            format!("no difference that matters: {} to {}", signed(low), signed(high))
        }
        _ if low > 0.0 => format!("a little {worse}: {} to {}", signed(low), signed(high)),
        _ if high < 0.0 => format!("a little {better}: {} to {}", signed(low), signed(high)),
        _ => format!("it may be either: {} to {}", signed(low), signed(high)),
    }
}

fn signed(share: f64) -> String {
    format!("{:+.0} %", share * 100.0)
}

/// The metrics in one clause without a full stop: `LCP slower by 18 % to 25 %`.
pub fn summed_up(metrics: &[Compared], of: Verdict) -> String {
    let named = metrics.iter().filter(|metric| metric.verdict == of);
    // What is worse or better, though perhaps by too little to matter, is told from what may be either.
    let is_sure = |metric: &&Compared| {
        of != Verdict::Unclear
            || metric.low.is_some_and(|low| low > 0.0)
            || metric.high.is_some_and(|high| high < 0.0)
    };
    let clauses: Vec<String> =
        named.filter(is_sure).map(|metric| format!("{} {}", metric.metric, metric.words)).collect();
    match of {
        Verdict::Worse | Verdict::Better => clauses.join(", "),
        Verdict::Same => "no difference that matters".to_owned(),
        Verdict::Unclear if !clauses.is_empty() => {
            format!("{}; more page views will tell how much", clauses.join(", "))
        }
        Verdict::Unclear => "it may be better or worse: more page views will tell".to_owned(),
        Verdict::Unknown => "there is too little to compare".to_owned(),
    }
}

/// The verdict of all, in a sentence. `counted`: what is counted, and what it is told apart by.
pub fn comparison(comparison: &Comparison, (counted, page): (&str, &str)) -> String {
    let Some(old) = &comparison.old else {
        return "There is nothing to compare with.".to_owned();
    };
    if comparison.new.views == 0 || old.views == 0 {
        let side = if comparison.new.views == 0 { "new" } else { "old" };
        return format!("The {side} side has no {counted} in its range.");
    }
    let words = summed_up(&comparison.metrics, comparison.verdict);
    let pages = comparison.pages.iter().filter(|page| page.verdict == Verdict::Worse).count();
    let on = match pages {
        0 => String::new(),
        1 => format!("; one {page} is worse for sure"),
        pages => format!("; {pages} {page}s are worse for sure"),
    };
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    format!("{first}{}{on}.", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_said_as_people_say_them() {
        let say = |verdict, low: f64, high: f64| {
            let (low, high) = (Some(low), Some(high));
            metric(&Compared {
                metric: "LCP".to_owned(),
                verdict,
                low,
                high,
                old_count: 9,
                new_count: 9,
                ..Compared::default()
            })
        };
        assert_eq!(say(Verdict::Worse, 0.181, 0.254), "slower by 18 % to 25 %");
        assert_eq!(say(Verdict::Better, -0.3, -0.1), "faster by 10 % to 30 %");
        assert_eq!(say(Verdict::Same, -0.02, 0.04), "no difference that matters: -2 % to +4 %");
        assert_eq!(say(Verdict::Unclear, -0.1, 0.3), "it may be either: -10 % to +30 %");
        assert_eq!(say(Verdict::Unclear, 0.02, 0.3), "a little slower: +2 % to +30 %");
        let summed = |low, high| {
            let (low, high, words) = (Some(low), Some(high), "in words".to_owned());
            let verdict = Verdict::Unclear;
            let one = Compared { metric: "LCP".to_owned(), verdict, low, high, words, ..Compared::default() };
            summed_up(&[one], Verdict::Unclear)
        };
        assert_eq!(summed(0.07, 0.25), "LCP in words; more page views will tell how much");
        assert_eq!(summed(-0.07, 0.25), "it may be better or worse: more page views will tell");
        assert_eq!(metric(&Compared { new_count: 5, ..Compared::default() }), "nothing to compare with");
    }
}
