//! A page that is plain HTML but for its islands.
use crate::data::{NotThere, Product, product};
use leptos::prelude::*;
use whippet_leptos::{Duration, Query, QueryOptions, provide_query_client, use_query};

/// Two islands, which share a query, in what stays HTML.
#[component]
pub fn IslandsPage() -> impl IntoView {
    provide_query_client();
    view! {
        <h1>"Islands"</h1>
        <Basket id=1 place="first"/>
        <p>"Between them nothing happens."</p>
        <Basket id=1 place="second"/>
    }
}

/// What one has in the basket.
#[island]
pub fn Basket(id: u32, #[prop(into)] place: String) -> impl IntoView {
    let more = RwSignal::new(0);
    let options = QueryOptions::new().stale_time(Duration::from_ms(60_000.0));
    let found: Query<Product, NotThere> =
        use_query(move || ("basket", id + more.get()), |(_, id)| product("basket", id), options);
    view! {
        <section id=place>
            <Suspense fallback=|| "Loading">
                <p>{move || found.data.get().map(|it| format!("{} for {}, asked {}", it.name, it.asker, it.count))}</p>
            </Suspense>
            <button on:click=move |_| more.update(|more| *more += 1)>"More"</button>
        </section>
    }
}
