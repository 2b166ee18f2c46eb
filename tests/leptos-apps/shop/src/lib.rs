//! A small shop, whose server also counts what is asked of it. A server renders its pages, a browser hydrates them.
#![allow(missing_docs, reason = "components document themselves by what they show")]

mod data;
mod islands;
mod pages;

#[cfg(feature = "ssr")]
pub use data::counts;
pub use data::{Asker, Product, product};
pub use islands::{Basket, IslandsPage};
pub use pages::App;

use leptos::prelude::*;

/// The document around a page.
pub fn document(islands: bool, options: LeptosOptions, page: impl IntoView + 'static) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <title>"Shop"</title>
                <link rel="icon" href="data:,"/>
                <HydrationScripts options islands/>
            </head>
            <body>{page}</body>
        </html>
    }
}
