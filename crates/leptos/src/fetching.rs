//! A fetch within a component.
use crate::component::Component;
use leptos::prelude::Owner;
use std::pin::Pin;
use std::task::{Context, Poll};

/// The future that `function` gives, which runs within the component whenever it is polled. Not a `ScopedFuture`: that keeps its owner,
/// and an app that is unmounted ends when nobody keeps the outermost one, so its fetches would go on, and it with them.
pub(crate) fn fetching<F: Future + Unpin>(
    component: &Component,
    function: impl FnOnce() -> F,
) -> Fetching<F> {
    // A part of the app ends by what is around it, whoever keeps it; kept, its contexts are there until the fetch has ended.
    let kept = component.owner().filter(|owner| owner.parent().is_some());
    Fetching { component: component.clone(), future: component.run(function), _kept: kept }
}

/// See [`fetching`].
pub(crate) struct Fetching<F> {
    component: Component,
    future: F,
    /// After the future, whose destructors find it.
    _kept: Option<Owner>,
}

impl<F: Future + Unpin> Future for Fetching<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let Self { component, future, .. } = self.get_mut();
        component.run(|| Pin::new(future).poll(context))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::Component;
    use futures::FutureExt;
    use leptos::prelude::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    #[test]
    fn a_fetch_keeps_its_part_of_an_app_and_not_the_app() {
        let app = Owner::new();
        let over = Arc::new(AtomicBool::new(false));
        let ended = over.clone();
        let find = || Box::pin(async { use_context::<u32>() });
        let (of_app, of_part) = app.with(|| {
            provide_context(7_u32);
            on_cleanup(move || ended.store(true, Ordering::Relaxed));
            let outermost = Component::current();
            let part = Owner::new();
            let of_part = part.with(|| {
                provide_context(8_u32);
                fetching(&Component::current().within(Some(outermost.clone())), find)
            });
            (fetching(&outermost, find), of_part)
        });
        assert_eq!(of_part.now_or_never(), Some(Some(8)), "its part is dropped, but for the fetch");
        drop(app);
        assert!(over.load(Ordering::Relaxed), "what was fetched would go on, and its app with it");
        assert_eq!(of_app.now_or_never(), Some(None));
    }
}
