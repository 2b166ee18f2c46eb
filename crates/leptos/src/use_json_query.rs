//! Queries of JSON resources.
use crate::devtools::known;
use crate::json_request::RequestFn;
use crate::{
    Json, JsonError, JsonRequest, MaybeKey, Query, QueryKey, QueryOptions, use_local_query, use_query_client,
};
use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use whippet_web::query::{SizeOf, fetch};

/// As [`use_query`](crate::use_query), of what a server answers to a [`JsonRequest`], or to a `GET` of a URL. A body that is the
/// same as the last one is not deserialized, and of one that is not, only what changed: see [`Json`].
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use whippet_leptos::{QueryOptions, Shared, use_json_query};
/// # #[derive(serde::Deserialize, PartialEq)] struct Todo { title: String }
/// # #[component] fn Page() -> impl IntoView {
/// let todos = use_json_query::<_, &str, Vec<Shared<Todo>>>(|| "todos", |_| "/api/todos".to_owned(), QueryOptions::new());
/// view! {
///     <ul>{move || todos.data.get().map(|todos| todos.iter().map(|todo| view! { <li>{todo.title.clone()}</li> }).collect_view())}</ul>
/// }
/// # }
/// ```
/// Errors that would come again, such as 404, are not retried, and `Retry-After` is kept to. In the browser only, as
/// [`use_local_query`].
pub fn use_json_query<I, K, T>(
    key: impl Fn() -> I + 'static,
    request: impl RequestFn<K> + 'static,
    options: impl Into<Signal<QueryOptions>>,
) -> Query<Json<T>, JsonError>
where
    I: MaybeKey<K>,
    K: Serialize + Clone + Send + Sync + 'static,
    T: DeserializeOwned + PartialEq + Send + Sync + 'static,
{
    known::json::<T>();
    let client = use_query_client();
    let fetcher = move |key: K| {
        let before = client.data_of::<Json<T>>(&QueryKey::new(&key));
        get_json(request(key).into(), before)
    };
    let options = by_error(options.into());
    let size: SizeOf =
        Arc::new(|data| data.downcast_ref::<Json<T>>().map_or(0.0, |data| data.bytes() as f64));
    use_local_query(key, fetcher, Signal::derive(move || options.get().or_size_of(&size)))
}

/// What the error says, unless the app has a rule of its own.
pub(crate) fn by_error(options: Signal<QueryOptions>) -> Signal<QueryOptions> {
    known::json_errors();
    Signal::derive(move || options.get().or_by_error::<JsonError>())
}

impl JsonRequest {
    /// An error where its body could not be written.
    pub(crate) fn check(&mut self) -> Result<(), JsonError> {
        match self.unwritten.take() {
            Some(reason) => Err(JsonError::NotSent { url: self.outgoing.url.clone(), reason }),
            None => Ok(()),
        }
    }
}

async fn get_json<T: DeserializeOwned>(
    mut request: JsonRequest,
    before: Option<Arc<Json<T>>>,
) -> Result<Json<T>, JsonError> {
    request.check()?;
    let answer = fetch::request(&request.outgoing).await.map_err(JsonError::NoAnswer)?;
    let url = request.outgoing.url;
    let answer = JsonError::of(answer, &url)?;
    match before {
        Some(before) => before.parse_next(answer.body),
        None => Json::parse(answer.body),
    }
    .map_err(|error| JsonError::NotJson { url, reason: error.to_string() })
}
