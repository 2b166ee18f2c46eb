//! What the hooks beside `use_query` do while a server renders.
use futures::StreamExt;
use hydration_context::{SharedContext, SsrSharedContext};
use leptos::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::Semaphore;
use whippet_leptos::{
    BatchOptions, CallError, InfiniteOptions, MemoOptions, MutationOptions, NoValue, Pacing,
    QueryClientOptions, QueryFilter, QueryOptions, RateLimitOptions, provide_query_client_with, use_batch,
    use_infinite_query, use_is_fetching, use_is_mutating, use_local_infinite_query, use_local_queries,
    use_memo_async, use_mutation, use_paced_fn, use_prefetch, use_queries, use_query, use_query_client,
    use_rate_limit,
};

/// Renders a page as a server does: the HTML as it is streamed, then what the browser begins with. Nothing is answered before all is
/// rendered that waits for no data.
async fn render<V: IntoView + 'static>(
    asked: &Asked,
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
    asked.rendered.close();
    let html = stream.collect::<Vec<_>>().await.concat();
    owner.unset_with_forced_cleanup();
    html
}

/// How often something was asked for, by one test.
#[derive(Clone)]
struct Asked {
    times: Arc<AtomicU32>,
    /// Closed by `render`. Queries run on other threads: without it, all may have ended before what is outside of a Suspense is rendered.
    rendered: Arc<Semaphore>,
}

impl Default for Asked {
    fn default() -> Self {
        Self { times: Arc::default(), rendered: Arc::new(Semaphore::new(0)) }
    }
}

impl Asked {
    async fn number(self, of: u32) -> Result<u32, String> {
        self.times.fetch_add(1, Ordering::Relaxed);
        let _closed = self.rendered.acquire().await.is_err();
        tokio::task::yield_now().await;
        if of == 0 { Err("nothing".to_owned()) } else { Ok(of * 11) }
    }

    fn fetcher(
        &self,
    ) -> impl Fn(u32) -> std::pin::Pin<Box<dyn Future<Output = Result<u32, String>> + Send>> + use<> {
        let asked = self.clone();
        move |of| Box::pin(asked.clone().number(of))
    }

    fn times(&self) -> u32 {
        self.times.load(Ordering::Relaxed)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_queries_and_first_pages_are_sent_with_the_page() {
    let asked = Asked::default();
    let (queries, pages) = (asked.fetcher(), asked.fetcher());
    let html = render(&asked, QueryClientOptions::new(), move || {
        let numbers = use_queries(|| vec![1, 2], queries, QueryOptions::new());
        let sum = numbers.combine(|all| all.iter().map(|it| it.data.get().map(|data| *data)).sum::<Option<u32>>());
        let pages = use_infinite_query(
            || "pages",
            move |_: &str, from| pages(from),
            InfiniteOptions::new(3, |page: &u32, from| (*page < 100).then_some(from + 1)),
        );
        view! {
            <Suspense>
                {move || Suspend::new(async move {
                    let first = pages.await.map(|data| data.pages.iter().map(|page| **page).collect::<Vec<_>>());
                    format!("first {first:?}; ")
                })}
                {move || numbers.get().into_iter().map(|number| view! { <i>{move || number.data.get().map(|it| *it)}</i> }).collect_view()}
            </Suspense>
            <b>{move || sum.get()}</b>
        }
    })
    .await;
    assert!(html.contains("first Ok([33]); "), "{html}");
    assert!(html.contains("<i>11</i>") && html.contains("<i>22</i>"), "{html}");
    assert_eq!(asked.times(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_computed_of_queries_is_in_the_page() {
    let asked = Asked::default();
    let (queries, pages) = (asked.fetcher(), asked.fetcher());
    let html = render(&asked, QueryClientOptions::new(), move || {
        let numbers = use_queries(|| vec![1, 2], queries, QueryOptions::new());
        let sum =
            numbers.combine(|all| all.iter().map(|it| it.data.get().map(|data| *data)).sum::<Option<u32>>());
        let pages = use_infinite_query(
            || "pages",
            move |_: &str, from| pages(from),
            InfiniteOptions::new(3, |page: &u32, from| (*page < 100).then_some(from + 1)),
        );
        let first = pages.select(|data| data.pages.first().map(|page| **page));
        view! {
            <p>{move || format!("outside {:?} {:?}", sum.get(), first.get())}</p>
            <Suspense>
                <p>{move || format!("sum {:?}; ", sum.get())}</p>
                <p>{move || format!("first {:?} {}; ", first.get(), pages.has_next_page.get())}</p>
            </Suspense>
        }
    })
    .await;
    assert!(html.contains("outside None None"), "sent before anything is fetched: {html}");
    assert!(html.contains("sum Some(33); ") && html.contains("first Some(Some(33)) true; "), "{html}");
    assert_eq!(asked.times(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_fetched_by_name_and_what_is_observed_are_one() {
    let (asked, failed) = (Asked::default(), Arc::new(AtomicU32::new(0)));
    let (prefetched, by_name, observed, hears) =
        (asked.fetcher(), asked.fetcher(), asked.fetcher(), failed.clone());
    let options = QueryClientOptions::new().on_error(move |event| {
        assert_eq!(event.error::<String>().map(String::as_str), Some("nothing"));
        hears.fetch_add(1, Ordering::Relaxed);
    });
    let html = render(&asked, options, move || {
        let client = use_query_client();
        use_prefetch(|| 5_u32, prefetched, QueryOptions::new());
        let five = use_query(|| 5_u32, observed, QueryOptions::new());
        let named = Arc::new(by_name);
        view! {
            <Suspense>
                {move || {
                    let named = named.clone();
                    let (again, failing) = (named.clone(), named);
                    Suspend::new(async move {
                        let fetched = client.fetch(5_u32, move |of| again(of), QueryOptions::new()).await;
                        let refused = client.fetch(0_u32, move |of| failing(of), QueryOptions::new()).await;
                        let refused = matches!(refused, Err(CallError::Failed(error)) if *error == "nothing");
                        let known = client.queries(QueryFilter::all()).len();
                        format!("{}, {refused}, {known}", fetched.map_or(0, |data| *data))
                    })
                }}
                <p>{move || five.data.get().map(|data| *data)}</p>
            </Suspense>
        }
    })
    .await;
    assert!(html.contains("55, true, 1"), "{html}");
    assert_eq!((asked.times(), failed.load(Ordering::Relaxed)), (2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_for_a_browser_does_nothing() {
    let asked = Asked::default();
    let (infinite, queries) = (asked.fetcher(), asked.fetcher());
    let html = render(&asked, QueryClientOptions::new(), move || {
        // Of this thread alone, as a browser's things are.
        let here = std::rc::Rc::new(0);
        let (first, second, third) = (here.clone(), here.clone(), here.clone());
        let options = InfiniteOptions::new(0, |_: &u32, _: &u32| None);
        let pages = use_local_infinite_query(move || *first, move |_: i32, from| infinite(from), options);
        pages.fetch_next_page();
        let list = use_local_queries(move || vec![*second], move |_: i32| queries(1), QueryOptions::new());
        let save = use_mutation(
            move |n: u32| {
                let _ = &third;
                async move { Ok::<_, String>(n) }
            },
            MutationOptions::new(),
        )
        .on_mutate(|_| unreachable!("nobody mutates on a server"))
        .on_settled(|_, _, (): &()| ());
        save.mutate(1);
        let paced = use_paced_fn(Pacing::debounce(whippet_leptos::Duration::ZERO), |_: u32| 1);
        assert_eq!((paced.call(1), paced.flush()), (None, None));
        let (fetching, mutating) = (use_is_fetching(&()), use_is_mutating(&()));
        format!(
            "{}{}{:?}{}{}",
            list.get().len(),
            pages.is_error(),
            save.status.get(),
            fetching.get(),
            mutating.get()
        )
    })
    .await;
    assert!(html.contains("1falseIdle00"), "{html}");
    assert_eq!(asked.times(), 0);

    let owner = Owner::new_root(None);
    let answers = owner.with(|| {
        let batch = use_batch(BatchOptions::new(), |items: Vec<u32>| async move { Ok::<_, String>(items) });
        let limited =
            use_rate_limit(RateLimitOptions::new(1, std::time::Duration::ZERO), |n: u32| async move {
                Ok::<_, String>(n)
            });
        let memo = use_memo_async(MemoOptions::new(), |n: u32| async move { Ok::<_, String>(n) });
        (batch.load(1), limited.call(1), memo.call(1))
    });
    assert!(matches!(answers.0.await, Err(NoValue::Cancelled)));
    assert!(matches!(answers.1.await, Err(NoValue::Cancelled)));
    assert!(matches!(answers.2.await, Err(NoValue::Cancelled)));
}
