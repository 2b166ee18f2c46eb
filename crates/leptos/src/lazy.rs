//! A component that loads when it comes near.
use crate::component::Component;
use crate::host::IN_BROWSER;
use futures::channel::oneshot;
use futures::future::select;
use leptos::either::Either;
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos::reactive::spawn_local_scoped_with_cancellation;
use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use whippet_engine::lazy::Backoff;
use whippet_engine::time::Duration;
use whippet_web::lazy::{LazyLoader, LazyOptions, is_online};

/// A component that is loaded when its place comes within 300 px of the viewport: a chart, a map, what is below the fold.
///
/// `load` fetches what the component needs, or its code, and gives its view. Where it fails, it is called again after a delay
/// that grows each time, and at once when the network comes back; a failure while offline does not count. When all attempts
/// have failed, the error goes to the `<ErrorBoundary/>` around it; when the network comes back, it is tried anew.
///
/// The place is a `<div>`, which gets the attributes that are passed. Give it the size that the component will have, so that
/// nothing shifts. Its attribute `data-lazy-state` is `loading`, `loaded` or `error`. A server renders the fallback.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use whippet_leptos::Lazy;
/// # async fn fetch_sales() -> Result<Vec<f64>, std::io::Error> { Ok(Vec::new()) }
/// # #[component] fn Page() -> impl IntoView {
/// view! {
///     <Lazy
///         load=|| async {
///             let sales = fetch_sales().await?;
///             Ok::<_, std::io::Error>(view! { <p>{sales.len()}" sales"</p> })
///         }
///         fallback=|| "Loading…"
///         attr:style="min-height: 20rem"
///     />
/// }
/// # }
/// ```
#[component]
pub fn Lazy<L, F, V, E>(
    /// Gives the view. Called within this component, so that it finds contexts.
    load: L,
    /// What is shown until then. Default: nothing.
    #[prop(optional, into)]
    fallback: ViewFn,
    /// How often a failed load is retried.
    #[prop(default = 2)]
    retries: u32,
    /// How far outside the viewport loading begins, as CSS margins in px or per cent.
    #[prop(default = "300px".into(), into)]
    root_margin: String,
) -> impl IntoView
where
    L: Fn() -> F + 'static,
    F: Future<Output = Result<V, E>> + 'static,
    V: IntoView + 'static,
    E: std::error::Error + Send + Sync + 'static,
{
    let place = NodeRef::<html::Div>::new();
    let loading = Loading { phase: RwSignal::new(Phase::Waiting), loaded: StoredValue::new_local(None) };
    if IN_BROWSER {
        let component = Component::current();
        let load: Load = Rc::new(move || {
            let answer = component.run(&load);
            Box::pin(
                async move { answer.await.map(|view| view.into_any()).map_err(leptos::error::Error::from) },
            )
        });
        loading.when_near(place, &root_margin, load, retries);
    }
    view! {
        <div node_ref=place data-lazy-state=move || loading.phase.get().name()>
            {move || match loading.phase.get() {
                Phase::Loaded | Phase::Error => Either::Left(loading.loaded.try_update_value(Option::take).flatten()),
                _ => Either::Right(fallback.run()),
            }}
        </div>
    }
}

type Loaded = Result<AnyView, leptos::error::Error>;
type Load = Rc<dyn Fn() -> std::pin::Pin<Box<dyn Future<Output = Loaded>>>>;

#[derive(Clone, Copy, PartialEq)]
enum Phase {
    Waiting,
    Loading,
    Loaded,
    Error,
}

impl Phase {
    fn name(self) -> Option<&'static str> {
        match self {
            Self::Waiting => None,
            Self::Loading => Some("loading"),
            Self::Loaded => Some("loaded"),
            Self::Error => Some("error"),
        }
    }
}

#[derive(Clone, Copy)]
struct Loading {
    phase: RwSignal<Phase>,
    /// Shown once.
    loaded: StoredValue<Option<Loaded>, LocalStorage>,
}

impl Loading {
    /// Loads when the place is near, or at once where the browser cannot tell.
    fn when_near(self, place: NodeRef<html::Div>, root_margin: &str, load: Load, retries: u32) {
        let component = Component::current();
        let begin = Rc::new(move || {
            let load = load.clone();
            component.run(|| {
                spawn_local_scoped_with_cancellation(async move { self.run(load, retries).await });
            });
        });
        let options = LazyOptions::new().root_margin(root_margin).classes("", "", "");
        let near = begin.clone();
        let loader = LazyLoader::new(options.on_load(move |_| near())).ok();
        let loader = StoredValue::new_local(loader);
        Effect::new(move || {
            let Some(place) = place.get() else { return };
            let observed =
                loader.try_with_value(|loader| loader.as_ref().map(|loader| loader.observe(&place)));
            if observed.flatten().is_none() {
                begin();
            }
        });
    }

    async fn run(self, load: Load, retries: u32) {
        self.phase.set(Phase::Loading);
        let mut failures = 0;
        loop {
            let loaded = load().await;
            let Err(error) = loaded else { return self.show(loaded, Phase::Loaded) };
            if !is_online() {
                // No attempt is spent.
                online().await;
                continue;
            }
            failures += 1;
            if failures <= retries {
                let delay = Backoff::default().delay(failures, random());
                select(pin!(wait(delay)), pin!(online())).await;
                continue;
            }
            self.show(Err(error), Phase::Error);
            online().await;
            self.phase.set(Phase::Loading);
            failures = 0;
        }
    }

    fn show(self, loaded: Loaded, phase: Phase) {
        self.loaded.try_set_value(Some(loaded));
        self.phase.try_set(phase);
    }
}

fn random() -> f64 {
    leptos::web_sys::js_sys::Math::random()
}

/// Ends with its component, whose tasks are cancelled.
async fn wait(span: Duration) {
    let (done, waiting) = oneshot::channel();
    let end = move || {
        // Nobody waits any more where the component has ended.
        let _ = done.send(());
    };
    set_timeout(end, std::time::Duration::from_millis(span.as_ms() as u64));
    let _ = waiting.await;
}

/// When the network is back.
async fn online() {
    let (done, waiting) = oneshot::channel();
    let done = Cell::new(Some(done));
    let listener = window_event_listener(ev::online, move |_| {
        if let Some(done) = done.take() {
            let _ = done.send(());
        }
    });
    let _listener = Removed(Some(listener));
    let _ = waiting.await;
}

/// Removes a listener, also where what waits for it is cancelled.
struct Removed(Option<WindowListenerHandle>);

impl Drop for Removed {
    fn drop(&mut self) {
        if let Some(listener) = self.0.take() {
            listener.remove();
        }
    }
}
