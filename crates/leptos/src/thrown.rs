//! Errors of queries and mutations that an `<ErrorBoundary/>` shows.
use leptos::error::Error as AnyError;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use whippet_web::query::Value;

/// What a boundary is given of an error; `None` where it is not for one.
pub(crate) type Throw = Arc<dyn Fn(Value) -> Option<AnyError> + Send + Sync>;

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
    Arc::new(move |error| {
        let error = error.downcast::<E>().ok()?;
        throw(&error).then(|| Thrown(error).into())
    })
}
