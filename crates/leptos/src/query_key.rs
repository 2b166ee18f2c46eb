//! What a query is found by.
use serde::Serialize;
use serde_json::Value;
use whippet_web::query::Key;

/// A key: a list of parts. Made from anything that can be written as JSON: each element of a tuple, an array
/// or a list is a part, any other value is the only part, and `()` has none.
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
    /// The key that says `value`.
    ///
    /// # Panics
    /// Where `value` cannot be written as JSON, such as a map whose keys are not strings.
    pub fn new(value: &(impl Serialize + ?Sized)) -> Self {
        let parts = match serde_json::to_value(value) {
            Ok(Value::Null) => Vec::new(),
            Ok(Value::Array(parts)) => parts.iter().map(Value::to_string).collect(),
            Ok(part) => vec![part.to_string()],
            Err(error) => panic!("a query key must be something that JSON can say: {error}"),
        };
        Self(Key(parts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(value: impl Serialize) -> Vec<String> {
        QueryKey::new(&value).0.0
    }

    #[test]
    fn elements_are_parts() {
        assert_eq!(parts(("todos", 7, Some(true))), [r#""todos""#, "7", "true"]);
        assert_eq!(parts("todos"), [r#""todos""#]);
        assert!(parts(()).is_empty());
    }

    #[test]
    fn a_number_is_not_its_text() {
        assert_ne!(parts((1,)), parts(("1",)));
    }

    #[test]
    fn the_order_of_fields_does_not_matter() {
        let ab = serde_json::json!([{ "a": 1, "b": 2 }]);
        let ba: Value = serde_json::from_str(r#"[{ "b": 2, "a": 1 }]"#).unwrap();
        assert_eq!(parts(ab), parts(ba));
    }
}
