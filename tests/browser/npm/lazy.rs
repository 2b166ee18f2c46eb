//! The lazy loader's exports.
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_npm::lazy;

#[wasm_bindgen(inline_js = r#"
export function image() {
  const image = document.createElement('img')
  image.dataset.src = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'
  document.body.append(image)
  return image
}
export function options() {
  return { maxConcurrent: 1, classLoaded: 'there' }
}
export async function loaded(image) {
  for (let i = 0; i < 200 && image.className !== 'there'; i++) await new Promise(requestAnimationFrame)
  return image.className
}
"#)]
extern "C" {
    fn image() -> JsValue;
    fn options() -> JsValue;
    async fn loaded(image: &JsValue) -> JsValue;
}

const PENDING: u32 = 0;
const LOADED: u32 = 2;

#[wasm_bindgen_test]
async fn a_loader_is_known_by_its_number() {
    let loader = lazy::lazy_create(options()).unwrap();
    let other = lazy::lazy_create(options()).unwrap();
    assert_ne!(loader, other);
    let image = image();
    lazy::lazy_observe(loader, image.clone());
    assert_eq!(lazy::lazy_stat(loader, PENDING), 1);
    assert_eq!(loaded(&image).await.as_string().as_deref(), Some("there"));
    assert_eq!((lazy::lazy_stat(loader, PENDING), lazy::lazy_stat(loader, LOADED)), (0, 1));
    assert_eq!(lazy::lazy_stat(other, LOADED), 0);
    lazy::lazy_destroy(loader);
    // Destroyed, or never made: nothing happens.
    lazy::lazy_update(loader);
    lazy::lazy_observe(99, image);
    assert_eq!(lazy::lazy_stat(loader, LOADED), 0);
}
