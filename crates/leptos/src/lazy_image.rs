//! An image that loads when it comes near.
use leptos::html;
use leptos::prelude::*;
use whippet_web::lazy::{LazyLoader, LazyOptions, Stats};

thread_local! {
    /// One observer for all images of the app. None where the browser cannot observe.
    static LOADER: Option<LazyLoader> = LazyLoader::new(LazyOptions::new()).ok();
}

/// What became of the app's images so far; nothing where they are not lazy.
pub(crate) fn stats() -> Stats {
    LOADER.with(|loader| loader.as_ref().map(LazyLoader::stats).unwrap_or_default())
}

/// An image that is loaded, and decoded, once it is within 300 px of the viewport. Until then its place is
/// kept, which is why it wants to know its size. Where the browser cannot tell what is near, it loads at once.
///
/// Those nearest to what is looked at go first; one that fails is tried again, resting longer each time, and when
/// the network is back. What is seen first should not be lazy at all: it is `priority`.
///
/// Attributes are passed on to the `<img>`; it has the class `loading`, then `loaded` or `error`.
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
    /// Where the image is. When it changes, the new one is loaded in the same way.
    #[prop(into)]
    src: Signal<String>,
    /// What it shows, for those who do not see it.
    #[prop(into)]
    alt: Signal<String>,
    /// Its width in CSS pixels.
    width: u32,
    /// Its height in CSS pixels.
    height: u32,
    /// Other sizes of it, as `srcset` of HTML.
    #[prop(optional, into)]
    srcset: Option<Signal<String>>,
    /// How wide it is shown, as `sizes` of HTML.
    #[prop(optional, into)]
    sizes: Option<Signal<String>>,
    /// A blurred picture to show until it is there: its ThumbHash in base64.
    #[prop(optional, into)]
    thumbhash: Option<Signal<String>>,
    /// What to show where all attempts failed.
    #[prop(optional, into)]
    error: Option<Signal<String>>,
    /// Load it at once, before others: for the picture that is most of what is seen first.
    #[prop(optional)]
    priority: bool,
) -> impl IntoView {
    let image = NodeRef::<html::Img>::new();
    let shown = StoredValue::new_local(None);
    Effect::new(move || {
        let Some(element) = image.get() else { return };
        // The address comes last: by then the browser knows what to choose from.
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
                // Attributes of these names can always be set.
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
