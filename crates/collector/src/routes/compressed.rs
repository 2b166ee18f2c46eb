//! Selects among the files that were compressed when the dashboard was built.
use axum::http::{HeaderMap, header};

/// The encodings by their names in HTTP, with the ending of their files; the one with the smallest files first.
const ENCODINGS: [(&str, &str); 3] = [("br", "br"), ("zstd", "zst"), ("gzip", "gz")];

/// Whether `path` is a compressed file. These are no addresses of their own.
pub fn is_one(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, end)| ENCODINGS.iter().any(|(_, ending)| *ending == end))
}

/// The encodings that `Accept-Encoding` allows, best first: RFC 9110, section 12.5.3.
pub fn accepted(headers: &HeaderMap) -> Vec<(&'static str, &'static str)> {
    let lines = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let entries: Vec<(String, f32)> = lines.flat_map(|line| line.split(',')).map(entry).collect();
    let quality = |name: &str| {
        let named =
            |wanted: &str| entries.iter().find(|(name, _)| name == wanted).map(|(_, quality)| *quality);
        named(name).or_else(|| named("*")).unwrap_or(0.0)
    };
    let mut accepted: Vec<_> = ENCODINGS.into_iter().filter(|(name, _)| quality(name) > 0.0).collect();
    // The sort is stable: among equal weights the smallest file stays first.
    accepted.sort_by(|a, b| quality(b.0).total_cmp(&quality(a.0)));
    accepted
}

fn entry(text: &str) -> (String, f32) {
    let (name, parameters) = text.split_once(';').unwrap_or((text, ""));
    let quality = parameters.trim().trim_start_matches(['q', 'Q']).trim_start().strip_prefix('=');
    let quality = quality.map_or(1.0, |quality| quality.trim().parse().unwrap_or(0.0));
    (name.trim().to_ascii_lowercase(), quality)
}

#[cfg(test)]
mod tests {
    use super::{accepted, is_one};
    use axum::http::{HeaderMap, HeaderValue, header};

    #[test]
    fn accepted_encodings_are_sorted_by_weight_then_by_size() {
        for (value, wanted) in [
            ("gzip, deflate, br, zstd", &["br", "zstd", "gzip"][..]),
            ("gzip, deflate", &["gzip"]),
            ("br;q=0.5, gzip;q=0.9", &["gzip", "br"]),
            ("br;q=0, *", &["zstd", "gzip"]),
            ("GZIP ; Q = 1", &["gzip"]),
            ("identity", &[]),
            ("br;q=nonsense", &[]),
            ("", &[]),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
            let found: Vec<&str> = accepted(&headers).into_iter().map(|(name, _)| name).collect();
            assert_eq!(found, wanted, "{value}");
        }
        assert!(accepted(&HeaderMap::new()).is_empty());
        assert!(is_one("assets/a/x.js.br") && !is_one("assets/a/x.js"));
    }
}
