//! Queries of bodies that have a JSON text per line.
use crate::json_request::RequestFn;
use crate::line_splitter::LineSplitter;
use crate::query_key::typed;
use crate::use_json_query::by_error;
use crate::{
    FetchStatus, JsonError, JsonRequest, MaybeKey, Query, QueryClient, QueryKey, QueryOptions,
    use_local_query, use_query_client,
};
use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::marker::PhantomData;
use std::sync::Arc;
use whippet_web::query::{Filter, Value, fetch};

/// As [`use_json_query`](crate::use_json_query), of a body with one JSON text per line (NDJSON, JSON Lines): each value is
/// shown as soon as its line has arrived. Where there is data already, it is replaced once the whole body is there, and rows
/// that are equal stay the same values.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use std::sync::Arc;
/// # use whippet_leptos::{QueryOptions, use_json_lines_query};
/// # #[derive(serde::Deserialize, PartialEq)] struct Entry { text: String }
/// # #[component] fn Log() -> impl IntoView {
/// let log = use_json_lines_query::<_, &str, Entry>(|| "log", |_| "/api/log".to_owned(), QueryOptions::new());
/// view! {
///     <ol>{move || log.data.get().map(|entries| entries.iter().map(|entry| view! { <li>{entry.text.clone()}</li> }).collect_view())}</ol>
/// }
/// # }
/// ```
/// Blank lines are skipped. A line of more than 4 MiB is an error. In the browser only, as [`use_local_query`].
pub fn use_json_lines_query<I, K, T>(
    key: impl Fn() -> I + 'static,
    request: impl RequestFn<K> + 'static,
    options: impl Into<Signal<QueryOptions>>,
) -> Query<Vec<Arc<T>>, JsonError>
where
    I: MaybeKey<K>,
    K: Serialize + Clone + Send + Sync + 'static,
    T: DeserializeOwned + PartialEq + Send + Sync + 'static,
{
    let client = use_query_client();
    let key = move || {
        let key: Option<K> = key().into_key();
        if let Some(key) = &key {
            forget_rest::<T>(client, &QueryKey::new(key));
        }
        key
    };
    let fetcher = move |key: K| {
        let query_key = QueryKey::new(&key);
        get_lines(client, query_key, request(key).into())
    };
    use_local_query(key, fetcher, by_error(options.into()))
}

async fn get_lines<T>(
    client: QueryClient,
    key: QueryKey,
    mut request: JsonRequest,
) -> Result<Vec<Arc<T>>, JsonError>
where
    T: DeserializeOwned + PartialEq + Send + Sync + 'static,
{
    request.check()?;
    let before = client.data_of::<Vec<Arc<T>>>(&key);
    let (mut values, mut lines, mut outcome) = (Vec::new(), LineSplitter::new(), Ok(()));
    let add = |values: &mut Vec<Arc<T>>, line: &[u8]| -> Result<(), String> {
        let value = serde_json::from_slice::<T>(line).map_err(|error| error.to_string())?;
        let known = before.as_ref().and_then(|before| before.get(values.len()));
        values.push(match known {
            Some(known) if **known == value => known.clone(),
            _ => Arc::new(value),
        });
        Ok(())
    };
    let mut shown_rows = ShownRows::<T> { client, key: key.clone(), are_some: false, of: PhantomData };
    let answer = fetch::stream(&request.outgoing, |piece| {
        let shown = values.len();
        outcome = lines.push(piece, |line| add(&mut values, line));
        if before.is_none() && values.len() > shown {
            let rows = Arc::new(values.clone());
            parts::add(rows.clone());
            client.store(&key, rows);
            shown_rows.are_some = true;
        }
        outcome.is_ok()
    });
    let answer = answer.await;
    shown_rows.are_some = false;
    let answer = answer.map_err(JsonError::NoAnswer)?;
    let url = request.outgoing.url;
    JsonError::of(answer, &url)?;
    let outcome = outcome.and_then(|()| lines.finish(|line| add(&mut values, line)));
    match outcome {
        Ok(()) => {
            // The cache keeps what it has where the whole list is equal to it.
            if let Some(rows) = client.data_of::<Vec<Arc<T>>>(&key) {
                parts::remove(&(rows as Value));
            }
            Ok(values)
        }
        Err(reason) => Err(JsonError::NotJson { url, reason: reason.to_string() }),
    }
}

/// Rows that are shown while more are on their way. Where the last component has left meanwhile, so that the request is aborted, they go:
/// they are not the list, and would be taken for fresh data of it.
struct ShownRows<T: Send + Sync + 'static> {
    client: QueryClient,
    key: QueryKey,
    are_some: bool,
    of: PhantomData<fn() -> T>,
}

impl<T: Send + Sync + 'static> Drop for ShownRows<T> {
    fn drop(&mut self) {
        if self.are_some {
            forget_rest::<T>(self.client, &self.key);
        }
    }
}

/// Removes a query that has a part of its list, and that nobody observes or fetches: also where its fetch was cancelled, or was about to be
/// tried again, when the last component left.
fn forget_rest<T: Send + Sync + 'static>(client: QueryClient, key: &QueryKey) {
    let Some(state) = client.state_of::<Vec<Arc<T>>>(key).filter(|state| state.observers == 0) else {
        return;
    };
    let rows = state.data::<Vec<Arc<T>>>().map(|rows| rows as Value);
    if state.fetch_status == FetchStatus::Idle && rows.is_some_and(|rows| parts::has(&rows)) {
        client.host(|host| host.remove(&Filter::from(&typed::<Vec<Arc<T>>>(key))));
    }
}

/// The lists of which more was on its way when they were stored.
mod parts {
    use std::any::Any;
    use std::cell::RefCell;
    use std::sync::{Arc, Weak};
    use whippet_web::query::Value;

    thread_local! {
        static PARTS: RefCell<Vec<Weak<dyn Any + Send + Sync>>> = const { RefCell::new(Vec::new()) };
    }

    pub(super) fn add(rows: Value) {
        PARTS.with_borrow_mut(|parts| {
            // Each part takes the place of the one before, so there are few.
            parts.retain(|part| part.strong_count() > 0);
            parts.push(Arc::downgrade(&rows));
        });
    }

    pub(super) fn remove(rows: &Value) {
        PARTS.with_borrow_mut(|parts| parts.retain(|part| !is(part, rows)));
    }

    pub(super) fn has(rows: &Value) -> bool {
        PARTS.with_borrow(|parts| parts.iter().any(|part| is(part, rows)))
    }

    /// By address, which nothing else takes while the part is known here.
    fn is(part: &Weak<dyn Any + Send + Sync>, rows: &Value) -> bool {
        std::ptr::addr_eq(part.as_ptr(), Arc::as_ptr(rows))
    }
}
