//! The engine's loader in a page: what is seen goes in, what is to be done is done.
use super::dom::{
    self, Callback, Intersection, IntersectionObserver, List, Mutation, MutationObserver, Node, Rect,
};
use super::element::{self, Loading};
use super::options::LazyOptions;
use alloc::rc::{Rc, Weak};
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use whippet_engine::lazy::{Effect, ItemId, Loader, Stats};
use whippet_engine::time::Instant;

/// What the page tells. All of it comes through one function, bound to its kind and a number.
mod heard {
    pub(super) const INTERSECTIONS: u32 = 0;
    /// The number says in which of the watched roots.
    pub(super) const MUTATIONS: u32 = 1;
    /// The number says which load.
    pub(super) const LOADED: u32 = 2;
    pub(super) const FAILED: u32 = 3;
    pub(super) const TIMER: u32 = 4;
    pub(super) const ONLINE: u32 = 5;
    pub(super) const OFFLINE: u32 = 6;
}

struct Classes {
    loading: JsValue,
    loaded: JsValue,
    error: JsValue,
}

impl Classes {
    fn new(options: &LazyOptions) -> Self {
        Self {
            loading: JsValue::from_str(&options.class_loading),
            loaded: JsValue::from_str(&options.class_loaded),
            error: JsValue::from_str(&options.class_error),
        }
    }
}

struct Item {
    id: ItemId,
    element: Node,
    near: bool,
}

struct Load {
    number: u32,
    id: ItemId,
    /// Where it loads apart from the page.
    apart: Option<Node>,
}

struct Root {
    node: Node,
    selector: JsValue,
    mutations: MutationObserver,
}

pub(super) struct Driver {
    options: LazyOptions,
    classes: Classes,
    /// No borrow of these is held while the page is touched: that may run its code.
    loader: RefCell<Loader>,
    items: RefCell<Vec<Option<Item>>>,
    loads: RefCell<Vec<Load>>,
    roots: RefCell<Vec<Root>>,
    /// The item of an element; negative once it is loaded.
    numbers: dom::Numbers,
    observer: IntersectionObserver,
    hear: Callback,
    online: JsValue,
    offline: JsValue,
    load_number: Cell<u32>,
    timer: Cell<f64>,
    /// When the timer fires, or 0.
    armed: Cell<f64>,
}

const DONE: f64 = -1.0;
const ONLINE: &str = "online";
const OFFLINE: &str = "offline";

impl Driver {
    pub(super) fn new(options: LazyOptions) -> Result<Rc<Self>, JsValue> {
        let slot: Rc<RefCell<Weak<Self>>> = Rc::default();
        let driver = slot.clone();
        let hear = Closure::<dyn Fn(u32, u32, JsValue)>::new(move |kind, number, what: JsValue| {
            let driver = driver.borrow().upgrade();
            if let Some(driver) = driver {
                driver.hear(kind, number, &what);
            }
        });
        // A decoding may end after the loader was dropped: the function must outlive it.
        let hear: Callback = hear.into_js_value().unchecked_into();
        let bound = |kind| hear.bind(&JsValue::UNDEFINED, kind, 0);
        let seed = (dom::random() * 4_294_967_296.0) as u32;
        let this = Rc::new(Self {
            loader: RefCell::new(Loader::new(options.limits, seed)),
            classes: Classes::new(&options),
            items: RefCell::default(),
            loads: RefCell::default(),
            roots: RefCell::default(),
            numbers: dom::Numbers::new(),
            observer: IntersectionObserver::new(&bound(heard::INTERSECTIONS), &observing(&options))?,
            options,
            online: bound(heard::ONLINE),
            offline: bound(heard::OFFLINE),
            hear,
            load_number: Cell::new(0),
            timer: Cell::new(0.0),
            armed: Cell::new(0.0),
        });
        *slot.borrow_mut() = Rc::downgrade(&this);
        this.loader.borrow_mut().handle_online(dom::NAVIGATOR.with(dom::Navigator::on_line));
        let no_options: JsValue = dom::object();
        dom::WINDOW.with(|window| {
            window.listen(&ONLINE.into(), &this.online, no_options.unchecked_ref());
            window.listen(&OFFLINE.into(), &this.offline, no_options.unchecked_ref());
        });
        Ok(this)
    }

    pub(super) fn observe(&self, element: &Node) {
        if !self.numbers.get(element).is_nan() || element::is_part(element) {
            return;
        }
        let id = self.loader.borrow_mut().add();
        let mut items = self.items.borrow_mut();
        if items.len() <= id.index() {
            items.resize_with(id.index() + 1, || None);
        }
        items[id.index()] = Some(Item { id, element: element.clone(), near: false });
        drop(items);
        self.numbers.set(element, id.index() as f64);
        self.observer.observe(element);
    }

    pub(super) fn unobserve(&self, element: &Node) {
        if let Some(id) = self.id_of(element) {
            self.loader.borrow_mut().remove(id);
            self.forget(id, element);
            self.pump();
        }
        self.numbers.delete(element);
    }

    pub(super) fn watch(&self, root: &Node, selector: &JsValue) {
        let number = self.roots.borrow().len() as u32;
        let mutations = MutationObserver::new(&self.bind(heard::MUTATIONS, number));
        let follow: JsValue = dom::object();
        let follow: &dom::Follow = follow.unchecked_ref();
        follow.set_child_list(true);
        follow.set_subtree(true);
        mutations.follow(root, follow);
        let node = root.clone();
        self.roots.borrow_mut().push(Root { node, selector: selector.clone(), mutations });
        self.each_match(root, selector, Self::observe);
    }

    pub(super) fn update(&self) {
        let count = self.roots.borrow().len();
        for number in 0..count {
            let Some((node, selector)) = self.root(number) else { return };
            self.each_match(&node, &selector, Self::observe);
        }
    }

    pub(super) fn stats(&self) -> Stats {
        self.loader.borrow().stats()
    }

    fn root(&self, number: usize) -> Option<(Node, JsValue)> {
        self.roots.borrow().get(number).map(|root| (root.node.clone(), root.selector.clone()))
    }

    /// `root` where it matches, and all in it that do.
    fn each_match(&self, root: &Node, selector: &JsValue, f: fn(&Self, &Node)) {
        const ELEMENT: u32 = 1;
        const DOCUMENT: u32 = 9;
        const FRAGMENT: u32 = 11;
        let kind = root.node_type();
        if kind == ELEMENT && root.matches(selector) {
            f(self, root);
        }
        if kind == ELEMENT || kind == DOCUMENT || kind == FRAGMENT {
            each(&root.query_all(selector), |found| f(self, found.unchecked_ref()));
        }
    }

    fn hear(&self, kind: u32, number: u32, what: &JsValue) {
        match kind {
            heard::INTERSECTIONS => {
                each(what.unchecked_ref(), |entry| self.intersected(entry.unchecked_ref()))
            }
            heard::MUTATIONS => return self.mutated(number, what.unchecked_ref()),
            heard::LOADED => self.ended(number, true),
            heard::FAILED => self.ended(number, false),
            heard::TIMER => {
                self.armed.set(0.0);
                self.loader.borrow_mut().handle_timeout(now());
            }
            heard::ONLINE => self.loader.borrow_mut().handle_online(true),
            _ => self.loader.borrow_mut().handle_online(false),
        }
        self.pump();
    }

    fn intersected(&self, entry: &Intersection) {
        let Some(id) = self.id_of(&entry.target()) else { return };
        if entry.is_intersecting() {
            if let Some(element) = self.element(id).filter(|element| !element::has_more(element)) {
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
            // What failed is not tried again out there.
            let loads = self.loads.borrow().iter().any(|load| load.id == id);
            if let Some(element) = self.element(id).filter(|_| !loads) {
                self.swap_class(&element, &self.classes.loading, &JsValue::UNDEFINED);
            }
        }
    }

    fn mutated(&self, number: u32, records: &List) {
        let Some((_, selector)) = self.root(number as usize) else { return };
        each(records, |record| {
            let record: &Mutation = record.unchecked_ref();
            each(&record.removed(), |node| {
                self.each_match(node.unchecked_ref(), &selector, |this, element| {
                    // One that was only moved is in the page again. One that is loaded stays known: it may
                    // come back as it went.
                    if !element.is_connected() && this.id_of(element).is_some() {
                        this.unobserve(element);
                    }
                });
            });
            each(&record.added(), |node| {
                self.each_match(node.unchecked_ref(), &selector, |this, element| {
                    if element.is_connected() {
                        this.observe(element);
                    }
                });
            });
        });
    }

    /// Does what the engine asks for, until it asks for nothing.
    fn pump(&self) {
        loop {
            let effect = self.loader.borrow_mut().poll_effect(now());
            match effect {
                Some(Effect::Measure) => self.measure(),
                Some(Effect::Load(id)) => self.load(id),
                Some(Effect::GiveUp(id)) => self.give_up(id),
                Some(Effect::Overdue(id)) => {
                    if let Some(element) = self.element(id) {
                        element::apply_rest(&element);
                    }
                }
                None => break,
            }
        }
        self.arm();
    }

    /// The page may have moved since things came near.
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

    fn load(&self, id: ItemId) {
        let Some(element) = self.element(id) else { return };
        self.swap_class(&element, &self.classes.error, &self.classes.loading);
        let number = self.load_number.get().wrapping_add(1);
        self.load_number.set(number);
        let loading = element::begin(&element);
        let (done, failed) = (self.bind(heard::LOADED, number), self.bind(heard::FAILED, number));
        let apart = match loading {
            Loading::Done => return self.loaded(id, &element),
            Loading::Event => {
                let once: JsValue = dom::object();
                let once: &dom::ListenOnce = once.unchecked_ref();
                once.set_once(true);
                element.listen(&"load".into(), &done, once);
                None
            }
            Loading::Apart(image) => {
                image.decode().then(&done, &failed);
                Some(image)
            }
        };
        self.loads.borrow_mut().push(Load { number, id, apart });
    }

    /// A load ended. One that nobody waits for any more is ignored.
    fn ended(&self, number: u32, well: bool) {
        let load = {
            let mut loads = self.loads.borrow_mut();
            let Some(place) = loads.iter().position(|load| load.number == number) else { return };
            loads.swap_remove(place)
        };
        let Some(element) = self.element(load.id) else { return };
        // Some that cannot be decoded ahead, as vector graphics in some browsers, are there all the same.
        let well = well || load.apart.as_ref().is_some_and(|image| image.natural_width() > 0);
        if !well {
            element::apply_rest(&element);
            let near = self
                .items
                .borrow()
                .get(load.id.index())
                .is_some_and(|item| item.as_ref().is_some_and(|item| item.near));
            if !near {
                self.swap_class(&element, &self.classes.loading, &JsValue::UNDEFINED);
            }
            return self.loader.borrow_mut().handle_failed(load.id, now());
        }
        if load.apart.is_some() {
            element::apply(&element);
        }
        self.loaded(load.id, &element);
    }

    fn loaded(&self, id: ItemId, element: &Node) {
        self.loader.borrow_mut().handle_loaded(id);
        self.forget(id, element);
        self.numbers.set(element, DONE);
        self.swap_class(element, &self.classes.loading, &self.classes.loaded);
        tell(self.options.on_load.as_deref(), element);
    }

    fn give_up(&self, id: ItemId) {
        let Some(element) = self.element(id) else { return };
        element::apply_instead(&element);
        self.swap_class(&element, &self.classes.loading, &self.classes.error);
        tell(self.options.on_error.as_deref(), &element);
    }

    fn forget(&self, id: ItemId, element: &Node) {
        self.items.borrow_mut()[id.index()] = None;
        self.observer.unobserve(element);
    }

    fn swap_class(&self, element: &Node, from: &JsValue, to: &JsValue) {
        let classes = element.class_list();
        if !from.is_falsy() {
            classes.remove(from);
        }
        if !to.is_falsy() {
            classes.add(to);
        }
    }

    fn arm(&self) {
        let at = self.loader.borrow().next_deadline().map_or(0.0, Instant::as_ms);
        if at == self.armed.get() {
            return;
        }
        dom::clear_timeout(self.timer.get());
        self.armed.set(at);
        if at > 0.0 {
            // Browsers fire at once what is further away than this many ms.
            const LONGEST: f64 = 2_147_483_647.0;
            self.timer.set(dom::set_timeout(&self.bind(heard::TIMER, 0), (at - dom::now()).min(LONGEST)));
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
        let number = self.numbers.get(element);
        // NaN is not known, negative is done.
        if number.is_nan() || number < 0.0 {
            return None;
        }
        self.items.borrow().get(number as usize)?.as_ref().map(|item| item.id)
    }

    fn bind(&self, kind: u32, number: u32) -> JsValue {
        self.hear.bind(&JsValue::UNDEFINED, kind, number)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.observer.disconnect();
        for root in self.roots.get_mut().drain(..) {
            root.mutations.disconnect();
        }
        dom::clear_timeout(self.timer.get());
        dom::WINDOW.with(|window| {
            window.unlisten(&ONLINE.into(), &self.online);
            window.unlisten(&OFFLINE.into(), &self.offline);
        });
    }
}

/// Calls the page's function. Nothing is borrowed by then: it may call the loader.
fn tell(function: Option<&dyn Fn(&web_sys::Element)>, element: &Node) {
    if let Some(function) = function {
        function(element.unchecked_ref());
    }
}

fn observing(options: &LazyOptions) -> JsValue {
    let init = dom::object();
    let set: &dom::ObserverInit = init.unchecked_ref();
    set.set_root(&options.root.clone().map_or(JsValue::NULL, JsValue::from));
    set.set_root_margin(&options.root_margin);
    set.set_threshold(options.threshold);
    init
}

type Point = (f64, f64);

/// Of what is looked at. The margin is part of an observer's bounds, but the same on both sides of the middle.
fn middle(rect: &Rect) -> Point {
    ((rect.left() + rect.right()) / 2.0, (rect.top() + rect.bottom()) / 2.0)
}

fn middle_of_window() -> Point {
    dom::WINDOW.with(|window| (window.inner_width() / 2.0, window.inner_height() / 2.0))
}

/// How far `rect` is from there, in px along both axes: 0 where it covers it.
fn distance(rect: &Rect, (x, y): Point) -> f64 {
    let gap = |from: f64, to: f64, at: f64| (from - at).max(at - to).max(0.0);
    gap(rect.left(), rect.right(), x) + gap(rect.top(), rect.bottom(), y)
}

fn each(list: &List, mut f: impl FnMut(&JsValue)) {
    for index in 0..list.length() {
        f(&list.at(index));
    }
}

fn now() -> Instant {
    Instant::from_ms(dom::now())
}
