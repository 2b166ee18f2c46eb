//! Errors of queries and mutations that an `<ErrorBoundary/>` shows.
use crate::shown_error::Shown;
use leptos::error::ErrorHook;
use std::any::Any;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use whippet_web::query::Value;

/// Shows an error in a boundary, until what it gives is dropped; `None` where the error is not for one. So an app that throws nothing has
/// none of the code that shows.
pub(crate) type Throw = Arc<dyn Fn(Value, &Arc<dyn ErrorHook>) -> Option<Box<dyn Any>> + Send + Sync>;

/// An error that a query or a mutation passed to an `<ErrorBoundary/>`: see
/// [`QueryOptions::throw_on_error`](crate::QueryOptions::throw_on_error). A fallback finds it by
/// `error.downcast_ref::<Thrown<E>>()`.
pub struct Thrown<E>(Arc<E>);

impl<E> Deref for Thrown<E> {
    type Target = E;

    fn deref(&self) -> &E {
        &self.0
    }
}

impl<E: fmt::Debug> fmt::Debug for Thrown<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<E: fmt::Display> fmt::Display for Thrown<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<E: fmt::Debug + fmt::Display> std::error::Error for Thrown<E> {}

/// Throws the errors of type `E` that `throw` is for.
pub(crate) fn rule<E>(throw: impl Fn(&E) -> bool + Send + Sync + 'static) -> Throw
where
    E: fmt::Debug + fmt::Display + Send + Sync + 'static,
{
    Arc::new(move |error, hook| {
        let error = error.downcast::<E>().ok()?;
        throw(&error).then(|| Box::new(Shown::new(hook, Thrown(error).into())) as Box<dyn Any>)
    })
}
