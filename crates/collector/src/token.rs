//! The token that protects all routes except beacons and health checks.
use std::fmt;

use axum::http::{HeaderMap, header};

use crate::token_throttle::TokenThrottle;

/// The user name for a browser's log-in dialogue. The password is the token.
pub const USER: &str = "whippet";

/// A token, in the two forms in which a request may carry it (schemes are case-insensitive: RFC 9110, section 11.1).
#[derive(Clone)]
pub struct Token {
    bearer: String,
    basic: String,
    /// Delays wrong tokens.
    pub throttle: TokenThrottle,
}

impl Token {
    /// A token of at least 16 printable characters: shorter ones are guessed.
    pub fn new(token: &str) -> Result<Self, WeakToken> {
        if token.len() < 16 || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(WeakToken);
        }
        let basic = base64(format!("{USER}:{token}").as_bytes());
        Ok(Self { bearer: token.to_owned(), basic, throttle: TokenThrottle::default() })
    }

    /// Whether these request headers carry the token.
    pub fn admits(&self, headers: &HeaderMap) -> bool {
        let given = headers.get(header::AUTHORIZATION).map_or(&b""[..], |value| value.as_bytes());
        let end = given.iter().position(|byte| *byte == b' ').unwrap_or(given.len());
        let (scheme, rest) = given.split_at(end);
        let (rest, is) = (rest.trim_ascii(), |name: &str| scheme.eq_ignore_ascii_case(name.as_bytes()));
        // Both are always compared, so that the time reveals nothing.
        is("Bearer") & same(rest, self.bearer.as_bytes()) | is("Basic") & same(rest, self.basic.as_bytes())
    }
}

/// Hides the token, which must not be logged.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

/// The token can be guessed, or cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeakToken;

impl fmt::Display for WeakToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must have at least 16 characters, without spaces: take 32 random ones")
    }
}

impl std::error::Error for WeakToken {}

/// Compares all bytes, wherever they differ.
fn same(given: &[u8], wanted: &[u8]) -> bool {
    let differs = given.iter().zip(wanted).fold(0, |differs, (a, b)| differs | (a ^ b));
    given.len() == wanted.len() && differs == 0
}

/// RFC 4648, section 4.
pub fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = (0..3)
            .fold(0_usize, |bits, place| bits << 8 | usize::from(chunk.get(place).copied().unwrap_or(0)));
        for place in 0..4 {
            let digit = if place > chunk.len() { b'=' } else { DIGITS[bits >> (18 - 6 * place) & 63] };
            text.push(char::from(digit));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Token, WeakToken, base64};
    use axum::http::{HeaderMap, header};

    #[test]
    fn base64_is_as_the_rfc_shows_it() {
        let shown = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"];
        for (length, text) in shown.into_iter().enumerate() {
            assert_eq!(base64(&b"foobar"[..length]), text);
        }
    }

    #[test]
    fn only_the_token_is_let_in() {
        let token = Token::new("0123456789abcdef").unwrap();
        let admits = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
            token.admits(&headers)
        };
        assert!(admits("Bearer 0123456789abcdef"));
        for scheme in ["bearer", "BEARER", "bEaReR", "Bearer "] {
            assert!(admits(&format!("{scheme} 0123456789abcdef")), "{scheme}");
        }
        assert!(admits("basic d2hpcHBldDowMTIzNDU2Nzg5YWJjZGVm"));
        assert!(admits("Basic d2hpcHBldDowMTIzNDU2Nzg5YWJjZGVm"));
        for wrong in [
            "",
            "Bearer",
            "Bearer 0123456789abcdee",
            "Bearer 0123456789abcdef0",
            "Basic eDp4",
            "Basic 0123456789abcdef",
            "Bearer d2hpcHBldDowMTIzNDU2Nzg5YWJjZGVm",
            "Bearer0123456789abcdef",
            "Digest 0123456789abcdef",
            "0123456789abcdef",
        ] {
            assert!(!admits(wrong), "{wrong}");
        }
        assert!(!token.admits(&HeaderMap::new()));
    }

    #[test]
    fn what_is_guessed_or_cannot_be_sent_is_no_token() {
        assert_eq!(Token::new("secret").err(), Some(WeakToken));
        assert_eq!(Token::new("a token with spaces in it").err(), Some(WeakToken));
    }
}
