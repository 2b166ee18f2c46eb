//! Writes query strings.

/// A query string: empty, or with its `?`.
#[derive(Default)]
pub struct QueryString(pub String);

impl QueryString {
    /// Appends a parameter, escaped.
    pub fn push(&mut self, name: &str, value: &str) {
        self.0.push(if self.0.is_empty() { '?' } else { '&' });
        self.0.push_str(name);
        self.0.push('=');
        escape(value, &mut self.0);
    }

    pub(super) fn push_if(&mut self, condition: bool, name: &str, value: &str) {
        if condition {
            self.push(name, value);
        }
    }
}

/// Percent-encodes all characters but RFC 3986's unreserved ones and `/`, which has no meaning in a query string and is
/// easier to read.
fn escape(value: &str, into: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                into.push(byte as char)
            }
            _ => {
                into.push('%');
                into.push(HEX[usize::from(byte >> 4)] as char);
                into.push(HEX[usize::from(byte & 15)] as char);
            }
        }
    }
}
