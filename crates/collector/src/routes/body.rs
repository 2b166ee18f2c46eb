//! Reads the body of a beacon and decompresses it, both within the same size limit.
use std::borrow::Cow;
use std::future::poll_fn;
use std::io::Read;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::http::{HeaderMap, StatusCode, header};
use flate2::read::MultiGzDecoder;
use http_body_util::BodyExt;
use whippet_engine::beacon::limits;

use crate::failure::Failure;

/// The answers' `Accept-Encoding`: how a body may be compressed.
pub const ACCEPTED: &str = "gzip";

/// How long a body may take to arrive.
const TIMEOUT: Duration = Duration::from_secs(20);

/// How many bytes of a body that is too large are read and discarded: a client that is cut off while it sends does not see
/// the answer.
const DRAINED: usize = 4 * 1024 * 1024;

/// The first bytes of gzip (RFC 1952, section 2.3.1). JSON never begins with them.
const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The encoding of the body according to `Content-Encoding`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// The header is missing, so the first bytes decide. A page cannot send the header to another origin without a preflight.
    Unspecified,
    /// gzip.
    Gzip,
}

impl Encoding {
    /// Reads the header. 415 if the encoding is not one of [`ACCEPTED`].
    pub fn of(headers: &HeaderMap) -> Result<Self, Failure> {
        let mut values = headers.get_all(header::CONTENT_ENCODING).iter();
        let (first, second) = (values.next(), values.next());
        let is =
            |name: &str| first.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(name.as_bytes()));
        match (first, second) {
            (None, _) => Ok(Self::Unspecified),
            (_, None) if is("identity") => Ok(Self::Unspecified),
            // `x-gzip` is an old name of gzip: RFC 9110, section 8.4.1.3.
            (_, None) if is("gzip") || is("x-gzip") => Ok(Self::Gzip),
            _ => {
                let message = "beacons are read as plain JSON or as gzip: send this one as either";
                Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_encoding", message))
            }
        }
    }
}

/// Reads a beacon's body as it was sent.
pub async fn read(body: Body) -> Result<Vec<u8>, Failure> {
    read_within(body, limits::READ_BYTES).await
}

/// Reads a body of at most `most` bytes as it was sent.
pub async fn read_within(mut body: Body, most: usize) -> Result<Vec<u8>, Failure> {
    let broken = || Failure::bad_request("incomplete", "the body broke off: send the beacon again");
    // What says that it is longer than what would be discarded is not waited for.
    if body.size_hint().lower() > most.max(DRAINED) as u64 {
        return Err(larger_than(most));
    }
    // Nearly all have arrived with their head: then no clock is set.
    let (mut bytes, mut received) = (Vec::new(), 0);
    let first = poll_fn(|context| Poll::Ready(Pin::new(&mut body).poll_frame(context))).await;
    if let Poll::Ready(frame) = first {
        let Some(frame) = frame else { return Ok(bytes) };
        if let Ok(data) = frame.map_err(|_| broken())?.into_data() {
            received = data.len();
            if received <= most {
                bytes.extend_from_slice(&data);
                if body.is_end_stream() {
                    return Ok(bytes);
                }
            }
        }
    }
    let reading = async {
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(|_| broken())?.into_data() else { continue };
            received += data.len();
            if received <= most {
                bytes.extend_from_slice(&data);
            } else if received > most.max(DRAINED) {
                break;
            }
        }
        if received > most { Err(larger_than(most)) } else { Ok(bytes) }
    };
    tokio::time::timeout(TIMEOUT, reading).await.unwrap_or_else(|_| {
        let message = "the body took too long to arrive: send the beacon again";
        Err(Failure::new(StatusCode::REQUEST_TIMEOUT, "too_slow", message))
    })
}

/// Decompresses a beacon, if it is compressed.
pub fn plain(sent: &[u8], encoding: Encoding) -> Result<Cow<'_, [u8]>, Failure> {
    plain_within(sent, encoding, limits::READ_BYTES)
}

/// Decompresses `sent`, if it is compressed. Stops one byte after `limit`, however large the body would get.
pub fn plain_within(sent: &[u8], encoding: Encoding, limit: usize) -> Result<Cow<'_, [u8]>, Failure> {
    if encoding == Encoding::Unspecified && !sent.starts_with(&MAGIC) {
        return Ok(Cow::Borrowed(sent));
    }
    let mut plain = Vec::new();
    let most = limit as u64 + 1;
    MultiGzDecoder::new(sent).take(most).read_to_end(&mut plain).map_err(|_| {
        let message =
            "the body is marked as gzip or begins like gzip, but is broken: send it again, or as plain JSON";
        Failure::bad_request("not_gzip", message)
    })?;
    if plain.len() > limit { Err(larger_than(limit)) } else { Ok(Cow::Owned(plain)) }
}

/// 413: the beacon is too large, as sent or decompressed.
pub fn too_large() -> Failure {
    larger_than(limits::READ_BYTES)
}

fn larger_than(limit: usize) -> Failure {
    let message = match limit {
        limits::READ_BYTES => {
            format!("a beacon may have {limit} bytes before compression: split it into several")
        }
        limit => format!("a request may have {limit} bytes before compression here: send smaller batches"),
    };
    Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use axum::http::HeaderValue;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use proptest::prelude::*;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn code(outcome: Result<Cow<'_, [u8]>, Failure>) -> &'static str {
        outcome.map_or_else(|failure| failure.code, |_| "read")
    }

    /// A body whose length is declared, and of which nothing comes.
    struct Declared(u64);

    impl HttpBody for Declared {
        type Data = axum::body::Bytes;
        type Error = std::convert::Infallible;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> Poll<Option<Result<hyper::body::Frame<Self::Data>, Self::Error>>> {
            Poll::Pending
        }

        fn size_hint(&self) -> hyper::body::SizeHint {
            hyper::body::SizeHint::with_exact(self.0)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_says_it_is_too_large_is_not_waited_for() {
        let read = |length: u64| async move {
            let body = Body::new(Declared(length));
            read_within(body, limits::READ_BYTES).await.unwrap_err().code
        };
        assert_eq!((read(99_999_999_999).await, read(100).await), ("too_large", "too_slow"));
    }

    #[test]
    fn unknown_encodings_are_refused() {
        let of = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::CONTENT_ENCODING, HeaderValue::from_static(value));
            }
            Encoding::of(&headers).map_err(|failure| failure.status.as_u16())
        };
        assert_eq!([&[][..], &["identity"]].map(of), [Ok(Encoding::Unspecified); 2]);
        assert_eq!([["gzip"], ["GZIP"], ["x-gzip"]].map(|values| of(&values)), [Ok(Encoding::Gzip); 3]);
        for other in [&["br"][..], &["deflate"], &["gzip, gzip"], &["gzip", "gzip"], &[""]] {
            assert_eq!(of(other), Err(415), "{other:?}");
        }
    }

    #[test]
    fn a_decompression_bomb_is_refused() {
        let bomb = gzip(&vec![b' '; 30 << 20]);
        assert!(bomb.len() < limits::READ_BYTES);
        assert_eq!(code(plain(&bomb, Encoding::Unspecified)), "too_large");
        // Many small gzip members together are bounded, too.
        let members: Vec<u8> = gzip(&[b' '; 2000]).repeat(1000);
        assert_eq!(code(plain(&members, Encoding::Gzip)), "too_large");
        let most = gzip(&vec![b' '; limits::READ_BYTES]);
        assert_eq!(plain(&most, Encoding::Unspecified).unwrap().len(), limits::READ_BYTES);
    }

    #[test]
    fn broken_gzip_is_refused() {
        let whole = gzip(b"{\"v\":1}");
        assert_eq!(code(plain(b"{}", Encoding::Gzip)), "not_gzip");
        assert_eq!(code(plain(b"", Encoding::Gzip)), "not_gzip");
        assert_eq!(code(plain(&MAGIC, Encoding::Unspecified)), "not_gzip");
        for length in 2..whole.len() {
            assert_eq!(code(plain(&whole[..length], Encoding::Unspecified)), "not_gzip", "{length} bytes");
        }
        let mut wrong_sum = whole.clone();
        let last = wrong_sum.len() - 5;
        wrong_sum[last] ^= 1;
        assert_eq!(code(plain(&wrong_sum, Encoding::Unspecified)), "not_gzip");
    }

    proptest! {
        #[test]
        fn a_compressed_body_is_decompressed(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
            let sent = gzip(&bytes);
            prop_assert_eq!(&plain(&sent, Encoding::Unspecified).unwrap()[..], &bytes[..]);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), named: bool) {
            let sent = [&MAGIC[..], &[8], &bytes[..]].concat();
            let _ = plain(&sent, if named { Encoding::Gzip } else { Encoding::Unspecified });
        }
    }
}
