//! Data that a query has before anything is fetched.
use crate::query_options::MakeValue;
use crate::seen::Seen;
use crate::{QueryKey, QueryOptions, Status, misuse};
use std::cell::RefCell;
use std::sync::Arc;
use whippet_engine::time::Duration;
use whippet_web::query::{Client, Key, Value};

/// Stores the initial data of a query that has none.
pub(super) fn begin<T: Send + Sync + 'static>(host: &Client, key: &Key, options: &QueryOptions) {
    let Some(make) = &options.initial else { return };
    if host.data(key).is_none()
        && let Some(data) = made::<T>(make)
    {
        host.begin_with(key, data, options.gc_time);
    }
}

/// Stores data that a program gives. A new query is kept for `gc_time`; one that is there keeps its own.
pub(crate) fn store(host: &Client, key: &Key, data: Value, gc_time: Duration) {
    if host.state(key).is_some() {
        host.set_data(key, data);
    } else {
        host.hydrate(key, Ok(data), whippet_web::query::now().as_ms(), gc_time);
    }
}

/// What an observer shows in the place of data that is on its way: of one key, so that it stays the same value.
#[derive(Default)]
pub(super) struct Placeholder(RefCell<Option<(QueryKey, Value)>>);

impl Placeholder {
    pub(super) fn show<T: Send + Sync + 'static, E>(
        &self,
        mut seen: Seen<T, E>,
        make: Option<&MakeValue>,
    ) -> Seen<T, E> {
        let (Some(key), Some(make), None, Status::Pending) = (&seen.key, make, &seen.data, seen.status)
        else {
            return seen;
        };
        let known = self.0.borrow().as_ref().filter(|(of, _)| of == key).map(|(_, value)| value.clone());
        let Some(value) = known.or_else(|| made::<T>(make)) else { return seen };
        self.0.replace(Some((key.clone(), value.clone())));
        seen.data = value.downcast().ok();
        seen.is_placeholder = true;
        seen.status = Status::Success;
        seen
    }
}

fn made<T: Send + Sync + 'static>(make: &MakeValue) -> Option<Value> {
    let value = make();
    if Arc::clone(&value).downcast::<T>().is_err() {
        let name = std::any::type_name::<T>();
        misuse::report(&format!(
            "the initial data or placeholder of a query has another type than its data, {name}"
        ));
        return None;
    }
    Some(value)
}
