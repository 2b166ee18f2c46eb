//! A list of constants that can be used by name in Rust, and walked by what writes TypeScript.

/// One constant.
pub struct Constant {
    /// The same in both languages.
    pub name: &'static str,
    /// Its documentation, one line each.
    pub doc: &'static [&'static str],
    /// What it is.
    pub value: Value,
}

/// What a constant is in TypeScript.
pub enum Value {
    /// `export const NAME = 1`.
    Number(f64),
    /// `export const NAME = ['a', 'b'] as const`: the words that numbers from zero on stand for.
    Words(&'static [&'static str]),
    /// `export const NAME: [number, number] = [1, 2]`.
    Pair(f64, f64),
    /// `export const enum Name { A = 0, B = 1 }`. Where it is used, esbuild writes the number, so that it weighs nothing.
    Enum(&'static [Constant]),
}

/// Defines numbers as constants, and lists them: `numbers! { LIST: u32; /// Why. NAME = 1; }`.
///
/// A value may be any constant expression, so that a number that the engine knows is not written again.
macro_rules! numbers {
    ($(#[$list_doc:meta])* $list:ident: $type:ty; $($(#[doc = $doc:literal])* $name:ident = $value:expr;)*) => {
        $($(#[doc = $doc])* pub const $name: $type = $value;)*
        $(#[$list_doc])*
        pub const $list: &[$crate::Constant] = &[$($crate::Constant {
            name: stringify!($name),
            doc: &[$($doc),*],
            value: $crate::Value::Number($name as f64),
        }),*];
    };
}

/// Defines numbers as constants, like [`numbers!`], and lists them as one enumeration:
/// `codes! { LIST = "Name": u32; /// Why. A = 0; }`.
macro_rules! codes {
    ($(#[doc = $list_doc:literal])* $list:ident = $enum:literal: $type:ty;
     $($(#[doc = $doc:literal])* $name:ident = $value:expr;)*) => {
        $crate::table::numbers! {
            /// The members of the enumeration.
            MEMBERS: $type;
            $($(#[doc = $doc])* $name = $value;)*
        }
        $(#[doc = $list_doc])*
        pub const $list: &[$crate::Constant] = &[$crate::Constant {
            name: $enum,
            doc: &[$($list_doc),*],
            value: $crate::Value::Enum(MEMBERS),
        }];
    };
}

pub(crate) use {codes, numbers};
