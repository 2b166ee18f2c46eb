//! What the engine keeps its things in, as JavaScript keeps them: a slab is a `Map` from ids to things, a queue and a list are
//! arrays, and deadlines are the heap of `pkg/src/deadlines.ts`.
use super::lower::{Js, Lower};
use super::types::{Int, Type};
use anyhow::{Result, bail};

impl Lower<'_> {
    pub fn slab_method(&mut self, slab: &Js, item: Type, call: &syn::ExprMethodCall) -> Result<Js> {
        let text = &slab.text;
        let id = match call.args.first() {
            Some(argument) => Some(self.expression(argument)?),
            None => None,
        };
        let id_text = id.as_ref().map_or("", |id| id.text.as_str());
        let found = Type::Option(Box::new(Type::Ref(Box::new(item.clone()))));
        Ok(match call.method.to_string().as_str() {
            "get" | "get_mut" => Js::new(format!("{text}.get({id_text})"), found),
            "insert" => {
                self.needs.helpers.insert("addTo");
                Js::new(format!("addTo({text}, {id_text})"), Type::Unknown)
            }
            "remove" => {
                self.needs.helpers.insert("takeFrom");
                Js::new(format!("takeFrom({text}, {id_text})"), found)
            }
            "len" => Js::new(format!("{text}.size"), Type::Int(Some(Int { bits: 32, signed: false }))),
            "id_at" => {
                Js::new(format!("[...{text}.keys()][{id_text}]"), Type::Option(Box::new(Type::Unknown)))
            }
            "values_mut" => {
                Js::new(format!("{text}.values()"), Type::List(Box::new(Type::Ref(Box::new(item)))))
            }
            method => bail!("a slab has no `{method}` here"),
        })
    }

    pub fn deadlines_method(&mut self, deadlines: &Js, call: &syn::ExprMethodCall) -> Result<Js> {
        let text = &deadlines.text;
        let handle = || Type::Option(Box::new(Type::Named("Handle".into())));
        let method = call.method.to_string();
        // `&mut place`: the function gives what the place holds then.
        let place = match method.as_str() {
            "reset" | "end" => Some(self.borrowed(&call.args[0])?.text),
            _ => None,
        };
        let mut values = vec![text.clone()];
        values.extend(place.clone());
        for argument in call.args.iter().skip(usize::from(place.is_some())) {
            let value = self.expression(argument)?;
            values.push(self.by_value(value)?.text);
        }
        let (name, ty) = match method.as_str() {
            "set" => ("setDeadline", handle()),
            "reset" => ("resetDeadline", handle()),
            "end" => ("endDeadline", handle()),
            "pop" => ("popDeadline", Type::Option(Box::new(Type::Named("Due".into())))),
            "next" => ("nextDeadline", Type::Option(Box::new(Type::Named("Instant".into())))),
            "bring_forward" => ("bringForward", Type::Unit),
            _ => bail!("deadlines have no `{method}` here"),
        };
        self.needs.imports.insert(name);
        let call = format!("{name}({})", values.join(", "));
        Ok(match place {
            Some(place) => Js::new(format!("{place} = {call}"), Type::Unit),
            None => Js::new(call, ty),
        })
    }

    pub fn queue_method(&mut self, queue: &Js, item: Type, call: &syn::ExprMethodCall) -> Result<Js> {
        let text = &queue.text;
        Ok(match call.method.to_string().as_str() {
            "push" => {
                let argument = &call.args[0];
                // Nobody asks for it.
                if let syn::Expr::Struct(literal) = argument
                    && self.variant(&literal.path).is_some_and(|name| self.program.words.is_unheard(&name))
                {
                    return Ok(Js::new("0", Type::Unit));
                }
                let value = self.expression(argument)?;
                Js::new(format!("{text}.push({})", value.text), Type::Unit)
            }
            "pop" => Js::new(format!("{text}.shift()"), Type::Option(Box::new(item))),
            "clear" => Js::new(format!("{text}.length = 0"), Type::Unit),
            method => bail!("a queue has no `{method}` here"),
        })
    }

    /// `Enum::Variant`, if it is one.
    pub fn variant(&self, path: &syn::Path) -> Option<String> {
        let names: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let [.., of, last] = names.as_slice() else { return None };
        let of = if of == "Self" { self.this.clone()? } else { of.clone() };
        let variants = self.program.enums.get(&of)?;
        variants.iter().any(|(name, _)| name == last).then(|| format!("{of}::{last}"))
    }

    /// The place of a variant in its enum, and the names and types of what it holds.
    pub fn variant_fields(&self, name: &str) -> Option<(usize, Vec<(String, Type)>)> {
        let (of, last) = name.split_once("::")?;
        let place = self.program.enums.get(of)?.iter().position(|(variant, _)| variant == last)?;
        let fields = self.program.variant_fields.get(&(of.to_owned(), last.to_owned()))?;
        let read = |ty| super::types::read(ty, self.program, Some(of)).unwrap_or(Type::Unknown);
        Some((place, fields.iter().map(|(field, ty)| (field.clone(), read(ty))).collect()))
    }

    /// `Effect::Run { query, run }` as `[1, query, run]`.
    pub fn variant_literal(&mut self, literal: &syn::ExprStruct, name: &str) -> Result<Js> {
        let Some((place, fields)) = self.variant_fields(name) else { bail!("the variant `{name}`") };
        let mut texts = vec![place.to_string()];
        for (field, _) in fields {
            let found = literal.fields.iter().find(
                |given| matches!(&given.member, syn::Member::Named(member) if *member == field.as_str()),
            );
            let Some(found) = found else { bail!("`{name}` without `{field}`") };
            let value = self.expression(&found.expr)?;
            texts.push(self.by_value(value)?.text);
        }
        let of = name.split("::").next().unwrap_or_default();
        Ok(Js::new(format!("[{}]", texts.join(", ")), Type::Named(of.into())))
    }
}
