//! Observes route changes in single-page apps.
use super::listener::Listener;
use super::method_proxy::MethodProxy;
use super::{browser, read};
use js_sys::Reflect;
use std::rc::{Rc, Weak};

/// Observes until it is dropped.
#[must_use = "dropping it stops observing"]
pub(super) struct RouteObserver {
    _listener: Listener,
    _wrapped: Vec<MethodProxy>,
}

impl RouteObserver {
    /// Calls `changed` after each change of the URL within the document: by the Navigation API, which says whether the URL before was
    /// replaced, else by `popstate` and by wrapping `pushState` and `replaceState`.
    pub(super) fn new<T: 'static>(owner: &Rc<T>, changed: fn(&Rc<T>, replaced: bool)) -> Self {
        let navigation = browser::of_global("navigation");
        let is_known = Reflect::has(&navigation, &"currentEntry".into()).unwrap_or(false);
        if is_known && read::member(&navigation, "addEventListener").is_some() {
            let listener = Listener::on(&navigation, owner, "currententrychange", move |owner, event| {
                changed(owner, read::text(&event, "navigationType") == "replace");
            });
            return Self { _listener: listener, _wrapped: Vec::new() };
        }
        let history = browser::of_global("history");
        let wrap = |name| {
            let owner: Weak<T> = Rc::downgrade(owner);
            MethodProxy::new(&history, name, move |original, this, arguments| {
                let result = original.apply(&this, &arguments)?;
                if let Some(owner) = owner.upgrade() {
                    changed(&owner, false);
                }
                Ok(result)
            })
        };
        Self {
            _listener: Listener::new(owner, "popstate", move |owner, _| changed(owner, false)),
            _wrapped: ["pushState", "replaceState"].into_iter().filter_map(wrap).collect(),
        }
    }
}
