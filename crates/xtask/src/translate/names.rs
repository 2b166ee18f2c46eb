//! How names and numbers of Rust are spelled in TypeScript.
use super::js::{Js, Key};
use super::program::Program;
use super::types::{Int, Type};
use anyhow::{Result, bail};
use syn::Lit;

pub fn literal_of(literal: &Lit) -> Result<Js> {
    Ok(match literal {
        Lit::Bool(value) => Js::new(value.value.to_string(), Type::Bool),
        Lit::Float(value) => {
            let number: f64 = value.base10_parse()?;
            Js::new(self::number(number), Type::F64)
        }
        Lit::Int(value) => {
            let number: u64 = value.base10_parse()?;
            let ty = match value.suffix() {
                "" => Type::Int(None),
                "u32" => Type::Int(Some(Int { bits: 32, signed: false })),
                "u64" => Type::Int(Some(Int { bits: 64, signed: false })),
                suffix => bail!("a number with the suffix `{suffix}` is not translated"),
            };
            Js::new(number.to_string(), ty)
        }
        _ => bail!("a literal that is no number is not translated"),
    })
}

/// The shortest text that gives the number again: Rust's, as JavaScript reads it.
pub fn number(value: f64) -> String {
    if value < 0.0 { format!("({value})") } else { format!("{value}") }
}

/// Fields end in `$`: `pkg/build.mjs` shortens what does.
pub fn property(field: &str) -> String {
    format!("{}$", if field.chars().all(|c| c.is_ascii_digit()) { format!("_{field}") } else { camel(field) })
}

pub fn function_name(key: &Key) -> String {
    match key {
        (Some(this), name) => {
            let mut letters = this.chars();
            let first: String =
                letters.next().map(|letter| letter.to_ascii_lowercase()).into_iter().collect();
            let method = camel(name);
            let mut rest = method.chars();
            let upper: String = rest.next().map(|letter| letter.to_ascii_uppercase()).into_iter().collect();
            format!("{first}{}{upper}{}", letters.as_str(), rest.as_str())
        }
        (None, name) => name.clone(),
    }
}

pub fn constant_name(key: &Key) -> String {
    match key {
        (Some(this), name) => format!("{this}_{name}"),
        (None, name) => name.clone(),
    }
}

pub fn is_small(text: &str) -> bool {
    text.parse::<u32>().is_ok_and(|number| number < 1 << 31)
}

/// `snake_case` as `camelCase`.
pub fn camel(name: &str) -> String {
    let mut parts = name.split('_').filter(|part| !part.is_empty());
    let mut text = parts.next().unwrap_or("i").to_owned();
    for part in parts {
        let mut letters = part.chars();
        text.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        text.push_str(letters.as_str());
    }
    text
}

impl Program {
    /// A member in TypeScript.
    pub fn property(&self, of: &str, field: &str) -> String {
        let found = self.words.fields.iter().find(|(name, _)| name.split_once("::") == Some((of, field)));
        found.map_or_else(|| property(field), |(_, property)| (*property).to_owned())
    }
}
