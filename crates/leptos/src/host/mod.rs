//! Where queries run: in a browser, or on a server for the one request that is being answered. Both hosts have the same
//! functions, so that no hook asks where it is.
//!
//! By target, not by feature: what is not WebAssembly has no browser.
#[cfg(all(feature = "query", target_family = "wasm", not(feature = "ssr")))]
mod browser;
#[cfg(all(feature = "query", target_family = "wasm", not(feature = "ssr")))]
mod browser_call;
#[cfg(all(feature = "query", target_family = "wasm", not(feature = "ssr")))]
mod browser_part;
#[cfg(all(feature = "query", target_family = "wasm", not(feature = "ssr")))]
mod browser_values;
#[cfg(all(feature = "query", target_family = "wasm", not(feature = "ssr")))]
#[cfg(any(feature = "hydrate", not(feature = "csr")))]
mod hydration;
#[cfg(all(feature = "query", target_family = "wasm", not(feature = "ssr")))]
#[cfg(not(any(feature = "hydrate", not(feature = "csr"))))]
#[path = "no_hydration.rs"]
mod hydration;
#[cfg(all(feature = "query", not(all(target_family = "wasm", not(feature = "ssr")))))]
mod server;
#[cfg(all(feature = "query", not(all(target_family = "wasm", not(feature = "ssr")))))]
mod server_call;
#[cfg(all(feature = "query", not(all(target_family = "wasm", not(feature = "ssr")))))]
mod server_commands;
#[cfg(all(feature = "query", target_family = "wasm", not(feature = "ssr")))]
mod suspended;

#[cfg(all(feature = "query", target_family = "wasm", not(feature = "ssr")))]
pub(crate) use browser::{Host, HostHandle, Observer, Refetcher, now};
#[cfg(all(feature = "query", target_family = "wasm", not(feature = "ssr")))]
pub(crate) use browser_call::call;
#[cfg(all(feature = "query", target_family = "wasm", not(feature = "ssr")))]
pub(crate) use browser_values::store;
#[cfg(all(feature = "query", target_family = "wasm", not(feature = "ssr")))]
pub(crate) use hydration::page_is_hydrated;
#[cfg(all(feature = "query", not(all(target_family = "wasm", not(feature = "ssr")))))]
pub(crate) use server::page_is_hydrated;
#[cfg(all(feature = "query", not(all(target_family = "wasm", not(feature = "ssr")))))]
pub(crate) use server::{Host, HostHandle, Observer, Refetcher, now};
#[cfg(all(feature = "query", not(all(target_family = "wasm", not(feature = "ssr")))))]
pub(crate) use server_call::call;
#[cfg(all(feature = "query", not(all(target_family = "wasm", not(feature = "ssr")))))]
pub(crate) use server_commands::store;

pub(crate) use crate::environment::{IN_BROWSER, SENT_WITH_THE_PAGE};
