//! Lazy loading of images, iframes, videos and backgrounds, by `data-` attributes.
//!
//! | attribute | element | sets |
//! |---|---|---|
//! | `data-src`, `data-srcset`, `data-sizes` | `<img>`, and the `<source>`s of its `<picture>` | the attribute of the same name |
//! | `data-src` | `<iframe>`, `<video>` and its `<source>`s | `src` |
//! | `data-poster` | `<video>` | `poster` |
//! | `data-bg` | any | `background-image` |
//! | `data-thumbhash` | `<img>` without `src` | `src`, to a blurred image, when it comes near |
//! | `data-error` | `<img>` | `src`, when all attempts failed |
//!
//! [`whippet_engine::lazy`] decides what loads when; this module observes elements with an `IntersectionObserver` and loads
//! them. Images are loaded and decoded detached from the page, and shown when they are ready, so that a placeholder stays
//! until then and nothing flashes.
//!
//! ```no_run
//! use whippet_web::lazy::{LazyLoader, LazyOptions};
//!
//! # fn main() -> Result<(), whippet_web::lazy::LazyError> {
//! # let element: web_sys::Element = todo();
//! let loader = LazyLoader::new(LazyOptions::new().root_margin("200px"))?;
//! loader.observe(&element);
//! # Ok(()) }
//! # fn todo() -> web_sys::Element { unreachable!() }
//! ```
//!
//! Most strings stay in JavaScript, as values that are only passed on. The npm package has its own driver in TypeScript
//! (pkg/src/lazy), because each import and each handle of an element has to be downloaded there: this driver made that
//! module twice as large.
mod dom;
mod driver;
mod element;
mod loader;
mod options;

pub use dom::is_online;
pub use loader::{LazyError, LazyLoader};
pub use options::LazyOptions;
pub use whippet_engine::lazy::Stats;
