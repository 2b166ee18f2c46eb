//! How much a beacon may hold: the bounds of `whippet_engine::beacon::limits`, which the decoder refuses to exceed, and
//! those that only the npm package has.
use crate::table::numbers;
use whippet_engine::beacon::limits;

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
    /// Bytes of a selector, and of what called a script.
    TARGET = limits::TARGET;
    /// Bytes of an address.
    URL = limits::URL;
    /// Bytes of a host with its port.
    HOST = limits::HOST;
    /// Names of counters, of timings and of gauges, each.
    NAMES = limits::COUNTERS;
    /// Single values of one timing. With more, a histogram is shorter.
    VALUES = limits::VALUES;
    /// Pairs of host and kind of resource.
    RESOURCES = limits::RESOURCES;
    /// Scripts of long animation frames.
    SCRIPTS = limits::SCRIPTS;
    /// Different errors.
    ERRORS = limits::ERRORS;
    /// Members of a thrown object that are named.
    MEMBERS = limits::MEMBERS;
    /// Once about this many bytes wait, they are sent.
    FULL = limits::BYTES / 2;
    /// Beacons of one flush: browsers refuse more than 64 KiB on its way at once.
    BEACONS = 4;
}

// One number stands for three.
const _: () = assert!(limits::COUNTERS == limits::TIMINGS && limits::COUNTERS == limits::GAUGES);
