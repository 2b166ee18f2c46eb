//! The web vitals as signals.
use crate::host::IN_BROWSER;
use leptos::prelude::*;
use whippet_web::rum::{Metric, VitalsObserver, WebVital, observe_vitals};

/// The page's vitals. They are measured from the first use on, by one observer, until the page ends.
struct Vitals {
    /// In the order of [`Metric::ALL`].
    values: [ArcRwSignal<Option<WebVital>>; 5],
    _observer: VitalsObserver,
}

impl Vitals {
    fn new() -> Self {
        let values = Metric::ALL.map(|_| ArcRwSignal::new(None));
        let changed = values.clone();
        let observer = observe_vitals(move |vital| changed[vital.metric as usize].set(Some(vital)));
        Self { values, _observer: observer }
    }
}

thread_local! {
    static VITALS: Vitals = Vitals::new();
}

fn use_vital(metric: Metric) -> Signal<Option<WebVital>> {
    if !IN_BROWSER {
        return Signal::stored(None);
    }
    VITALS.with(|vitals| vitals.values[metric as usize].clone().into())
}

/// Largest Contentful Paint: when the largest image or text was painted, in ms. `None` until it is known, and on a server.
///
/// The value is that of the page so far, also of what happened before the call; a page that comes back from the
/// back/forward cache begins anew. [`provide_rum`](crate::provide_rum) is not needed.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use whippet_leptos::use_lcp;
/// # #[component] fn Page() -> impl IntoView {
/// let lcp = use_lcp();
/// view! { <p>{move || lcp.get().map(|it| format!("{}: {}", it.value, it.rating().as_str()))}</p> }
/// # }
/// ```
pub fn use_lcp() -> Signal<Option<WebVital>> {
    use_vital(Metric::Lcp)
}

/// Cumulative Layout Shift: how much of what is shown has moved. `None` until it is known, and on a server.
///
/// The value is that of the page so far, also of what happened before the call; a page that comes back from the
/// back/forward cache begins anew. [`provide_rum`](crate::provide_rum) is not needed.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use whippet_leptos::use_cls;
/// # #[component] fn Page() -> impl IntoView {
/// let cls = use_cls();
/// view! { <p>{move || cls.get().map(|it| format!("{}: {}", it.value, it.rating().as_str()))}</p> }
/// # }
/// ```
pub fn use_cls() -> Signal<Option<WebVital>> {
    use_vital(Metric::Cls)
}

/// Interaction to Next Paint: how long a slow interaction took until something was painted, in ms. `None` until it is known, and on a server.
///
/// The value is that of the page so far, also of what happened before the call; a page that comes back from the
/// back/forward cache begins anew. [`provide_rum`](crate::provide_rum) is not needed.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use whippet_leptos::use_inp;
/// # #[component] fn Page() -> impl IntoView {
/// let inp = use_inp();
/// view! { <p>{move || inp.get().map(|it| format!("{}: {}", it.value, it.rating().as_str()))}</p> }
/// # }
/// ```
pub fn use_inp() -> Signal<Option<WebVital>> {
    use_vital(Metric::Inp)
}

/// First Contentful Paint: when something was painted first, in ms. `None` until it is known, and on a server.
///
/// The value is that of the page so far, also of what happened before the call; a page that comes back from the
/// back/forward cache begins anew. [`provide_rum`](crate::provide_rum) is not needed.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use whippet_leptos::use_fcp;
/// # #[component] fn Page() -> impl IntoView {
/// let fcp = use_fcp();
/// view! { <p>{move || fcp.get().map(|it| format!("{}: {}", it.value, it.rating().as_str()))}</p> }
/// # }
/// ```
pub fn use_fcp() -> Signal<Option<WebVital>> {
    use_vital(Metric::Fcp)
}

/// Time to First Byte: when the server's answer began, in ms. `None` until it is known, and on a server.
///
/// The value is that of the page so far, also of what happened before the call; a page that comes back from the
/// back/forward cache begins anew. [`provide_rum`](crate::provide_rum) is not needed.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use whippet_leptos::use_ttfb;
/// # #[component] fn Page() -> impl IntoView {
/// let ttfb = use_ttfb();
/// view! { <p>{move || ttfb.get().map(|it| format!("{}: {}", it.value, it.rating().as_str()))}</p> }
/// # }
/// ```
pub fn use_ttfb() -> Signal<Option<WebVital>> {
    use_vital(Metric::Ttfb)
}
