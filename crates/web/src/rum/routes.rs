//! Changes of the route in single-page apps.
use super::hooks::Listener;
use super::wrapped::Wrapped;
use super::{host, read};
use js_sys::Reflect;
use std::rc::{Rc, Weak};

/// Watches until it is dropped.
#[must_use = "dropping it stops watching"]
pub(super) struct Routes {
    _listener: Listener,
    _wrapped: Vec<Wrapped>,
}

impl Routes {
    /// Calls `changed` after each change of the address that is no load: through the Navigation API, or, where there is
    /// none, `popstate` and the two functions that change the address.
    pub(super) fn new<T: 'static>(owner: &Rc<T>, changed: fn(&Rc<T>)) -> Self {
        let navigation = host::of_global("navigation");
        let is_known = Reflect::has(&navigation, &"currentEntry".into()).unwrap_or(false);
        if is_known && read::member(&navigation, "addEventListener").is_some() {
            let listener =
                Listener::on(&navigation, owner, "currententrychange", move |owner, _| changed(owner));
            return Self { _listener: listener, _wrapped: Vec::new() };
        }
        let history = host::of_global("history");
        let wrap = |name| {
            let owner: Weak<T> = Rc::downgrade(owner);
            Wrapped::new(&history, name, move |original, this, arguments| {
                let result = original.apply(&this, &arguments)?;
                if let Some(owner) = owner.upgrade() {
                    changed(&owner);
                }
                Ok(result)
            })
        };
        Self {
            _listener: Listener::new(owner, "popstate", move |owner, _| changed(owner)),
            _wrapped: ["pushState", "replaceState"].into_iter().filter_map(wrap).collect(),
        }
    }
}
