//! The command line.

xflags::xflags! {
    /// Whippet's tasks.
    cmd xtask {
        /// Build everything and run it: the collector with its dashboard, and the demo that feeds it.
        cmd demo {
            /// The collector's port; the demo gets the next one. 7300 if not given.
            optional --port port: u16
        }
        /// Set up, check and test everything, up to the browser.
        cmd test {
            /// Run only the steps whose name has this in it (set-up and build always run).
            optional --only part: String
        }
        /// Build the npm package, the demo site, the dashboard and the binaries.
        cmd build {
            /// Wasm with names and panic messages, not optimised.
            optional --dev
        }
        /// Measure what a page has to load, beside peers, and fail where it is over budget.
        cmd size {
            /// What a row of the table, or an export, is made of instead: by source file and by wasm function.
            optional --why name: String
            /// What a query cache adds to a Leptos app instead, beside leptos-fetch: some minutes to build.
            optional --leptos
        }
        /// Measure speed, beside peers, in Chromium. Prints a table; of times, only those of `start` make it fail.
        cmd bench {
            /// What to measure: `json`, `lazy`, `pace`, `query`, `rum` or `start`; outside of any browser: `scrape`,
            /// memory and CPU of scraping, beside Prometheus; `collector`, what a beacon costs on SQLite and on
            /// PostgreSQL, beside a server that only reads it; `reports`, what the dashboard's questions cost over 90 days,
            /// also on the server that WHIPPET_TEST_POSTGRES names; `regressions`, false alarms and delays of what watches
            /// releases, on synthetic page views; `wire`, what a refetch costs in bytes and CPU. `collector` fails over its limit, too.
            required name: String
            /// Measure only the cases whose name has this in it.
            optional --only part: String
            /// `json`: from a `Response` to the observer's result instead, on bodies of several shapes.
            optional --whole
            /// `collector`: how many beacons each store gets.
            optional --beacons beacons: u64
            /// `collector`: compare one, two and four collectors on one PostgreSQL with one on SQLite instead.
            optional --many
            /// `collector`: kill, pause, cut and fill up what collectors stand on instead.
            optional --faults
        }
        /// Build the collector's release with the dashboard in it, and pack it with its licences, unit and examples:
        /// target/dist/whippet-VERSION-TARGET.tar.gz, and its SHA-256.
        cmd dist {
            /// For this machine's kind unless it is given: static where that can be built, else with this machine's C library.
            optional --target triple: String
        }
        /// Run TanStack's adapters on the package by each package manager, bundler and test runner that
        /// docs/adapters.md names. Installs them all, in temporary folders: some minutes.
        cmd adapters {}
        /// Write what TypeScript shares with Rust: constants into pkg/src/boundary, rules into pkg/src/rules. A part of `build`.
        cmd boundary {}
        /// Check the rules of the house: how imports run, what each crate may know, the length of files and lines.
        cmd tidy {}
        /// Write down the public API of the crates that are published: crates/NAME/api.txt.
        cmd api {}
        /// Check licences and origins of all crates by deny.toml. Needs cargo-deny.
        cmd deny {}
    }
}
