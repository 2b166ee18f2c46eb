//! Which functions a request calls, how often, and what is left of them.
use futures::StreamExt;
use hydration_context::{SharedContext, SsrSharedContext};
use leptos::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use whippet_leptos::{
    Query, QueryClientOptions, QueryOptions, provide_query_client_with, use_query, use_query_client,
};

/// Renders a page as a server does: the HTML as it is streamed, then what the browser begins with.
async fn render<V: IntoView + 'static>(
    options: QueryClientOptions,
    page: impl FnOnce() -> V + Send + 'static,
) -> String
where
    View<V>: RenderHtml,
{
    let _ = any_spawner::Executor::init_tokio();
    let context = Arc::new(SsrSharedContext::new());
    let owner = Owner::new_root(Some(context.clone()));
    let stream = owner.with(|| {
        provide_query_client_with(options);
        page()
            .into_view()
            .to_html_stream_out_of_order()
            .chain(context.pending_data().expect("a server has data"))
    });
    let html = tokio::time::timeout(Duration::from_secs(20), stream.collect::<Vec<_>>()).await;
    owner.unset_with_forced_cleanup();
    html.expect("the page ends").concat()
}

async fn soon(number: u32) -> Result<u32, String> {
    tokio::task::yield_now().await;
    Ok(number)
}

/// A page that waits for one query.
fn shown(query: Query<u32, String>) -> impl IntoView {
    view! {
        <Suspense fallback=|| "Loading">
            <p>{move || query.data.get().map_or("nothing".to_owned(), |number| number.to_string())}</p>
        </Suspense>
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn queries_of_one_key_that_wait_for_another_are_fetched_once() {
    // Those that wait are woken on several threads. One page in forty fetched twice.
    for _ in 0..200 {
        let asked = Arc::new(AtomicU32::new(0));
        let count = asked.clone();
        let html = render(QueryClientOptions::new(), move || {
            let first = use_query(|| "first", |_: &str| soon(1), QueryOptions::new());
            let all: Vec<Query<u32, String>> = (0..8)
                .map(|_| {
                    let count = count.clone();
                    use_query(
                        move || first.data.get().map(|number| ("second", *number)),
                        move |(_, number): (&str, u32)| {
                            count.fetch_add(1, Ordering::Relaxed);
                            soon(number)
                        },
                        QueryOptions::new(),
                    )
                })
                .collect();
            let sum =
                move || all.iter().filter_map(|query| query.data.get()).map(|number| *number).sum::<u32>();
            view! { <Suspense><p>{sum}</p></Suspense> }
        })
        .await;
        assert!(html.contains("<p>8</p>"), "{html}");
        assert_eq!(asked.load(Ordering::Relaxed), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fetcher_that_panics_before_it_gives_a_future_holds_nothing_up() {
    fn fail(id: u32) -> std::pin::Pin<Box<dyn Future<Output = Result<u32, String>> + Send>> {
        panic!("number {id} takes the fetcher down");
    }
    let html = render(QueryClientOptions::new(), || shown(use_query(|| 7, fail, QueryOptions::new()))).await;
    assert!(html.contains("<p>nothing</p>"), "{html}");
    assert!(html.contains(r#"\"Idle\""#), "the browser fetches it: {html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_that_panics_holds_nothing_up() {
    let options = QueryClientOptions::new().on_settled(|_| panic!("the listener goes down"));
    let html = render(options, || shown(use_query(|| 7, soon, QueryOptions::new()))).await;
    assert!(html.contains("<p>7</p>"), "{html}");
}

/// Alive as long as what has it.
struct Held(Arc<AtomicU32>);

impl Held {
    fn new(count: &Arc<AtomicU32>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count.clone())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_awaits_is_not_fetched_and_ends_with_its_request() {
    let (held, asked) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    for _ in 0..10 {
        let (of_fetcher, of_data, count) = (Held::new(&held), Held::new(&held), asked.clone());
        render(QueryClientOptions::new(), move || {
            let client = use_query_client();
            let fetcher = move |number: u32| {
                count.fetch_add(1, Ordering::Relaxed);
                let _ = &of_fetcher;
                soon(number)
            };
            client.prefetch(7, fetcher, QueryOptions::new());
            // What is not fetched keeps nothing else either.
            client.set_data(&"held", of_data);
            view! { <p>"Here is nothing"</p> }
        })
        .await;
    }
    assert_eq!((asked.load(Ordering::Relaxed), held.load(Ordering::Relaxed)), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_removed_may_use_the_cache_as_it_goes() {
    struct Last(whippet_leptos::QueryClient);
    impl Drop for Last {
        fn drop(&mut self) {
            self.0.set_data(&"last", 1_u32);
        }
    }
    // Queries are removed in another order each time.
    for _ in 0..20 {
        let html = render(QueryClientOptions::new(), || {
            let client = use_query_client();
            for _ in 0..2 {
                client.set_data(&"data", Last(client));
            }
            let last = Last(client);
            let fetcher = move |number: u32| {
                let _ = &last;
                soon(number)
            };
            client.prefetch("data", |_: &str| async { Ok::<_, String>(1_u32) }, QueryOptions::new());
            client.prefetch(7, fetcher, QueryOptions::new());
            client.set_data(&7, 7_u32);
            client.remove(&());
            view! { <p>{client.data::<u32>(&"last").map(|number| *number)}</p> }
        })
        .await;
        assert!(html.contains("<p>1</p>"), "{html}");
    }
}
