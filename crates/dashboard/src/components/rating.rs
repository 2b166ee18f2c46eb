//! Ratings, as a word, a colour and a bar.
use crate::format;
use leptos::prelude::*;

/// The rating of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rating {
    /// Up to the lower threshold.
    Good,
    /// Between the two.
    Fair,
    /// Above the upper one.
    Poor,
}

impl Rating {
    /// Rates a value like a web vital: a value equal to a threshold has the better rating.
    pub fn of(value: f64, good: f64, poor: f64) -> Self {
        match value {
            _ if value <= good => Self::Good,
            _ if value <= poor => Self::Fair,
            _ => Self::Poor,
        }
    }

    /// The CSS class.
    pub fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Fair => "fair",
            Self::Poor => "poor",
        }
    }

    /// web.dev's name.
    pub fn words(self) -> &'static str {
        match self {
            Self::Good => "Good",
            Self::Fair => "Needs improvement",
            Self::Poor => "Poor",
        }
    }
}

/// A bar with the shares of good, fair and poor.
#[component]
pub fn RatingBar(
    /// The numbers of good, fair and poor values.
    #[prop(into)]
    counts: Signal<[u64; 3]>,
) -> impl IntoView {
    let share = move |index: usize| shares(counts.get()).map_or(0.0, |shares| shares[index]);
    let words = move || words(counts.get());
    let part = move |index: usize, rating: Rating| {
        view! {
            <i class=rating.class() hidden=move || share(index) == 0.0 style:flex-grow=move || share(index).to_string()></i>
        }
    };
    view! {
        <div class="rating-bar" role="img" aria-label=words title=words>
            {part(0, Rating::Good)}
            {part(1, Rating::Fair)}
            {part(2, Rating::Poor)}
        </div>
    }
}

/// The shares of good, fair and poor; `None` without values.
fn shares(counts: [u64; 3]) -> Option<[f64; 3]> {
    let all: u64 = counts.iter().sum();
    (all > 0).then(|| counts.map(|count| count as f64 / all as f64))
}

/// What a bar shows, for those who do not see it.
fn words(counts: [u64; 3]) -> String {
    let Some(shares) = shares(counts) else { return "No data".to_owned() };
    let [good, fair, poor] = shares.map(format::per_cent);
    format!("{good} good, {fair} need improvement, {poor} poor")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_without_values_says_so() {
        assert_eq!(words([0; 3]), "No data");
        let told = words([3, 1, 0]).replace('\u{a0}', " ");
        assert_eq!(told, "75 % good, 25 % need improvement, 0 % poor");
    }

    #[test]
    fn a_value_equal_to_a_threshold_has_the_better_rating() {
        let rate = |value| Rating::of(value, 200.0, 500.0);
        assert_eq!(
            [200.0, 200.1, 500.0, 500.1].map(rate),
            [Rating::Good, Rating::Fair, Rating::Fair, Rating::Poor]
        );
    }
}
