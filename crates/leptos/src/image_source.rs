//! Other forms of an image.
use leptos::prelude::*;

/// A `<source>` of a [`LazyImage`](crate::LazyImage): the same image in another format, or another one for another layout. The
/// browser takes the first whose conditions are met.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use whippet_leptos::{ImageSource, LazyImage};
/// # #[component] fn Page() -> impl IntoView {
/// let sources = vec![
///     ImageSource::new("/dog.avif").format("image/avif"),
///     ImageSource::new("/dog-narrow.jpg").media("(max-width: 600px)"),
/// ];
/// view! { <LazyImage src="/dog.jpg" alt="A dog" width=640 height=480 sources/> }
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ImageSource {
    pub(crate) srcset: Signal<String>,
    pub(crate) sizes: Option<String>,
    pub(crate) media: Option<String>,
    pub(crate) format: Option<String>,
}

impl ImageSource {
    /// A source for any browser and layout: a URL, or several as in `srcset` of HTML.
    pub fn new(srcset: impl Into<Signal<String>>) -> Self {
        Self { srcset: srcset.into(), sizes: None, media: None, format: None }
    }

    /// For layouts that match this media query.
    #[must_use]
    pub fn media(mut self, query: impl Into<String>) -> Self {
        self.media = Some(query.into());
        self
    }

    /// For browsers that know this media type, such as `image/avif`.
    #[must_use]
    pub fn format(mut self, media_type: impl Into<String>) -> Self {
        self.format = Some(media_type.into());
        self
    }

    /// Its displayed width, as `sizes` in HTML.
    #[must_use]
    pub fn sizes(mut self, sizes: impl Into<String>) -> Self {
        self.sizes = Some(sizes.into());
        self
    }
}
