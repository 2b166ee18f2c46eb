//! Expressions of Rust as expressions of TypeScript.
use super::lower::{Js, Lower, Target};
use super::names::literal_of;
use super::statements::is_value;
use super::types::{self, Type};
use anyhow::{Context as _, Result, bail};
use quote::ToTokens as _;
use syn::Expr;

impl Lower<'_> {
    pub fn expression(&mut self, expression: &Expr) -> Result<Js> {
        match expression {
            Expr::Lit(literal) => literal_of(&literal.lit),
            Expr::Path(path) => self.path(&path.path),
            Expr::Paren(paren) => self.expression(&paren.expr),
            Expr::Group(group) => self.expression(&group.expr),
            Expr::Reference(reference) => {
                let value = self.expression(&reference.expr)?;
                let is_scalar = match &value.ty {
                    Type::Bool => true,
                    Type::Option(inner) => !self.program.is_truthy(inner),
                    Type::Named(name) => self.program.erased(name).is_some(),
                    ty => ty.is_number(),
                };
                if reference.mutability.is_some() && is_scalar {
                    bail!("`&mut` of the number `{}`: JavaScript has no such reference", value.text);
                }
                Ok(match &value.ty {
                    Type::List(_) => Js::new(value.text, Type::Ref(Box::new(value.ty))),
                    Type::Named(name) if self.program.erased(name).is_none() => {
                        Js::new(value.text, Type::Ref(Box::new(value.ty)))
                    }
                    _ => value,
                })
            }
            Expr::Unary(unary) => self.unary(unary),
            Expr::Binary(binary) => self.binary(binary),
            Expr::Field(field) => self.field(field),
            Expr::Index(index) => self.index(index),
            Expr::Cast(cast) => {
                let ty = types::read(&cast.ty, self.program, self.this.as_deref())?;
                let value = self.expression(&cast.expr)?;
                self.cast(value, ty)
            }
            Expr::Call(call) => self.call(call),
            Expr::MethodCall(call) => self.method_call(call),
            Expr::Struct(literal) => self.struct_literal(literal),
            Expr::Tuple(tuple) => {
                let values =
                    tuple.elems.iter().map(|value| self.expression(value)).collect::<Result<Vec<_>>>()?;
                let texts: Vec<_> = values.iter().map(|value| value.text.clone()).collect();
                let types = values.into_iter().map(|value| value.ty).collect();
                Ok(Js::new(format!("[{}]", texts.join(", ")), Type::Tuple(types)))
            }
            Expr::Array(array) => {
                let values =
                    array.elems.iter().map(|value| self.expression(value)).collect::<Result<Vec<_>>>()?;
                let ty = values.first().map_or(Type::Unknown, |value| value.ty.clone());
                let texts: Vec<_> = values.into_iter().map(|value| value.text).collect();
                Ok(Js::new(format!("[{}]", texts.join(", ")), Type::List(Box::new(ty))))
            }
            Expr::Repeat(repeat) => self.repeat(repeat),
            Expr::If(found) if is_value(expression) => {
                let condition = self.expression(&found.cond)?.text;
                let (then, otherwise) = self.unhoisted(|lower| {
                    let then = lower.single(&found.then_branch)?;
                    let (_, branch) = found.else_branch.as_ref().context("a value needs `else`")?;
                    Ok((then, lower.expression(branch)?))
                })?;
                let ty = if then.ty == Type::Int(None) { otherwise.ty } else { then.ty };
                Ok(Js::new(format!("({condition} ? {} : {})", then.text, otherwise.text), ty))
            }
            Expr::Block(block) if is_value(expression) => self.single(&block.block),
            Expr::Match(found) if is_value(expression) => self.match_value(found),
            Expr::Try(found) => {
                let value = self.expression(&found.expr)?;
                let value = self.hoist(value)?;
                let Type::Option(inner) = value.ty else { bail!("`?` of what is no `Option`") };
                if self.inlined > 0 {
                    bail!("`?` in a function that is written where it is called");
                }
                let none = self.none(&value.text, &inner);
                let none = none.trim_start_matches('(').trim_end_matches(')');
                self.line(format!("if ({none}) return undefined"));
                Ok(Js::new(value.text, *inner))
            }
            Expr::Macro(found) if found.mac.path.is_ident("matches") => self.matches(&found.mac),
            // A value that takes statements.
            Expr::If(_) | Expr::Match(_) | Expr::Loop(_) | Expr::Block(_) if self.may_hoist => {
                let name = self.fresh("value");
                self.line(format!("let {name}: any"));
                self.statement(expression, &Target::Assign(name.clone()))?;
                Ok(Js::new(name, Type::Unknown))
            }
            other => bail!("`{}` is not translated", other.to_token_stream()),
        }
    }

    pub fn single(&mut self, block: &syn::Block) -> Result<Js> {
        match block.stmts.as_slice() {
            [syn::Stmt::Expr(expression, None)] => self.expression(expression),
            _ => bail!("a block of several statements is no value"),
        }
    }

    pub fn match_value(&mut self, found: &syn::ExprMatch) -> Result<Js> {
        let subject = self.expression(&found.expr)?;
        let is_name = subject.text.chars().all(|c| c.is_alphanumeric() || c == '_');
        let subject = if is_name { subject } else { self.hoist(subject)? };
        let mut text = String::new();
        let mut ty = Type::Unknown;
        for (place, arm) in found.arms.iter().enumerate() {
            let (condition, names) = self.pattern(&arm.pat, &subject)?;
            let value = self.scoped(|lower| {
                for (name, js) in names {
                    lower.bind(&name, js);
                }
                lower.unhoisted(|lower| lower.expression(&arm.body))
            })?;
            if matches!(ty, Type::Unknown | Type::Int(None)) {
                ty = value.ty;
            }
            match condition {
                Some(condition) if place + 1 < found.arms.len() => {
                    text += &format!("{condition} ? {} : ", value.text);
                }
                _ => {
                    text += &value.text;
                    break;
                }
            }
        }
        Ok(Js::new(format!("({text})"), ty))
    }

    pub fn matches(&mut self, found: &syn::Macro) -> Result<Js> {
        let (subject, pattern) = found.parse_body_with(|input: syn::parse::ParseStream<'_>| {
            let subject: Expr = input.parse()?;
            input.parse::<syn::Token![,]>()?;
            let pattern = syn::Pat::parse_multi_with_leading_vert(input)?;
            let _: Option<syn::Token![,]> = input.parse()?;
            Ok((subject, pattern))
        })?;
        let subject = self.expression(&subject)?;
        // What is called is called once, however many conditions the pattern is.
        let subject = if subject.text.contains('(') { self.named(subject)? } else { subject };
        let (condition, _) = self.pattern(&pattern, &subject)?;
        Ok(Js::new(format!("({})", condition.unwrap_or_else(|| "true".into())), Type::Bool))
    }
}
