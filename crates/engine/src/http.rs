//! What HTTP's answers say about another try.

/// Whether a request that was answered with `status` may succeed when it is sent once more: not after a 4xx, which would come
/// again, but for 408 (timeout), 425 (too early) and 429 (too many requests). RFC 9110, 15.5; RFC 8470; RFC 6585.
pub fn may_succeed_later(status: u32) -> bool {
    !(400..500).contains(&status) || status == 408 || status == 425 || status == 429
}

#[cfg(test)]
mod tests {
    use super::may_succeed_later;

    #[test]
    fn a_client_error_comes_again_but_for_three() {
        for status in [400, 401, 403, 404, 409, 410, 418, 422, 451, 499] {
            assert!(!may_succeed_later(status), "{status}");
        }
        for status in [301, 304, 408, 425, 429, 500, 502, 503, 504, 599] {
            assert!(may_succeed_later(status), "{status}");
        }
    }
}
