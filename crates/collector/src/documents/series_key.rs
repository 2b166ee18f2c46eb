//! Names with labels in them: `http.requests:method=GET:path=/x`.
use super::words;

/// The most labels of one series.
const LABELS: usize = 16;
/// The longest value of a label, bytes.
const VALUE: usize = 256;

/// Splits a name into the name itself and its labels. A part without `=` belongs to the value before it, as in
/// `path=/items:batch` and `host=db:5432`.
pub fn split(key: &str) -> (&str, Vec<(String, String)>) {
    let mut parts = key.split(':');
    let name = parts.next().unwrap_or_default();
    let mut labels: Vec<(String, String)> = Vec::new();
    for part in parts {
        match part.split_once('=').and_then(|(name, value)| Some((words::label(name)?, value))) {
            Some((name, value)) => add(&mut labels, name, value),
            None => {
                if let Some((_, value)) = labels.last_mut()
                    && value.len() + part.len() < VALUE
                {
                    value.push(':');
                    value.push_str(part);
                }
            }
        }
    }
    (name, labels)
}

/// Adds a label, unless there is one of that name. An empty value is none, as for Prometheus.
pub fn add(labels: &mut Vec<(String, String)>, name: String, value: &str) {
    let value = whippet_engine::beacon::limits::line(value, VALUE);
    if !value.is_empty() && labels.len() < LABELS && labels.iter().all(|label| label.0 != name) {
        labels.push((name, value));
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn labels_stand_behind_colons() {
        let check = |key: &str, name: &str, labels: &[(&str, &str)]| {
            let found = split(key);
            let given: Vec<(&str, &str)> =
                found.1.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            assert_eq!((found.0, given.as_slice()), (name, labels), "{key}");
        };
        check("http.requests", "http.requests", &[]);
        check("http.requests:method=GET:path=/x", "http.requests", &[("method", "GET"), ("path", "/x")]);
        check("a:path=/items:batch:status=200", "a", &[("path", "/items:batch"), ("status", "200")]);
        check("a:query=x=1:host=db:5432", "a", &[("query", "x=1"), ("host", "db:5432")]);
        check("a:b:c=:d=1:d=2:statusCode=3", "a", &[("d", "1"), ("status_code", "3")]);
    }
}
