//! Functions of the browser's that tell when they are called, and to the page are what they were: a proxy has their
//! name, length and members, and says of itself that it is native.
use super::host::Init;
use super::read;
use js_sys::{Array, Function, Object, Proxy, Reflect};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// What is called instead: with the browser's own function, `this`, and the arguments.
type Around = dyn Fn(Function, JsValue, Array) -> Result<JsValue, JsValue>;

/// A member that was put in another's place, until it is dropped.
#[must_use = "dropping it puts the original back"]
pub(super) struct Wrapped {
    owner: Object,
    name: &'static str,
    original: Function,
    wrapper: JsValue,
    /// A wrapper that someone else holds on to stays, and does nothing any more.
    active: Rc<Cell<bool>>,
}

impl Wrapped {
    /// Has `around` called in the place of `object.name`. It is put where the function is defined: on the object itself
    /// it would hide what the page puts there later.
    pub(super) fn new(
        object: &JsValue,
        name: &'static str,
        around: impl Fn(Function, JsValue, Array) -> Result<JsValue, JsValue> + 'static,
    ) -> Option<Self> {
        let original: Function = read::member(object, name)?.dyn_into().ok()?;
        let owner = owner_of(object, name)?;
        let active = Rc::new(Cell::new(true));
        let is_active = Rc::clone(&active);
        let apply = Closure::<Around>::new(move |original: Function, this: JsValue, arguments: Array| {
            if is_active.get() {
                around(original, this, arguments)
            } else {
                original.apply(&this, &arguments)
            }
        });
        // It lives as long as anyone holds on to the wrapper, which may be longer than this.
        let handler = Init::new();
        handler.set("apply", &apply.into_js_value());
        let wrapper: JsValue = Proxy::new(&original, handler.unchecked_ref()).into();
        let this = Self { owner, name, original, wrapper, active };
        this.put(&this.wrapper).then_some(this)
    }

    fn put(&self, function: &JsValue) -> bool {
        Reflect::set(&self.owner, &self.name.into(), function).unwrap_or(false)
    }
}

impl Drop for Wrapped {
    fn drop(&mut self) {
        self.active.set(false);
        // Unless someone has wrapped it again since.
        if read::member(&self.owner, self.name).as_ref() == Some(&self.wrapper) {
            self.put(&self.original);
        }
    }
}

/// The object that has `name` as its own: `object`, or the nearest of its prototypes.
fn owner_of(object: &JsValue, name: &str) -> Option<Object> {
    let mut owner: Object = object.clone().dyn_into().ok()?;
    let name = JsValue::from_str(name);
    while Reflect::get_own_property_descriptor(&owner, &name).ok()?.is_undefined() {
        owner = Reflect::get_prototype_of(&owner).ok()?.dyn_into().ok()?;
    }
    Some(owner)
}
