//! Patterns: the condition under which one matches, and what it binds.
use super::js::{Js, Matched};
use super::lower::Lower;
use super::types::{self, Int, Type};
use anyhow::{Context as _, Result, bail};
use quote::ToTokens as _;
use syn::{Expr, Pat};

impl Lower<'_> {
    /// The condition under which a pattern matches, `None` if it always does, and what it binds.
    pub fn pattern(&mut self, pattern: &Pat, subject: &Js) -> Result<Matched> {
        match pattern {
            Pat::Wild(_) | Pat::Rest(_) => Ok((None, Vec::new())),
            Pat::Paren(paren) => self.pattern(&paren.pat, subject),
            Pat::Reference(reference) => self.pattern(&reference.pat, subject),
            Pat::Type(typed) => self.pattern(&typed.pat, subject),
            Pat::Lit(literal) => {
                let value = self.expression(&Expr::Lit(literal.clone()))?;
                let text = if value.text == "true" {
                    subject.text.clone()
                } else if value.text == "false" {
                    format!("!{}", subject.text)
                } else {
                    format!("{} === {}", subject.text, value.text)
                };
                Ok((Some(text), Vec::new()))
            }
            Pat::Ident(found)
                if found
                    .ident
                    .to_string()
                    .chars()
                    .all(|c| c.is_uppercase() || c.is_ascii_digit() || c == '_') =>
            {
                let path = &found.ident;
                let value = self.expression(&syn::parse_quote!(#path))?;
                Ok((Some(format!("{} === {}", subject.text, value.text)), Vec::new()))
            }
            Pat::Ident(found) if found.ident == "None" => Ok((Some(self.is_none(subject)), Vec::new())),
            Pat::Ident(found) => Ok((None, vec![(found.ident.to_string(), subject.clone())])),
            Pat::Path(path) => {
                if path.path.is_ident("None") {
                    return Ok((Some(self.is_none(subject)), Vec::new()));
                }
                let value = self.expression(&Expr::Path(path.clone()))?;
                let text = format!("{} === {}", subject.text, value.text);
                Ok((Some(text), Vec::new()))
            }
            Pat::TupleStruct(found) => {
                let last = found.path.segments.last().context("a pattern")?.ident.to_string();
                let inner = found.elems.first().context("a pattern")?;
                if last == "Some" {
                    let ty = match subject.ty.bare() {
                        Type::Option(inner) => (**inner).clone(),
                        Type::Place => Type::Int(Some(Int { bits: 32, signed: false })),
                        _ => Type::Unknown,
                    };
                    let some = match subject.ty {
                        Type::Place => format!("{} >= 0", subject.text),
                        _ => self.some(&subject.text, &ty),
                    };
                    let (condition, names) = self.pattern(inner, &Js::new(subject.text.clone(), ty))?;
                    return Ok((
                        Some(condition.map_or(some.clone(), |condition| format!("{some} && {condition}"))),
                        names,
                    ));
                }
                if let Some(ty) = self.program.erased(&last) {
                    return self.pattern(inner, &Js::new(subject.text.clone(), ty));
                }
                if let (Type::Result(value, error), "Ok" | "Err") = (subject.ty.bare(), last.as_str()) {
                    let (place, ty) = if last == "Ok" { (0, value) } else { (1, error) };
                    let held = Js::new(format!("{}[1]", subject.text), (**ty).clone());
                    let (condition, names) = self.pattern(inner, &held)?;
                    let is = format!("{}[0] === {place}", subject.text);
                    return Ok((
                        Some(condition.map_or(is.clone(), |condition| format!("{is} && {condition}"))),
                        names,
                    ));
                }
                let of = found.path.segments.iter().rev().nth(1).map(|segment| segment.ident.to_string());
                let of = if of.as_deref() == Some("Self") { self.this.clone() } else { of };
                let variants = of
                    .as_ref()
                    .and_then(|of| self.program.enums.get(of))
                    .with_context(|| format!("the enum of the variant `{last}` is unknown"))?;
                let place = variants
                    .iter()
                    .position(|(variant, _)| *variant == last)
                    .with_context(|| format!("the variant `{last}` is unknown"))?;
                let of = of.as_deref().unwrap_or_default();
                let ty = self.variant_type(of, &last);
                let (held, is) = match self.program.number_or_nothing(of) {
                    Some(_) => (subject.text.clone(), format!("{} !== undefined", subject.text)),
                    None => (format!("{}[1]", subject.text), format!("{}[0] === {place}", subject.text)),
                };
                let (condition, names) = self.pattern(inner, &Js::new(held, ty))?;
                Ok((Some(condition.map_or(is.clone(), |condition| format!("{is} && {condition}"))), names))
            }
            Pat::Struct(found) if self.variant(&found.path).is_some() => {
                let (place, fields) = self
                    .variant(&found.path)
                    .and_then(|name| self.variant_fields(&name))
                    .context("a variant")?;
                let mut conditions = vec![format!("{}[0] === {place}", subject.text)];
                let mut names = Vec::new();
                for field in &found.fields {
                    let syn::Member::Named(member) = &field.member else { bail!("a field without a name") };
                    let place = fields.iter().position(|(name, _)| member == name).context("a field")?;
                    let held = Js::new(format!("{}[{}]", subject.text, place + 1), fields[place].1.clone());
                    let (condition, bound) = self.pattern(&field.pat, &held)?;
                    conditions.extend(condition);
                    names.extend(bound);
                }
                Ok((Some(conditions.join(" && ")), names))
            }
            Pat::Struct(found) => {
                let mut conditions = Vec::new();
                let mut names = Vec::new();
                for field in &found.fields {
                    let syn::Member::Named(member) = &field.member else { bail!("a field without a name") };
                    let value = self.member(subject, &member.to_string())?;
                    let (condition, bound) = self.pattern(&field.pat, &value)?;
                    conditions.extend(condition);
                    names.extend(bound);
                }
                let all = (!conditions.is_empty()).then(|| conditions.join(" && "));
                Ok((all, names))
            }
            Pat::Or(found) => {
                let mut conditions = Vec::new();
                let mut all: Option<Vec<(String, Js)>> = None;
                for case in &found.cases {
                    let (condition, names) = self.pattern(case, subject)?;
                    let Some(condition) = condition else { return Ok((None, names)) };
                    conditions.push(format!("({condition})"));
                    if let Some(all) = &all
                        && (all.len() != names.len()
                            || all.iter().zip(&names).any(|(a, b)| a.0 != b.0 || a.1.text != b.1.text))
                    {
                        bail!("cases that bind other things than the one before: write an arm for each");
                    }
                    all = Some(names);
                }
                Ok((Some(format!("({})", conditions.join(" || "))), all.unwrap_or_default()))
            }
            other => bail!("the pattern `{}` is not translated", other.to_token_stream()),
        }
    }

    fn is_none(&self, subject: &Js) -> String {
        match subject.ty.bare() {
            Type::Place => format!("{} < 0", subject.text),
            Type::Option(inner) if self.program.is_truthy(inner) => format!("!{}", subject.text),
            _ => format!("{} === undefined", subject.text),
        }
    }

    /// The type of the value that a variant holds.
    pub fn variant_type(&self, of: &str, variant: &str) -> Type {
        self.program
            .variants
            .get(&(of.to_owned(), variant.to_owned()))
            .and_then(|ty| types::read(ty, self.program, None).ok())
            .unwrap_or(Type::Unknown)
    }
}
