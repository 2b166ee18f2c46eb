//! A load: begun, and how it ends.
use super::dom::{self, Node};
use super::element::{self, Loading};
use super::state::{STATES, State};
use super::{Driver, LOADED, Load, event, now};
use alloc::vec::Vec;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use whippet_engine::lazy::ItemId;

impl Driver {
    pub(super) fn load(&self, id: ItemId) {
        let Some(element) = self.element(id) else { return };
        self.set_state(&element, State::Loading);
        let load = self.last_load.get().wrapping_add(1);
        self.last_load.set(load);
        let loading = element::begin(&element);
        let (done, failed) = (self.bind(event::LOADED, load), self.bind(event::FAILED, load));
        let detached = match loading {
            Loading::Done => return self.loaded(id, &element),
            Loading::Event => {
                let once: JsValue = dom::object();
                let once: &dom::ListenerOptions = once.unchecked_ref();
                once.set_once(true);
                element.listen(&"load".into(), &done, once);
                None
            }
            Loading::Detached(image) => {
                image.decode().then(&done, &failed);
                Some(image)
            }
        };
        self.loads.borrow_mut().push(Load { id: load, item: id, detached });
    }

    /// Loads every element now, wherever it is, without decoding it ahead: the page is printed.
    pub(super) fn load_all(&self) {
        let ids: Vec<ItemId> = self.items.borrow().iter().flatten().map(|item| item.id).collect();
        for id in ids {
            // A callback may have removed it.
            let Some(element) = self.element(id) else { continue };
            element::hurry(&element);
            element::apply(&element);
            self.loaded(id, &element);
        }
    }

    /// A load succeeded or failed. It is ignored if its element has been given another one since.
    pub(super) fn handle_load_end(&self, id: u32, success: bool) {
        let load = {
            let mut loads = self.loads.borrow_mut();
            let Some(index) = loads.iter().position(|load| load.id == id) else { return };
            loads.swap_remove(index)
        };
        let Some(element) = self.element(load.item) else { return };
        // Some images cannot be decoded ahead, such as SVG in some browsers, but can be shown.
        let success = success
            || load.detached.as_ref().is_some_and(|image| {
                // Where no source of a picture matches, there is nothing to load.
                let has_none = image.current_src().is_falsy() && image.attribute(&"src".into()).is_falsy();
                image.natural_width() > 0 || has_none
            });
        if !success {
            element::apply_without_poster(&element);
            let near = self
                .items
                .borrow()
                .get(load.item.index())
                .is_some_and(|item| item.as_ref().is_some_and(|item| item.near));
            if !near {
                self.end_loading(&element);
            }
            return self.loader.borrow_mut().handle_failed(load.item, now());
        }
        if load.detached.is_some() {
            element::apply(&element);
        }
        self.loaded(load.item, &element);
    }

    pub(super) fn loaded(&self, id: ItemId, element: &Node) {
        self.loader.borrow_mut().handle_loaded(id);
        self.forget(id, element);
        self.indexes.set(element, LOADED);
        self.set_state(element, State::Loaded);
        notify(self.options.on_load.as_deref(), element);
    }

    pub(super) fn give_up(&self, id: ItemId) {
        let Some(element) = self.element(id) else { return };
        element::apply_error(&element);
        self.set_state(&element, State::Error);
        notify(self.options.on_error.as_deref(), &element);
    }

    /// The element has this state, and no other.
    pub(super) fn set_state(&self, element: &Node, state: State) {
        let classes = element.class_list();
        for (others, of) in self.classes.iter().zip(STATES) {
            if of != state {
                others.iter().for_each(|class| classes.remove(class));
            }
        }
        if let Some(at) = STATES.iter().position(|of| *of == state) {
            self.classes[at].iter().for_each(|class| classes.add(class));
        }
        let attribute = &self.options.state_attribute;
        if !attribute.is_empty() {
            let element: &web_sys::Element = element.unchecked_ref();
            // Both fail for names only that are none.
            let _ = match state {
                State::Waiting => element.remove_attribute(attribute),
                _ => element.set_attribute(attribute, state.name()),
            };
        }
    }

    /// What does not load any more waits; what has failed stays so.
    pub(super) fn end_loading(&self, element: &Node) {
        let classes = element.class_list();
        self.classes[0].iter().for_each(|class| classes.remove(class));
        let attribute = &self.options.state_attribute;
        let element: &web_sys::Element = element.unchecked_ref();
        if !attribute.is_empty()
            && element.get_attribute(attribute).is_some_and(|it| it == State::Loading.name())
        {
            let _ = element.remove_attribute(attribute);
        }
    }
}

/// Calls a callback of the page. Nothing may be borrowed meanwhile, since it may call the loader.
fn notify(callback: Option<&dyn Fn(&web_sys::Element)>, element: &Node) {
    if let Some(callback) = callback {
        callback(element.unchecked_ref());
    }
}
