//! One page, in each of the modes in which Leptos sends it.
use crate::data::{NotThere, Product, product};
use leptos::prelude::*;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::hooks::use_params_map;
use leptos_router::{SsrMode, path};
use whippet_leptos::{
    Duration, LazyImage, Queries, Query, QueryDevtools, QueryOptions, RumOptions, provide_query_client,
    provide_rum, use_local_query, use_prefetch, use_queries, use_query,
};

#[component]
pub fn App() -> impl IntoView {
    provide_query_client();
    provide_rum(RumOptions::new("/v1/beacons", "shop"));
    view! {
        <Router>
            <Routes fallback=|| "There is no such page.">
                <Route path=path!("/out-of-order/:id") view=ProductPage ssr=SsrMode::OutOfOrder/>
                <Route path=path!("/in-order/:id") view=ProductPage ssr=SsrMode::InOrder/>
                <Route path=path!("/partially-blocked/:id") view=ProductPage ssr=SsrMode::PartiallyBlocked/>
                <Route path=path!("/async/:id") view=ProductPage ssr=SsrMode::Async/>
            </Routes>
        </Router>
        <QueryDevtools/>
    }
}

/// A product, who makes it, and what goes wrong.
#[component]
fn ProductPage() -> impl IntoView {
    let params = use_params_map();
    let first = params.read_untracked().get("id").and_then(|id| id.parse().ok()).unwrap_or(1);
    let id = RwSignal::new(first);
    let found: Query<Product, NotThere> =
        use_query(move || ("product", id.get()), |(_, id)| product("product", id), QueryOptions::new());
    view! {
        <main>
            <Suspense fallback=|| view! { <p id="product">"Loading the product"</p> }>
                <p id="product">{move || name(found)}</p>
            </Suspense>
            <Reviews id/>
            <Maker found/>
            <Missing/>
            <Clocks/>
            <Known/>
            <Pages/>
            <Bare/>
            <Stock/>
            <Prices/>
            <Local/>
            <LazyImage src="/dog.svg" alt="A dog" width=40 height=30 attr:id="dog"/>
            <button id="next" on:click=move |_| id.update(|id| *id += 1)>"Next"</button>
            <button id="again" on:click=move |_| found.refetch()>"Again"</button>
        </main>
    }
    // With its whole type a server takes a minute to build, and half a GB.
    .into_any()
}

fn name(query: Query<Product, NotThere>) -> Option<String> {
    query.data.get().map(|it| format!("{} for {}, asked {}", it.name, it.asker, it.count))
}

/// Another user of the same key: no second request. Read by awaiting it.
#[component]
fn Reviews(id: RwSignal<u32>) -> impl IntoView {
    let found: Query<Product, NotThere> =
        use_query(move || ("product", id.get()), |(_, id)| product("product", id), QueryOptions::new());
    view! {
        <Suspense fallback=|| view! { <p id="reviews">"Loading reviews"</p> }>
            {move || Suspend::new(async move {
                let text = found.await.map(|it| format!("Reviews of {}", it.name));
                view! { <p id="reviews">{text.unwrap_or_default()}</p> }
            })}
        </Suspense>
    }
}

/// Known only once the product is.
#[component]
fn Maker(found: Query<Product, NotThere>) -> impl IntoView {
    let maker: Query<Product, NotThere> = use_query(
        move || found.data.get().map(|it| ("maker", it.maker)),
        |(_, id)| product("maker", id),
        QueryOptions::new(),
    );
    view! {
        <Transition fallback=|| view! { <p id="maker">"Loading the maker"</p> }>
            <p id="maker">{move || name(maker)}</p>
        </Transition>
    }
}

/// Fails, on the server.
#[component]
fn Missing() -> impl IntoView {
    let missing: Query<Product, NotThere> =
        use_query(|| "missing", |_: &str| product("missing", 0), QueryOptions::new().retry(0));
    view! {
        <Suspense fallback=|| view! { <p id="missing">"Loading"</p> }>
            <ErrorBoundary fallback=|errors| {
                view! { <p id="missing">{move || errors.get().into_iter().map(|(_, it)| it.to_string()).collect::<Vec<_>>()}</p> }
            }>
                {move || Suspend::new(async move {
                    missing.await.map(|it| view! { <p id="missing">{it.name.clone()}</p> })
                })}
            </ErrorBoundary>
        </Suspense>
    }
}

/// One that is fresh for an hour, and one that is stale by the time it arrives.
#[component]
fn Clocks() -> impl IntoView {
    let clock = |name: &'static str, span: f64| -> Query<Product, NotThere> {
        let options = QueryOptions::new().stale_time(Duration::from_ms(span));
        use_query(move || ("clock", name), move |_| product(name, 1), options)
    };
    let (fresh, stale) = (clock("fresh", 3_600_000.0), clock("stale", 1.0));
    view! {
        <Suspense>
            <p id="fresh">{move || name(fresh)}</p>
            <p id="stale">{move || name(stale)}</p>
        </Suspense>
    }
}

/// What is there at once, on a server, too, and nobody has fetched.
#[component]
fn Known() -> impl IntoView {
    let known =
        || Product { id: 1, name: "known".to_owned(), maker: 101, count: 0, asker: "anybody".to_owned() };
    let known: Query<Product, NotThere> =
        use_query(|| "known", |_: &str| product("known", 1), QueryOptions::new().initial_data(known));
    view! {
        <Suspense>
            <p id="known">{move || name(known)}</p>
        </Suspense>
    }
}

/// Without a `<Suspense/>`, a server has sent this before anything is fetched.
#[component]
fn Bare() -> impl IntoView {
    let bare: Query<Product, NotThere> =
        use_query(|| "bare", |_: &str| product("bare", 1), QueryOptions::new());
    view! {
        {move || bare.is_fetching().then(|| view! { <i>"Fetching"</i> })}
        <p id="bare">{move || name(bare)}</p>
    }
}

/// Fetched above what shows it.
#[component]
fn Stock() -> impl IntoView {
    use_prefetch(|| ("stock", 1), |_| product("stock", 1), QueryOptions::new());
    view! { <InStock/> }
}

#[component]
fn InStock() -> impl IntoView {
    let stock: Query<Product, NotThere> =
        use_query(|| ("stock", 1), |_| product("stock", 1), QueryOptions::new());
    view! {
        <Suspense>
            <p id="stock">{move || name(stock)}</p>
        </Suspense>
    }
}

/// One value of several queries.
#[component]
fn Prices() -> impl IntoView {
    let prices: Queries<Product, NotThere> =
        use_queries(|| vec![("price", 1), ("price", 2)], |(_, id)| product("price", id), QueryOptions::new());
    let all = prices.combine(|prices| {
        prices.iter().map(|price| price.data.get().map(|it| it.name.clone())).collect::<Option<Vec<_>>>()
    });
    view! {
        <Suspense fallback=|| view! { <p id="prices">"Loading prices"</p> }>
            <p id="prices">{move || all.get().map(|all| all.join(", "))}</p>
        </Suspense>
    }
}

/// Pages of a list: the old one stays until the next one is there.
#[component]
fn Pages() -> impl IntoView {
    let page = RwSignal::new(1_u32);
    let list: Query<Product, NotThere> =
        use_query(move || ("page", page.get()), |(_, page)| product("page", page), QueryOptions::new());
    view! {
        <Transition fallback=|| view! { <p id="page">"Loading the page"</p> }>
            <p id="page">{move || Suspend::new(async move { list.await.map(|it| it.name.clone()).unwrap_or_default() })}</p>
        </Transition>
        <button id="turn" on:click=move |_| page.update(|page| *page += 1)>"Turn"</button>
    }
}

/// Something that only a browser has.
#[component]
fn Local() -> impl IntoView {
    let local: Query<String, String> =
        use_local_query(|| "local", |_: &str| async { Ok("a browser".to_owned()) }, QueryOptions::new());
    view! {
        <Suspense fallback=|| view! { <p id="local">"A server"</p> }>
            {move || Suspend::new(async move {
                let text = local.await.map(|text| text.to_string());
                view! { <p id="local">{text.unwrap_or_default()}</p> }
            })}
        </Suspense>
    }
}
