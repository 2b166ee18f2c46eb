//! Methods of lists and of tables of rows, and the closures that they take.
use super::lower::{Js, Lower};
use super::statements::is_value;
use super::types::{Int, Type};
use anyhow::{Result, bail};
use quote::ToTokens as _;
use syn::{Expr, Pat};

impl Lower<'_> {
    pub fn rows_method(&mut self, rows: &Js, row: Type, call: &syn::ExprMethodCall) -> Result<Js> {
        match call.method.to_string().as_str() {
            "row" => {
                let number = self.expression(&call.args[0])?;
                self.needs.helpers.insert("rowOf");
                Ok(Js::new(format!("rowOf({}, {})", rows.text, number.text), Type::Ref(Box::new(row))))
            }
            "push" => {
                let new = self.default_of(&row)?;
                Ok(Js::new(
                    format!("({}.push({}) - 1)", rows.text, new.text),
                    Type::Int(Some(Int { bits: 32, signed: false })),
                ))
            }
            method => bail!("rows have no `{method}`"),
        }
    }

    /// The place in a table that a call of `row` gives, to be replaced.
    pub fn slot(&mut self, place: &Expr) -> Result<Js> {
        if let Expr::MethodCall(call) = place
            && call.method == "row"
        {
            let rows = self.expression(&call.receiver)?;
            let number = self.expression(&call.args[0])?;
            self.needs.helpers.insert("rowOf");
            return Ok(Js::new(
                format!("{rows}[{rows}[{number}] ? {number} : 0]", rows = rows.text, number = number.text),
                Type::Unknown,
            ));
        }
        // A method that returns such a place.
        if let Expr::MethodCall(call) = place {
            let receiver = self.expression(&call.receiver)?;
            if let Type::Named(this) = receiver.ty.bare()
                && let Some(function) =
                    self.program.functions.get(&(Some(this.clone()), call.method.to_string()))
                && let [syn::Stmt::Expr(body @ Expr::MethodCall(inner), None)] =
                    function.block.stmts.as_slice()
                && inner.method == "row"
            {
                let mut names = vec![("self".to_owned(), receiver.clone())];
                for (input, argument) in function.signature.inputs.iter().skip(1).zip(&call.args) {
                    let syn::FnArg::Typed(typed) = input else { bail!("a place") };
                    let Pat::Ident(found) = &*typed.pat else { bail!("a place") };
                    names.push((found.ident.to_string(), self.expression(argument)?));
                }
                let (this, body) = (function.this.clone(), body.clone());
                return self.in_function(this, names, |lower| lower.slot(&body));
            }
        }
        let js = self.expression(place)?;
        if matches!(js.ty.bare(), Type::Named(_)) {
            bail!("`*{}` is replaced as a whole: assign its fields", js.text);
        }
        Ok(js)
    }

    pub fn list_method(&mut self, list: Js, item: Type, call: &syn::ExprMethodCall) -> Result<Js> {
        let count = Type::Int(Some(Int { bits: 32, signed: false }));
        let method = call.method.to_string();
        let element =
            if matches!(item, Type::Named(_)) { Type::Ref(Box::new(item.clone())) } else { item.clone() };
        let text = list.text.clone();
        Ok(match method.as_str() {
            "iter" | "iter_mut" | "copied" | "cloned" | "as_slice" => list,
            // The memory is JavaScript's.
            "shrink" => Js::new("0", Type::Unit),
            "last" => Js::new(format!("{text}.at(-1)"), Type::Option(Box::new(element))),
            "pop" => Js::new(format!("{text}.pop()"), Type::Option(Box::new(item))),
            "lengthen" => {
                let (length, value) = (self.expression(&call.args[0])?, self.expression(&call.args[1])?);
                Js::new(
                    format!("while ({text}.length < {}) {text}.push({})", length.text, value.text),
                    Type::Unit,
                )
            }
            "len" | "count" => Js::new(format!("{text}.length"), count),
            "is_empty" => Js::new(format!("!{text}.length"), Type::Bool),
            "clear" => Js::new(format!("{text}.length = 0"), Type::Unit),
            "any" => {
                Js::new(format!("{text}.some({})", self.closure(&call.args[0], &element)?.text), Type::Bool)
            }
            "all" => {
                Js::new(format!("{text}.every({})", self.closure(&call.args[0], &element)?.text), Type::Bool)
            }
            "filter" => {
                Js::new(format!("{text}.filter({})", self.closure(&call.args[0], &element)?.text), list.ty)
            }
            "find" => Js::new(
                format!("{text}.find({})", self.closure(&call.args[0], &element)?.text),
                Type::Option(Box::new(element)),
            ),
            "position" => {
                let found = self.closure(&call.args[0], &element)?.text;
                Js::new(format!("{text}.findIndex({found})"), Type::Place)
            }
            "get_mut" if !matches!(element, Type::Ref(_)) => {
                bail!("`get_mut` of a list of numbers: use an index")
            }
            "get" | "get_mut" => {
                let place = self.expression(&call.args[0])?;
                Js::place(format!("{text}[{}]", place.text), Type::Option(Box::new(element)))
            }
            "first" => Js::new(format!("{text}[0]"), Type::Option(Box::new(element))),
            "push" => {
                let value = self.expression(&call.args[0])?;
                Js::new(format!("{text}.push({})", self.by_value(value)?.text), Type::Unit)
            }
            "insert" => {
                let place = self.expression(&call.args[0])?;
                let value = self.expression(&call.args[1])?;
                Js::new(
                    format!("{text}.splice({}, 0, {})", place.text, self.by_value(value)?.text),
                    Type::Unit,
                )
            }
            "remove" => {
                let place = self.expression(&call.args[0])?;
                Js::new(format!("{text}.splice({}, 1)[0]", place.text), item)
            }
            "truncate" => {
                let length = self.expression(&call.args[0])?;
                Js::new(format!("{text}.splice({})", length.text), Type::Unit)
            }
            "skip" => {
                let from = self.expression(&call.args[0])?;
                Js::new(format!("{text}.slice({})", from.text), list.ty)
            }
            "take" => {
                let length = self.expression(&call.args[0])?;
                Js::new(format!("{text}.slice(0, {})", length.text), list.ty)
            }
            "sum" => Js::new(format!("{text}.reduce((a, b) => a + b, 0)"), item),
            _ => bail!("a list has no `{method}` here"),
        })
    }

    /// A closure as a function of one argument.
    pub fn closure(&mut self, closure: &Expr, argument: &Type) -> Result<Js> {
        let Expr::Closure(found) = closure else { bail!("a list's method takes a closure") };
        let name = self.fresh(
            match found.inputs.first() {
                Some(Pat::Ident(name)) => name.ident.to_string(),
                _ => "each".into(),
            }
            .as_str(),
        );
        let js = Js::new(name.clone(), argument.clone());
        let body = self.scoped(|lower| lower.unhoisted(|lower| lower.apply(closure, js)))?;
        Ok(Js::new(format!("({name}) => {}", body.text), body.ty))
    }

    /// What a closure, or a function by its name, makes of a value.
    pub fn apply(&mut self, function: &Expr, value: Js) -> Result<Js> {
        match function {
            Expr::Closure(closure) => {
                let Some(pattern) = closure.inputs.first() else { bail!("a closure takes one value") };
                let (condition, names) = self.pattern(pattern, &value)?;
                if condition.is_some() || !is_value(&closure.body) {
                    bail!("`{}` is no value", closure.to_token_stream());
                }
                self.scoped(|lower| {
                    for (name, js) in names {
                        lower.bind(&name, js);
                    }
                    lower.expression(&closure.body)
                })
            }
            Expr::Path(path) => {
                let names: Vec<_> =
                    path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
                let last = names.last().cloned().unwrap_or_default();
                let of = names.len().checked_sub(2).map(|place| names[place].clone());
                if of.as_deref() == Some("f64") && last == "from" {
                    return Ok(Js::new(value.text, Type::F64));
                }
                if last == "raw" {
                    return Ok(Js::new(value.text, Type::Int(Some(Int { bits: 32, signed: false }))));
                }
                self.invoke(&(of, last), vec![value])
            }
            other => bail!("`{}` is no function", other.to_token_stream()),
        }
    }

    /// `STATIC.with(|name| body)`, or `STATIC.with(Type::method)`: what the name stands for, and the body.
    pub fn with_static(&mut self, call: &syn::ExprMethodCall) -> Option<(Option<(String, Js)>, Expr)> {
        let Expr::Path(path) = &*call.receiver else { return None };
        let name = path.path.get_ident()?.to_string();
        if call.method != "with" || !self.program.statics.contains_key(&name) {
            return None;
        }
        self.needs.statics.insert(name.clone());
        let js = Js::new(name.clone(), Type::Ref(Box::new(self.static_type(&name).ok()?)));
        match call.args.first()? {
            Expr::Closure(closure) => {
                let Some(Pat::Ident(argument)) = closure.inputs.first() else { return None };
                Some((Some((argument.ident.to_string(), js)), (*closure.body).clone()))
            }
            Expr::Path(function) => {
                let path = &path.path;
                Some((None, syn::parse_quote!(#function(#path))))
            }
            _ => None,
        }
    }
}
