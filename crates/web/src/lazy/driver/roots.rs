//! Parts of the page in which elements come and go.
use super::dom::{self, List, MutationObserver, MutationRecord, Node};
use super::{Driver, Root, each, event};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;

impl Driver {
    pub(in crate::lazy) fn watch(&self, root: &Node, selector: &JsValue) {
        let index = self.roots.borrow().len() as u32;
        let mutations = MutationObserver::new(&self.bind(event::MUTATIONS, index));
        let init: JsValue = dom::object();
        let init: &dom::MutationObserverInit = init.unchecked_ref();
        init.set_child_list(true);
        init.set_subtree(true);
        mutations.observe_tree(root, init);
        let node = root.clone();
        self.roots.borrow_mut().push(Root { node, selector: selector.clone(), mutations });
        self.each_match(root, selector, Self::observe);
    }

    pub(in crate::lazy) fn update(&self) {
        let count = self.roots.borrow().len();
        for index in 0..count {
            let Some((node, selector)) = self.root(index) else { return };
            self.each_match(&node, &selector, Self::observe);
        }
    }

    fn root(&self, index: usize) -> Option<(Node, JsValue)> {
        self.roots.borrow().get(index).map(|root| (root.node.clone(), root.selector.clone()))
    }

    /// Calls `f` with `root`, if it matches, and with every element in it that matches.
    fn each_match(&self, root: &Node, selector: &JsValue, f: impl Fn(&Self, &Node)) {
        const ELEMENT: u32 = 1;
        const DOCUMENT: u32 = 9;
        const FRAGMENT: u32 = 11;
        let kind = root.node_type();
        if kind == ELEMENT && root.matches(selector) {
            f(self, root);
        }
        if kind == ELEMENT || kind == DOCUMENT || kind == FRAGMENT {
            each(&root.query_all(selector), |element| f(self, element.unchecked_ref()));
        }
    }

    pub(super) fn handle_mutations(&self, root: u32, records: &List) {
        let Some((node, selector)) = self.root(root as usize) else { return };
        // A root may be filled before it is in the page.
        let is_inside = |element: &Node| element.is_connected() || node.contains(element);
        each(records, |record| {
            let record: &MutationRecord = record.unchecked_ref();
            each(&record.removed(), |removed| {
                self.each_match(removed.unchecked_ref(), &selector, |this, element| {
                    // An element that was moved is inside again. A loaded one stays known, since it may be added
                    // again.
                    if !is_inside(element) && this.id_of(element).is_some() {
                        this.unobserve(element);
                    }
                });
            });
            each(&record.added(), |added| {
                self.each_match(added.unchecked_ref(), &selector, |this, element| {
                    if is_inside(element) {
                        this.observe(element);
                    }
                });
            });
        });
    }
}
