//! Where this runs, as far as the build knows.

/// Whether this is a browser. On a server nothing is stored that may be dropped on its own thread only.
pub(crate) const IN_BROWSER: bool = cfg!(all(target_family = "wasm", not(feature = "ssr")));

/// Whether a page may be rendered on a server, so that what was fetched there comes with it.
pub(crate) const SENT_WITH_THE_PAGE: bool =
    !IN_BROWSER || cfg!(any(feature = "hydrate", not(feature = "csr")));
