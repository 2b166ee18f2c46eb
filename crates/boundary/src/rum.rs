//! How much a beacon may hold, by `whippet_engine::beacon::limits`, and how beacons are sent, kept and sampled.
use crate::Constant;
use crate::table::numbers;
use whippet_engine::beacon::{KeepBounds, Pause, ResourceKind, Visit, limits};

/// All tables.
pub const TABLES: &[&[Constant]] = &[LIMITS, SENDING];

numbers! {
    /// What `pkg/src/rum` keeps to.
    LIMITS: usize;
    /// Bytes of a beacon.
    BYTES = limits::BYTES;
    /// Bytes of `app` and `release`.
    LABEL = limits::LABEL;
    /// Bytes of `page`.
    PAGE = limits::PAGE;
    /// Bytes of the name of a counter, a gauge or a timing.
    NAME = limits::NAME;
    /// Bytes of an error's message.
    MESSAGE = limits::MESSAGE;
    /// Bytes of an error's source.
    SOURCE = limits::SOURCE;
    /// Bytes of an error's stack.
    STACK = limits::STACK;
    /// A beacon of at least this many bytes is worth gzip: a smaller one fits into two packets as it is.
    WORTH_GZIP = limits::WORTH_GZIP;
    /// Bytes of a selector, and of a script's invoker.
    TARGET = limits::TARGET;
    /// Bytes of an address.
    URL = limits::URL;
    /// Bytes of a host with its port.
    HOST = limits::HOST;
    /// Names of counters, of timings and of gauges, each.
    NAMES = limits::COUNTERS;
    /// Single values of one timing. Beyond, a histogram is shorter.
    VALUES = limits::VALUES;
    /// Pairs of host and kind of resource, without those that are reserved for other hosts, one for each kind.
    NAMED_RESOURCES = limits::RESOURCES - ResourceKind::ALL.len();
    /// Scripts of long animation frames.
    SCRIPTS = limits::SCRIPTS;
    /// Scripts that a page view sums up, so that those that ran longest can be reported.
    SCRIPTS_WATCHED = limits::SCRIPTS_WATCHED;
    /// Different errors.
    ERRORS = limits::ERRORS;
    /// Frames of an error's stack.
    FRAMES = limits::FRAMES;
    /// Members of a thrown object that are named.
    MEMBERS = limits::MEMBERS;
    /// Once about this many bytes wait, they are sent.
    FULL = limits::FULL;
    /// Beacons of one flush: browsers refuse more than 64 KiB in flight at once.
    BEACONS = limits::MAX_BEACONS;
}

numbers! {
    /// Durations in ms, and bounds of what is kept.
    SENDING: u64;
    /// A visit ends after this long without activity, ms.
    VISIT_IDLE = Visit::MAX_IDLE;
    /// A visit ends after this long in any case, ms.
    VISIT_LENGTH = Visit::MAX_LENGTH;
    /// The first pause after a failure, ms; each further failure doubles it.
    FIRST_PAUSE = Pause::FIRST;
    /// The longest pause that no server asked for, ms.
    LONGEST_PAUSE = Pause::LONGEST;
    /// The longest pause that a server may ask for, ms.
    LONGEST_RETRY_AFTER = Pause::LONGEST_RETRY_AFTER;
    /// Requests that are kept.
    KEPT_COUNT = KeepBounds::DEFAULT.count as u64;
    /// Bytes of the bodies that are kept.
    KEPT_BYTES = KeepBounds::DEFAULT.bytes as u64;
    /// How long a request is kept, ms.
    KEPT_AGE = KeepBounds::DEFAULT.age;
    /// A kept request that failed this often gives way to the others.
    MAX_TRIES = KeepBounds::DEFAULT.tries as u64;
}

// One number stands for three.
const _: () = assert!(limits::COUNTERS == limits::TIMINGS && limits::COUNTERS == limits::GAUGES);
