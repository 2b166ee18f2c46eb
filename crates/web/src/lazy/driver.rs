//! Drives the engine's loader in a page: reports what the observers see, and carries out effects.
mod distance;
mod largest_paint;
mod loads;
mod paints;
mod roots;
mod state;

use self::distance::{distance, middle, middle_of_window};
use self::largest_paint::LargestPaint;
use self::state::State;
use super::dom::{self, Callback, IntersectionEntry, IntersectionObserver, List, MutationObserver, Node};
use super::element;
use super::options::LazyOptions;
use alloc::rc::{Rc, Weak};
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use whippet_engine::lazy::{Effect, ItemId, Loader, Stats};
use whippet_engine::time::Instant;

/// The kinds of events. All come through one callback, bound to the kind and an id.
mod event {
    pub(super) const INTERSECTIONS: u32 = 0;
    /// The id is the index of the watched root.
    pub(super) const MUTATIONS: u32 = 1;
    /// The id is that of the load.
    pub(super) const LOADED: u32 = 2;
    pub(super) const FAILED: u32 = 3;
    pub(super) const TIMER: u32 = 4;
    pub(super) const ONLINE: u32 = 5;
    pub(super) const OFFLINE: u32 = 6;
    pub(super) const LARGEST_PAINT: u32 = 7;
    pub(super) const SHOWN: u32 = 8;
    pub(super) const PRINT: u32 = 9;
}

struct Item {
    id: ItemId,
    element: Node,
    near: bool,
}

struct Load {
    id: u32,
    item: ItemId,
    /// `None` for an element that loads in the page.
    detached: Option<Node>,
}

struct Root {
    node: Node,
    selector: JsValue,
    mutations: MutationObserver,
}

pub(super) struct Driver {
    options: LazyOptions,
    /// Of the states that have some.
    classes: [Vec<JsValue>; 3],
    /// None of these is borrowed while the DOM is changed, since that may run code of the page.
    loader: RefCell<Loader>,
    items: RefCell<Vec<Option<Item>>>,
    loads: RefCell<Vec<Load>>,
    roots: RefCell<Vec<Root>>,
    /// The index of an element's item; `LOADED` for a loaded element.
    indexes: dom::ItemIndexes,
    observer: IntersectionObserver,
    callback: Callback,
    /// Of the window, in the order of `LISTENED`.
    listeners: [JsValue; 4],
    largest_paint: LargestPaint,
    last_load: Cell<u32>,
    timer: Cell<f64>,
    /// When the timer fires, in ms; 0: it is not armed.
    armed: Cell<f64>,
}

const LOADED: f64 = -1.0;
/// The events of the window, and their kinds.
const LISTENED: [(&str, u32); 4] = [
    ("online", event::ONLINE),
    ("offline", event::OFFLINE),
    ("pageshow", event::SHOWN),
    ("beforeprint", event::PRINT),
];

impl Driver {
    pub(super) fn new(options: LazyOptions) -> Result<Rc<Self>, JsValue> {
        let slot: Rc<RefCell<Weak<Self>>> = Rc::default();
        let driver = slot.clone();
        let callback = Closure::<dyn Fn(u32, u32, JsValue)>::new(move |kind, id, value: JsValue| {
            let driver = driver.borrow().upgrade();
            if let Some(driver) = driver {
                driver.handle_event(kind, id, &value);
            }
        });
        // Owned by JavaScript's garbage collector, because a decoding may end after the loader was dropped.
        let callback: Callback = callback.into_js_value().unchecked_into();
        let bound = |kind| callback.bind(&JsValue::UNDEFINED, kind, 0);
        let seed = (dom::random() * 4_294_967_296.0) as u32;
        let this = Rc::new(Self {
            loader: RefCell::new(Loader::new(options.limits, seed)),
            classes: [&options.class_loading, &options.class_loaded, &options.class_error]
                .map(|classes| classes.split_ascii_whitespace().map(JsValue::from_str).collect()),
            items: RefCell::default(),
            loads: RefCell::default(),
            roots: RefCell::default(),
            indexes: dom::ItemIndexes::new(),
            observer: IntersectionObserver::new(&bound(event::INTERSECTIONS), &observer_init(&options))?,
            options,
            listeners: LISTENED.map(|(_, kind)| bound(kind)),
            callback,
            largest_paint: LargestPaint::default(),
            last_load: Cell::new(0),
            timer: Cell::new(0.0),
            armed: Cell::new(0.0),
        });
        *slot.borrow_mut() = Rc::downgrade(&this);
        this.loader.borrow_mut().handle_online(dom::is_online());
        let no_options: JsValue = dom::object();
        dom::WINDOW.with(|window| {
            for ((name, _), listener) in LISTENED.into_iter().zip(&this.listeners) {
                window.listen(&name.into(), listener, no_options.unchecked_ref());
            }
        });
        Ok(this)
    }

    pub(super) fn observe(&self, element: &Node) {
        if !self.indexes.get(element).is_nan() || element::is_source(element) {
            return;
        }
        let id = self.loader.borrow_mut().add();
        let mut items = self.items.borrow_mut();
        if items.len() <= id.index() {
            items.resize_with(id.index() + 1, || None);
        }
        items[id.index()] = Some(Item { id, element: element.clone(), near: false });
        drop(items);
        self.indexes.set(element, id.index() as f64);
        self.observer.observe(element);
    }

    pub(super) fn unobserve(&self, element: &Node) {
        if let Some(id) = self.id_of(element) {
            self.loader.borrow_mut().remove(id);
            self.forget(id, element);
            self.end_loading(element);
            self.pump();
        }
        self.indexes.delete(element);
    }

    /// Begins anew with an element whose resource is another one.
    pub(super) fn reload(&self, element: &Node) {
        self.unobserve(element);
        self.set_state(element, State::Waiting);
        self.observe(element);
    }

    /// Nothing is to be loaded: the element shows its resource already.
    pub(super) fn adopt(&self, element: &Node) {
        self.unobserve(element);
        self.set_state(element, State::Loaded);
    }

    pub(super) fn stats(&self) -> Stats {
        self.loader.borrow().stats()
    }

    fn handle_event(&self, kind: u32, id: u32, value: &JsValue) {
        match kind {
            event::INTERSECTIONS => {
                each(value.unchecked_ref(), |entry| self.handle_intersection(entry.unchecked_ref()))
            }
            event::MUTATIONS => return self.handle_mutations(id, value.unchecked_ref()),
            event::LOADED => self.handle_load_end(id, true),
            event::FAILED => self.handle_load_end(id, false),
            event::TIMER => self.armed.set(0.0),
            event::LARGEST_PAINT => return self.handle_largest_paint(value.unchecked_ref()),
            event::ONLINE => self.loader.borrow_mut().handle_online(true),
            // Loads may have been interrupted, and failed, when the page went to the back/forward cache.
            event::SHOWN if value.unchecked_ref::<dom::ShowEvent>().persisted() => {
                self.loader.borrow_mut().handle_resumed(dom::is_online());
            }
            event::SHOWN => return,
            event::PRINT => self.load_all(),
            _ => self.loader.borrow_mut().handle_online(false),
        }
        self.pump();
    }

    fn handle_intersection(&self, entry: &IntersectionEntry) {
        let Some(id) = self.id_of(&entry.target()) else { return };
        if entry.is_intersecting() {
            if let Some(element) = self.element(id).filter(|element| !element::has_resource(element)) {
                element::apply(&element);
                return self.loaded(id, &element);
            }
            let middle = entry.root_bounds().map_or_else(middle_of_window, |bounds| middle(&bounds));
            if let Some(element) = self.element(id) {
                element::show_placeholder(&element);
            }
            self.loader.borrow_mut().enter(id, distance(&entry.rect(), middle), now());
            self.set_near(id, true);
        } else {
            self.loader.borrow_mut().leave(id);
            self.set_near(id, false);
            // A failed load is not retried while the element is not near.
            let is_loading = self.loads.borrow().iter().any(|load| load.item == id);
            if let Some(element) = self.element(id).filter(|_| !is_loading) {
                self.end_loading(&element);
            }
        }
    }

    /// Carries out the engine's effects until there are none, and arms the timer.
    fn pump(&self) {
        loop {
            let effect = self.loader.borrow_mut().poll_effect(now());
            match effect {
                Some(Effect::Measure) => self.measure(),
                Some(Effect::Load(id)) => self.load(id),
                Some(Effect::GiveUp(id)) => self.give_up(id),
                Some(Effect::Overdue(id)) => {
                    if let Some(element) = self.element(id) {
                        element::apply_without_poster(&element);
                    }
                }
                None => break,
            }
        }
        self.arm();
    }

    /// Reports the distance of every element that is near.
    fn measure(&self) {
        let middle = self
            .options
            .root
            .as_ref()
            .map_or_else(middle_of_window, |root| middle(&root.unchecked_ref::<Node>().bounding_rect()));
        let near: Vec<(ItemId, Node)> = {
            let items = self.items.borrow();
            items
                .iter()
                .flatten()
                .filter(|item| item.near)
                .map(|item| (item.id, item.element.clone()))
                .collect()
        };
        for (id, element) in near {
            self.loader.borrow_mut().enter(id, distance(&element.bounding_rect(), middle), now());
        }
    }

    fn set_near(&self, id: ItemId, near: bool) {
        if let Some(Some(item)) = self.items.borrow_mut().get_mut(id.index()) {
            item.near = near;
        }
    }

    fn forget(&self, id: ItemId, element: &Node) {
        self.items.borrow_mut()[id.index()] = None;
        self.observer.unobserve(element);
    }

    fn arm(&self) {
        let at = self.loader.borrow().next_deadline().map_or(0.0, Instant::as_ms);
        if at == self.armed.get() {
            return;
        }
        dom::clear_timeout(self.timer.get());
        self.armed.set(at);
        if at > 0.0 {
            // The longest delay in ms. Browsers fire a timer at once if its delay does not fit into 32 bits.
            const LONGEST: f64 = 2_147_483_647.0;
            self.timer.set(dom::set_timeout(&self.bind(event::TIMER, 0), (at - dom::now()).min(LONGEST)));
        }
    }

    fn element(&self, id: ItemId) -> Option<Node> {
        self.items
            .borrow()
            .get(id.index())?
            .as_ref()
            .filter(|item| item.id == id)
            .map(|item| item.element.clone())
    }

    fn id_of(&self, element: &Node) -> Option<ItemId> {
        let index = self.indexes.get(element);
        // NaN: the element is unknown. Negative: it is loaded.
        if index.is_nan() || index < 0.0 {
            return None;
        }
        self.items.borrow().get(index as usize)?.as_ref().map(|item| item.id)
    }

    fn bind(&self, kind: u32, id: u32) -> JsValue {
        self.callback.bind(&JsValue::UNDEFINED, kind, id)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.observer.disconnect();
        self.largest_paint.stop();
        for root in self.roots.get_mut().drain(..) {
            root.mutations.disconnect();
        }
        dom::clear_timeout(self.timer.get());
        dom::WINDOW.with(|window| {
            for ((name, _), listener) in LISTENED.into_iter().zip(&self.listeners) {
                window.unlisten(&name.into(), listener);
            }
        });
    }
}

fn observer_init(options: &LazyOptions) -> JsValue {
    let init = dom::object();
    let set: &dom::IntersectionObserverInit = init.unchecked_ref();
    set.set_root(&options.root.clone().map_or(JsValue::NULL, JsValue::from));
    set.set_root_margin(&options.root_margin);
    set.set_threshold(options.threshold);
    init
}

fn each(list: &List, mut f: impl FnMut(&JsValue)) {
    for index in 0..list.length() {
        f(&list.at(index));
    }
}

fn now() -> Instant {
    Instant::from_ms(dom::now())
}
