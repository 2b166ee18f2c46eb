//! A value that may be a secret: written out, or taken from the environment.
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

/// `"text"`, or `{ env = "NAME" }` for what the environment variable `NAME` holds. It is never printed.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// It stands in the file.
    Plain(String),
    /// The name of the variable that holds it.
    Env(String),
}

impl Secret {
    /// Its value. `env` looks up a variable.
    ///
    /// # Errors
    /// Where the variable is not set, what to do.
    pub fn reveal(&self, env: &dyn Fn(&str) -> Option<String>) -> Result<String, String> {
        match self {
            Self::Plain(text) => Ok(text.clone()),
            // A variable that was read from a file has the file's last line break, which is none of the secret.
            Self::Env(name) => env(name)
                .map(|value| value.trim_end_matches(['\r', '\n']).to_owned())
                .filter(|value| !value.is_empty())
                .ok_or_else(|| {
                    format!("the environment variable {name} is not set: set it before whippet is started")
                }),
        }
    }
}

/// The value of `Authorization` for a token.
///
/// # Errors
/// Where the token is not set, or there is none in it: no server takes that.
pub fn bearer(token: &Secret, env: &dyn Fn(&str) -> Option<String>) -> Result<String, String> {
    match token.reveal(env)?.trim() {
        "" => Err("`bearer` is empty: write the token, or leave it out".to_owned()),
        token => Ok(format!("Bearer {token}")),
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(_) => f.write_str("Plain(…)"),
            Self::Env(name) => write!(f, "Env({name})"),
        }
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SecretVisitor)
    }
}

struct SecretVisitor;

impl<'de> Visitor<'de> for SecretVisitor {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, or { env = \"NAME\" } for an environment variable")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Secret, E> {
        Ok(Secret::Plain(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Secret, A::Error> {
        let mut name = None;
        while let Some(key) = members.next_key::<String>()? {
            if key != "env" {
                return Err(A::Error::unknown_field(&key, &["env"]));
            }
            name = Some(members.next_value::<String>()?);
        }
        let name = name.filter(|name| !name.is_empty()).ok_or_else(|| A::Error::missing_field("env"))?;
        Ok(Secret::Env(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_break_of_a_variable_is_none_of_the_secret() {
        let revealed = |value: &str| Secret::Env("KEY".to_owned()).reveal(&|_| Some(value.to_owned()));
        for value in ["s3cret ", "s3cret \n", "s3cret \r\n"] {
            assert_eq!(revealed(value).as_deref(), Ok("s3cret "), "{value:?}");
        }
        assert_eq!(revealed("a\nb\n").as_deref(), Ok("a\nb"));
        assert!(revealed("\n").is_err());
    }
}
