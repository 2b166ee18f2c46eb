//! An image that loads when it comes near.
use leptos::html;
use leptos::prelude::*;
use whippet_web::lazy::{LazyLoader, LazyOptions, Stats};

thread_local! {
    /// One loader for all images of the app; `None` if the browser has no `IntersectionObserver`.
    static LOADER: Option<LazyLoader> = LazyLoader::new(LazyOptions::new()).ok();
}

/// The figures of the app's images; all zero if they are not lazy.
pub(crate) fn stats() -> Stats {
    LOADER.with(|loader| loader.as_ref().map(LazyLoader::stats).unwrap_or_default())
}

/// An image that is loaded, and decoded, when it comes within 300 px of the viewport. Its size is required, so that the
/// layout does not shift when it is shown. Without `IntersectionObserver` it loads at once.
///
/// The images nearest to the middle of the viewport load first. A failed load is retried with a longer delay each time, and
/// when the network is back. An image that is visible from the start should not be lazy: set `priority`.
///
/// Attributes are passed on to the `<img>`. It has the class `loading`, then `loaded` or `error`.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use whippet_leptos::LazyImage;
/// # #[component] fn Page() -> impl IntoView {
/// view! { <LazyImage src="/icons/whippet.png" alt="A whippet" width=64 height=64 attr:title="Fast"/> }
/// # }
/// ```
#[component]
pub fn LazyImage(
    /// The URL. When it changes, the new image is loaded in the same way.
    #[prop(into)]
    src: Signal<String>,
    /// The alternative text.
    #[prop(into)]
    alt: Signal<String>,
    /// Its width in CSS pixels.
    width: u32,
    /// Its height in CSS pixels.
    height: u32,
    /// The image in other sizes, as `srcset` in HTML.
    #[prop(optional, into)]
    srcset: Option<Signal<String>>,
    /// Its displayed width, as `sizes` in HTML.
    #[prop(optional, into)]
    sizes: Option<Signal<String>>,
    /// A blurred placeholder: the ThumbHash of the image, in base64.
    #[prop(optional, into)]
    thumbhash: Option<Signal<String>>,
    /// The URL of the image that is shown when all attempts failed.
    #[prop(optional, into)]
    error: Option<Signal<String>>,
    /// Loads it at once, with a high fetch priority: for the largest contentful paint.
    #[prop(optional)]
    priority: bool,
) -> impl IntoView {
    let image = NodeRef::<html::Img>::new();
    let shown = StoredValue::new_local(None);
    Effect::new(move || {
        let Some(element) = image.get() else { return };
        // The URL comes last, since it starts the load.
        let attributes = [
            ("thumbhash", thumbhash.map(|it| it.get())),
            ("error", error.map(|it| it.get())),
            ("sizes", sizes.map(|it| it.get())),
            ("srcset", srcset.map(|it| it.get())),
            ("src", Some(src.get())),
        ];
        LOADER.with(|loader| {
            let loader = loader.as_ref().filter(|_| !priority);
            if let Some(loader) = loader {
                loader.unobserve(&element);
            }
            for (name, value) in attributes {
                let Some(value) = value else { continue };
                // `set_attribute` fails for invalid names only.
                let _ = match loader {
                    Some(_) => element.set_attribute(&format!("data-{name}"), &value),
                    None if matches!(name, "thumbhash" | "error") => Ok(()),
                    None => element.set_attribute(name, &value),
                };
            }
            if let Some(loader) = loader {
                loader.observe(&element);
            }
        });
        shown.set_value(Some(element));
    });
    on_cleanup(move || {
        let element = shown.try_update_value(Option::take).flatten();
        LOADER.with(|loader| {
            if let (Some(loader), Some(element)) = (loader, element) {
                loader.unobserve(&element);
            }
        });
    });
    let fetchpriority = priority.then_some("high");
    view! {
        <img node_ref=image alt=move || alt.get() width=width height=height fetchpriority=fetchpriority/>
    }
}
