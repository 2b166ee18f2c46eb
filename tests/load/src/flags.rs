//! The command line.

xflags::xflags! {
    /// A collector under load. The variable WHIPPET_BINARY names the collector.
    cmd load {
        /// Measure what a beacon costs.
        default cmd bench {
            /// How many beacons each server gets. 120000 if not given.
            optional --beacons beacons: u64
            /// How many connections send. 64 if not given.
            optional --connections connections: usize
            /// How many turns each has. 6 if not given.
            optional --rounds rounds: u64
            /// Only the stores whose name has this in it: `sqlite`, `postgresql`.
            optional --only part: String
        }
        /// Serve the handler that reads a body and forgets it.
        cmd bare {}
    }
}
