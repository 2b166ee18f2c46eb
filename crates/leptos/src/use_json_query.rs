//! Queries of JSON resources.
use crate::{Json, Query, QueryKey, QueryOptions, use_query, use_query_client};
use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt;
use std::rc::Rc;
use whippet_web::query::fetch::{self, FetchError};

/// How much of an error's body is kept, in bytes.
const BODY_LIMIT: usize = 4096;

/// The errors of [`use_json_query`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JsonError {
    /// There was no response.
    NoAnswer(FetchError),
    /// The server answered, but not with success.
    Status {
        /// The HTTP status.
        status: u16,
        /// The URL of the request.
        url: String,
        /// The header `Retry-After`, unparsed.
        retry_after: Option<String>,
        /// The beginning of the body: at most 4 KiB.
        body: String,
    },
    /// The body is not JSON, or not that of the type that was asked for.
    NotJson {
        /// The URL of the request.
        url: String,
        /// What is wrong with it, and where.
        reason: String,
    },
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAnswer(error) => error.fmt(f),
            Self::Status { status, url, .. } => write!(f, "HTTP {status}: {url}"),
            Self::NotJson { url, reason } => {
                write!(
                    f,
                    "{url} did not give the JSON that was expected: {reason}; check the type against the body"
                )
            }
        }
    }
}

impl std::error::Error for JsonError {}

/// As [`use_query`](crate::use_query), of what a `GET` of `url` answers. A body that is the same as the last one is not
/// deserialized, and of one that is not, only what changed: see [`Json`].
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use whippet_leptos::{QueryOptions, Shared, use_json_query};
/// # #[derive(serde::Deserialize, PartialEq)] struct Todo { title: String }
/// # #[component] fn Page() -> impl IntoView {
/// let todos = use_json_query::<_, Vec<Shared<Todo>>>(|| "todos", |_| "/api/todos".to_owned(), QueryOptions::new());
/// view! {
///     <ul>{move || todos.data.get().map(|todos| todos.iter().map(|todo| view! { <li>{todo.title.clone()}</li> }).collect_view())}</ul>
/// }
/// # }
/// ```
///
/// # Panics
/// As [`use_query`](crate::use_query).
pub fn use_json_query<K, T>(
    key: impl Fn() -> K + 'static,
    url: impl Fn(K) -> String + 'static,
    options: impl Into<Signal<QueryOptions>>,
) -> Query<Json<T>, JsonError>
where
    K: Serialize + Clone + 'static,
    T: DeserializeOwned + PartialEq + 'static,
{
    let client = use_query_client();
    let fetcher = move |key: K| {
        let before = client.try_data::<Json<T>>(&QueryKey::new(&key));
        get_json(url(key), before)
    };
    use_query(key, fetcher, options)
}

async fn get_json<T: DeserializeOwned>(
    url: String,
    before: Option<Rc<Json<T>>>,
) -> Result<Json<T>, JsonError> {
    let mut answer = fetch::get(&url, f64::INFINITY).await.map_err(JsonError::NoAnswer)?;
    if !(200..300).contains(&answer.status) {
        let end = answer.body.floor_char_boundary(BODY_LIMIT);
        answer.body.truncate(end);
        let fetch::Answer { status, body, retry_after } = answer;
        return Err(JsonError::Status { status, url, retry_after, body });
    }
    match before {
        Some(before) => before.parse_next(answer.body),
        None => Json::parse(answer.body),
    }
    .map_err(|error| JsonError::NotJson { url, reason: error.to_string() })
}
