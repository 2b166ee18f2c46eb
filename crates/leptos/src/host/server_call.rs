//! Fetches a query on a server without observing it.
use super::server::HostHandle;
use crate::component::Component;
use crate::query_key::typed;
use crate::query_source::Fetch;
use crate::settled::Settled;
use crate::{Call, CallError, QueryKey, QueryOptions};
use leptos::prelude::GetValue;
use leptos::reactive::computed::ScopedFuture;
use std::sync::Arc;

pub(crate) fn call<K, T, E>(
    host: HostHandle,
    component: Component,
    query_key: &QueryKey,
    key: K,
    fetcher: Arc<dyn Fn(K) -> Fetch<T, E> + Send + Sync>,
    options: QueryOptions,
) -> Call<T, E>
where
    K: Clone + Send + Sync + 'static,
    T: PartialEq + Send + Sync + 'static,
    E: Send + Sync + 'static,
{
    let Some(host) = host.try_get_value() else { return Call::ready(Err(CallError::Cancelled)) };
    let known_as = typed::<T>(query_key);
    if let Some(initial) = options.initial.filter(|_| host.data(&known_as).is_none()) {
        host.set_data(&known_as, initial());
    }
    let running = host.fetch(known_as, move || {
        Box::pin(component.run(|| ScopedFuture::new_untracked(fetcher(key)))) as Fetch<T, E>
    });
    Call::new(async move {
        match running.await {
            Settled::Data { value, .. } => Ok(value),
            Settled::Error { value, .. } => Err(CallError::Failed(value)),
            Settled::Idle => Err(CallError::Cancelled),
        }
    })
}
