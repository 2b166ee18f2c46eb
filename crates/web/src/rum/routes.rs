//! Changes of the route in single-page apps.
use super::hooks::Listener;
use super::{host, read};
use js_sys::{Function, Reflect};
use std::cell::Cell;
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::*;

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
        let wrapped = ["pushState", "replaceState"];
        Self {
            _listener: Listener::new(owner, "popstate", move |owner, _| changed(owner)),
            _wrapped: wrapped.into_iter().filter_map(|name| Wrapped::new(owner, name, changed)).collect(),
        }
    }
}

/// A function of the history that tells when it was called.
struct Wrapped {
    name: &'static str,
    original: JsValue,
    wrapper: JsValue,
    active: Rc<Cell<bool>>,
}

impl Wrapped {
    fn new<T: 'static>(owner: &Rc<T>, name: &'static str, changed: fn(&Rc<T>)) -> Option<Self> {
        let history = host::of_global("history");
        let original: Function = read::member(&history, name)?.dyn_into().ok()?;
        let active = Rc::new(Cell::new(true));
        let (called, is_active, owner): (_, _, Weak<T>) =
            (original.clone(), Rc::clone(&active), Rc::downgrade(owner));
        let wrapper = Closure::<dyn Fn(JsValue, JsValue, JsValue) -> Result<(), JsValue>>::new(
            move |state: JsValue, unused: JsValue, url: JsValue| {
                // What it throws the caller is thrown.
                called.call3(&host::of_global("history"), &state, &unused, &url)?;
                if let Some(owner) = owner.upgrade().filter(|_| is_active.get()) {
                    changed(&owner);
                }
                Ok(())
            },
        );
        // The page may keep it for longer than this lives: it is the browser's to free.
        let wrapper = wrapper.into_js_value();
        Reflect::set(&history, &name.into(), &wrapper).ok()?;
        Some(Self { name, original: original.into(), wrapper, active })
    }
}

impl Drop for Wrapped {
    fn drop(&mut self) {
        self.active.set(false);
        let history = host::of_global("history");
        // Somebody may have wrapped it again; then it stays, and does nothing.
        if read::member(&history, self.name).as_ref() == Some(&self.wrapper) {
            let _ = Reflect::set(&history, &self.name.into(), &self.original);
        }
    }
}
