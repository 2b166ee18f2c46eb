//! Calls of functions: those of the program are written where they are called if they are short.
use super::lower::{Js, Key, Lower, Position};
use super::names::property;
use super::program::Function;
use super::splice::ends_in_value;
use super::statements::is_value;
use super::types::{self, IDS, Type};
use anyhow::{Context as _, Result, bail};
use quote::ToTokens as _;
use syn::Expr;

/// A function is written where it is called if it is no longer than this, in tokens.
const INLINE: usize = 40;

impl Lower<'_> {
    pub fn call(&mut self, call: &syn::ExprCall) -> Result<Js> {
        let position = self.position_of(call);
        let Expr::Path(path) = &*call.func else {
            bail!("`{}` is called, which has no name", call.func.to_token_stream())
        };
        let names: Vec<_> = path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let last = names.last().cloned().unwrap_or_default();
        let of = names.len().checked_sub(2).map(|place| names[place].clone());
        let of = if of.as_deref() == Some("Self") { self.this.clone() } else { of };
        match (of.as_deref(), last.as_str()) {
            (Some("mem"), "replace") => {
                let place = self.borrowed(&call.args[0])?;
                let before = self.hoist_as("before", place.clone())?;
                let value = self.expression(&call.args[1])?;
                self.line(format!("{} = {}", place.text, value.text));
                return Ok(before);
            }
            (Some("mem"), "take") => {
                let place = self.borrowed(&call.args[0])?;
                let before = self.hoist_as("before", place.clone())?;
                let value = self.default_of(&place.ty)?;
                self.line(format!("{} = {}", place.text, value.text));
                return Ok(before);
            }
            (Some("Slab"), "new") => return Ok(Js::new("new Map()", Type::Unknown)),
            (Some("List" | "Deadlines" | "Queue"), "new") => {
                return Ok(Js::new("[]", Type::List(Box::new(Type::Unknown))));
            }
            (Some(id), "from_raw") if IDS.contains(&id) => {
                let value = self.expression(&call.args[0])?;
                return Ok(Js::new(value.text, Type::Named(id.to_owned())));
            }
            (Some("Box"), "new") => return self.expression(&call.args[0]),
            (_, name) if self.program.words.idle.contains(&name) => return Ok(Js::new("0", Type::Unit)),
            (Some("f32"), "from_bits") => {
                let bits = self.expression(&call.args[0])?;
                self.needs.helpers.insert("fromBits32");
                return Ok(Js::new(format!("fromBits32({})", bits.text), Type::F64));
            }
            (Some("mem"), "swap") => {
                let (a, b) = (self.borrowed(&call.args[0])?, self.borrowed(&call.args[1])?);
                let before = self.hoist_as("before", a.clone())?;
                self.line(format!("{} = {}", a.text, b.text));
                return Ok(Js::new(format!("{} = {}", b.text, before.text), Type::Unit));
            }
            _ => {}
        }
        let mut values = Vec::new();
        for argument in &call.args {
            let value = self.expression(argument)?;
            values.push(self.by_value(value)?);
        }
        if let (None, "Ok" | "Err") = (of.as_deref(), last.as_str()) {
            let place = u8::from(last == "Err");
            return Ok(Js::new(format!("[{place}, {}]", values[0].text), Type::Unknown));
        }
        if let (None, "Some") = (of.as_deref(), last.as_str()) {
            let value = values.remove(0);
            return Ok(Js::new(value.text, Type::Option(Box::new(value.ty))));
        }
        if let Some(to) = of.as_deref() {
            if last == "from" && matches!(to, "f64" | "u32" | "i32" | "u8" | "i16" | "usize") {
                let value = values.remove(0);
                let ty = types::read(&syn::parse_str(to)?, self.program, None)?;
                return if value.ty == Type::Bool || value.ty.is_wide() {
                    self.cast(value, ty)
                } else {
                    Ok(Js::new(value.text, ty))
                };
            }
            if (to, last.as_str()) == ("f64", "from_bits") {
                self.needs.helpers.insert("fromBits");
                return Ok(Js::new(format!("fromBits({})", values[0].text), Type::F64));
            }
            if (to, last.as_str()) == ("Vec", "new") {
                return Ok(Js::new("[]", Type::List(Box::new(Type::Unknown))));
            }
            if (to, last.as_str()) == ("StaticRows", "new") {
                let row = self.program.rows.clone().context("a module with rows")?;
                return self.default_of(&Type::Rows(Box::new(Type::Named(row))));
            }
            if let Some(variants) = self.program.enums.get(to)
                && let Some(place) = variants.iter().position(|(variant, _)| *variant == last)
            {
                if self.program.number_or_nothing(to).is_some() {
                    return Ok(Js::new(values.remove(0).text, Type::Named(to.into())));
                }
                let texts: Vec<_> = values.into_iter().map(|value| value.text).collect();
                return Ok(Js::new(format!("[{place}, {}]", texts.join(", ")), Type::Named(to.into())));
            }
            let key = (Some(to.to_owned()), last.clone());
            if last == "default" && !self.program.functions.contains_key(&key) {
                return self.default_of(&Type::Named(to.into()));
            }
            if self.program.functions.contains_key(&key) {
                return self.invoke_at(&key, values, position);
            }
        }
        // A tuple struct of one value.
        let tuple = if last == "Self" { self.this.clone().unwrap_or_default() } else { last.clone() };
        if self.program.structs.get(&tuple).is_some_and(|found| found.is_tuple) {
            if self.program.erased(&tuple).is_some() {
                return Ok(Js::new(values.remove(0).text, Type::Named(tuple)));
            }
            let members: Vec<_> = values
                .iter()
                .enumerate()
                .map(|(place, value)| format!("{}: {}", property(&place.to_string()), value.text))
                .collect();
            self.needs.structs.insert(tuple.clone());
            return Ok(Js::new(format!("{{ {} }}", members.join(", ")), Type::Named(tuple)));
        }
        let key = (None, last);
        if self.program.functions.contains_key(&key) {
            return self.invoke_at(&key, values, position);
        }
        bail!("the function `{}` is unknown", names.join("::"))
    }

    /// The place in `&mut place`.
    pub fn borrowed(&mut self, expression: &Expr) -> Result<Js> {
        match expression {
            Expr::Reference(reference) => self.expression(&reference.expr),
            other => bail!("`{}` is not `&mut` of a place", other.to_token_stream()),
        }
    }

    /// A call of a function of the program, within an expression.
    pub fn invoke(&mut self, key: &Key, values: Vec<Js>) -> Result<Js> {
        self.invoke_at(key, values, None)
    }

    /// A call of a function of the program: written in place if it is short, or if it is the only one.
    pub fn invoke_at(&mut self, key: &Key, values: Vec<Js>, position: Option<Position>) -> Result<Js> {
        let function = self.program.functions.get(key).context("a function")?.clone();
        let ty = match &function.signature.output {
            syn::ReturnType::Default => Type::Unit,
            syn::ReturnType::Type(_, ty) => types::read(ty, self.program, function.this.as_deref())?,
        };
        if let Some(js) = self.inline(&function, &values)? {
            return Ok(Js { ty, ..js });
        }
        if let Some(position) = position
            && (!matches!(position, Position::Value) || ends_in_value(&function))
            && let Some(js) = self.splice(key, &function, &values, &position)?
        {
            return Ok(Js { ty, ..js });
        }
        *self.needs.calls.entry(key.clone()).or_default() += 1;
        self.needs.functions.push(key.clone());
        let texts: Vec<_> = values.into_iter().map(|value| value.text).collect();
        Ok(Js::new(format!("{}({})", self.name_of(key), texts.join(", ")), ty))
    }

    pub fn inline(&mut self, function: &Function, values: &[Js]) -> Result<Option<Js>> {
        let [syn::Stmt::Expr(body, None)] = function.block.stmts.as_slice() else { return Ok(None) };
        let tokens = body.to_token_stream().into_iter().flat_map(flatten).count();
        if !is_value(body)
            || tokens > INLINE
            || self.inlined > 4
            || function.block.to_token_stream().to_string().contains('?')
        {
            return Ok(None);
        }
        let mut names = Vec::new();
        for (input, value) in function.signature.inputs.iter().zip(values) {
            let (name, ty) = match input {
                syn::FnArg::Receiver(_) => (
                    "self".to_owned(),
                    function
                        .this
                        .clone()
                        .map_or(Type::Unknown, |this| Type::Ref(Box::new(Type::Named(this)))),
                ),
                syn::FnArg::Typed(typed) => {
                    let name = match &*typed.pat {
                        syn::Pat::Ident(found) if found.mutability.is_none() => found.ident.to_string(),
                        // MemoId(id): MemoId
                        syn::Pat::TupleStruct(found) => match found.elems.first() {
                            Some(syn::Pat::Ident(found)) => found.ident.to_string(),
                            _ => return Ok(None),
                        },
                        _ => return Ok(None),
                    };
                    (name, types::read(&typed.ty, self.program, function.this.as_deref())?)
                }
            };
            let ty = if name == "self"
                && function.this.as_deref().is_some_and(|this| self.program.erased(this).is_some())
            {
                Type::Named(function.this.clone().unwrap_or_default())
            } else {
                ty
            };
            let uses =
                body.to_token_stream().into_iter().flat_map(flatten).filter(|token| *token == name).count();
            let is_plain =
                value.text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '$' | '-'));
            if !is_plain && uses > 1 || value.text.contains('(') && values.len() > 1 && uses != 1 {
                return Ok(None);
            }
            let ty = match ty {
                Type::Named(name)
                    if self.program.erased(&name).is_some()
                        && !matches!(input, syn::FnArg::Receiver(_))
                        && matches!(input, syn::FnArg::Typed(typed) if matches!(&*typed.pat, syn::Pat::TupleStruct(_))) =>
                {
                    self.program.erased(&name).unwrap_or(Type::Unknown)
                }
                ty => ty,
            };
            if uses > 1 {
                self.moved.remove(&value.text);
            }
            names.push((name, Js::new(value.text.clone(), ty)));
        }
        // Two arguments that call something would run in another order.
        if values.iter().filter(|value| value.text.contains('(')).count() > 1 {
            return Ok(None);
        }
        let before = self.lines.len();
        let this = function.this.clone();
        match self.unhoisted(|lower| lower.in_function(this, names, |lower| lower.expression(body))) {
            Ok(js) => Ok(Some(Js { is_place: false, ..js })),
            Err(_) => {
                self.lines.truncate(before);
                Ok(None)
            }
        }
    }
}

fn flatten(token: proc_macro2::TokenTree) -> Vec<String> {
    match token {
        proc_macro2::TokenTree::Group(group) => group.stream().into_iter().flat_map(flatten).collect(),
        other => vec![other.to_string()],
    }
}
