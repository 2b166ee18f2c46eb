//! Methods of the standard library's numbers, conditions and options.
use super::lower::{Js, Lower};
use super::statements::is_value;
use super::types::{IDS, Int, Type};
use anyhow::{Result, bail};
use syn::Expr;

impl Lower<'_> {
    pub fn method_call(&mut self, call: &syn::ExprMethodCall) -> Result<Js> {
        let position = self.position_of(call);
        if let Some((name, body)) = self.with_static(call) {
            if !is_value(&body) {
                bail!("`with` whose closure is no value stands alone");
            }
            return self.scoped(|lower| {
                if let Some((name, js)) = name {
                    lower.bind(&name, js);
                }
                lower.expression(&body)
            });
        }
        if let Expr::Paren(paren) = &*call.receiver
            && let Expr::Range(range) = &*paren.expr
            && call.method == "contains"
        {
            return self.contains(range, &call.args[0]);
        }
        let receiver = self.expression(&call.receiver)?;
        let method = call.method.to_string();
        if let Type::Named(this) = receiver.ty.bare() {
            let key = (Some(this.clone()), method.clone());
            if self.program.functions.contains_key(&key) {
                let mut values = vec![receiver];
                for argument in &call.args {
                    let value = self.expression(argument)?;
                    values.push(self.by_value(value)?);
                }
                return self.invoke_at(&key, values, position);
            }
            match (this.as_str(), method.as_str()) {
                // `codes` finds nothing by keys.
                ("NoKeys", "insert") => return Ok(Js::new("1", Type::Named("Leaf".into()))),
                (id, "raw") if IDS.contains(&id) => {
                    return Ok(Js::new(receiver.text, Type::Int(Some(Int { bits: 32, signed: false }))));
                }
                _ => {}
            }
            // Spans and times are numbers.
            if self.program.erased(this) == Some(Type::F64) && matches!(method.as_str(), "max" | "min") {
                let other = self.expression(&call.args[0])?;
                return Ok(Js::new(format!("Math.{method}({}, {})", receiver.text, other.text), receiver.ty));
            }
            if method == "clone" {
                return self.by_value(Js { ty: receiver.ty.bare().clone(), ..receiver });
            }
        }
        match receiver.ty.bare().clone() {
            Type::Rows(row) => self.rows_method(&receiver, *row, call),
            Type::List(item) => self.list_method(receiver, *item, call),
            Type::Option(inner) => self.option_method(receiver, *inner, call),
            Type::Place if method == "is_none" => Ok(Js::new(format!("({} < 0)", receiver.text), Type::Bool)),
            Type::Place if method == "is_some" => {
                Ok(Js::new(format!("({} >= 0)", receiver.text), Type::Bool))
            }
            Type::Place => {
                bail!("`{}` is a place in a list: take it apart by `if let` or `let else`", receiver.text)
            }
            Type::Bool => self.bool_method(&receiver, call),
            Type::Slab(item) => self.slab_method(&receiver, *item, call),
            Type::Queue(item) => self.queue_method(&receiver, *item, call),
            Type::Deadlines => self.deadlines_method(&receiver, call),
            Type::F32 if method == "to_bits" => {
                self.needs.helpers.insert("toBits32");
                Ok(Js::new(
                    format!("toBits32({})", receiver.text),
                    Type::Int(Some(Int { bits: 32, signed: false })),
                ))
            }
            ty if ty.is_number() => self.number_method(receiver, call),
            ty => bail!("the method `{method}` of `{}`, a {ty:?}", receiver.text),
        }
    }

    pub fn option_method(&mut self, option: Js, inner: Type, call: &syn::ExprMethodCall) -> Result<Js> {
        let method = call.method.to_string();
        let text = option.text.clone();
        Ok(match method.as_str() {
            "is_none" => Js::new(self.none(&text, &inner), Type::Bool),
            "is_some" if self.program.is_truthy(&inner) => Js::new(format!("!!{text}"), Type::Bool),
            "is_some" => Js::new(format!("({text} !== undefined)"), Type::Bool),
            // A copy, if the thing is one.
            "copied" | "cloned" => {
                let inner = self.by_value(Js::place(text.clone(), inner.bare().clone()))?.ty;
                Js::new(text, Type::Option(Box::new(inner)))
            }
            "as_ref" | "as_mut" => option,
            "unwrap_or" => {
                let other = self.unhoisted(|lower| lower.expression(&call.args[0]))?;
                Js::new(
                    format!("({text} ?? {})", other.text),
                    if inner == Type::Unknown { other.ty } else { inner },
                )
            }
            "unwrap_or_default" => {
                let other = self.default_of(&inner)?;
                Js::new(format!("({text} ?? {})", other.text), inner)
            }
            "replace" | "take" => {
                let before = self.hoist_as("before", option)?;
                let value = match call.args.first() {
                    Some(value) => self.expression(value)?.text,
                    None => "undefined".into(),
                };
                self.line(format!("{text} = {value}"));
                before
            }
            "filter" => {
                let option = self.named(option)?;
                let held = Js::new(option.text.clone(), inner.clone());
                let kept = self.unhoisted(|lower| lower.apply(&call.args[0], held))?;
                let some = self.some(&option.text, &inner);
                Js::new(
                    format!("({some} && {} ? {} : undefined)", kept.text, option.text),
                    Type::Option(Box::new(inner)),
                )
            }
            "and_then" => {
                if let Some(chained) = self.chained(&option, &inner, &call.args[0]) {
                    return Ok(chained);
                }
                let option = self.named(option)?;
                let mapped = self.unhoisted(|lower| {
                    lower.apply(&call.args[0], Js::new(option.text.clone(), inner.clone()))
                })?;
                let some = self.some(&option.text, &inner);
                Js::new(format!("({some} ? {} : undefined)", mapped.text), mapped.ty)
            }
            "is_none_or" => {
                let option = self.named(option)?;
                let mapped = self.unhoisted(|lower| {
                    lower.apply(&call.args[0], Js::new(option.text.clone(), inner.clone()))
                })?;
                Js::new(format!("({} || {})", self.none(&option.text, &inner), mapped.text), Type::Bool)
            }
            "map" => {
                if let Some(chained) = self.chained(&option, &inner, &call.args[0]) {
                    return Ok(Js::new(chained.text, Type::Option(Box::new(chained.ty))));
                }
                let option = self.named(option)?;
                let mapped =
                    self.unhoisted(|lower| lower.apply(&call.args[0], Js::new(option.text.clone(), inner)))?;
                if mapped.text == option.text {
                    return Ok(Js::new(mapped.text, Type::Option(Box::new(mapped.ty))));
                }
                Js::new(
                    format!("({} === undefined ? undefined : {})", option.text, mapped.text),
                    Type::Option(Box::new(mapped.ty)),
                )
            }
            "map_or" => {
                let other = self.unhoisted(|lower| lower.expression(&call.args[0]))?;
                if let Some(chained) = self.chained(&option, &inner, &call.args[1]) {
                    return Ok(Js::new(format!("({} ?? {})", chained.text, other.text), chained.ty));
                }
                let option = self.named(option)?;
                let mapped =
                    self.unhoisted(|lower| lower.apply(&call.args[1], Js::new(option.text.clone(), inner)))?;
                if mapped.text == option.text {
                    return Ok(Js::new(format!("({} ?? {})", option.text, other.text), mapped.ty));
                }
                Js::new(
                    format!("({} === undefined ? {} : {})", option.text, other.text, mapped.text),
                    mapped.ty,
                )
            }
            "is_some_and" => {
                if let Some(chained) = self.chained(&option, &inner, &call.args[0])
                    && chained.ty == Type::Bool
                {
                    return Ok(Js::new(format!("!!{}", chained.text), Type::Bool));
                }
                let option = self.named(option)?;
                let some = self.some(&option.text, &inner);
                let some = if some == option.text { format!("!!{some}") } else { some };
                let mapped =
                    self.unhoisted(|lower| lower.apply(&call.args[0], Js::new(option.text.clone(), inner)))?;
                Js::new(format!("({some} && {})", mapped.text), Type::Bool)
            }
            _ => bail!("an `Option` has no `{method}` here"),
        })
    }

    /// Whether the option of this text is something.
    pub fn some(&self, text: &str, inner: &Type) -> String {
        if self.program.is_truthy(inner) { text.to_owned() } else { format!("{text} !== undefined") }
    }

    /// Whether it is nothing.
    pub fn none(&self, text: &str, inner: &Type) -> String {
        if self.program.is_truthy(inner) { format!("!{text}") } else { format!("({text} === undefined)") }
    }

    /// A closure that asks for a member alone, as `option?.member`.
    fn chained(&mut self, option: &Js, inner: &Type, closure: &Expr) -> Option<Js> {
        let Expr::Closure(_) = closure else { return None };
        if !self.program.is_truthy(inner) {
            return None;
        }
        let text = format!("{}?", option.text);
        let before = self.lines.len();
        let held = Js::new(text.clone(), inner.clone());
        let found = self.unhoisted(|lower| lower.apply(closure, held));
        self.lines.truncate(before);
        let found = found.ok()?;
        let rest = found.text.strip_prefix(&format!("{text}."))?;
        let is_member = rest.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '.'));
        is_member.then_some(Js { is_place: false, ..found })
    }

    /// What can be written twice.
    pub fn named(&mut self, js: Js) -> Result<Js> {
        let is_name = js.text.chars().all(|c| c.is_alphanumeric() || c == '_');
        if is_name { Ok(js) } else { self.hoist(js) }
    }

    pub fn bool_method(&mut self, condition: &Js, call: &syn::ExprMethodCall) -> Result<Js> {
        match call.method.to_string().as_str() {
            "then_some" => {
                // Rust computes it in any case; what it is has no effect here.
                let value = self.unhoisted(|lower| lower.expression(&call.args[0]))?;
                Ok(Js::new(
                    format!("({} ? {} : undefined)", condition.text, value.text),
                    Type::Option(Box::new(value.ty)),
                ))
            }
            method => bail!("a bool has no `{method}` here"),
        }
    }

    pub fn number_method(&mut self, number: Js, call: &syn::ExprMethodCall) -> Result<Js> {
        let method = call.method.to_string();
        let mut values = Vec::new();
        for argument in &call.args {
            values.push(self.expression(argument)?.text);
        }
        let text = number.text.clone();
        let is_int = matches!(number.ty, Type::Int(_)) && !number.ty.is_wide();
        let unsigned = matches!(number.ty, Type::Int(Some(Int { bits: 32, signed: false })));
        Ok(match method.as_str() {
            "is_nan" => Js::new(format!("isNaN({text})"), Type::Bool),
            "is_infinite" => Js::new(format!("(Math.abs({text}) === Infinity)"), Type::Bool),
            "to_bits" => {
                self.needs.helpers.insert("toBits");
                Js::new(format!("toBits({text})"), Type::Int(Some(Int { bits: 64, signed: false })))
            }
            "max" | "min" if is_int => Js::new(format!("Math.{method}({text}, {})", values[0]), number.ty),
            "clamp" if is_int => {
                Js::new(format!("Math.min(Math.max({text}, {}), {})", values[0], values[1]), number.ty)
            }
            "saturating_sub" if unsigned => {
                Js::new(format!("Math.max({text} - {}, 0)", values[0]), number.ty)
            }
            "wrapping_add" if unsigned => Js::new(format!("({text} + {} >>> 0)", values[0]), number.ty),
            "wrapping_sub" if unsigned => Js::new(format!("({text} - {} >>> 0)", values[0]), number.ty),
            "wrapping_mul" if unsigned => {
                Js::new(format!("(Math.imul({text}, {}) >>> 0)", values[0]), number.ty)
            }
            "checked_sub" if unsigned => {
                let number = self.named(number)?;
                Js::new(
                    format!("({} < {v} ? undefined : {} - {v})", number.text, number.text, v = values[0]),
                    Type::Option(Box::new(number.ty)),
                )
            }
            _ => bail!("a number has no `{method}` here"),
        })
    }

    /// `(low..high).contains(&value)`.
    pub fn contains(&mut self, range: &syn::ExprRange, value: &Expr) -> Result<Js> {
        let (Some(low), Some(high), syn::RangeLimits::HalfOpen(_)) =
            (&range.start, &range.end, &range.limits)
        else {
            bail!("a range goes from a number up to, and without, another")
        };
        let (low, high, value) = (self.expression(low)?, self.expression(high)?, self.expression(value)?);
        let value = self.named(value)?.text;
        Ok(Js::new(format!("({value} >= {} && {value} < {})", low.text, high.text), Type::Bool))
    }
}
