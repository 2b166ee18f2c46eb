//! The command line.

xflags::xflags! {
    /// A collector under load. The variable WHIPPET_BINARY names the collector.
    cmd load {
        /// Measure what a beacon costs.
        cmd bench {
            /// How many beacons each server gets. 120000 if not given.
            optional --beacons beacons: u64
            /// How many connections are open at a time. 64 if not given.
            optional --connections connections: usize
            /// How many beacons each brings before another takes its place. 3 if not given, those of a page view.
            optional --each each: u64
            /// How many turns each has. 6 if not given.
            optional --rounds rounds: u64
            /// Only the stores whose name has this in it: `sqlite`, `postgresql`.
            optional --only part: String
        }
        /// Compare one, two and four collectors on one PostgreSQL with one on SQLite.
        cmd many {
            /// How many beacons all of them get. 500000 if not given.
            optional --beacons beacons: u64
            /// Only comparisons whose number of collectors has this in it.
            optional --only part: String
        }
        /// Kill, pause, cut and fill up what collectors stand on, and look whether what they acknowledged is there.
        cmd faults {
            /// How many beacons are sent during each. 100000 if not given.
            optional --beacons beacons: u64
            /// Only those whose name has this in it.
            optional --only part: String
        }
        /// Serve the handler that reads a body and forgets it.
        cmd bare {}
    }
}
