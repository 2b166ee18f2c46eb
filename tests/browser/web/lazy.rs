//! The lazy loader in a real page.
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Element;
use whippet_web::lazy::{LazyLoader, LazyOptions, Stats};

const PIXEL: &str = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";
const BROKEN: &str = "data:image/gif;base64,AAAA";

#[wasm_bindgen(inline_js = r#"
export function page(html) {
  const root = document.createElement('div')
  root.innerHTML = html
  // Before what the tests have printed so far, which is taller than the window.
  document.body.prepend(root)
  scrollTo(0, 0)
  return root
}
export function html(element) { return element.outerHTML }
export function find(root, selector) { return root.querySelector(selector) }
export function append(root, html) { root.insertAdjacentHTML('beforeend', html) }
export function scroll_to(element) { element.scrollIntoView() }
export function dispatch(event) { window.dispatchEvent(new Event(event)) }
export function show_again() { window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })) }
export async function frames(count) {
  for (let i = 0; i < count; i++) await new Promise(requestAnimationFrame)
}
export async function settled(check) {
  for (let i = 0; i < 200; i++) {
    if (check()) return
    await new Promise(requestAnimationFrame)
  }
  throw new Error('the condition did not become true in 200 frames')
}
"#)]
extern "C" {
    fn page(html: &str) -> Element;
    fn html(element: &Element) -> String;
    fn find(root: &Element, selector: &str) -> Element;
    fn append(root: &Element, html: &str);
    fn scroll_to(element: &Element);
    fn dispatch(event: &str);
    fn show_again();
    async fn frames(count: u32);
    #[wasm_bindgen(catch)]
    async fn settled(check: &JsValue) -> Result<JsValue, JsValue>;
}

/// Waits, frame by frame, until `check` returns true.
async fn until(check: impl Fn() -> bool + 'static) {
    let check = Closure::<dyn Fn() -> bool>::new(check).into_js_value();
    settled(&check).await.expect("the condition becomes true");
}

fn class_of(element: &Element) -> String {
    element.class_name()
}

#[wasm_bindgen_test]
async fn a_visible_image_is_loaded_and_a_distant_one_is_not() {
    let root = page(&format!(
        r#"<img id=near data-src="{PIXEL}" width=10 height=10>
           <div style="height: 20000px"></div><img id=far data-src="{PIXEL}" width=10 height=10>"#
    ));
    let loader = LazyLoader::new(LazyOptions::new()).unwrap();
    let (near, far) = (find(&root, "#near"), find(&root, "#far"));
    loader.observe(&near);
    loader.observe(&far);
    let seen = near.clone();
    until(move || class_of(&seen) == "loaded").await;
    assert_eq!(near.get_attribute("src").as_deref(), Some(PIXEL));
    assert_eq!(far.get_attribute("src"), None);
    assert_eq!(loader.stats(), Stats { pending: 1, loaded: 1, ..Stats::default() });
    scroll_to(&far);
    let seen = far.clone();
    until(move || class_of(&seen) == "loaded").await;
    root.remove();
}

#[wasm_bindgen_test]
async fn the_old_image_is_shown_until_the_new_one_is_decoded() {
    let root = page(&format!(r#"<img src="{PIXEL}#first" data-src="{PIXEL}#second" width=10 height=10>"#));
    let image = find(&root, "img");
    let loader = LazyLoader::new(LazyOptions::new()).unwrap();
    loader.observe(&image);
    let seen = image.clone();
    let sources = Rc::new(RefCell::new(Vec::new()));
    let log = sources.clone();
    until(move || {
        log.borrow_mut().push((class_of(&seen), seen.get_attribute("src").unwrap()));
        class_of(&seen) == "loaded"
    })
    .await;
    for (class, source) in sources.borrow().iter() {
        let expected = if class == "loaded" { "#second" } else { "#first" };
        assert!(source.ends_with(expected), "{class}: {source}");
    }
    root.remove();
}

#[wasm_bindgen_test]
async fn pictures_backgrounds_iframes_and_posters_are_loaded() {
    let root = page(&format!(
        r#"<picture><source data-srcset="{PIXEL}#wide 2x" data-sizes="10px"><img data-src="{PIXEL}"></picture>
           <div data-bg="{PIXEL}#bg">text</div>
           <iframe data-src="data:text/html,hello"></iframe>
           <video data-poster="{PIXEL}#poster" data-src="data:video/mp4,"></video>"#
    ));
    let loader = LazyLoader::new(LazyOptions::new()).unwrap();
    loader.watch(&root, "img,[data-bg],iframe,video,source");
    let stats = loader.clone();
    until(move || stats.stats().pending == 0).await;
    assert_eq!(find(&root, "source").get_attribute("srcset"), Some(format!("{PIXEL}#wide 2x")));
    assert_eq!(find(&root, "source").get_attribute("sizes").as_deref(), Some("10px"));
    assert_eq!(find(&root, "img").get_attribute("src").as_deref(), Some(PIXEL));
    assert!(html(&find(&root, "[data-bg]")).contains("background-image: url(&quot;data:image/gif"));
    assert!(find(&root, "iframe").has_attribute("src"));
    assert_eq!(find(&root, "video").get_attribute("poster"), Some(format!("{PIXEL}#poster")));
    assert!(find(&root, "video").has_attribute("src"));
    assert_eq!(loader.stats().loaded, 4);
    root.remove();
}

#[wasm_bindgen_test]
async fn a_failed_load_is_given_up_and_reported() {
    let root = page(&format!(r#"<img data-src="{BROKEN}" width=10 height=10>"#));
    let reported = Rc::new(RefCell::new(0));
    let count = reported.clone();
    let options = LazyOptions::new().retries(0).on_error(move |_| *count.borrow_mut() += 1);
    let loader = LazyLoader::new(options).unwrap();
    let image = find(&root, "img");
    loader.observe(&image);
    until(move || *reported.borrow() == 1).await;
    assert_eq!(class_of(&image), "error");
    assert_eq!(image.get_attribute("src"), None);
    assert_eq!(loader.stats(), Stats { pending: 1, failed: 1, ..Stats::default() });
    root.remove();
}

#[wasm_bindgen_test]
async fn a_failed_load_is_retried_when_the_network_is_back() {
    let root = page(&format!(r#"<img data-src="{BROKEN}" width=10 height=10>"#));
    let loader = LazyLoader::new(LazyOptions::new().retries(0)).unwrap();
    let image = find(&root, "img");
    loader.observe(&image);
    let seen = image.clone();
    until(move || class_of(&seen) == "error").await;
    dispatch("offline");
    image.set_attribute("data-src", PIXEL).unwrap();
    dispatch("online");
    let seen = image.clone();
    until(move || class_of(&seen) == "loaded").await;
    assert_eq!(loader.stats(), Stats { loaded: 1, failed: 1, ..Stats::default() });
    root.remove();
}

#[wasm_bindgen_test]
async fn a_failed_load_is_retried_when_the_page_comes_from_the_back_forward_cache() {
    let root = page(&format!(r#"<img data-src="{BROKEN}" width=10 height=10>"#));
    let loader = LazyLoader::new(LazyOptions::new().retries(0)).unwrap();
    let image = find(&root, "img");
    loader.observe(&image);
    let seen = image.clone();
    until(move || class_of(&seen) == "error").await;
    image.set_attribute("data-src", PIXEL).unwrap();
    // The first time a page is shown, nothing was interrupted.
    dispatch("pageshow");
    frames(5).await;
    assert_eq!(class_of(&image), "error");
    show_again();
    let seen = image.clone();
    until(move || class_of(&seen) == "loaded").await;
    assert_eq!(loader.stats(), Stats { loaded: 1, failed: 1, ..Stats::default() });
    root.remove();
}

#[wasm_bindgen_test]
async fn everything_is_loaded_before_printing() {
    let root = page(&format!(
        r#"<div style="height: 20000px"></div><img data-src="{PIXEL}" loading=lazy width=10 height=10><p data-bg="{PIXEL}">far</p>"#
    ));
    let loaded = Rc::new(RefCell::new(0));
    let count = loaded.clone();
    let loader = LazyLoader::new(LazyOptions::new().on_load(move |_| *count.borrow_mut() += 1)).unwrap();
    loader.watch(&root, "img,p");
    frames(5).await;
    assert_eq!(loader.stats().loaded, 0);
    dispatch("beforeprint");
    let image = find(&root, "img");
    assert_eq!(image.get_attribute("src").as_deref(), Some(PIXEL));
    assert_eq!(image.get_attribute("loading").as_deref(), Some("eager"));
    assert_eq!((class_of(&image), class_of(&find(&root, "p"))), ("loaded".into(), "loaded".into()));
    assert_eq!((*loaded.borrow(), loader.stats().loaded), (2, 2));
    // Nothing is loaded twice, and a dropped loader loads nothing.
    dispatch("beforeprint");
    assert_eq!(*loaded.borrow(), 2);
    append(&root, &format!(r#"<img id=late data-src="{PIXEL}">"#));
    drop(loader);
    dispatch("beforeprint");
    assert_eq!(find(&root, "#late").get_attribute("src"), None);
    root.remove();
}

#[wasm_bindgen_test]
async fn added_elements_are_observed_and_removed_ones_are_not() {
    let root = page("");
    let loader = LazyLoader::new(LazyOptions::new()).unwrap();
    loader.watch(&root, "img[data-src]");
    append(&root, &format!(r#"<p><img id=a data-src="{PIXEL}"></p>"#));
    let stats = loader.clone();
    until(move || stats.stats().loaded == 1).await;
    append(&root, &format!(r#"<div style="height: 20000px"></div><p><img id=b data-src="{PIXEL}"></p>"#));
    let stats = loader.clone();
    until(move || stats.stats().pending == 1).await;
    find(&root, "#b").parent_element().unwrap().remove();
    let stats = loader.clone();
    until(move || stats.stats().pending == 0).await;
    assert_eq!(loader.stats().loaded, 1);
    root.remove();
}

#[wasm_bindgen_test]
async fn a_loaded_element_that_is_added_again_is_not_loaded_again() {
    let root = page(&format!(r#"<p><img data-src="{PIXEL}"></p>"#));
    let loader = LazyLoader::new(LazyOptions::new()).unwrap();
    loader.watch(&root, "img");
    let stats = loader.clone();
    until(move || stats.stats().loaded == 1).await;
    let paragraph = find(&root, "p");
    paragraph.remove();
    frames(2).await;
    root.append_child(&paragraph).unwrap();
    frames(5).await;
    assert_eq!(loader.stats(), Stats { loaded: 1, ..Stats::default() });
    root.remove();
}

#[wasm_bindgen_test]
async fn a_root_that_is_filled_before_it_is_in_the_page_is_loaded_when_it_is_there() {
    let root = page("<div></div>");
    let part = find(&root, "div");
    part.remove();
    let loader = LazyLoader::new(LazyOptions::new()).unwrap();
    loader.watch(&part, "img");
    append(&part, &format!(r#"<img id=a data-src="{PIXEL}"><img id=b data-src="{PIXEL}">"#));
    frames(1).await;
    assert_eq!(loader.stats().pending, 2);
    find(&part, "#b").remove();
    frames(1).await;
    assert_eq!(loader.stats().pending, 1);
    root.append_child(&part).unwrap();
    let stats = loader.clone();
    until(move || stats.stats().loaded == 1).await;
    root.remove();
}

#[wasm_bindgen_test]
async fn an_element_that_is_not_observed_any_more_does_not_have_the_class_loading() {
    let root = page(&format!(r#"<img data-src="{BROKEN}" width=10 height=10>"#));
    let loader = LazyLoader::new(LazyOptions::new()).unwrap();
    let image = find(&root, "img");
    loader.observe(&image);
    // It has that class until its last attempt has failed.
    let seen = image.clone();
    until(move || class_of(&seen) == "loading").await;
    loader.unobserve(&image);
    assert_eq!(class_of(&image), "");
    root.remove();
}

#[wasm_bindgen_test]
async fn a_dropped_loader_loads_nothing() {
    let root = page(&format!(r#"<img data-src="{PIXEL}" width=10 height=10>"#));
    let loader = LazyLoader::new(LazyOptions::new()).unwrap();
    loader.watch(&root, "img");
    drop(loader);
    frames(5).await;
    assert_eq!(find(&root, "img").get_attribute("src"), None);
    root.remove();
}

#[wasm_bindgen_test]
async fn the_placeholder_is_shown_first_and_the_error_image_after_a_failure() {
    let root = page(&format!(
        r#"<img data-thumbhash="1QcSHQRnh493V4dIh4eXh1h4kJUI" data-src="{BROKEN}" data-error="{PIXEL}#error" width=10 height=10>
           <img id=bad data-thumbhash="?" data-src="{PIXEL}" width=10 height=10>"#
    ));
    let loader = LazyLoader::new(LazyOptions::new().retries(1)).unwrap();
    let (image, bad) = (find(&root, "img"), find(&root, "#bad"));
    loader.observe(&image);
    loader.observe(&bad);
    let sources = Rc::new(RefCell::new(Vec::new()));
    let (seen, log) = (image.clone(), sources.clone());
    until(move || {
        log.borrow_mut().extend(seen.get_attribute("src"));
        class_of(&seen) == "error" && class_of(&bad) == "loaded"
    })
    .await;
    assert!(sources.borrow()[0].starts_with("data:image/png;base64,"), "{}", sources.borrow()[0]);
    assert_eq!(image.get_attribute("src"), Some(format!("{PIXEL}#error")));
    root.remove();
}

#[wasm_bindgen_test]
fn invalid_options_are_an_error() {
    let error = LazyLoader::new(LazyOptions::new().root_margin("two feet")).unwrap_err();
    assert!(error.to_string().contains("root margin"));
}

#[wasm_bindgen_test]
async fn empty_elements_and_overdue_loads_do_not_block_others() {
    // The script of the iframe runs for longer than the timeout.
    let root = page(&format!(
        r#"<iframe id=slow data-src="data:text/html,<script>for(let end=Date.now()+700;Date.now()<end;);</script>"></iframe>
           <img id=plain src="{PIXEL}" width=10 height=10><img id=empty data-src="" width=10 height=10>
           <picture><source srcset="{PIXEL}"><img id=pic width=10 height=10></picture>
           <video id=video src="data:video/mp4,"></video><iframe id=frame></iframe><p id=bg data-bg="">x</p>
           <img id=next data-src="{PIXEL}" width=10 height=10>"#
    ));
    let loader = LazyLoader::new(LazyOptions::new().max_concurrent(1).timeout(50.0)).unwrap();
    loader.watch(&root, "iframe,img,video,p");
    let next = find(&root, "#next");
    let seen = next.clone();
    until(move || class_of(&seen) == "loaded").await;
    for nothing in ["#plain", "#empty", "#pic", "#video", "#frame", "#bg"] {
        assert_eq!(class_of(&find(&root, nothing)), "loaded", "{nothing}");
    }
    let slow = find(&root, "#slow");
    until(move || class_of(&slow) == "loaded").await;
    assert_eq!(loader.stats(), Stats { loaded: 8, ..Stats::default() });
    root.remove();
}

#[wasm_bindgen_test]
async fn a_video_is_loaded_even_if_its_poster_fails() {
    let root = page(&format!(
        r#"<video data-poster="{BROKEN}"><source data-src="data:video/mp4,"></video>
           <video id=plays src="data:video/mp4," data-poster="{PIXEL}"></video>"#
    ));
    let loader = LazyLoader::new(LazyOptions::new().retries(0)).unwrap();
    loader.watch(&root, "video");
    let video = find(&root, "video");
    let seen = video.clone();
    until(move || class_of(&seen) == "error").await;
    assert_eq!(find(&root, "source").get_attribute("src").as_deref(), Some("data:video/mp4,"));
    assert_eq!(video.get_attribute("poster"), None);
    let plays = find(&root, "#plays");
    let seen = plays.clone();
    until(move || class_of(&seen) == "loaded").await;
    assert_eq!(plays.get_attribute("poster").as_deref(), Some(PIXEL));
    root.remove();
}

#[wasm_bindgen_test]
async fn a_failed_image_that_left_does_not_have_the_class_loading() {
    let root = page(&format!(
        r#"<img data-src="{BROKEN}" width=10 height=10><div style="height: 20000px"></div><p>end</p>"#
    ));
    let loader = LazyLoader::new(LazyOptions::new()).unwrap();
    let image = find(&root, "img");
    scroll_to(&image);
    loader.observe(&image);
    let (seen, stats) = (image.clone(), loader.clone());
    until(move || class_of(&seen) == "loading" && stats.stats().loading == 0).await;
    scroll_to(&find(&root, "p"));
    let seen = image.clone();
    until(move || class_of(&seen).is_empty()).await;
    root.remove();
}

#[wasm_bindgen_test]
async fn any_url_may_be_a_background_and_sizes_auto_is_the_displayed_width() {
    let root = page(
        r#"<p data-bg=' data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><g id="a(1)"/></svg>'>x</p>
           <div style="width: 350px"><img data-srcset="data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7 400w"
              data-sizes="auto" style="width: 100%" height=10></div>"#,
    );
    let loader = LazyLoader::new(LazyOptions::new()).unwrap();
    loader.watch(&root, "p,img");
    let stats = loader.clone();
    until(move || stats.stats().loaded == 2).await;
    let text = html(&find(&root, "p"));
    assert!(text.contains("svg xmlns=\\&quot;http://www.w3.org/2000/svg\\&quot;"), "{text}");
    assert_eq!(find(&root, "img").get_attribute("sizes").as_deref(), Some("350px"));
    root.remove();
}

#[wasm_bindgen_test]
async fn a_state_may_have_several_classes() {
    let root = page(&format!(r#"<img class="own" data-src="{PIXEL}" width=10 height=10>"#));
    let loader = LazyLoader::new(LazyOptions::new().classes("lazy busy", " lazy  here ", "")).unwrap();
    let image = find(&root, "img");
    loader.observe(&image);
    until(move || class_of(&image) == "own lazy here").await;
    assert_eq!(loader.stats().loaded, 1);
    root.remove();
}
