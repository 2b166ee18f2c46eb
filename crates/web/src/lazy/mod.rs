//! Lazy loading of images, iframes, videos and backgrounds, as `data-` attributes name them.
//!
//! | attribute | on | is put into |
//! |---|---|---|
//! | `data-src`, `data-srcset`, `data-sizes` | `<img>`, and the `<source>`s of its `<picture>` | the attribute of that name |
//! | `data-src` | `<iframe>`, `<video>` and its `<source>`s | `src` |
//! | `data-poster` | `<video>` | `poster` |
//! | `data-bg` | anything | `background-image` |
//! | `data-thumbhash` | `<img>` without `src` | `src`, as a blurred picture, once it is near |
//! | `data-error` | `<img>` | `src`, where all attempts failed |
//!
//! What loads when is decided in [`whippet_engine::lazy`]; this part sees through an `IntersectionObserver`
//! and does the loading. Pictures are loaded and decoded apart from the page, and put into it when they are
//! ready, so that what was there before stays until then and nothing flashes.
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
//! Strings stay on the side of JavaScript, as values that are only passed on. The npm package has a driver of
//! its own in TypeScript (pkg/src/lazy): there each import and each handle of an element would have to be
//! downloaded, and made it twice as large.
mod dom;
mod driver;
mod element;
mod loader;
mod options;

pub use loader::{LazyError, LazyLoader};
pub use options::LazyOptions;
pub use whippet_engine::lazy::Stats;
