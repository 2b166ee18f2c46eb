//! The bytes of a beacon: read within bounds, and decompressed within the same.
use std::borrow::Cow;
use std::io::Read;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use flate2::read::MultiGzDecoder;
use http_body_util::BodyExt;
use whippet_engine::beacon::limits;

use crate::failure::Failure;

/// What is read beside plain JSON, for `Accept-Encoding`.
pub const ACCEPTED: &str = "gzip";

/// Whoever takes longer to send 64 KiB is not a browser that leaves a page.
const TIMEOUT: Duration = Duration::from_secs(20);

/// So much of a body that is too large is read and thrown away: a sender that is cut off while it sends does
/// not see why.
const DRAINED: usize = 4 * 1024 * 1024;

/// What gzip begins with (RFC 1952, section 2.3.1), and JSON never.
const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// What the sender says of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Nothing: the bytes tell. A page cannot name an encoding to another origin without a preflight.
    Unsaid,
    /// That it is gzip.
    Gzip,
}

impl Encoding {
    /// What `Content-Encoding` says; 415 where that is none of [`ACCEPTED`].
    pub fn of(headers: &HeaderMap) -> Result<Self, Failure> {
        let mut said = headers.get_all(header::CONTENT_ENCODING).iter();
        let (first, second) = (said.next(), said.next());
        let is =
            |name: &str| first.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(name.as_bytes()));
        match (first, second) {
            (None, _) => Ok(Self::Unsaid),
            (_, None) if is("identity") => Ok(Self::Unsaid),
            // An old name for it: RFC 9110, section 8.4.1.3.
            (_, None) if is("gzip") || is("x-gzip") => Ok(Self::Gzip),
            _ => {
                let message = "beacons are read as plain JSON or as gzip: send this one as either";
                Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_encoding", message))
            }
        }
    }
}

/// The body as it was sent.
pub async fn read(mut body: Body) -> Result<Vec<u8>, Failure> {
    let broken = || Failure::bad_request("incomplete", "the body broke off: send the beacon again");
    let reading = async {
        let (mut bytes, mut received) = (Vec::new(), 0);
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(|_| broken())?.into_data() else { continue };
            received += data.len();
            if received <= limits::READ_BYTES {
                bytes.extend_from_slice(&data);
            } else if received > DRAINED {
                break;
            }
        }
        if received > limits::READ_BYTES { Err(too_large()) } else { Ok(bytes) }
    };
    tokio::time::timeout(TIMEOUT, reading).await.unwrap_or_else(|_| {
        let message = "the body took too long to arrive: send the beacon again";
        Err(Failure::new(StatusCode::REQUEST_TIMEOUT, "too_slow", message))
    })
}

/// What `sent` is without its encoding. However much it would come to, no more than a plain beacon's bytes, and one,
/// are made of it.
pub fn plain(sent: &[u8], encoding: Encoding) -> Result<Cow<'_, [u8]>, Failure> {
    if encoding == Encoding::Unsaid && !sent.starts_with(&MAGIC) {
        return Ok(Cow::Borrowed(sent));
    }
    let mut plain = Vec::new();
    let most = limits::READ_BYTES as u64 + 1;
    MultiGzDecoder::new(sent).take(most).read_to_end(&mut plain).map_err(|_| {
        let message = "the body is called gzip, or begins like it, but is broken: send it again, or plain";
        Failure::bad_request("not_gzip", message)
    })?;
    if plain.len() > limits::READ_BYTES { Err(too_large()) } else { Ok(Cow::Owned(plain)) }
}

/// 413: the beacon is too large, as it is or when it is decompressed.
pub fn too_large() -> Failure {
    let message =
        format!("a beacon has at most {} bytes before it is compressed: send several", limits::READ_BYTES);
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

    #[test]
    fn only_known_encodings_are_taken() {
        let of = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::CONTENT_ENCODING, HeaderValue::from_static(value));
            }
            Encoding::of(&headers).map_err(|failure| failure.status.as_u16())
        };
        assert_eq!([&[][..], &["identity"]].map(of), [Ok(Encoding::Unsaid); 2]);
        assert_eq!([["gzip"], ["GZIP"], ["x-gzip"]].map(|values| of(&values)), [Ok(Encoding::Gzip); 3]);
        for other in [&["br"][..], &["deflate"], &["gzip, gzip"], &["gzip", "gzip"], &[""]] {
            assert_eq!(of(other), Err(415), "{other:?}");
        }
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let bomb = gzip(&vec![b' '; 30 << 20]);
        assert!(bomb.len() < limits::READ_BYTES);
        assert_eq!(code(plain(&bomb, Encoding::Unsaid)), "too_large");
        // Many members, each of them small: no way around the bound.
        let members: Vec<u8> = gzip(&[b' '; 2000]).repeat(1000);
        assert_eq!(code(plain(&members, Encoding::Gzip)), "too_large");
        let most = gzip(&vec![b' '; limits::READ_BYTES]);
        assert_eq!(plain(&most, Encoding::Unsaid).unwrap().len(), limits::READ_BYTES);
    }

    #[test]
    fn what_is_no_gzip_says_so() {
        let whole = gzip(b"{\"v\":1}");
        assert_eq!(code(plain(b"{}", Encoding::Gzip)), "not_gzip");
        assert_eq!(code(plain(b"", Encoding::Gzip)), "not_gzip");
        assert_eq!(code(plain(&MAGIC, Encoding::Unsaid)), "not_gzip");
        for length in 2..whole.len() {
            assert_eq!(code(plain(&whole[..length], Encoding::Unsaid)), "not_gzip", "{length} bytes");
        }
        let mut wrong_sum = whole.clone();
        let last = wrong_sum.len() - 5;
        wrong_sum[last] ^= 1;
        assert_eq!(code(plain(&wrong_sum, Encoding::Unsaid)), "not_gzip");
    }

    proptest! {
        #[test]
        fn what_was_compressed_is_read(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
            let sent = gzip(&bytes);
            prop_assert_eq!(&plain(&sent, Encoding::Unsaid).unwrap()[..], &bytes[..]);
        }

        #[test]
        fn whatever_comes_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), named: bool) {
            let sent = [&MAGIC[..], &[8], &bytes[..]].concat();
            let _ = plain(&sent, if named { Encoding::Gzip } else { Encoding::Unsaid });
        }
    }
}
