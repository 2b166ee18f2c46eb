//! Intercepts calls of browser functions. The page sees a proxy, which has the name, length and members of the original
//! and is native code to `toString`.
use super::browser::Init;
use super::read;
use js_sys::{Array, Function, Object, Proxy, Reflect};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// Called instead of the original, with the original, `this` and the arguments.
type Interceptor = dyn Fn(Function, JsValue, Array) -> Result<JsValue, JsValue>;

/// Replaces a method by a proxy until it is dropped.
#[must_use = "dropping it puts the original back"]
pub(super) struct MethodProxy {
    owner: Object,
    name: &'static str,
    original: Function,
    proxy: JsValue,
    /// A proxy to which other code keeps a reference stays, but intercepts nothing after the drop.
    active: Rc<Cell<bool>>,
}

impl MethodProxy {
    /// Has `intercept` called instead of `object.name`. The proxy replaces the method on the object that defines it, usually
    /// a prototype, so that it does not hide what the page defines there later.
    pub(super) fn new(
        object: &JsValue,
        name: &'static str,
        intercept: impl Fn(Function, JsValue, Array) -> Result<JsValue, JsValue> + 'static,
    ) -> Option<Self> {
        let original: Function = read::member(object, name)?.dyn_into().ok()?;
        let owner = owner_of(object, name)?;
        let active = Rc::new(Cell::new(true));
        let is_active = Rc::clone(&active);
        let apply =
            Closure::<Interceptor>::new(move |original: Function, this: JsValue, arguments: Array| {
                if is_active.get() {
                    intercept(original, this, arguments)
                } else {
                    original.apply(&this, &arguments)
                }
            });
        // The closure lives as long as the proxy, which may be longer than `self`.
        let handler = Init::new();
        handler.set("apply", &apply.into_js_value());
        let proxy: JsValue = Proxy::new(&original, handler.unchecked_ref()).into();
        let this = Self { owner, name, original, proxy, active };
        this.put(&this.proxy).then_some(this)
    }

    fn put(&self, function: &JsValue) -> bool {
        Reflect::set(&self.owner, &self.name.into(), function).unwrap_or(false)
    }
}

impl Drop for MethodProxy {
    fn drop(&mut self) {
        self.active.set(false);
        // If other code has wrapped the proxy since, leave it in place.
        if read::member(&self.owner, self.name).as_ref() == Some(&self.proxy) {
            self.put(&self.original);
        }
    }
}

/// The object that has `name` as its own property: `object`, or the nearest of its prototypes.
fn owner_of(object: &JsValue, name: &str) -> Option<Object> {
    let mut owner: Object = object.clone().dyn_into().ok()?;
    let name = JsValue::from_str(name);
    while Reflect::get_own_property_descriptor(&owner, &name).ok()?.is_undefined() {
        owner = Reflect::get_prototype_of(&owner).ok()?.dyn_into().ok()?;
    }
    Some(owner)
}
