//! What the wasm modules `vitals` and `rum` and their callers in `pkg/src/rum` agree on: the codes of metrics, ratings and
//! events, the vitals' thresholds, and the indices of a histogram's fields.
use crate::table::{Constant, Value, codes, numbers};
use whippet_engine::beacon::{NAVIGATION_PHASES, ResourceKind};
use whippet_engine::stats::Histogram;
use whippet_engine::vitals::{EventRank, Metric, Navigation, PageView, Rating, SlowestInteractions};

/// The names of an enumeration, in its order: `names!(Metric)`.
macro_rules! names {
    ($type:ident) => {{
        const NAMES: [&str; $type::ALL.len()] = {
            let mut names = [""; $type::ALL.len()];
            let mut code = 0;
            while code < names.len() {
                names[code] = $type::ALL[code].as_str();
                code += 1;
            }
            names
        };
        Value::Words(&NAMES)
    }};
}

/// A metric's thresholds.
const fn thresholds(metric: Metric) -> Value {
    let (good, poor) = metric.thresholds();
    Value::Pair(good, poor)
}

/// All tables. Numbers come first: esbuild replaces a constant by its number only where nothing else stands before it.
pub const TABLES: &[&[Constant]] = &[DURATIONS, BOUNDS, metric::CODES, rank::CODES, field::CODES, NAMES];

/// Lists of names, and thresholds.
pub const NAMES: &[Constant] = &[
    Constant { name: "METRICS", doc: &["The index of a metric is its code."], value: names!(Metric) },
    Constant { name: "RATINGS", doc: &["The index of a rating is its code."], value: names!(Rating) },
    Constant { name: "NAVIGATION_TYPES", doc: &["How a page view began."], value: names!(Navigation) },
    Constant { name: "RESOURCE_KINDS", doc: &["Kinds of resources."], value: names!(ResourceKind) },
    Constant {
        name: "NAVIGATION_PHASES",
        doc: &["The phases that every navigation has, if only for 0 ms."],
        value: Value::Words(&NAVIGATION_PHASES),
    },
    Constant {
        name: "LCP_THRESHOLDS",
        doc: &["See https://web.dev/articles/lcp. Milliseconds."],
        value: thresholds(Metric::Lcp),
    },
    Constant {
        name: "INP_THRESHOLDS",
        doc: &["See https://web.dev/articles/inp. Milliseconds."],
        value: thresholds(Metric::Inp),
    },
    Constant {
        name: "CLS_THRESHOLDS",
        doc: &["See https://web.dev/articles/cls."],
        value: thresholds(Metric::Cls),
    },
    Constant {
        name: "FCP_THRESHOLDS",
        doc: &["See https://web.dev/articles/fcp. Milliseconds."],
        value: thresholds(Metric::Fcp),
    },
    Constant {
        name: "TTFB_THRESHOLDS",
        doc: &["See https://web.dev/articles/ttfb. Milliseconds."],
        value: thresholds(Metric::Ttfb),
    },
];

/// What `vital_rating` takes.
pub mod metric {
    use super::*;

    codes! {
        /// A metric's place in `METRICS`.
        CODES = "MetricCode": usize;
        /// Largest Contentful Paint.
        LCP = Metric::Lcp as usize;
        /// Interaction to Next Paint.
        INP = Metric::Inp as usize;
        /// Cumulative Layout Shift.
        CLS = Metric::Cls as usize;
        /// First Contentful Paint.
        FCP = Metric::Fcp as usize;
        /// Time to First Byte.
        TTFB = Metric::Ttfb as usize;
    }
}

/// What `vital_event` returns.
pub mod rank {
    use super::*;

    codes! {
        /// How an event ranks within its interaction: what `vital_event` returns.
        CODES = "EventRank": u32;
        /// The event changes nothing.
        IGNORED = EventRank::Ignored as u32;
        /// The event is as slow as the slowest of its interaction.
        EQUAL = EventRank::Equal as u32;
        /// The event is the slowest of its interaction so far.
        SLOWEST = EventRank::Slowest as u32;
    }
}

numbers! {
    /// Durations of events.
    DURATIONS: f64;
    /// The shortest event that counts for INP, except for the first input, ms.
    EVENT_THRESHOLD = PageView::<()>::EVENT_THRESHOLD;
    /// INP of interactions that were all too short for an entry, ms.
    TOO_SHORT = SlowestInteractions::TOO_SHORT;
}

/// What `histogram_field` takes.
pub mod field {
    use super::*;

    codes! {
        /// The index of a histogram's field in `histogram_field`.
        CODES = "HistogramField": usize;
        /// The scale: there are 2^scale buckets per power of two.
        SCALE = 0;
        /// The index of the first bucket.
        OFFSET = 1;
        /// How many values counted as zero.
        ZERO = 2;
        /// The sum of all values.
        SUM = 3;
        /// The smallest value.
        MIN = 4;
        /// The largest value.
        MAX = 5;
        /// How many buckets there are.
        BUCKETS = 6;
        /// The count of the first bucket; those of the others follow.
        COUNTS = 7;
    }
}

numbers! {
    /// The bounds of an exponential histogram.
    BOUNDS: f64;
    /// The finest scale.
    MAX_SCALE = Histogram::MAX_SCALE as f64;
    /// The most buckets.
    MAX_BUCKETS = Histogram::MAX_BUCKETS as f64;
    /// Values up to this one count as zero.
    ZERO_THRESHOLD = Histogram::ZERO_THRESHOLD;
}
