//! What the shop knows: on a server at once, in a browser by a request.
#[cfg(feature = "ssr")]
use leptos::prelude::use_context;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Who a page is rendered for, as its request says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asker(pub String);

/// Something to buy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Product {
    pub id: u32,
    pub name: String,
    pub maker: u32,
    /// How often this was asked for so far, by anybody.
    pub count: u64,
    /// Who asked.
    pub asker: String,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NotThere(pub String);

impl fmt::Display for NotThere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not there: {}", self.0)
    }
}

impl std::error::Error for NotThere {}

/// A product, a maker (`kind` says which), or nothing where `id` is 0.
#[cfg(feature = "ssr")]
pub async fn product(kind: &'static str, id: u32) -> Result<Product, NotThere> {
    let asker = use_context::<Asker>();
    let count = counts::count(kind);
    tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    // Whose request it is, is known on both sides of an await.
    if use_context::<Asker>() != asker {
        return Err(NotThere("the request".to_owned()));
    }
    answer(kind, id, count, asker.map_or_else(String::new, |asker| asker.0))
}

/// The same, asked of the server.
#[cfg(not(feature = "ssr"))]
pub async fn product(kind: &'static str, id: u32) -> Result<Product, NotThere> {
    send_wrapper::SendWrapper::new(request(kind, id)).await
}

#[cfg(feature = "hydrate")]
async fn request(kind: &'static str, id: u32) -> Result<Product, NotThere> {
    let failed = |error: gloo_net::Error| NotThere(error.to_string());
    let url = format!("/api/{kind}/{id}");
    let answer = gloo_net::http::Request::get(&url).send().await.map_err(failed)?;
    answer.json::<Result<Product, NotThere>>().await.map_err(failed)?
}

#[cfg(not(any(feature = "hydrate", feature = "ssr")))]
async fn request(kind: &'static str, id: u32) -> Result<Product, NotThere> {
    answer(kind, id, 0, String::new())
}

#[cfg(not(all(feature = "hydrate", not(feature = "ssr"))))]
fn answer(kind: &str, id: u32, count: u64, asker: String) -> Result<Product, NotThere> {
    if id == 0 {
        return Err(NotThere(format!("{kind} {id}")));
    }
    Ok(Product { id, name: format!("{kind} {id}"), maker: id + 100, count, asker })
}

/// How often the server was asked, by kind.
#[cfg(feature = "ssr")]
pub mod counts {
    use std::collections::BTreeMap;
    use std::sync::{Mutex, PoisonError};

    static COUNTS: Mutex<BTreeMap<&'static str, u64>> = Mutex::new(BTreeMap::new());

    pub(super) fn count(kind: &'static str) -> u64 {
        let mut counts = COUNTS.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(kind).or_default();
        *count += 1;
        *count
    }

    /// All of them.
    pub fn all() -> BTreeMap<&'static str, u64> {
        COUNTS.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
