//! Writes keys as text that is equal where the keys are, and only there.
//!
//! Not as JSON: that has no 128-bit integers, writes NaN and `None` alike, and refuses maps whose keys are no strings. Not by
//! `Hash` and `Eq` alone: a prefix of a key has another type than the key.
use serde::ser::{self, Serialize, Serializer};
use std::fmt::{self, Display, Write};

/// Why a value is no key: its `Serialize` says so.
#[derive(Debug)]
pub(crate) struct Refused(String);

impl Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

impl ser::Error for Refused {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// What a value is at its outermost.
pub(crate) enum Outline {
    /// `()`.
    Unit,
    /// `None`.
    Nothing,
    /// A tuple, an array or a list: its elements.
    Elements(Vec<String>),
    /// Anything else, as text.
    Whole(String),
}

/// A segment as people write it, which is nearly JSON: texts in quotes, without their lengths.
pub(crate) fn readable(segment: &str) -> String {
    let (mut out, mut rest) = (String::new(), segment);
    while let Some(first) = rest.chars().next() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, after) = rest.split_at(digits);
        let text = after.strip_prefix('"').and_then(|after| after.split_at_checked(number.parse().ok()?));
        if let Some((text, after)) = text {
            out += &format!("{text:?}");
            rest = after;
        } else if digits > 0 {
            out += number;
            rest = after;
        } else if let Some(after) = rest.strip_prefix('f').filter(|_| !rest.starts_with("false")) {
            let bits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_hexdigit()).len();
            let (bits, after) = after.split_at(bits);
            match u64::from_str_radix(bits, 16) {
                Ok(bits) => out += &f64::from_bits(bits).to_string(),
                Err(_) => out.push('f'),
            }
            rest = after;
        } else {
            // Each element ends with a comma; the last one needs none.
            if matches!(first, ']' | '}') && out.ends_with(',') {
                out.pop();
            }
            out.push(first);
            rest = &rest[first.len_utf8()..];
            if rest.is_empty() || !first.is_ascii_alphabetic() {
                continue;
            }
            // A word, such as `true`, to its end.
            let word = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric()).len();
            let (word, after) = rest.split_at(word);
            out += word;
            rest = after;
        }
    }
    out
}

/// The segments of a key.
pub(crate) fn outline(value: &(impl Serialize + ?Sized)) -> Result<Outline, Refused> {
    value.serialize(Outermost)
}

fn text(value: &(impl Serialize + ?Sized)) -> Result<String, Refused> {
    value.serialize(Text)
}

/// Numbers of different types are equal where their values are, as literals without a type are in Rust.
struct Text;

impl Serializer for Text {
    type Ok = String;
    type Error = Refused;
    type SerializeSeq = Sequence;
    type SerializeTuple = Sequence;
    type SerializeTupleStruct = Sequence;
    type SerializeTupleVariant = Sequence;
    type SerializeMap = Members;
    type SerializeStruct = Members;
    type SerializeStructVariant = Members;

    fn serialize_bool(self, v: bool) -> Result<String, Refused> {
        Ok(v.to_string())
    }
    fn serialize_i8(self, v: i8) -> Result<String, Refused> {
        Ok(v.to_string())
    }
    fn serialize_i16(self, v: i16) -> Result<String, Refused> {
        Ok(v.to_string())
    }
    fn serialize_i32(self, v: i32) -> Result<String, Refused> {
        Ok(v.to_string())
    }
    fn serialize_i64(self, v: i64) -> Result<String, Refused> {
        Ok(v.to_string())
    }
    fn serialize_i128(self, v: i128) -> Result<String, Refused> {
        Ok(v.to_string())
    }
    fn serialize_u8(self, v: u8) -> Result<String, Refused> {
        Ok(v.to_string())
    }
    fn serialize_u16(self, v: u16) -> Result<String, Refused> {
        Ok(v.to_string())
    }
    fn serialize_u32(self, v: u32) -> Result<String, Refused> {
        Ok(v.to_string())
    }
    fn serialize_u64(self, v: u64) -> Result<String, Refused> {
        Ok(v.to_string())
    }
    fn serialize_u128(self, v: u128) -> Result<String, Refused> {
        Ok(v.to_string())
    }
    fn serialize_f32(self, v: f32) -> Result<String, Refused> {
        self.serialize_f64(f64::from(v))
    }
    fn serialize_f64(self, v: f64) -> Result<String, Refused> {
        // By bits: printing floats is code that every page would download. Zero has one sign, NaN one form.
        // From 2^63 on, the conversion gives `i64::MAX`, which no float equals.
        let whole = v as i64;
        if whole as f64 == v && whole != i64::MAX {
            return Ok(whole.to_string());
        }
        Ok(format!("f{:x}", if v.is_nan() { f64::NAN.to_bits() } else { v.to_bits() }))
    }
    fn serialize_char(self, v: char) -> Result<String, Refused> {
        self.serialize_str(v.encode_utf8(&mut [0; 4]))
    }
    fn serialize_str(self, v: &str) -> Result<String, Refused> {
        // The length in front, so that no text can look like two.
        Ok(format!("{}\"{v}", v.len()))
    }
    fn serialize_bytes(self, v: &[u8]) -> Result<String, Refused> {
        let mut out = String::from("b");
        for byte in v {
            // Writing to a string does not fail.
            let _ = write!(out, "{byte:02x}");
        }
        Ok(out)
    }
    fn serialize_none(self) -> Result<String, Refused> {
        Ok("none".into())
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<String, Refused> {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<String, Refused> {
        Ok("()".into())
    }
    fn serialize_unit_struct(self, name: &'static str) -> Result<String, Refused> {
        self.serialize_str(name)
    }
    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<String, Refused> {
        self.serialize_str(variant)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<String, Refused> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<String, Refused> {
        Ok(format!("{}({})", Text.serialize_str(variant)?, text(value)?))
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Sequence, Refused> {
        Ok(Sequence(String::from("[")))
    }
    fn serialize_tuple(self, _: usize) -> Result<Sequence, Refused> {
        self.serialize_seq(None)
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Sequence, Refused> {
        self.serialize_seq(None)
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Sequence, Refused> {
        Ok(Sequence(Text.serialize_str(variant)? + "["))
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Members, Refused> {
        Ok(Members::default())
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Members, Refused> {
        Ok(Members::default())
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Members, Refused> {
        Ok(Members { variant: Text.serialize_str(variant)?, ..Members::default() })
    }
}

struct Sequence(String);

impl Sequence {
    fn push(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Refused> {
        self.0 += &text(value)?;
        self.0.push(',');
        Ok(())
    }

    fn end(self) -> String {
        self.0 + "]"
    }
}

/// The members of a map or a struct, which have no order.
#[derive(Default)]
struct Members {
    variant: String,
    members: Vec<(String, String)>,
}

impl Members {
    fn end(mut self) -> String {
        self.members.sort_unstable();
        let mut out = self.variant + "{";
        for (name, value) in self.members {
            out += &name;
            out.push(':');
            out += &value;
            out.push(',');
        }
        out + "}"
    }

    fn push(&mut self, name: &str, value: &(impl Serialize + ?Sized)) -> Result<(), Refused> {
        self.members.push((Text.serialize_str(name)?, text(value)?));
        Ok(())
    }
}

macro_rules! sequence {
    ($($trait:ident $method:ident),*) => {$(
        impl ser::$trait for Sequence {
            type Ok = String;
            type Error = Refused;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
                self.push(value)
            }
            fn end(self) -> Result<String, Refused> {
                Ok(Sequence::end(self))
            }
        }
    )*};
}

sequence!(
    SerializeSeq serialize_element,
    SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field
);

macro_rules! members {
    ($($trait:ident),*) => {$(
        impl ser::$trait for Members {
            type Ok = String;
            type Error = Refused;
            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Refused> {
                self.push(name, value)
            }
            fn end(self) -> Result<String, Refused> {
                Ok(Members::end(self))
            }
        }
    )*};
}

members!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Members {
    type Ok = String;
    type Error = Refused;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Refused> {
        self.members.push((text(key)?, String::new()));
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
        let value = text(value)?;
        if let Some((_, last)) = self.members.last_mut() {
            *last = value;
        }
        Ok(())
    }
    fn end(self) -> Result<String, Refused> {
        Ok(Members::end(self))
    }
}

/// Tells what a value is at its outermost, and writes the rest as [`Text`] does.
struct Outermost;

/// Elements of a list that are segments.
struct Segments(Vec<String>);

macro_rules! segments {
    ($($trait:ident $method:ident),*) => {$(
        impl ser::$trait for Segments {
            type Ok = Outline;
            type Error = Refused;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
                self.0.push(text(value)?);
                Ok(())
            }
            fn end(self) -> Result<Outline, Refused> {
                Ok(Outline::Elements(self.0))
            }
        }
    )*};
}

segments!(SerializeSeq serialize_element, SerializeTuple serialize_element, SerializeTupleStruct serialize_field);

/// A value that is one segment.
struct Whole<S>(S);

macro_rules! whole_fields {
    ($($trait:ident $inner:ty),*) => {$(
        impl ser::$trait for Whole<$inner> {
            type Ok = Outline;
            type Error = Refused;
            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Refused> {
                self.0.push(name, value)
            }
            fn end(self) -> Result<Outline, Refused> {
                Ok(Outline::Whole(self.0.end()))
            }
        }
    )*};
}

whole_fields!(SerializeStruct Members, SerializeStructVariant Members);

impl ser::SerializeTupleVariant for Whole<Sequence> {
    type Ok = Outline;
    type Error = Refused;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
        self.0.push(value)
    }
    fn end(self) -> Result<Outline, Refused> {
        Ok(Outline::Whole(self.0.end()))
    }
}

impl ser::SerializeMap for Whole<Members> {
    type Ok = Outline;
    type Error = Refused;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Refused> {
        ser::SerializeMap::serialize_key(&mut self.0, key)
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
        ser::SerializeMap::serialize_value(&mut self.0, value)
    }
    fn end(self) -> Result<Outline, Refused> {
        Ok(Outline::Whole(self.0.end()))
    }
}

macro_rules! whole {
    ($($method:ident $type:ty),* $(,)?) => {$(
        fn $method(self, v: $type) -> Result<Outline, Refused> {
            Text.$method(v).map(Outline::Whole)
        }
    )*};
}

impl Serializer for Outermost {
    type Ok = Outline;
    type Error = Refused;
    type SerializeSeq = Segments;
    type SerializeTuple = Segments;
    type SerializeTupleStruct = Segments;
    type SerializeTupleVariant = Whole<Sequence>;
    type SerializeMap = Whole<Members>;
    type SerializeStruct = Whole<Members>;
    type SerializeStructVariant = Whole<Members>;

    whole!(
        serialize_bool bool, serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64, serialize_i128 i128,
        serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64, serialize_u128 u128, serialize_f32 f32,
        serialize_f64 f64, serialize_char char, serialize_str &str, serialize_bytes &[u8],
    );

    fn serialize_none(self) -> Result<Outline, Refused> {
        Ok(Outline::Nothing)
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Outline, Refused> {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<Outline, Refused> {
        Ok(Outline::Unit)
    }
    fn serialize_unit_struct(self, name: &'static str) -> Result<Outline, Refused> {
        Text.serialize_str(name).map(Outline::Whole)
    }
    fn serialize_unit_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
    ) -> Result<Outline, Refused> {
        Text.serialize_unit_variant(name, index, variant).map(Outline::Whole)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Outline, Refused> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Outline, Refused> {
        Text.serialize_newtype_variant(name, index, variant, value).map(Outline::Whole)
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Segments, Refused> {
        Ok(Segments(Vec::new()))
    }
    fn serialize_tuple(self, _: usize) -> Result<Segments, Refused> {
        self.serialize_seq(None)
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Segments, Refused> {
        self.serialize_seq(None)
    }
    fn serialize_tuple_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Whole<Sequence>, Refused> {
        Text.serialize_tuple_variant(name, index, variant, length).map(Whole)
    }
    fn serialize_map(self, length: Option<usize>) -> Result<Whole<Members>, Refused> {
        Text.serialize_map(length).map(Whole)
    }
    fn serialize_struct(self, name: &'static str, length: usize) -> Result<Whole<Members>, Refused> {
        Text.serialize_struct(name, length).map(Whole)
    }
    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Whole<Members>, Refused> {
        Text.serialize_struct_variant(name, index, variant, length).map(Whole)
    }
}
