//! The signature of what is sent, by which a receiver knows that it comes from here and is not replayed.
use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The shortest key, bytes: shorter ones are guessed.
const SHORTEST: usize = 16;

/// Signs bodies: HMAC with SHA-256 (RFC 2104).
#[derive(Clone)]
pub struct SigningKey {
    key: Hmac<Sha256>,
    text: String,
}

impl SigningKey {
    /// A key.
    ///
    /// # Errors
    /// If it is too short.
    pub fn new(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let wrong = || format!("must have at least {SHORTEST} characters: take 32 random ones");
        if text.len() < SHORTEST {
            return Err(wrong());
        }
        let key = Hmac::new_from_slice(text.as_bytes()).map_err(|_| wrong())?;
        Ok(Self { key, text: text.to_owned() })
    }

    /// The value of the header `X-Whippet-Signature` for a body that is sent at `now`, ms since the epoch: `t=SECONDS,v1=HEX`,
    /// where HEX signs `SECONDS.BODY`.
    pub fn sign(&self, now: i64, body: &[u8]) -> String {
        let seconds = now.div_euclid(1000);
        let mut mac = self.key.clone();
        mac.update(format!("{seconds}.").as_bytes());
        mac.update(body);
        let digest = mac.finalize().into_bytes();
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("t={seconds},v1={hex}")
    }
}

impl PartialEq for SigningKey {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey")
    }
}

#[cfg(test)]
mod tests {
    use super::SigningKey;

    #[test]
    fn a_signature_is_an_hmac_over_time_and_body() {
        let key = SigningKey::new("0123456789abcdef\n").unwrap();
        // printf '1700000000.{}' | openssl dgst -sha256 -hmac 0123456789abcdef
        let expected = "t=1700000000,v1=e4f8e2ecae2295b2ddb2f0b5584c8275e226c0ebe9b3b819e70156bb67122e3e";
        assert_eq!(key.sign(1_700_000_000_999, b"{}"), expected);
        assert_ne!(key.sign(1_700_000_001_000, b"{}"), expected);
        assert!(!format!("{key:?}").contains("0123"));
        assert!(SigningKey::new("short").is_err());
    }
}
