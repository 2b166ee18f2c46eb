//! Query keys.
use serde::Serialize;
use serde_json::Value;
use whippet_web::query::Key;

/// A key: a list of segments. Made from anything that can be written as JSON: each element of a tuple, an array
/// or a list is a segment, any other value is the only segment, and `()` has none.
///
/// ```
/// use whippet_leptos::QueryKey;
///
/// assert_eq!(QueryKey::new(&("todos", 7)), QueryKey::new(&serde_json::json!(["todos", 7])));
/// assert_eq!(QueryKey::new(&"todos"), QueryKey::new(&["todos"]));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct QueryKey(pub(crate) Key);

impl QueryKey {
    /// The key of `value`.
    ///
    /// # Panics
    /// Where `value` cannot be written as JSON, such as a map whose keys are not strings.
    pub fn new(value: &(impl Serialize + ?Sized)) -> Self {
        let segments = match serde_json::to_value(value) {
            Ok(Value::Null) => Vec::new(),
            Ok(Value::Array(segments)) => segments.iter().map(Value::to_string).collect(),
            Ok(segment) => vec![segment.to_string()],
            Err(error) => panic!("a query key must be something that JSON can say: {error}"),
        };
        Self(Key(segments))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments(value: impl Serialize) -> Vec<String> {
        QueryKey::new(&value).0.0
    }

    #[test]
    fn elements_are_segments() {
        assert_eq!(segments(("todos", 7, Some(true))), [r#""todos""#, "7", "true"]);
        assert_eq!(segments("todos"), [r#""todos""#]);
        assert!(segments(()).is_empty());
    }

    #[test]
    fn a_number_is_not_its_text() {
        assert_ne!(segments((1,)), segments(("1",)));
    }

    #[test]
    fn the_order_of_fields_does_not_matter() {
        let ab = serde_json::json!([{ "a": 1, "b": 2 }]);
        let ba: Value = serde_json::from_str(r#"[{ "b": 2, "a": 1 }]"#).unwrap();
        assert_eq!(segments(ab), segments(ba));
    }
}
