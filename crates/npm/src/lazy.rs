//! Lazy loading: the loaders of `whippet-web`, by number.
use crate::state::State;
use alloc::vec::Vec;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use whippet_web::lazy::{LazyError, LazyLoader, LazyOptions, Stats};

static LOADERS: State<Vec<Option<LazyLoader>>> = State::new();

/// A loader. Throws what the browser throws where it refuses the options.
#[wasm_bindgen]
pub fn lazy_create(options: JsValue) -> Result<u32, JsValue> {
    let loader = match LazyLoader::new(options.unchecked_into::<LazyOptions>()) {
        Ok(loader) => loader,
        Err(LazyError::Observer(thrown)) => return Err(thrown),
    };
    Ok(LOADERS.with(|loaders| {
        loaders.push(Some(loader));
        loaders.len() as u32 - 1
    }))
}

/// Loads one element when it comes near.
#[wasm_bindgen]
pub fn lazy_observe(loader: u32, element: JsValue) {
    if let Some(loader) = get(loader) {
        loader.observe(element.unchecked_ref());
    }
}

/// Loads what matches in a root, now and later.
#[wasm_bindgen]
pub fn lazy_watch(loader: u32, root: JsValue, selector: JsValue) {
    if let Some(loader) = get(loader) {
        loader.watch(&root, &selector);
    }
}

/// Looks again in all roots.
#[wasm_bindgen]
pub fn lazy_update(loader: u32) {
    if let Some(loader) = get(loader) {
        loader.update();
    }
}

/// Lets everything go.
#[wasm_bindgen]
pub fn lazy_destroy(loader: u32) {
    let gone = LOADERS.with(|loaders| loaders.get_mut(loader as usize).and_then(Option::take));
    drop(gone);
}

/// One figure, in the order of `Stats`' fields.
#[wasm_bindgen]
pub fn lazy_stat(loader: u32, which: u32) -> u32 {
    let stats = get(loader).map_or(Stats::default(), |loader| loader.stats());
    let Stats { pending, loading, loaded, failed, retried, cancelled } = stats;
    [pending, loading, loaded, failed, retried, cancelled].get(which as usize).copied().unwrap_or(0)
}

/// A clone, so that the list is not held while the loader touches the page.
fn get(loader: u32) -> Option<LazyLoader> {
    LOADERS.with(|loaders| loaders.get(loader as usize).cloned().flatten())
}
