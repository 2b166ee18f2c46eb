//! The component that a function belongs to.
use leptos::prelude::*;
use leptos::reactive::owner::WeakOwner;

/// Remembers a component without keeping it.
#[derive(Clone)]
pub(crate) struct Component(Option<WeakOwner>);

impl Component {
    /// The one that is being built.
    pub(crate) fn current() -> Self {
        Self(Owner::current().map(|owner| owner.downgrade()))
    }

    /// This one, or `other` where none is being built, as in an event handler.
    pub(crate) fn or(self, other: impl FnOnce() -> Option<Self>) -> Self {
        if self.0.is_some() { self } else { other().unwrap_or(self) }
    }

    /// Runs `function` within the component, so that it finds its contexts whenever it runs. What it reads tracks nothing.
    pub(crate) fn run<R>(&self, function: impl FnOnce() -> R) -> R {
        match self.0.as_ref().and_then(WeakOwner::upgrade) {
            Some(owner) => owner.with(|| untrack(function)),
            None => untrack(function),
        }
    }
}
