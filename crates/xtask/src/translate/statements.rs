//! Statements of Rust as statements of TypeScript. What Rust has as an expression and JavaScript has not, such as a loop with a
//! value, is written with a variable.
use super::lower::{Js, Lower, Position, Target};
use super::program::is_test;
use super::types::{self, Type};
use anyhow::{Result, bail};
use quote::ToTokens as _;
use syn::spanned::Spanned as _;
use syn::{Expr, Pat};

impl Lower<'_> {
    pub fn braced(&mut self, opening: &str, lines: Vec<String>) {
        self.line(format!("{opening} {{"));
        self.lines.extend(lines);
        self.line("}");
    }

    pub fn block(&mut self, block: &syn::Block, target: &Target) -> Result<()> {
        self.scoped(|lower| lower.statements(block, target))
    }

    /// The statements of a block, whose names last.
    pub fn statements(&mut self, block: &syn::Block, target: &Target) -> Result<()> {
        for (place, statement) in block.stmts.iter().enumerate() {
            self.at = statement.span().start().line;
            match statement {
                syn::Stmt::Local(local) => self.local_statement(local)?,
                syn::Stmt::Expr(expression, _) if is_for_tests(expression) => {}
                syn::Stmt::Expr(expression, None) if place + 1 == block.stmts.len() => {
                    self.statement(expression, target)?;
                }
                syn::Stmt::Expr(expression, _) => {
                    self.statement(expression, &Target::Discard)?;
                }
                syn::Stmt::Macro(found) if !found.mac.path.is_ident("debug_assert") => {
                    let text = found.mac.to_token_stream().to_string();
                    bail!("the macro `{text}` is not translated")
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// An expression whose value goes to `target`.
    pub fn statement(&mut self, expression: &Expr, target: &Target) -> Result<()> {
        match expression {
            Expr::Paren(paren) => return self.statement(&paren.expr, target),
            Expr::Block(block) => return self.block(&block.block, target),
            Expr::If(found) => {
                let is_value = !matches!(target, Target::Discard) && is_value(expression);
                if !is_value {
                    return self.if_statement(found, target);
                }
            }
            Expr::Match(found) => return self.match_statement(found, target),
            Expr::While(found) => return self.while_statement(found),
            Expr::Loop(found) => {
                self.loops.push(target.clone());
                let ((), lines) = self.captured(|lower| lower.block(&found.body, &Target::Discard))?;
                self.loops.pop();
                self.braced("for (;;)", lines);
                return Ok(());
            }
            Expr::ForLoop(found) => return self.for_statement(found),
            Expr::Return(found) => {
                match &found.expr {
                    Some(value) => self.statement(value, &Target::Return)?,
                    None => self.line("return"),
                }
                return Ok(());
            }
            Expr::Break(found) => {
                if let Some(value) = &found.expr {
                    let Some(target) = self.loops.last().cloned() else { bail!("`break` outside a loop") };
                    self.statement(value, &target)?;
                    if matches!(target, Target::Return) {
                        return Ok(());
                    }
                }
                self.line("break");
                return Ok(());
            }
            Expr::Continue(_) => {
                self.line("continue");
                return Ok(());
            }
            Expr::Assign(assign) => return self.assign(assign),
            // `.0` of what is the number in it.
            Expr::Field(field) if self.gives_wrapper(&field.base) => {
                return self.statement(&field.base, target);
            }
            Expr::MethodCall(call) => {
                if let Some((name, body)) = self.with_static(call) {
                    return self.scoped(|lower| {
                        if let Some((name, js)) = name {
                            lower.bind(&name, js);
                        }
                        lower.statement(&body, target)
                    });
                }
            }
            _ => {}
        }
        self.stands_at(expression, Position::To(target.clone()));
        let js = self.expression(expression)?;
        if js.ty == Type::Place && !matches!(target, Target::Discard) {
            bail!("`{}` is a place in a list: take it apart by `if let` or `let else`", js.text);
        }
        if !std::mem::take(&mut self.is_delivered) {
            self.deliver(js, target);
        }
        Ok(())
    }

    pub fn deliver(&mut self, js: Js, target: &Target) {
        match target {
            Target::Discard => {
                // What is removed from a list is not looked at.
                let text = js.text.strip_suffix("[0]").filter(|text| text.ends_with(')')).unwrap_or(&js.text);
                if !self.is_temporary(text) {
                    self.line(text);
                }
            }
            Target::Return if self.returns == Type::Unit => {
                self.line(js.text);
                self.line("return");
            }
            Target::Return => self.line(format!("return {}", js.text)),
            Target::Assign(place) => {
                self.line(format!("{place} = {}", js.text));
                self.assigned = js.ty;
            }
        }
    }

    pub fn assign(&mut self, assign: &syn::ExprAssign) -> Result<()> {
        // `_ = x`
        if matches!(&*assign.left, Expr::Infer(_)) {
            return self.statement(&assign.right, &Target::Discard);
        }
        if let Expr::Tuple(places) = &*assign.left {
            let Expr::Tuple(values) = &*assign.right else { bail!("a tuple is assigned from a tuple") };
            let mut texts = Vec::new();
            for value in &values.elems {
                texts.push(self.expression(value)?.text);
            }
            for (place, text) in places.elems.iter().zip(texts) {
                let place = self.expression(place)?;
                self.line(format!("{} = {text}", place.text));
            }
            return Ok(());
        }
        // A row is replaced where it stands: nothing else refers to it, since it is borrowed.
        let place = match &*assign.left {
            Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Deref(_)) => self.slot(&unary.expr)?,
            left => self.expression(left)?,
        };
        if is_value(&assign.right) {
            self.stands_at(&assign.right, Position::Value);
            let value = self.expression(&assign.right)?;
            let value = self.by_value(value)?;
            self.line(format!("{} = {}", place.text, value.text));
            return Ok(());
        }
        self.statement(&assign.right, &Target::Assign(place.text))
    }

    pub fn local_statement(&mut self, local: &syn::Local) -> Result<()> {
        let Some(init) = &local.init else {
            let Pat::Ident(found) = &local.pat else { bail!("a variable without a value or a name") };
            let name = self.fresh(&found.ident.to_string());
            self.line(format!("let {name}: any"));
            self.bind(&found.ident.to_string(), Js::place(name, Type::Unknown));
            return Ok(());
        };
        let (pattern, annotated) = match &local.pat {
            Pat::Type(typed) => {
                (&*typed.pat, Some(types::read(&typed.ty, self.program, self.this.as_deref())?))
            }
            pattern => (pattern, None),
        };
        // `let (a, b) = (x, y)`: no list is made.
        if let (Pat::Tuple(patterns), Expr::Tuple(values)) = (pattern, &*init.expr) {
            let mut found = Vec::new();
            for (pattern, value) in patterns.elems.iter().zip(&values.elems) {
                let Pat::Ident(name) = pattern else { bail!("a tuple is taken apart into names") };
                let value = self.expression(value)?;
                let value = self.by_value(value)?;
                let js = self.fresh(&name.ident.to_string());
                self.line(format!("let {js} = {}", value.text));
                found.push((name.ident.to_string(), Js::place(js, value.ty)));
            }
            for (name, js) in found {
                self.bind(&name, js);
            }
            return Ok(());
        }
        let value = if is_value(&init.expr) {
            self.stands_at(&init.expr, Position::Value);
            self.expression(&init.expr)?
        } else {
            let name = self.fresh(pattern_name(pattern).as_deref().unwrap_or("found"));
            self.line(format!("let {name}: any"));
            self.statement(&init.expr, &Target::Assign(name.clone()))?;
            Js::new(name, self.assigned.clone())
        };
        let ty = annotated.unwrap_or_else(|| value.ty.clone());
        if let (Pat::Ident(found), None) = (pattern, &init.diverge)
            && found.subpat.is_none()
        {
            let value = self.by_value(value)?;
            let is_same = self.fixed.contains(&value.text) && found.mutability.is_none();
            let name = if is_value(&init.expr) && !self.is_temporary(&value.text) && !is_same {
                let name = self.fresh(&found.ident.to_string());
                self.line(format!("let {name} = {}", value.text));
                name
            } else {
                value.text
            };
            if found.mutability.is_none() {
                self.fixed.insert(name.clone());
            } else {
                self.fixed.remove(&name);
            }
            self.bind(&found.ident.to_string(), Js::place(name, ty));
            return Ok(());
        }
        let subject = self.hoist(Js { ty, ..value })?;
        let (condition, names) = self.pattern(pattern, &subject)?;
        if let (Some(condition), Some((_, otherwise))) = (condition, &init.diverge) {
            let ((), lines) = self.captured(|lower| lower.statement(otherwise, &Target::Discard))?;
            self.braced(&format!("if (!({condition}))"), lines);
        }
        for (name, js) in names {
            // Fields are copied: they may change.
            let js = self.by_value(js)?;
            let js = if js.text == subject.text { js } else { self.hoist_as(&name, js)? };
            self.bind(&name, js);
        }
        Ok(())
    }

    /// A condition, and what its `let`s bind.
    pub fn condition(&mut self, condition: &Expr) -> Result<(String, Vec<(String, Js)>)> {
        if let Expr::Let(found) = condition {
            let value = self.expression(&found.expr)?;
            let subject = self.hoist(value)?;
            let (condition, names) = self.pattern(&found.pat, &subject)?;
            return Ok((condition.unwrap_or_else(|| "true".into()), names));
        }
        Ok((self.expression(condition)?.text, Vec::new()))
    }

    pub fn if_statement(&mut self, found: &syn::ExprIf, target: &Target) -> Result<()> {
        // `a && let Some(b) = c` is one `if` in another; so there is nothing to do otherwise.
        let mut conditions = Vec::new();
        conjuncts(&found.cond, &mut conditions);
        let has_let = conditions.iter().any(|condition| matches!(condition, Expr::Let(_)));
        if has_let && conditions.len() > 1 {
            if found.else_branch.is_some() {
                bail!("`else` after `if` with `let` and `&&`");
            }
            return self.scoped(|lower| lower.nested(&conditions, &found.then_branch, target));
        }
        self.scoped(|lower| {
            let (condition, names) = lower.condition(&found.cond)?;
            let ((), then) = lower.scoped(|lower| {
                for (name, js) in names {
                    lower.bind(&name, js);
                }
                lower.captured(|lower| lower.block(&found.then_branch, target))
            })?;
            lower.braced(&format!("if ({condition})"), then);
            if let Some((_, otherwise)) = &found.else_branch {
                let ((), lines) = lower.captured(|lower| lower.statement(otherwise, target))?;
                lower.braced("else", lines);
            }
            Ok(())
        })
    }

    pub fn nested(&mut self, conditions: &[&Expr], then: &syn::Block, target: &Target) -> Result<()> {
        let [first, rest @ ..] = conditions else { return self.block(then, target) };
        let (condition, names) = self.condition(first)?;
        for (name, js) in names {
            self.bind(&name, js);
        }
        let ((), lines) = self.captured(|lower| lower.nested(rest, then, target))?;
        self.braced(&format!("if ({condition})"), lines);
        Ok(())
    }

    pub fn match_statement(&mut self, found: &syn::ExprMatch, target: &Target) -> Result<()> {
        self.scoped(|lower| {
            let value = lower.expression(&found.expr)?;
            let subject = lower.hoist(value)?;
            let mut opening = "if".to_owned();
            for (place, arm) in found.arms.iter().enumerate() {
                let (condition, names) = lower.pattern(&arm.pat, &subject)?;
                let ((guard, ()), lines) = lower.scoped(|lower| {
                    for (name, js) in names {
                        lower.bind(&name, js);
                    }
                    let guard = match &arm.guard {
                        Some((_, guard)) => Some(lower.unhoisted(|lower| lower.expression(guard))?.text),
                        None => None,
                    };
                    let ((), lines) = lower.captured(|lower| lower.statement(&arm.body, target))?;
                    Ok(((guard, ()), lines))
                })?;
                let all: Vec<_> = condition.into_iter().chain(guard).collect();
                // The last arm takes what is left.
                let is_last = place + 1 == found.arms.len();
                match (all.is_empty() || is_last, place) {
                    (true, 0) => lower.lines.extend(lines),
                    (true, _) => lower.braced("else", lines),
                    _ => lower.braced(&format!("{opening} ({})", all.join(" && ")), lines),
                }
                if all.is_empty() {
                    break;
                }
                opening = "else if".into();
            }
            Ok(())
        })
    }

    pub fn while_statement(&mut self, found: &syn::ExprWhile) -> Result<()> {
        self.loops.push(Target::Discard);
        let (condition, lines) = self.captured(|lower| {
            lower.scoped(|lower| {
                let (condition, names) = lower.condition(&found.cond)?;
                if names.is_empty() && lower.lines.is_empty() {
                    lower.block(&found.body, &Target::Discard)?;
                    return Ok(Some(condition));
                }
                lower.line(format!("if (!({condition})) break"));
                for (name, js) in names {
                    lower.bind(&name, js);
                }
                lower.block(&found.body, &Target::Discard)?;
                Ok(None)
            })
        })?;
        self.loops.pop();
        let opening = condition.map_or("for (;;)".into(), |condition| format!("while ({condition})"));
        self.braced(&opening, lines);
        Ok(())
    }

    pub fn for_statement(&mut self, found: &syn::ExprForLoop) -> Result<()> {
        self.scoped(|lower| {
            let name = match &*found.pat {
                Pat::Ident(name) => name.ident.to_string(),
                Pat::Wild(_) => "i".into(),
                _ => bail!("a loop gives its value one name"),
            };
            let js = lower.fresh(&name);
            let opening = if let Expr::Range(range) = &*found.expr {
                let (Some(start), Some(end), syn::RangeLimits::HalfOpen(_)) =
                    (&range.start, &range.end, &range.limits)
                else {
                    bail!("a loop goes from a number up to, and without, another")
                };
                let (start, end) = (lower.expression(start)?, lower.expression(end)?);
                lower.bind(&name, Js::place(js.clone(), end.ty));
                format!("for (let {js} = {}; {js} < {}; {js}++)", start.text, end.text)
            } else {
                let list = lower.expression(&found.expr)?;
                let Type::List(item) = list.ty.bare() else { bail!("`{}` is no list", list.text) };
                lower.bind(&name, Js::new(js.clone(), (**item).clone()));
                format!("for (let {js} of {})", list.text)
            };
            lower.loops.push(Target::Discard);
            let ((), lines) = lower.captured(|lower| lower.block(&found.body, &Target::Discard))?;
            lower.loops.pop();
            lower.braced(&opening, lines);
            Ok(())
        })
    }
}

fn conjuncts<'e>(condition: &'e Expr, into: &mut Vec<&'e Expr>) {
    match condition {
        Expr::Binary(binary) if matches!(binary.op, syn::BinOp::And(_)) => {
            conjuncts(&binary.left, into);
            conjuncts(&binary.right, into);
        }
        Expr::Paren(paren) if matches!(&*paren.expr, Expr::Let(_)) => into.push(&paren.expr),
        other => into.push(other),
    }
}

fn is_for_tests(expression: &Expr) -> bool {
    match expression {
        Expr::Block(block) => is_test(&block.attrs),
        _ => false,
    }
}

fn pattern_name(pattern: &Pat) -> Option<String> {
    match pattern {
        Pat::Ident(found) => Some(found.ident.to_string()),
        _ => None,
    }
}

/// Whether an expression of Rust is one of JavaScript, too.
pub fn is_value(expression: &Expr) -> bool {
    let single = |block: &syn::Block| match block.stmts.as_slice() {
        [syn::Stmt::Expr(expression, None)] => is_value(expression),
        _ => false,
    };
    match expression {
        Expr::If(found) => {
            let mut conditions = Vec::new();
            conjuncts(&found.cond, &mut conditions);
            !conditions.iter().any(|condition| matches!(condition, Expr::Let(_)))
                && single(&found.then_branch)
                && found.else_branch.as_ref().is_some_and(|(_, otherwise)| is_value(otherwise))
        }
        Expr::Block(block) => single(&block.block),
        Expr::Match(found) => found.arms.iter().all(|arm| arm.guard.is_none() && is_value(&arm.body)),
        Expr::Paren(paren) => is_value(&paren.expr),
        Expr::Return(_)
        | Expr::Break(_)
        | Expr::Continue(_)
        | Expr::Loop(_)
        | Expr::While(_)
        | Expr::ForLoop(_)
        | Expr::Assign(_) => false,
        Expr::MethodCall(call) if call.method == "with" => false,
        _ => true,
    }
}
