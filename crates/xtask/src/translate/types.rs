//! The types that a translated function may have, as far as its JavaScript depends on them.
use super::program::Program;
use anyhow::{Result, bail};
use quote::ToTokens as _;

/// Ids, which are numbers from 1.
pub const IDS: [&str; 5] = ["QueryId", "ObserverId", "RunId", "MutationId", "Leaf"];

/// A variant of an enum that TypeScript has as words.
pub fn word(variant: &str) -> String {
    let mut letters = variant.chars();
    let first: String = letters.next().map(|letter| letter.to_ascii_lowercase()).into_iter().collect();
    format!("'{first}{}'", letters.as_str())
}

/// An integer's width and sign. A `usize` has 32 bits, as in wasm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Int {
    pub bits: u8,
    pub signed: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    F64,
    /// `None`: a literal whose type Rust infers.
    Int(Option<Int>),
    Bool,
    Unit,
    /// A struct, an enum, or a tuple struct of one `Copy` value, by name.
    Named(String),
    /// A reference to a struct or to a list.
    Ref(Box<Type>),
    /// An `Option` of a place in a list, where it was found: `None` is negative.
    Place,
    /// `None` is `undefined`.
    Option(Box<Type>),
    /// Its bits are asked for.
    F32,
    /// See `containers.rs`.
    Slab(Box<Type>),
    Queue(Box<Type>),
    Deadlines,
    /// `[0, value]` or `[1, error]`.
    Result(Box<Type>, Box<Type>),
    List(Box<Type>),
    Tuple(Vec<Type>),
    /// The table of rows of a machine: a list whose row 0 stands in for any that is not there.
    Rows(Box<Type>),
    /// Known to the compiler, and of no account here.
    Unknown,
}

impl Type {
    pub fn is_number(&self) -> bool {
        matches!(self, Self::F64 | Self::Int(_))
    }

    /// Whether it is a `bigint`.
    pub fn is_wide(&self) -> bool {
        matches!(self, Self::Int(Some(Int { bits: 64.., .. })))
    }

    /// Without references.
    pub fn bare(&self) -> &Self {
        match self {
            Self::Ref(inner) => inner.bare(),
            other => other,
        }
    }

    /// As TypeScript writes it.
    pub fn typescript(&self, program: &Program) -> String {
        match self {
            Self::F64 | Self::Int(_) if self.is_wide() => "bigint".into(),
            Self::F64 | Self::Int(_) | Self::Place => "number".into(),
            Self::Bool => "boolean".into(),
            Self::Unit => "void".into(),
            Self::Named(name) => match program.erased(name) {
                Some(inner) => inner.typescript(program),
                None if program.words.are_words(name) => {
                    let words = program.enums[name].iter().map(|(variant, _)| word(variant));
                    words.collect::<Vec<_>>().join(" | ")
                }
                None if program.number_or_nothing(name).is_some() => "number | undefined".into(),
                None if program.told_fields(name).is_some() => name.clone(),
                None if program.enums.contains_key(name) => "number".into(),
                None => name.clone(),
            },
            Self::Ref(inner) => inner.typescript(program),
            Self::Option(inner) => format!("{} | undefined", inner.typescript(program)),
            Self::List(inner) | Self::Rows(inner) => format!("{}[]", inner.typescript(program)),
            Self::F32 => "number".into(),
            Self::Slab(inner) => format!("Map<number, {}>", inner.typescript(program)),
            Self::Queue(inner) => format!("{}[]", inner.typescript(program)),
            Self::Deadlines => "Deadlines".into(),
            Self::Tuple(_) | Self::Result(..) | Self::Unknown => "any".into(),
        }
    }
}

/// The type that a name of the standard library or of a program means.
pub fn read(ty: &syn::Type, program: &Program, this: Option<&str>) -> Result<Type> {
    Ok(match ty {
        syn::Type::Reference(reference) => {
            let inner = read(&reference.elem, program, this)?;
            // What is borrowed and not written stays as it is.
            let scalar = inner.is_number() || inner == Type::Bool;
            if scalar && reference.mutability.is_none() { inner } else { Type::Ref(Box::new(inner)) }
        }
        syn::Type::Paren(paren) => read(&paren.elem, program, this)?,
        syn::Type::Array(array) => Type::List(Box::new(read(&array.elem, program, this)?)),
        syn::Type::Slice(slice) => Type::List(Box::new(read(&slice.elem, program, this)?)),
        syn::Type::Tuple(tuple) if tuple.elems.is_empty() => Type::Unit,
        syn::Type::Tuple(tuple) => {
            Type::Tuple(tuple.elems.iter().map(|ty| read(ty, program, this)).collect::<Result<_>>()?)
        }
        syn::Type::Path(path) => {
            let Some(last) = path.path.segments.last() else { bail!("a type without a name") };
            let name = last.ident.to_string();
            let argument = |place: usize| -> Result<Type> {
                let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else {
                    return Ok(Type::Unknown);
                };
                match arguments.args.get(place) {
                    Some(syn::GenericArgument::Type(ty)) => read(ty, program, this),
                    _ => Ok(Type::Unknown),
                }
            };
            let int = |bits, signed| Type::Int(Some(Int { bits, signed }));
            match name.as_str() {
                "f64" => Type::F64,
                "u8" => int(8, false),
                "i8" => int(8, true),
                "u16" => int(16, false),
                "u32" | "usize" => int(32, false),
                "i32" | "isize" => int(32, true),
                // Counters.
                "u64" if program.words.counts => Type::F64,
                "u64" => int(64, false),
                "f32" => Type::F32,
                "i64" => int(64, true),
                "u128" => int(128, false),
                "bool" => Type::Bool,
                "Option" => {
                    let inner = argument(0)?;
                    if let Type::Named(name) = &inner
                        && program.number_or_nothing(name).is_some()
                    {
                        bail!(
                            "`{name}` is a number or `undefined` already: an `Option` of it would be two of them"
                        );
                    }
                    Type::Option(Box::new(inner))
                }
                "Result" => Type::Result(Box::new(argument(0)?), Box::new(argument(1)?)),
                "Vec" | "List" => Type::List(Box::new(argument(0)?)),
                "Box" => argument(0)?,
                "Slab" => Type::Slab(Box::new(argument(1)?)),
                "Queue" => Type::Queue(Box::new(argument(0)?)),
                "Deadlines" => Type::Deadlines,
                // JavaScript finds queries by their keys.
                "K" => Type::Named("NoKeys".into()),
                name if IDS.contains(&name) || name == "Handle" => Type::Named(name.to_owned()),
                "Self" => match this {
                    Some(this) => Type::Named(this.into()),
                    None => bail!("`Self` outside an impl"),
                },
                "R" => match &program.rows {
                    Some(row) => Type::Rows(Box::new(Type::Named(row.clone()))),
                    None => Type::Unknown,
                },
                _ if program.structs.contains_key(&name) || program.enums.contains_key(&name) => {
                    Type::Named(name)
                }
                _ => Type::Unknown,
            }
        }
        other => bail!("a type like `{}` is not translated", other.to_token_stream()),
    })
}

impl Program {
    /// What a `Copy` tuple struct of one value is made of: in JavaScript it is that value.
    pub fn erased(&self, name: &str) -> Option<Type> {
        if IDS.contains(&name) {
            return Some(Type::Int(Some(Int { bits: 32, signed: false })));
        }
        let found = self.structs.get(name)?;
        let is_erased = found.is_tuple && found.is_copy && found.fields.len() == 1;
        is_erased.then(|| read(&found.fields[0].1, self, None).unwrap_or(Type::Unknown))
    }

    /// Of an enum whose variants TypeScript knows: how many values they hold, at least and at most, if any does.
    pub fn told_fields(&self, name: &str) -> Option<(usize, usize)> {
        if !self.words.told.contains(&name) {
            return None;
        }
        let is_heard = |variant: &str| !self.words.is_unheard(&format!("{name}::{variant}"));
        let counts =
            || self.enums[name].iter().filter(|(variant, _)| is_heard(variant)).map(|(_, count)| *count);
        let (least, most) = (counts().min()?, counts().max()?);
        (most > 0).then_some((least, most))
    }

    /// Of an enum that is a number or nothing: the variant that holds the number. It is an `Option` by another name.
    pub fn number_or_nothing(&self, name: &str) -> Option<&str> {
        let variants = self.enums.get(name)?;
        let ([(_, 0), (second, 1)] | [(second, 1), (_, 0)]) = variants.as_slice() else { return None };
        let fields = self.variant_fields.get(&(name.to_owned(), second.clone()))?;
        let (field, ty) = fields.first()?;
        let ty = read(ty, self, Some(name)).ok()?;
        let ty = match &ty {
            Type::Named(inner) => self.erased(inner)?,
            _ => ty,
        };
        (field == "0" && ty.is_number() && !ty.is_wide()).then_some(second)
    }

    /// Whether a value of the type is never falsy.
    pub fn is_truthy(&self, ty: &Type) -> bool {
        match ty.bare() {
            Type::List(_) | Type::Slab(_) => true,
            Type::Named(name) => {
                IDS.contains(&name.as_str()) || self.erased(name).is_none() && !self.enums.contains_key(name)
            }
            _ => false,
        }
    }

    pub fn fields(&self, name: &str) -> Vec<(String, Type)> {
        let Some(found) = self.structs.get(name) else { return Vec::new() };
        let read = |ty| read(ty, self, Some(name)).unwrap_or(Type::Unknown);
        let fields = found.fields.iter().filter(|(field, _)| !self.words.is_unread(name, field));
        fields.map(|(field, ty)| (field.clone(), read(ty))).collect()
    }
}
