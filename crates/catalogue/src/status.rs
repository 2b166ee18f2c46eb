//! How a request ended, in whatever words its exporter says so.

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Well: 1xx, 2xx, 3xx, `success`.
    Good,
    /// By the client's fault: 4xx.
    Client,
    /// By the server's fault: 5xx.
    Server,
    /// Badly, and nobody says by whose fault.
    Failed,
}

/// Words for each class, in lower case and without `_`, `-` and spaces.
const WORDS: [(&str, Class); 37] = [
    ("ok", Class::Good),
    ("success", Class::Good),
    ("successful", Class::Good),
    ("succeeded", Class::Good),
    ("informational", Class::Good),
    ("redirection", Class::Good),
    ("redirect", Class::Good),
    ("none", Class::Good),
    ("completed", Class::Good),
    ("done", Class::Good),
    ("processed", Class::Good),
    ("clienterror", Class::Client),
    ("cancelled", Class::Client),
    ("canceled", Class::Client),
    ("invalidargument", Class::Client),
    ("notfound", Class::Client),
    ("alreadyexists", Class::Client),
    ("permissiondenied", Class::Client),
    ("resourceexhausted", Class::Client),
    ("failedprecondition", Class::Client),
    ("aborted", Class::Client),
    ("outofrange", Class::Client),
    ("unauthenticated", Class::Client),
    ("servererror", Class::Server),
    ("deadlineexceeded", Class::Server),
    ("unimplemented", Class::Server),
    ("internal", Class::Server),
    ("unavailable", Class::Server),
    ("dataloss", Class::Server),
    ("error", Class::Failed),
    ("err", Class::Failed),
    ("failure", Class::Failed),
    ("failed", Class::Failed),
    ("fail", Class::Failed),
    ("exception", Class::Failed),
    ("timeout", Class::Failed),
    ("rejected", Class::Failed),
];

/// gRPC's codes by number: 0 is OK.
const GRPC: [Class; 17] = [
    Class::Good,
    Class::Client,
    Class::Server,
    Class::Client,
    Class::Server,
    Class::Client,
    Class::Client,
    Class::Client,
    Class::Client,
    Class::Client,
    Class::Client,
    Class::Client,
    Class::Server,
    Class::Server,
    Class::Server,
    Class::Server,
    Class::Client,
];

/// How a request ended that has `value` in `label`; `None` where that says nothing. The label counts, as `error="true"` and
/// `success="true"` say the opposite, and a number may be gRPC's.
pub fn class(label: &str, value: &str) -> Option<Class> {
    let value = value.trim();
    let digits = value.as_bytes();
    if let [first @ b'1'..=b'5', rest @ ..] = digits
        && rest.len() == 2
        && rest.iter().all(|byte| byte.is_ascii_digit() || byte.eq_ignore_ascii_case(&b'x'))
    {
        return Some(of_digit(*first));
    }
    let label = label.to_ascii_lowercase();
    // Envoy has the first digit alone.
    if let [digit @ b'1'..=b'5'] = digits
        && label.contains("class")
    {
        return Some(of_digit(*digit));
    }
    let is_grpc = label.contains("grpc") || label.contains("rpc_");
    if is_grpc && let Some(class) = value.parse().ok().and_then(|code: usize| GRPC.get(code)) {
        return Some(*class);
    }
    let word: String = value
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric())
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    let told_by_error = ["error", "exception", "fail"].iter().any(|part| label.contains(part));
    match word.as_str() {
        "" => return told_by_error.then_some(Class::Good),
        "true" | "1" | "yes" => return Some(if told_by_error { Class::Failed } else { Class::Good }),
        "false" | "0" | "no" => return Some(if told_by_error { Class::Good } else { Class::Failed }),
        // Micrometer has it where no answer came, and for codes that it does not know.
        "unknown" => return is_grpc.then_some(Class::Server),
        _ => {}
    }
    let known = WORDS.iter().find(|known| known.0 == word).map(|known| known.1);
    // The name of an error.
    known.or_else(|| told_by_error.then_some(Class::Failed))
}

fn of_digit(digit: u8) -> Class {
    match digit {
        b'4' => Class::Client,
        b'5' => Class::Server,
        _ => Class::Good,
    }
}

/// Whether a look-up in a cache hit; `None` where the value says nothing.
pub fn is_hit(value: &str) -> Option<bool> {
    let value = value.to_ascii_lowercase();
    if value.contains("miss") {
        Some(false)
    } else if value.contains("hit") {
        Some(true)
    } else {
        match value.as_str() {
            "true" | "found" | "success" => Some(true),
            "false" | "not_found" | "notfound" | "expired" | "stale" => Some(false),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Class, class, is_hit};

    #[test]
    fn a_status_is_told_in_many_words() {
        use Class::{Client, Failed, Good, Server};
        for (label, value, expected) in [
            ("status", "200", Some(Good)),
            ("status", "304", Some(Good)),
            ("code", "404", Some(Client)),
            ("code", "2xx", Some(Good)),
            ("code", "5XX", Some(Server)),
            ("code", "4x", None),
            ("code", "600", None),
            ("envoy_response_code_class", "4", Some(Client)),
            ("priority", "4", None),
            ("code", "0", Some(Failed)),
            ("status", "success", Some(Good)),
            ("status", "client_error", Some(Client)),
            ("outcome", "SERVER_ERROR", Some(Server)),
            ("outcome", "CLIENT_ERROR", Some(Client)),
            ("outcome", "SUCCESS", Some(Good)),
            ("outcome", "UNKNOWN", None),
            ("status", "ok", Some(Good)),
            ("status", "error", Some(Failed)),
            ("grpc_code", "OK", Some(Good)),
            ("grpc_code", "DeadlineExceeded", Some(Server)),
            ("grpc_code", "NOT_FOUND", Some(Client)),
            ("grpc_code", "Unknown", Some(Server)),
            ("rpc_grpc_status_code", "13", Some(Server)),
            ("rpc_grpc_status_code", "0", Some(Good)),
            ("error", "true", Some(Failed)),
            ("error", "false", Some(Good)),
            ("success", "true", Some(Good)),
            ("success", "false", Some(Failed)),
            ("exception", "None", Some(Good)),
            ("exception", "IOException", Some(Failed)),
            ("error_type", "", Some(Good)),
            ("error_type", "500", Some(Server)),
            ("status", "", None),
            ("status", "teapot", None),
        ] {
            assert_eq!(class(label, value), expected, "{label}={value}");
        }
    }

    #[test]
    fn a_hit_is_told_from_a_miss() {
        for (value, expected) in [
            ("hit", Some(true)),
            ("HIT", Some(true)),
            ("get_hits", Some(true)),
            ("miss", Some(false)),
            ("get_misses", Some(false)),
            ("bypass", None),
        ] {
            assert_eq!(is_hit(value), expected, "{value}");
        }
    }
}
