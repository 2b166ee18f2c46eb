//! Whether the page is visible, and whether the browser is online.
use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::vec::Vec;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Document, EventTarget};

/// Listens to the browser's events until it is dropped.
#[must_use = "dropping it stops listening"]
pub struct Lifecycle(#[allow(dead_code, reason = "held to be dropped")] Vec<Listener>);

/// A change of visibility or network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The page became visible (`true`) or hidden.
    Focused(bool),
    /// The browser went online (`true`) or offline.
    Online(bool),
}

struct Listener {
    target: EventTarget,
    event: &'static str,
    closure: Closure<dyn FnMut()>,
}

impl Lifecycle {
    /// Calls `on_change` at each change. Without a window (in a worker) nothing is listened to.
    pub fn listen(on_change: impl Fn(Change) + 'static) -> Self {
        let Some(window) = web_sys::window() else { return Self(Vec::new()) };
        let on_change = Rc::new(on_change);
        let online = |state: bool| {
            let on_change = on_change.clone();
            move || on_change(Change::Online(state))
        };
        let mut listeners = Vec::new();
        listeners.extend(Listener::add(&window, "online", online(true)));
        listeners.extend(Listener::add(&window, "offline", online(false)));
        if let Some(document) = window.document() {
            let on_change = on_change.clone();
            let target = document.clone();
            listeners.extend(Listener::add(&target, "visibilitychange", move || {
                on_change(Change::Focused(is_visible(&document)));
            }));
        }
        Self(listeners)
    }

    /// Whether the page is visible now.
    pub fn is_focused() -> bool {
        web_sys::window().and_then(|window| window.document()).is_none_or(|document| is_visible(&document))
    }
}

fn is_visible(document: &Document) -> bool {
    !document.hidden()
}

impl Listener {
    fn add(target: &EventTarget, event: &'static str, on_change: impl FnMut() + 'static) -> Option<Self> {
        let closure = Closure::wrap(Box::new(on_change) as Box<dyn FnMut()>);
        target.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref()).ok()?;
        Some(Self { target: target.clone(), event, closure })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self
            .target
            .remove_event_listener_with_callback(self.event, self.closure.as_ref().unchecked_ref());
    }
}
