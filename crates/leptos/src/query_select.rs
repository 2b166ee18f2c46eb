//! A part of a query's data.
use crate::Query;
use leptos::prelude::*;

impl<T: Send + Sync + 'static, E: Send + Sync + 'static> Query<T, E> {
    /// What `select` takes from the data; it changes only when that does. `None` while there is no data.
    ///
    /// ```no_run
    /// # use leptos::prelude::*;
    /// # use whippet_leptos::{QueryOptions, use_query};
    /// # async fn fetch_todos(_: &str) -> Result<Vec<String>, String> { Ok(Vec::new()) }
    /// # #[component] fn Count() -> impl IntoView {
    /// let todos = use_query(|| "todos", fetch_todos, QueryOptions::new());
    /// let count = todos.select(|todos| todos.len());
    /// view! { <p>{move || count.get()}</p> }
    /// # }
    /// ```
    pub fn select<R: Clone + PartialEq + Send + Sync + 'static>(
        &self,
        select: impl Fn(&T) -> R + Send + Sync + 'static,
    ) -> Signal<Option<R>> {
        let data = self.data;
        self.derived(move || data.with(|data| data.as_deref().map(&select)))
    }
}
