//! The component that a function belongs to.
use leptos::prelude::*;
use leptos::reactive::owner::WeakOwner;

/// Remembers a component without keeping it.
#[derive(Clone)]
pub(crate) struct Component {
    own: Option<WeakOwner>,
    /// The app, where functions run once the component is gone.
    app: Option<WeakOwner>,
}

impl Component {
    /// The one that is being built.
    pub(crate) fn current() -> Self {
        Self { own: Owner::current().map(|owner| owner.downgrade()), app: None }
    }

    /// This one, or `other` where none is being built, as in an event handler.
    pub(crate) fn or(self, other: impl FnOnce() -> Option<Self>) -> Self {
        if self.own.is_some() { self } else { other().unwrap_or(self) }
    }

    /// This one, of `app`. A mutation, and a fetch that somebody awaits, go on when the component is gone: then their functions
    /// find the contexts of the app.
    pub(crate) fn within(self, app: Option<Self>) -> Self {
        Self { app: app.and_then(|app| app.own), ..self }
    }

    /// Runs `function` within the component, so that it finds its contexts whenever it runs. What it reads tracks nothing.
    pub(crate) fn run<R>(&self, function: impl FnOnce() -> R) -> R {
        match self.owner() {
            Some(owner) => owner.with(|| untrack(function)),
            None => untrack(function),
        }
    }

    /// The component, or the app.
    pub(crate) fn owner(&self) -> Option<Owner> {
        let there = |owner: &Option<WeakOwner>| owner.as_ref().and_then(WeakOwner::upgrade);
        there(&self.own).or_else(|| there(&self.app))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_outlives_its_component_finds_the_contexts_of_the_app() {
        let app = Owner::new();
        let (part, component) = app.with(|| {
            provide_context(7_u32);
            let outermost = Component::current();
            let part = Owner::new();
            let component = part.with(|| {
                provide_context(8_u32);
                Component::current().within(Some(outermost))
            });
            (part, component)
        });
        let found = || component.run(use_context::<u32>);
        assert_eq!(found(), Some(8));
        drop(part);
        assert_eq!(found(), Some(7));
        drop(app);
        assert_eq!(found(), None);
    }
}
