//! How long a value would be as JSON: the size of data in the cache. Counted and not written, so that an app has nothing of a writer.
use serde::ser::{self, Serialize, Serializer};
use std::fmt::{self, Display};

/// The length in bytes; that of a number with a fraction is close to it, and raw JSON counts as a text. `None` where its `Serialize` fails.
pub(crate) fn json_length(value: &(impl Serialize + ?Sized)) -> Option<f64> {
    let mut length = Length::default();
    value.serialize(&mut length).ok()?;
    Some(length.bytes as f64)
}

/// What is counted so far.
#[derive(Default)]
struct Length {
    bytes: usize,
    /// Whether the last value was a text: as the name of a member, any other value is put in quotes.
    is_text: bool,
}

/// A `Serialize` that fails.
#[derive(Debug)]
struct Failed;

impl Display for Failed {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Failed {}

impl ser::Error for Failed {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

/// More digits than a number has, in decimal.
const MOST_DIGITS: usize = 17;

impl Length {
    fn add(&mut self, bytes: usize) -> Result<(), Failed> {
        self.bytes += bytes;
        self.is_text = false;
        Ok(())
    }

    fn whole(&mut self, mut number: u128, is_negative: bool) -> Result<(), Failed> {
        let mut digits = 1;
        while number > 9 {
            (number, digits) = (number / 10, digits + 1);
        }
        self.add(digits + usize::from(is_negative))
    }

    /// A number with decimal places, which have an error of `error` times the number, as it was counted in binary.
    fn fraction(&mut self, number: f64, error: f64) -> Result<(), Failed> {
        if !number.is_finite() {
            return self.add("null".len());
        }
        let (mut rest, mut exponent) = (number.abs(), 0_u32);
        // Written with an exponent and its sign, such as 1.5e-7 or 1e+16: as a number from 1 to 10.
        if rest >= 1e16 {
            self.add(1)?;
            while rest >= 10.0 {
                (rest, exponent) = (rest / 10.0, exponent + 1);
            }
        } else if rest > 0.0 && rest < 1e-5 {
            self.add(1)?;
            while rest < 1.0 {
                (rest, exponent) = (rest * 10.0, exponent + 1);
            }
        }
        let (whole, mut places) = (rest as u128, 0);
        while places < MOST_DIGITS && (rest - rest.round()).abs() > rest * error {
            (rest, places) = (rest * 10.0, places + 1);
        }
        self.whole(whole, number.is_sign_negative())?;
        if exponent == 0 {
            return self.add(1 + places.max(1));
        }
        self.add(1 + places + usize::from(places > 0))?;
        self.whole(exponent.into(), false)
    }

    fn text(&mut self, text: &str) -> Result<(), Failed> {
        let escaped = text.bytes().map(|byte| match byte {
            b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 8 | 12 => 2,
            ..32 => 6,
            _ => 1,
        });
        self.bytes += escaped.sum::<usize>() + 2;
        self.is_text = true;
        Ok(())
    }

    /// `{"variant":`, and the closing brace.
    fn variant(&mut self, name: &str) -> Result<&mut Self, Failed> {
        self.text(name)?;
        self.add(3)?;
        Ok(self)
    }
}

/// An array or an object. Each of its elements has a comma or the closing bracket after it.
struct Items<'a> {
    length: &'a mut Length,
    is_empty: bool,
}

impl<'a> Items<'a> {
    fn begin(length: &'a mut Length) -> Result<Self, Failed> {
        length.add(1)?;
        Ok(Self { length, is_empty: true })
    }

    fn element(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Failed> {
        value.serialize(&mut *self.length)?;
        self.is_empty = false;
        self.length.add(1)
    }

    /// A name, with the colon after it.
    fn name(&mut self, name: &(impl Serialize + ?Sized)) -> Result<(), Failed> {
        name.serialize(&mut *self.length)?;
        let quotes = if self.length.is_text { 0 } else { 2 };
        self.length.add(quotes + 1)
    }

    fn finish(self) -> Result<(), Failed> {
        self.length.add(usize::from(self.is_empty))
    }
}

impl<'a> Serializer for &'a mut Length {
    type Ok = ();
    type Error = Failed;
    type SerializeSeq = Items<'a>;
    type SerializeTuple = Items<'a>;
    type SerializeTupleStruct = Items<'a>;
    type SerializeTupleVariant = Items<'a>;
    type SerializeMap = Items<'a>;
    type SerializeStruct = Items<'a>;
    type SerializeStructVariant = Items<'a>;

    fn serialize_bool(self, v: bool) -> Result<(), Failed> {
        self.add(if v { 4 } else { 5 })
    }
    fn serialize_i8(self, v: i8) -> Result<(), Failed> {
        self.serialize_i128(v.into())
    }
    fn serialize_i16(self, v: i16) -> Result<(), Failed> {
        self.serialize_i128(v.into())
    }
    fn serialize_i32(self, v: i32) -> Result<(), Failed> {
        self.serialize_i128(v.into())
    }
    fn serialize_i64(self, v: i64) -> Result<(), Failed> {
        self.serialize_i128(v.into())
    }
    fn serialize_i128(self, v: i128) -> Result<(), Failed> {
        self.whole(v.unsigned_abs(), v < 0)
    }
    fn serialize_u8(self, v: u8) -> Result<(), Failed> {
        self.whole(v.into(), false)
    }
    fn serialize_u16(self, v: u16) -> Result<(), Failed> {
        self.whole(v.into(), false)
    }
    fn serialize_u32(self, v: u32) -> Result<(), Failed> {
        self.whole(v.into(), false)
    }
    fn serialize_u64(self, v: u64) -> Result<(), Failed> {
        self.whole(v.into(), false)
    }
    fn serialize_u128(self, v: u128) -> Result<(), Failed> {
        self.whole(v, false)
    }
    fn serialize_f32(self, v: f32) -> Result<(), Failed> {
        self.fraction(v.into(), 1e-6)
    }
    fn serialize_f64(self, v: f64) -> Result<(), Failed> {
        self.fraction(v, 1e-12)
    }
    fn serialize_char(self, v: char) -> Result<(), Failed> {
        self.text(v.encode_utf8(&mut [0; 4]))
    }
    fn serialize_str(self, v: &str) -> Result<(), Failed> {
        self.text(v)
    }
    fn serialize_bytes(self, v: &[u8]) -> Result<(), Failed> {
        v.serialize(self)
    }
    fn serialize_none(self) -> Result<(), Failed> {
        self.serialize_unit()
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Failed> {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<(), Failed> {
        self.add("null".len())
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Failed> {
        self.serialize_unit()
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Failed> {
        self.text(variant)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Failed> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Failed> {
        value.serialize(self.variant(variant)?)
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'a>, Failed> {
        Items::begin(self)
    }
    fn serialize_tuple(self, _: usize) -> Result<Items<'a>, Failed> {
        Items::begin(self)
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Items<'a>, Failed> {
        Items::begin(self)
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items<'a>, Failed> {
        Items::begin(self.variant(variant)?)
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Items<'a>, Failed> {
        Items::begin(self)
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Items<'a>, Failed> {
        Items::begin(self)
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items<'a>, Failed> {
        Items::begin(self.variant(variant)?)
    }
}

/// Serde asks for the same of four kinds of lists.
macro_rules! list {
    ($($kind:ident $method:ident)*) => {$(
        impl ser::$kind for Items<'_> {
            type Ok = ();
            type Error = Failed;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failed> {
                self.element(value)
            }
            fn end(self) -> Result<(), Failed> {
                self.finish()
            }
        }
    )*};
}

list! {
    SerializeSeq serialize_element
    SerializeTuple serialize_element
    SerializeTupleStruct serialize_field
    SerializeTupleVariant serialize_field
}

/// … and of two kinds of structs.
macro_rules! members {
    ($($kind:ident)*) => {$(
        impl ser::$kind for Items<'_> {
            type Ok = ();
            type Error = Failed;
            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Failed> {
                self.name(name)?;
                self.element(value)
            }
            fn end(self) -> Result<(), Failed> {
                self.finish()
            }
        }
    )*};
}

members! { SerializeStruct SerializeStructVariant }

impl ser::SerializeMap for Items<'_> {
    type Ok = ();
    type Error = Failed;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Failed> {
        self.name(key)
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failed> {
        self.element(value)
    }
    fn end(self) -> Result<(), Failed> {
        self.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[derive(serde::Serialize)]
    enum Shape {
        Point,
        Circle(f64),
        Box(u8, i64),
        Named { name: String, tags: Vec<&'static str> },
    }

    #[derive(serde::Serialize)]
    struct Wrapper(Option<u32>);

    #[track_caller]
    fn check(value: impl Serialize) {
        let written = serde_json::to_string(&value).unwrap();
        assert_eq!(json_length(&value), Some(written.len() as f64), "{written}");
    }

    #[test]
    fn it_is_as_long_as_what_is_written() {
        check(());
        check((true, false, None::<u8>, Some(7)));
        check([0, 9, 10, -10, i64::MIN, i64::MAX]);
        check((u64::MAX, u128::MAX, i128::MIN));
        check([0.0, 1.0, -1.5, 0.1, 1.1, 123.456, f64::NAN, f64::INFINITY]);
        check([0.1_f32, -1.5, 2.0, 1234.25]);
        check([-0.0, 1e300, -2.5e20, 1.5e-7, 1e-9, 12345.678]);
        check("plain");
        check("größer, \"quoted\" \\ and \n \r \t \u{8} \u{c} \u{1} 日本");
        check('"');
        check(Vec::<u8>::new());
        check(BTreeMap::from([("a", vec![1]), ("b", vec![])]));
        check(BTreeMap::from([(1, "one"), (20, "twenty")]));
        check(BTreeMap::<u8, u8>::new());
        check([Shape::Point, Shape::Circle(2.5), Shape::Box(1, -2)]);
        check(Shape::Named { name: "a".to_owned(), tags: vec!["b", "c"] });
        check((Wrapper(None), Wrapper(Some(3))));
    }

    #[test]
    fn it_is_close_where_a_number_is_not_quite_what_it_was_written_as() {
        let length = json_length(&0.30000000000000004).unwrap();
        assert!((3.0..=19.0).contains(&length), "{length}");
        assert!(json_length(&f64::MAX).unwrap() <= 25.0);
        assert!(json_length(&f64::MIN_POSITIVE).unwrap() <= 25.0);
    }

    #[test]
    fn what_cannot_be_written_has_no_length() {
        struct Never;
        impl Serialize for Never {
            fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
                Err(ser::Error::custom("no"))
            }
        }
        assert_eq!(json_length(&[Never]), None);
    }
}
