//! What a component has in a browser only.
use crate::component::Component;
use crate::host::IN_BROWSER;
use leptos::prelude::*;

/// A part of a component that a server does without. Copies are the same, and end with the component.
pub(crate) struct BrowserHandle<H: 'static>(Option<StoredValue<H, LocalStorage>>);

impl<H> Clone for BrowserHandle<H> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<H> Copy for BrowserHandle<H> {}

impl<H: Clone + 'static> BrowserHandle<H> {
    /// Of the component that is being built, which `make` is given.
    pub(crate) fn new(make: impl FnOnce(Component) -> H) -> Self {
        Self(IN_BROWSER.then(|| StoredValue::new_local(make(Component::current()))))
    }

    /// `None` on a server, and once the component was disposed. Not borrowed from its storage, as it may call itself.
    pub(crate) fn get(self) -> Option<H> {
        self.0?.try_get_value()
    }
}
