//! Which response is looked at, and what is sent for it.
use crate::ask::{Ask, Format};
use crate::bodies::{Digest, Kept, digest};
use crate::body::DeltaBody;
use crate::dictionary;
use crate::edits;
use crate::freshness::{is_stored, offer, tell_caches};
use crate::headers::{is_plain, is_text, none_match, tag, weaken};
use crate::options::Options;
use crate::scope;
use crate::shared::Shared;
use crate::stats::count;
use bytes::Bytes;
use http::header::{self, HeaderName, HeaderValue};
use http::response::Parts;
use http::{Response, StatusCode};
use http_body::Body;
use http_body_util::BodyExt;
use std::sync::Arc;

/// On a whole body: edits can be asked for. On edits: that they are edits.
const DELTA: HeaderName = HeaderName::from_static("whippet-delta");
const WHOLE: HeaderValue = HeaderValue::from_static("whole");
const EDITS: HeaderValue = HeaderValue::from_static("edits");

/// A body from which on the work is done where it may block: some 100 µs.
const BLOCKING: usize = 256 << 10;

/// What is sent for a body.
enum Sent {
    Whole,
    NotModified,
    Dictionary(Vec<u8>),
    Edits(Vec<u8>),
    ShortEdits(Vec<u8>),
}

/// The response that is sent for `response`.
pub async fn respond<B>(
    ask: Ask,
    named: Option<String>,
    response: Response<B>,
    options: Options,
    shared: Arc<Shared>,
) -> Response<DeltaBody<B>>
where
    B: Body<Data = Bytes>,
{
    let (mut parts, body) = response.into_parts();
    let key = scope::key(&ask, &parts.headers, named.as_deref(), &options);
    if parts.status == StatusCode::NOT_MODIFIED && is_stored(&parts.headers) && shared.bodies().knows(&key) {
        // What it says takes the place of what the stored response said.
        tell_caches(&mut parts.headers, &options);
    }
    if !is_compared(&parts, &body, &options) {
        return Response::from_parts(parts, DeltaBody::untouched(body));
    }
    let collected = match body.collect().await {
        Ok(collected) => collected,
        Err(error) => return Response::from_parts(parts, DeltaBody::broken(error)),
    };
    if collected.trailers().is_some() {
        // They are of the body that they follow, as signatures are.
        return Response::from_parts(parts, DeltaBody::collected(collected));
    }
    let bytes = collected.to_bytes();
    let length = bytes.len();
    let whole = bytes.clone();
    let headers = parts.headers.clone();
    let work = move || {
        let sent = work(&ask, &mut parts, key, bytes, &options, &shared);
        (sent, parts, shared)
    };
    let (sent, parts, shared) = if length >= BLOCKING && tokio::runtime::Handle::try_current().is_ok() {
        match tokio::task::spawn_blocking(work).await {
            Ok(done) => done,
            // The runtime is shutting down, or the work has panicked: the body is there all the same.
            Err(_) => {
                let mut response = Response::new(DeltaBody::bytes(whole));
                *response.headers_mut() = headers;
                return response;
            }
        }
    } else {
        work()
    };
    send(parts, sent, whole, &shared)
}

/// Whether the body is one that a later one can be compared with. A body whose length is not known is a stream, and passes.
fn is_compared<B: Body>(parts: &Parts, body: &B, options: &Options) -> bool {
    let Parts { status, headers, .. } = parts;
    let length = body.size_hint().exact().and_then(|length| usize::try_from(length).ok());
    *status == StatusCode::OK
        && length.is_some_and(|length| (options.shortest..=options.longest).contains(&length))
        && is_stored(headers)
        && is_text(headers)
        && is_plain(headers)
        && !headers.contains_key(header::CONTENT_RANGE)
        && !headers.contains_key(header::TRAILER)
        // A response that opens a session is for whom it opens it, and nothing in the request says who that is.
        && !headers.contains_key(header::SET_COOKIE)
}

/// Keeps the body, finds the one that the client has, and makes the delta. Sets the headers that every answer has.
fn work(ask: &Ask, parts: &mut Parts, key: Digest, bytes: Bytes, options: &Options, shared: &Shared) -> Sent {
    let newest = shared.bodies().newest(&key);
    let kept = match newest {
        // Comparing is quicker than hashing.
        Some(newest) if newest.bytes == bytes => newest,
        // A copy: the application's bytes may be a part of a longer buffer, which they would keep.
        _ => Kept { digest: digest(&bytes), bytes: Bytes::copy_from_slice(&bytes) },
    };
    let headers = &mut parts.headers;
    let tag = headers.entry(header::ETAG).or_insert_with(|| tag(&kept.digest)).clone();
    tell_caches(headers, options);
    offer(headers, ask, options);
    let known = ask.known.map(|(known, format)| (known, format, shared.bodies().find(&key, &known)));
    shared.bodies().keep(key, kept);
    if tag.to_str().is_ok_and(|tag| none_match(&ask.headers, tag)) {
        return Sent::NotModified;
    }
    match known {
        Some((known, Format::Dcz, Some(old))) => match dictionary::compress(&old, &known, &bytes) {
            Some(sent) if sent.len() < bytes.len() => Sent::Dictionary(sent),
            _ => Sent::Whole,
        },
        Some((_, Format::Edits, Some(old))) => {
            let edits = edits::write(&old, &bytes);
            if edits.len() > bytes.len() / 2 {
                // It would be compressed no better than the whole.
                return Sent::Whole;
            }
            if !ask.zstd {
                return Sent::Edits(edits);
            }
            dictionary::shorten(edits).map_or_else(Sent::Edits, Sent::ShortEdits)
        }
        Some((_, _, None)) => {
            count(&shared.counters.unknown, 1);
            Sent::Whole
        }
        None => Sent::Whole,
    }
}

fn send<B: Body<Data = Bytes>>(
    mut parts: Parts,
    sent: Sent,
    whole: Bytes,
    shared: &Shared,
) -> Response<DeltaBody<B>> {
    let counters = &shared.counters;
    let headers = &mut parts.headers;
    // As a proxy may have copied it. A message with it has no length (RFC 9112, 6.2).
    headers.remove(header::TRANSFER_ENCODING);
    count(&counters.body_bytes, whole.len());
    let (counter, bytes) = match sent {
        Sent::Whole => {
            headers.insert(DELTA, WHOLE);
            (&counters.whole, whole)
        }
        Sent::NotModified => {
            parts.status = StatusCode::NOT_MODIFIED;
            headers.remove(header::CONTENT_TYPE);
            headers.remove(header::CONTENT_LENGTH);
            headers.remove(header::CONTENT_ENCODING);
            (&counters.not_modified, Bytes::new())
        }
        Sent::Dictionary(bytes) => {
            changed(&mut parts, "dcz");
            (&counters.dictionary, bytes.into())
        }
        Sent::Edits(bytes) => {
            as_edits(&mut parts, "identity");
            (&counters.edits, bytes.into())
        }
        Sent::ShortEdits(bytes) => {
            as_edits(&mut parts, "zstd");
            (&counters.edits, bytes.into())
        }
    };
    count(counter, 1);
    count(&counters.sent_bytes, bytes.len());
    if parts.status == StatusCode::NOT_MODIFIED {
        return Response::from_parts(parts, DeltaBody::none());
    }
    parts.headers.insert(header::CONTENT_LENGTH, bytes.len().into());
    Response::from_parts(parts, DeltaBody::bytes(bytes))
}

/// The body is another than the headers were made for.
fn changed(parts: &mut Parts, coding: &'static str) {
    let headers = &mut parts.headers;
    weaken(headers);
    headers.remove(header::ACCEPT_RANGES);
    headers.remove("content-digest");
    headers.remove("repr-digest");
    headers.remove("digest");
    headers.remove("content-md5");
    if coding != "identity" {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
}

/// Edits are no answer for anybody else, so no cache may store them.
fn as_edits(parts: &mut Parts, coding: &'static str) {
    changed(parts, coding);
    let headers = &mut parts.headers;
    headers.insert(DELTA, EDITS);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.remove("use-as-dictionary");
}
