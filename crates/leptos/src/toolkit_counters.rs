//! The toolkit's own figures, of those parts that the app has.
use whippet_web::rum::Rum;

/// The app's query cache, if it has one.
#[derive(Clone, Copy)]
pub(crate) struct Source {
    #[cfg(feature = "query")]
    client: Option<crate::QueryClient>,
}

impl Source {
    /// The one of the component that is being built. What is observed is observed from now on.
    pub(crate) fn begin() -> Self {
        #[cfg(feature = "lazy")]
        crate::lazy_image::lazy_largest_paint();
        Self {
            #[cfg(feature = "query")]
            client: leptos::prelude::use_context(),
        }
    }

    /// Reports how long each fetch takes.
    pub(crate) fn report_fetches(self, rum: &Rum) {
        #[cfg(feature = "query")]
        if let Some(client) = self.client {
            let rum = rum.clone();
            client.on_fetched(move |ms| rum.timing("query.fetch", ms));
        }
        let _ = rum;
    }
}

/// The totals by name.
pub(crate) fn totals(source: Source) -> Vec<(&'static str, u64)> {
    #[allow(unused_mut, reason = "there may be nothing to add")]
    let mut totals: Vec<(&'static str, u64)> = Vec::new();
    #[cfg(feature = "json")]
    {
        let json = crate::json_stats::stats();
        totals.extend([("json.bytes_received", json.received), ("json.bytes_spared", json.spared)]);
    }
    #[cfg(feature = "lazy")]
    {
        let lazy = crate::lazy_image::stats();
        let late = crate::lazy_image::lazy_largest_paint();
        totals.extend([
            ("lazy.loaded", lazy.loaded.into()),
            ("lazy.failed", lazy.failed.into()),
            ("lazy.lcp", late),
        ]);
    }
    #[cfg(feature = "timing")]
    {
        let paced = whippet_web::timing::stats();
        totals.extend([("pace.calls", paced.calls), ("pace.invocations", paced.invocations)]);
    }
    #[cfg(feature = "query")]
    if let Some(stats) = source.client.and_then(|client| client.try_stats()) {
        totals.extend([
            ("query.hits", stats.hits),
            ("query.misses", stats.misses),
            ("query.stale_served", stats.stale_served),
            ("query.deduplicated", stats.deduplicated),
            ("query.fetches", stats.fetches),
            ("query.errors", stats.errors),
        ]);
    }
    let _ = source;
    totals
}
