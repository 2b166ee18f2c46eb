//! Shows a product by its number: by a resource of Leptos, by a query of ours, or by one of leptos-fetch.
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::prelude::wasm_bindgen;

/// Starts the app.
#[wasm_bindgen(start)]
pub fn start() {
    mount_to_body(App);
}

#[component]
fn App() -> impl IntoView {
    let id = RwSignal::new(1);
    view! {
        <button on:click=move |_| id.update(|id| *id += 1)>"Next"</button>
        <Suspense fallback=|| "Loading…">
            <p>{product(id)}</p>
        </Suspense>
        {devtools()}
    }
}

#[cfg(feature = "devtools")]
fn devtools() -> impl IntoView {
    use whippet_leptos::QueryDevtools;
    view! { <QueryDevtools/> }
}

#[cfg(not(feature = "devtools"))]
fn devtools() {}

async fn fetch(id: u32) -> Result<String, String> {
    let request = async move {
        let failed = |error: gloo_net::Error| error.to_string();
        let answer = gloo_net::http::Request::get(&format!("/product/{id}")).send().await.map_err(failed)?;
        answer.text().await.map_err(failed)
    };
    SendWrapper::new(request).await
}

#[cfg(feature = "whippet")]
fn product(id: RwSignal<u32>) -> impl IntoView {
    use whippet_leptos::{QueryOptions, provide_query_client, use_query};
    provide_query_client();
    let query =
        use_query(move || ("product", id.get()), |(_, id): (&str, u32)| fetch(id), QueryOptions::new());
    move || query.data.get().map(|text| text.to_string())
}

#[cfg(feature = "leptos-fetch")]
fn product(id: RwSignal<u32>) -> impl IntoView {
    let client = leptos_fetch::QueryClient::new();
    client.provide();
    let resource = client.resource(fetch, move || id.get());
    move || resource.get().map(Result::unwrap_or_default)
}

#[cfg(not(any(feature = "whippet", feature = "leptos-fetch")))]
fn product(id: RwSignal<u32>) -> impl IntoView {
    let resource = Resource::new(move || id.get(), fetch);
    move || resource.get().map(Result::unwrap_or_default)
}
