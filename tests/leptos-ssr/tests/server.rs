//! Pages that a server renders with `whippet-leptos` in them.
use futures::StreamExt;
use hydration_context::{SharedContext, SsrSharedContext};
use leptos::prelude::*;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::Semaphore;
use whippet_leptos::{
    Duration, LazyImage, MutationOptions, QueryOptions, RumOptions, provide_query_client, provide_rum,
    use_debounce_fn, use_debounced, use_focused, use_json_query, use_local_query, use_mutation, use_query,
    use_query_client, use_throttled,
};

/// Which request is being answered, in its context.
#[derive(Clone, Copy, PartialEq)]
struct Request(u32);

/// Closed once what comes before all data has been sent. Queries run on other threads: without it, one may have ended by then, and its
/// fallback is not sent.
#[derive(Clone)]
struct Rendered(Arc<Semaphore>);

/// How often something was asked for, by one test.
#[derive(Clone, Default)]
struct Asked(Arc<AtomicU32>);

impl Asked {
    async fn user(self, id: u32) -> Result<String, String> {
        self.0.fetch_add(1, Ordering::Relaxed);
        // A context is there on both sides of an await.
        let before = use_context::<Request>();
        let Rendered(rendered) = expect_context();
        let _closed = rendered.acquire().await.is_err();
        tokio::task::yield_now().await;
        let Some(Request(request)) = use_context::<Request>().filter(|it| Some(*it) == before) else {
            return Err("there is no request".to_owned());
        };
        if id == 0 {
            Err("there is no user 0".to_owned())
        } else {
            Ok(format!("user {id} of request {request}"))
        }
    }

    fn times(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Renders a page as a server does: the HTML as it is streamed, then what the browser begins with.
async fn render<V: IntoView + 'static>(request: u32, page: impl FnOnce() -> V + Send + 'static) -> String
where
    View<V>: RenderHtml,
{
    let _ = any_spawner::Executor::init_tokio();
    let context = Arc::new(SsrSharedContext::new());
    let owner = Owner::new_root(Some(context.clone()));
    let rendered = Arc::new(Semaphore::new(0));
    let stream = owner.with(|| {
        provide_context(Request(request));
        provide_context(Rendered(rendered.clone()));
        provide_query_client();
        page()
            .into_view()
            .to_html_stream_out_of_order()
            .chain(context.pending_data().expect("a server has data"))
    });
    let mut stream = pin!(stream);
    let shell = stream.next().await.unwrap_or_default();
    rendered.close();
    let html = shell + &stream.collect::<Vec<_>>().await.concat();
    owner.unset_with_forced_cleanup();
    html
}

fn user(asked: &Asked, id: u32) -> whippet_leptos::Query<String, String> {
    let asked = asked.clone();
    use_query(move || ("user", id), move |(_, id): (&str, u32)| asked.clone().user(id), QueryOptions::new())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_is_fetched_once_and_sent_with_the_page() {
    let asked = Asked::default();
    let count = asked.clone();
    let html = render(7, move || {
        let (first, second) = (user(&asked, 1), user(&asked, 1));
        view! {
            <Suspense fallback=|| "Loading">
                <p>{move || first.data.get().map(|name| name.to_string())}</p>
                <p>{move || second.data.get().map(|name| name.to_string())}</p>
            </Suspense>
        }
    })
    .await;
    assert!(html.contains("Loading"), "{html}");
    assert_eq!(html.matches("<p>user 1 of request 7</p>").count(), 2, "{html}");
    // Both are as old as the fetch.
    let data = r#"{\"Data\":{\"value\":\"user 1 of request 7\",\"at\":"#;
    let ages: Vec<_> = html.split(data).skip(1).map(|rest| rest.split('}').next()).collect();
    assert!(matches!(ages[..], [Some(first), Some(second)] if first == second), "{html}");
    assert_eq!(count.times(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_awaited_query_gives_its_data_or_its_error() {
    let asked = Asked::default();
    let html = render(1, move || {
        let (good, bad) = (user(&asked, 1), user(&asked, 0));
        view! {
            <Suspense>
                {move || Suspend::new(async move { good.await.ok().map(|name| name.to_string()) })}
                {move || Suspend::new(async move { bad.await.err().map(|why| why.to_string()) })}
            </Suspense>
        }
    })
    .await;
    assert!(html.contains("user 1 of request 1"), "{html}");
    assert!(html.contains("there is no user 0"), "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_without_a_key_is_not_fetched_and_holds_nothing_up() {
    let asked = Asked::default();
    let count = asked.clone();
    let html = render(1, move || {
        let asked = asked.clone();
        let query = use_query(|| None::<u32>, move |id: u32| asked.clone().user(id), QueryOptions::new());
        view! {
            <Suspense fallback=|| "Loading">
                <p>{move || query.data.get().map_or("nobody".to_owned(), |name| name.to_string())}</p>
            </Suspense>
            <Suspense fallback=|| "Waiting">
                {move || Suspend::new(async move { query.await.ok().map(|name| name.to_string()) })}
            </Suspense>
        }
    })
    .await;
    assert!(html.contains("<p>nobody</p>") && html.contains("Waiting"), "{html}");
    assert_eq!(count.times(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_depends_on_another_waits_for_it_and_is_sent_too() {
    let asked = Asked::default();
    let count = asked.clone();
    let html = render(3, move || {
        let first = user(&asked, 1);
        let by_key = asked.clone();
        // By its key, and by an option.
        let friend = use_query(
            move || first.data.get().map(|name| ("friend", name.len() as u32)),
            move |(_, id)| by_key.clone().user(id),
            QueryOptions::new(),
        );
        let by_option = Signal::derive(move || QueryOptions::new().enabled(friend.data.get().is_some()));
        let late = use_query(|| ("late", 9_u32), move |(_, id)| asked.clone().user(id), by_option);
        view! {
            <Suspense fallback=|| "Loading"><p>{move || late.data.get().map(|name| name.to_string())}</p></Suspense>
            <Suspense fallback=|| "Loading">
                {move || Suspend::new(async move { friend.await.ok().map(|name| name.to_string()) })}
            </Suspense>
        }
    })
    .await;
    let friend = "user 1 of request 3".len();
    assert!(html.contains(&format!("user {friend} of request 3")), "{html}");
    assert!(html.contains("<p>user 9 of request 3</p>"), "{html}");
    assert_eq!(html.matches(r#"{\"Data\":"#).count(), 3, "{html}");
    assert_eq!(count.times(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_nobody_is_pending() {
    let asked = Asked::default();
    let html = render(1, move || {
        let query = user(&asked, 1);
        // Sent before the query has ended, whether or not it has by now.
        use_query_client().set_data(&("user", 2), "set by hand".to_owned());
        let set = user(&asked, 2);
        view! {
            <p>{move || format!("{:?} {}", query.status.get(), query.is_fetching())}</p>
            <p>{move || format!("{:?} {}", set.status.get(), set.data.get().is_some())}</p>
            <Suspense>{move || query.data.get().map(|name| name.to_string())}</Suspense>
        }
    })
    .await;
    assert!(html.contains("<p>Pending true</p><p>Pending false</p>"), "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_query_is_not_fetched() {
    let asked = Asked::default();
    let count = asked.clone();
    render(1, move || {
        let asked = asked.clone();
        let options = QueryOptions::new().enabled(false);
        let query = use_query(|| 1_u32, move |id: u32| asked.clone().user(id), options);
        view! { <Suspense>{move || query.data.get().map(|name| name.to_string())}</Suspense> }
    })
    .await;
    assert_eq!(count.times(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_page_set_is_not_fetched() {
    let asked = Asked::default();
    let count = asked.clone();
    let html = render(1, move || {
        use_query_client().set_data(&("user", 1), "set by hand".to_owned());
        let query = user(&asked, 1);
        view! { <Suspense><p>{move || query.data.get().map(|name| name.to_string())}</p></Suspense> }
    })
    .await;
    assert!(html.contains("<p>set by hand</p>"), "{html}");
    assert_eq!(count.times(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_needs_a_browser_does_nothing() {
    let html = render(1, || {
        provide_rum(RumOptions::new("/v1/beacons", "shop"));
        let rum = whippet_leptos::use_rum().is_some();
        let file = use_local_query(
            || "notes",
            |_: &str| async { Ok::<_, String>("read".to_owned()) },
            QueryOptions::new(),
        );
        let rows =
            use_json_query::<_, &str, Vec<u32>>(|| "rows", |_| "/rows".to_owned(), QueryOptions::new());
        let search = use_debounce_fn(Duration::from_ms(1.0), |text: String| text);
        let star = use_mutation(|id: u32| async move { Ok::<u32, String>(id) }, MutationOptions::new());
        let late = use_debounced(Duration::from_ms(1.0), || 5);
        let rare = use_throttled(Duration::from_ms(1.0), || 6);
        let focused = use_focused();
        // What an effect may call: it runs in no server, but nothing forbids to call it.
        search("x".to_owned());
        star.mutate(1);
        star.reset();
        file.refetch();
        use_query_client().invalidate(&());
        view! {
            <i>{format!("{rum} {} {} {}", late.get(), rare.get(), focused.get())}</i>
            <Suspense fallback=|| "Local">
                {move || Suspend::new(async move { file.await.ok().map(|text| text.to_string()) })}
            </Suspense>
            <Suspense fallback=|| "Rows">
                {move || Suspend::new(async move { rows.await.ok().map(|rows| rows.len()) })}
            </Suspense>
            <Suspense fallback=|| "Size">{move || file.data.get().map(|text| text.len())}</Suspense>
            <LazyImage src="/a.png" alt="A" width=10 height=20/>
            <LazyImage src="/b.png" alt="B" width=10 height=20 priority=true/>
        }
    })
    .await;
    assert!(html.contains("<i>false 5 6 true</i>"), "{html}");
    assert!(html.contains("Local") && html.contains("Rows") && html.contains("Size"), "{html}");
    assert!(html.contains(r#"loading="lazy" src="/a.png""#), "without wasm the browser loads it: {html}");
    assert!(html.contains(r#"fetchpriority="high" src="/b.png""#), "{html}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn requests_do_not_mix() {
    let asked = Asked::default();
    let pages = (0..200).map(|request| {
        let asked = asked.clone();
        tokio::spawn(render(request, move || {
            let query = user(&asked, 1);
            view! { <Suspense><p>{move || query.data.get().map(|name| name.to_string())}</p></Suspense> }
        }))
    });
    for (request, html) in futures::future::join_all(pages).await.into_iter().enumerate() {
        let html = html.expect("a page renders");
        // In the page, and in what the browser begins with.
        assert_eq!(html.matches(" of request ").count(), 2, "{html}");
        assert_eq!(html.matches(&format!("user 1 of request {request}<")).count(), 1, "{html}");
    }
    assert_eq!(asked.times(), 200, "nothing is shared between requests");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fetcher_that_panics_holds_nothing_up() {
    async fn fail(id: u32) -> Result<String, String> {
        tokio::task::yield_now().await;
        panic!("user {id} takes the fetcher down");
    }
    let page = render(1, || {
        let query = use_query(|| 7_u32, fail, QueryOptions::new());
        view! {
            <Suspense fallback=|| "Loading">
                <p>{move || query.data.get().map_or("nobody".to_owned(), |name| name.to_string())}</p>
                <p>{move || if query.is_loading() { "on its way" } else { "idle" }}</p>
            </Suspense>
            <Suspense fallback=|| "Waiting">
                {move || Suspend::new(async move { query.await.ok().map(|name| name.to_string()) })}
            </Suspense>
        }
    });
    let html = tokio::time::timeout(std::time::Duration::from_secs(20), page).await.expect("the page ends");
    assert!(html.contains("<p>nobody</p>") && html.contains("<p>on its way</p>"), "{html}");
    assert!(html.contains("Waiting"), "{html}");
    assert!(html.contains(r#"\"Idle\""#), "the browser fetches it: {html}");
}
