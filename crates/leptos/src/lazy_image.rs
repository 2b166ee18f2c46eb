//! An image that loads when it comes near.
use crate::ImageSource;
use crate::host::IN_BROWSER;
use leptos::attribute_interceptor::AttributeInterceptor;
use leptos::either::Either;
use leptos::html;
use leptos::prelude::*;
use leptos::web_sys::HtmlImageElement;
use whippet_web::lazy::{LazyLoader, LazyOptions};

/// The attribute that tells the state of an image.
const STATE: &str = "data-lazy-state";

thread_local! {
    /// One loader for all images of the app; `None` if the browser has no `IntersectionObserver`.
    static LOADER: Option<LazyLoader> = LazyLoader::new(LazyOptions::new().state_attribute(STATE)).ok();
}

/// The figures of the app's images; all zero if they are not lazy.
#[cfg(feature = "rum")]
pub(crate) fn stats() -> whippet_web::lazy::Stats {
    LOADER.with(|loader| loader.as_ref().map(LazyLoader::stats).unwrap_or_default())
}

/// 1 if the largest contentful paint of the page was loaded lazily, and so came late.
#[cfg(feature = "rum")]
pub(crate) fn lazy_largest_paint() -> u64 {
    LOADER.with(|loader| {
        let Some(loader) = loader else { return 0 };
        loader.watch_largest_paint();
        loader.largest_paint_is_lazy().into()
    })
}

/// An image that is loaded, and decoded, when it comes within 300 px of the viewport. Its size is required, so that the
/// layout does not shift when it is shown. Without `IntersectionObserver` it loads at once.
///
/// The images nearest to the middle of the viewport load first. A failed load is retried with a longer delay each time, and
/// when the network is back. An image that is visible from the start should not be lazy: set `priority`.
///
/// Attributes are passed on to the `<img>`. Its attribute `data-lazy-state` is `loading`, then `loaded` or `error`; it has no
/// such attribute before. The class of the same name is there as well, unless the app sets the classes anew.
///
/// What a server renders is a plain image with `loading="lazy"`: crawlers see it, and it loads without JavaScript. In the
/// browser such an image is left as it is; if it fails, it is retried.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use whippet_leptos::LazyImage;
/// # #[component] fn Page() -> impl IntoView {
/// view! { <LazyImage src="/icons/whippet.png" alt="A whippet" width=64 height=64 attr:title="Fast"/> }
/// # }
/// ```
///
/// ```css
/// img[data-lazy-state="loading"] { opacity: 0.5 }
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
    /// Its displayed width, as `sizes` in HTML. With `auto` it is the width that the image has in the page.
    #[prop(optional, into)]
    sizes: Option<Signal<String>>,
    /// The image in other formats or for other layouts: the image becomes a `<picture>`.
    #[prop(optional)]
    sources: Vec<ImageSource>,
    /// A blurred placeholder: the ThumbHash of the image, in base64.
    #[prop(optional, into)]
    thumbhash: Option<Signal<String>>,
    /// The URL of the image that is shown when all attempts failed.
    #[prop(optional, into)]
    error: Option<Signal<String>>,
    /// Loads it at once, with a high fetch priority, and preloads it: for the largest contentful paint.
    #[prop(optional)]
    priority: bool,
) -> impl IntoView {
    let image = NodeRef::<html::Img>::new();
    let element = Element { image, priority, plain: StoredValue::new(false) };
    let sizes = sizes.map(|sizes| Signal::derive(move || for_browsers(&sizes.get(), width)));
    let listed = sources.iter().map(|source| source.srcset).collect::<Vec<_>>();
    let attributes = Attributes { src, srcset, sizes, thumbhash, error, listed };
    if IN_BROWSER {
        element.load(attributes.clone());
    }
    // What a server renders loads without wasm, when it comes near, as far as the browser knows that.
    let is_plain = !IN_BROWSER;
    let rendered = move |value: Option<Signal<String>>| value.filter(|_| is_plain).map(|it| move || it.get());
    let preloads = priority && sources.is_empty();
    let preload = move || {
        view! {
            <link
                rel="preload"
                r#as="image"
                fetchpriority="high"
                href=move || src.get()
                imagesrcset=srcset.map(|it| move || it.get())
                imagesizes=sizes.map(|it| move || it.get())
            />
        }
    };
    view! {
        <AttributeInterceptor let:passed>
            {
                let own = view! {
                    <img
                        node_ref=image
                        alt=move || alt.get()
                        width=width
                        height=height
                        loading=(is_plain && !priority).then_some("lazy")
                        fetchpriority=priority.then_some("high")
                        sizes=rendered(sizes)
                        srcset=rendered(srcset)
                        src=rendered(Some(src))
                        on:load=move |_| element.plain_loaded()
                        on:error={
                            let attributes = attributes.clone();
                            move |_| element.plain_failed(&attributes)
                        }
                        {..passed}
                    />
                };
                if sources.is_empty() {
                    Either::Left(view! {
                        {preloads.then(preload)}
                        {own}
                    })
                } else {
                    let sources = sources.clone().into_iter();
                    Either::Right(view! {
                        <picture>
                            {sources.map(|it| picture_source(it, is_plain || priority)).collect_view()}
                            {own}
                        </picture>
                    })
                }
            }
        </AttributeInterceptor>
    }
}

/// One form of a picture; one that is lazy gets its URLs with those of its image.
fn picture_source(source: ImageSource, at_once: bool) -> impl IntoView {
    let ImageSource { srcset, sizes, media, format } = source;
    let (now, later) = (at_once.then_some(srcset), (!at_once).then_some(srcset));
    view! {
        <source
            r#type=format
            media=media
            sizes=sizes
            srcset=now.map(|it| move || it.get())
            data-srcset=later.map(|it| move || it.get())
        />
    }
}

/// `auto` is only known to browsers of late; the others take what follows.
fn for_browsers(sizes: &str, width: u32) -> String {
    if sizes.trim().eq_ignore_ascii_case("auto") { format!("auto, {width}px") } else { sizes.to_owned() }
}

/// What is loaded.
#[derive(Clone)]
struct Attributes {
    src: Signal<String>,
    srcset: Option<Signal<String>>,
    sizes: Option<Signal<String>>,
    thumbhash: Option<Signal<String>>,
    error: Option<Signal<String>>,
    /// Those of the picture's sources, which are rendered with them.
    listed: Vec<Signal<String>>,
}

impl Attributes {
    /// By name. The URL comes last, since it starts the load.
    fn get(&self) -> [(&'static str, Option<String>); 5] {
        for srcset in &self.listed {
            srcset.track();
        }
        let value = |it: Option<Signal<String>>| it.map(|it| it.get());
        [
            ("thumbhash", value(self.thumbhash)),
            ("error", value(self.error)),
            ("sizes", value(self.sizes)),
            ("srcset", value(self.srcset)),
            ("src", value(Some(self.src))),
        ]
    }
}

/// The `<img>` in the page.
#[derive(Clone, Copy)]
struct Element {
    image: NodeRef<html::Img>,
    priority: bool,
    /// The browser loads it by itself, as a server rendered it.
    plain: StoredValue<bool>,
}

impl Element {
    /// Observes it with these attributes until the component ends.
    fn load(self, attributes: Attributes) {
        let shown = StoredValue::new_local(None);
        Effect::new(move |before: Option<()>| {
            let Some(element) = self.image.get() else { return };
            let attributes = attributes.get();
            if before.is_none() && is_rendered(&element, &attributes) {
                self.begin_as_rendered(&element, &attributes);
            } else {
                self.plain.set_value(false);
                self.observe(&element, &attributes);
            }
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
    }

    fn begin_as_rendered(self, element: &HtmlImageElement, attributes: &[(&str, Option<String>)]) {
        match (element.complete(), element.natural_width()) {
            (true, 1..) => adopt(element),
            (true, 0) if !self.priority => self.observe(element, attributes),
            _ => self.plain.set_value(true),
        }
    }

    fn observe(self, element: &HtmlImageElement, attributes: &[(&str, Option<String>)]) {
        LOADER.with(|loader| {
            let loader = loader.as_ref().filter(|_| !self.priority);
            for (name, value) in attributes {
                let Some(value) = value else { continue };
                // These fail for invalid names only.
                let _ = match loader {
                    Some(_) if value.is_empty() => element.remove_attribute(&format!("data-{name}")),
                    Some(_) => element.set_attribute(&format!("data-{name}"), value),
                    None if matches!(*name, "thumbhash" | "error") => Ok(()),
                    None if element.get_attribute(name).as_ref() == Some(value) => Ok(()),
                    None => element.set_attribute(name, value),
                };
            }
            if let Some(loader) = loader {
                loader.reload(element);
            }
        });
    }

    fn plain_loaded(self) {
        if self.plain.try_get_value() == Some(true)
            && let Some(element) = self.image.get_untracked()
        {
            self.plain.set_value(false);
            adopt(&element);
        }
    }

    /// What the browser could not load is tried again as any other image.
    fn plain_failed(self, attributes: &Attributes) {
        if self.plain.try_get_value() == Some(true)
            && let Some(element) = self.image.get_untracked()
        {
            self.plain.set_value(false);
            self.observe(&element, &untrack(|| attributes.get()));
        }
    }
}

/// Whether a server has rendered the image with these URLs.
fn is_rendered(element: &HtmlImageElement, attributes: &[(&str, Option<String>)]) -> bool {
    let is = |name: &str, value: &Option<String>| {
        element.get_attribute(name).unwrap_or_default() == value.as_deref().unwrap_or_default()
    };
    attributes
        .iter()
        .filter(|(name, _)| matches!(*name, "src" | "srcset"))
        .all(|(name, value)| is(name, value))
}

fn adopt(element: &HtmlImageElement) {
    LOADER.with(|loader| {
        if let Some(loader) = loader {
            loader.adopt(element);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::for_browsers;

    #[test]
    fn auto_has_a_width_for_browsers_that_do_not_know_it() {
        assert_eq!(for_browsers("auto", 320), "auto, 320px");
        assert_eq!(for_browsers(" AUTO ", 320), "auto, 320px");
        assert_eq!(for_browsers("auto, 50vw", 320), "auto, 50vw");
        assert_eq!(for_browsers("50vw", 320), "50vw");
    }
}
