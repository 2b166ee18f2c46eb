//! Fetches a query in a browser without observing it.
use super::browser::{HostHandle, equal};
use super::browser_values;
use crate::component::Component;
use crate::fetching::fetching;
use crate::query_key::typed;
use crate::query_source::Fetch;
use crate::{Call, CallError, QueryKey, QueryOptions};
use futures::channel::oneshot;
use leptos::prelude::GetValue;
use std::sync::Arc;
use whippet_web::query::{Fetcher, QueryObserverOptions};

pub(crate) fn call<K, T, E>(
    host: HostHandle,
    component: Component,
    query_key: &QueryKey,
    key: K,
    fetcher: Arc<dyn Fn(K) -> Fetch<T, E> + Send + Sync>,
    options: QueryOptions,
) -> Call<T, E>
where
    K: Clone + 'static,
    T: PartialEq + Send + Sync + 'static,
    E: Send + Sync + 'static,
{
    let Some(host) = host.try_get_value() else { return Call::ready(Err(CallError::Cancelled)) };
    let known_as = typed::<T>(query_key);
    browser_values::begin::<T>(&host, &known_as, &options);
    let (tell, told) = oneshot::channel();
    let options = QueryObserverOptions {
        observer: options.observer,
        run: options.attempts.run,
        gc_time: options.gc_time,
        keep_previous_data: false,
        judge: options.attempts.judge,
        fetcher: Fetcher::new(move || fetching(&component, || fetcher(key.clone()))),
        equal: equal::<T>,
        size: options.size,
    };
    host.fetch(&known_as, options, move |outcome| {
        // Nobody may await it.
        let _ = tell.send(outcome);
    });
    Call::new(async move {
        match told.await {
            Ok(Ok(data)) => data.downcast().map_err(|_| CallError::Cancelled),
            Ok(Err(Some(error))) => Err(error.downcast().map_or(CallError::Cancelled, CallError::Failed)),
            Ok(Err(None)) | Err(_) => Err(CallError::Cancelled),
        }
    })
}
