//! Whose a body is: only requests of one scope get a delta against it.
//!
//! A delta tells its reader which parts of the dictionary the new body has. So a body that was made for one user is no
//! dictionary for another, although only who has it can name its digest.
use crate::ask::{AVAILABLE, Ask, HAVE};
use crate::bodies::Digest;
use crate::headers::{CacheControl, members};
use crate::options::Options;
use http::{HeaderMap, HeaderName, header};
use sha2::{Digest as _, Sha256};

/// Fields that say who asks.
const CREDENTIALS: [HeaderName; 6] = [
    header::AUTHORIZATION,
    header::COOKIE,
    header::PROXY_AUTHORIZATION,
    HeaderName::from_static("x-api-key"),
    HeaderName::from_static("x-auth-token"),
    HeaderName::from_static("x-access-token"),
];

/// Fields of `Vary` that say how an answer is written, not what it says.
const CODINGS: [HeaderName; 4] =
    [header::ACCEPT_ENCODING, AVAILABLE, HeaderName::from_static("dictionary-id"), HAVE];

/// The key of a body, made of its URL and of whatever says whose it is. `named` is what the application's own function said.
pub fn key(ask: &Ask, response: &HeaderMap, named: Option<&str>, options: &Options) -> Digest {
    let mut hash = Sha256::new();
    let mut add = |part: &[u8]| {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    };
    let host = ask.headers.get(header::HOST).map(|host| host.as_bytes());
    add(host.or(ask.uri.authority().map(|host| host.as_str().as_bytes())).unwrap_or_default());
    add(ask.uri.path().as_bytes());
    if !options.any_query {
        add(ask.uri.query().unwrap_or_default().as_bytes());
    }
    let mut given = |name: &HeaderName| {
        add(name.as_str().as_bytes());
        for value in ask.headers.get_all(name) {
            add(value.as_bytes());
        }
    };
    for name in members(response, &header::VARY).filter_map(|name| name.parse().ok()) {
        if !CODINGS.contains(&name) {
            given(&name);
        }
    }
    if !CacheControl::of(response).has("public") {
        match named {
            Some(named) => {
                add(b"scope");
                add(named.as_bytes());
            }
            None => CREDENTIALS.iter().for_each(given),
        }
    }
    hash.finalize().into()
}
