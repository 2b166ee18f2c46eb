//! Query keys.
use crate::key_text::{Outline, outline, readable};
use serde::Serialize;
use std::any::TypeId;
use std::fmt;
use whippet_web::query::{Filter, Key};

/// A key: a list of segments. Made from anything that serde can write: each element of a tuple, an array or a list is a
/// segment, any other value is the only segment, and `()` has none. Keys are equal where what they are made of is: numbers
/// by value, whatever their types; maps and structs whatever the order of their members. A `HashSet` is a list to serde, and its order
/// is another each time: sort it, or take a `BTreeSet`.
///
/// ```
/// use whippet_leptos::QueryKey;
///
/// assert_eq!(QueryKey::new(&("todos", 7)), QueryKey::new(&serde_json::json!(["todos", 7])));
/// assert_eq!(QueryKey::new(&"todos"), QueryKey::new(&["todos"]));
/// assert_ne!(QueryKey::new(&None::<u32>), QueryKey::new(&()));
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct QueryKey(pub(crate) Key);

impl QueryKey {
    /// The key of `value`. Where its `Serialize` fails, the key is one of its own, which says so in development.
    pub fn new(value: &(impl Serialize + ?Sized)) -> Self {
        let segments = match outline(value) {
            Ok(Outline::Unit) => Vec::new(),
            Ok(Outline::Nothing) => vec!["none".to_owned()],
            Ok(Outline::Elements(segments)) => segments,
            Ok(Outline::Whole(segment)) => vec![segment],
            Err(error) => {
                crate::misuse::report(&format!("a query key could not be written: {error}"));
                vec![format!("refused {error}")]
            }
        };
        Self(Key(segments))
    }

    /// The queries of this key, and of no longer one.
    pub(crate) fn only(&self) -> Filter {
        // The type of the data is one segment more.
        Filter { prefix: self.0.clone(), length: Some(self.0.0.len() + 1), ..Filter::default() }
    }
}

impl fmt::Debug for QueryKey {
    /// As a list of its segments: `["todos", 7]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let segments: Vec<String> = self.0.0.iter().map(|segment| readable(segment)).collect();
        write!(f, "[{}]", segments.join(", "))
    }
}

/// The key of the query whose data is a `T`. Queries of one key and two types are two queries; the type stands at the
/// end, so that prefixes match both.
pub(crate) fn typed<T: 'static>(key: &QueryKey) -> Key {
    let mut key = key.0.clone();
    key.0.push(format!("{:?}", TypeId::of::<T>()));
    key
}

/// The key that [`typed`] got.
pub(crate) fn untyped(mut key: Key) -> QueryKey {
    key.0.pop();
    QueryKey(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::collections::BTreeMap;

    fn segments(value: impl Serialize) -> Vec<String> {
        QueryKey::new(&value).0.0
    }

    #[test]
    fn elements_are_segments() {
        assert_eq!(segments(("todos", 7, Some(true))), ["5\"todos", "7", "true"]);
        assert_eq!(segments("todos"), ["5\"todos"]);
        assert_eq!(segments(["todos"]), segments("todos"));
        assert!(segments(()).is_empty());
        assert!(segments([0_u8; 0]).is_empty());
    }

    #[test]
    fn a_key_is_printed_as_it_was_written() {
        let key = QueryKey::new(&("todos", 7, Some("a, \"b\""), [1.5]));
        assert_eq!(format!("{key:?}"), r#"["todos", 7, "a, \"b\"", [1.5]]"#);
        assert_eq!(format!("{:?}", QueryKey::new(&())), "[]");
    }

    #[test]
    fn numbers_are_equal_by_value() {
        assert_eq!(segments(7_u8), segments(7_i64));
        assert_eq!(segments(7_u128), segments(7.0));
        assert_eq!(segments(-0.0), segments(0));
        assert_ne!(segments(u128::MAX), segments(u128::MAX - 1));
        assert_ne!(segments(0.1), segments(0.2));
        assert_ne!(segments(1e300), segments(1e301));
        assert_eq!(segments(f64::NAN), segments(-f64::NAN));
        assert_eq!(segments(-9_223_372_036_854_775_808.0), segments(i64::MIN));
        assert_ne!(segments(9_223_372_036_854_775_808.0), segments(i64::MAX));
    }

    #[test]
    fn what_is_different_is_not_equal() {
        assert_ne!(segments((1,)), segments(("1",)));
        assert_ne!(segments(f64::NAN), segments(None::<f64>));
        assert_ne!(segments(None::<u32>), segments(()));
        assert_ne!(segments((None::<u32>,)), segments(("none",)));
        assert_ne!(segments(("a,1\"b",)), segments(("a", "b")));
        assert_ne!(segments((["a", "b"],)), segments((["a,1\"b"],)));
        assert_ne!(segments((vec![1, 2], 3)), segments((vec![1], 2, 3)));
    }

    #[test]
    fn keys_are_shown_as_they_are_written() {
        let readable = |value: serde_json::Value| {
            segments([value]).iter().map(|segment| crate::key_text::readable(segment)).collect::<String>()
        };
        let shown = |value: serde_json::Value| assert_eq!(readable(value.clone()), value.to_string());
        for value in [
            serde_json::json!("todos"),
            serde_json::json!("a \"quoted\" 3\"text"),
            serde_json::json!("größer"),
            serde_json::json!(7),
            serde_json::json!(-7),
            serde_json::json!(0.25),
            serde_json::json!(true),
            serde_json::json!(false),
            serde_json::json!([1, [2, "three"], []]),
            serde_json::json!({ "a": 1, "b": [true, 0.5], "c": { "f": "false" } }),
        ] {
            shown(value);
        }
        assert_eq!(
            segments(None::<u32>).iter().map(|it| crate::key_text::readable(it)).collect::<String>(),
            "none"
        );
    }

    #[test]
    fn the_order_of_members_does_not_matter() {
        let ab = serde_json::json!([{ "a": 1, "b": 2 }]);
        let ba: Value = serde_json::from_str(r#"[{ "b": 2, "a": 1 }]"#).unwrap();
        assert_eq!(segments(ab), segments(ba));
    }

    #[test]
    fn the_keys_of_a_map_may_be_anything() {
        let map = |a: (u32, u32), b| segments([BTreeMap::from([(a, b)])]);
        assert_eq!(map((1, 2), 3), map((1, 2), 3));
        assert_ne!(map((1, 2), 3), map((2, 1), 3));
    }

    #[test]
    fn variants_of_an_enum_differ() {
        #[derive(Serialize)]
        enum Filter {
            All,
            Of(u32),
            Between(u32, u32),
            By { name: &'static str },
        }
        let all = [
            segments(Filter::All),
            segments(Filter::Of(1)),
            segments(Filter::Of(2)),
            segments(Filter::Between(1, 2)),
            segments(Filter::By { name: "a" }),
        ];
        for (i, a) in all.iter().enumerate() {
            assert_eq!(a.len(), 1);
            assert!(all[i + 1..].iter().all(|b| a != b), "{a:?}");
        }
    }

    #[test]
    fn a_value_that_refuses_is_a_key_of_its_own() {
        struct Refuses;
        impl Serialize for Refuses {
            fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
                Err(serde::ser::Error::custom("no"))
            }
        }
        assert_eq!(segments(Refuses), segments((Refuses,).0));
        assert_ne!(segments(Refuses), segments("no"));
    }
}
