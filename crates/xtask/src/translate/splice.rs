//! Functions that are called at one place: their statements are written there. A function of its own would be a name, a list of
//! parameters, and a call of each.
use super::lower::{Js, Key, Lower, Position, Target};
use super::program::Function;
use super::statements::is_value;
use super::types::{self, Type};
use anyhow::{Result, bail};
use quote::ToTokens as _;
use syn::visit::Visit;
use syn::{Expr, Pat};

impl Lower<'_> {
    /// Says that `call` is all of a statement.
    pub fn stands_at(&mut self, call: &Expr, position: Position) {
        let call = match call {
            Expr::MethodCall(call) => std::ptr::from_ref(call).addr(),
            Expr::Call(call) => std::ptr::from_ref(call).addr(),
            _ => return,
        };
        self.standing = Some((call, position));
    }

    /// What was said of a call. It is asked for the first call that is written, and otherwise forgotten.
    pub fn position_of<T>(&mut self, call: &T) -> Option<Position> {
        let (address, position) = self.standing.take()?;
        (address == std::ptr::from_ref(call).addr()).then_some(position)
    }

    /// Whether an expression is `machine.method(…)`, or `STATIC.with(|machine| machine.method(…))`, of a method that gives a
    /// number by another name.
    pub fn gives_wrapper(&self, expression: &Expr) -> bool {
        let Expr::MethodCall(call) = expression else { return false };
        let call = match call.args.first() {
            Some(Expr::Closure(closure)) if call.method == "with" => match &*closure.body {
                Expr::MethodCall(inner) => inner,
                _ => return false,
            },
            _ => call,
        };
        let methods =
            self.program.functions.iter().filter(|(key, _)| key.0.is_some() && call.method == key.1);
        let mut are_wrappers = methods.map(|(_, found)| {
            let syn::ReturnType::Type(_, ty) = &found.signature.output else { return false };
            let ty = types::read(ty, self.program, found.this.as_deref());
            matches!(ty, Ok(Type::Named(name)) if self.program.erased(&name).is_some())
        });
        are_wrappers.next().is_some_and(|first| first && are_wrappers.all(|is| is))
    }

    /// Writes the statements of a function where it is called. `None`: it stays a function. Afterwards `self.is_delivered` says
    /// whether the value is where it goes.
    pub fn splice(
        &mut self,
        key: &Key,
        function: &Function,
        values: &[Js],
        position: &Position,
    ) -> Result<Option<Js>> {
        let is_written_here = self.needs.single.contains(key) || is_assignment_alone(function);
        if !is_written_here || self.inlined > 0 || !self.may_hoist {
            return Ok(None);
        }
        let mut leaves = Leaves(false);
        leaves.visit_block(&function.block);
        let is_tail = matches!(position, Position::To(Target::Return));
        // `return` would leave the function around, unless that ends here, too.
        if leaves.0 && !is_tail {
            return Ok(None);
        }
        let Some(names) = self.arguments(function, values)? else { return Ok(None) };
        let this = function.this.clone();
        let (file, at) = (std::mem::replace(&mut self.file, function.source.clone()), self.at);
        let js = self.in_spliced(this, names, |lower| match position {
            Position::To(target) => {
                lower.block(&function.block, target)?;
                lower.is_delivered = true;
                Ok(Js::new("", Type::Unit))
            }
            Position::Value => lower.spliced_value(function),
        })?;
        // After an error they stay where it is.
        (self.file, self.at) = (file, at);
        Ok(Some(js))
    }

    fn spliced_value(&mut self, function: &Function) -> Result<Js> {
        let Some((syn::Stmt::Expr(last, None), before)) = function.block.stmts.split_last() else {
            bail!("`{}` has no value", function.signature.ident)
        };
        let before = syn::Block { brace_token: function.block.brace_token, stmts: before.to_vec() };
        self.statements(&before, &Target::Discard)?;
        self.expression(last)
    }

    /// The parameters by what they stand for.
    fn arguments(&mut self, function: &Function, values: &[Js]) -> Result<Option<Vec<(String, Js)>>> {
        let mut names = Vec::new();
        for (input, value) in function.signature.inputs.iter().zip(values) {
            match input {
                syn::FnArg::Receiver(_) => {
                    let this = function.this.clone().unwrap_or_default();
                    let erased = self.program.erased(&this).is_some();
                    let ty = Type::Named(this);
                    let ty = if erased { ty } else { Type::Ref(Box::new(ty)) };
                    let uses = uses_of("self", function);
                    let js = self.argument("self", value, !erased && uses < OFTEN)?;
                    names.push(("self".to_owned(), Js::new(js, ty)));
                }
                syn::FnArg::Typed(typed) => {
                    let ty = types::read(&typed.ty, self.program, function.this.as_deref())?;
                    let (pattern, ty) = match (&*typed.pat, &ty) {
                        // MemoId(id): MemoId
                        (Pat::TupleStruct(found), Type::Named(name)) => {
                            let Some(inner) = self.program.erased(name) else { return Ok(None) };
                            (found.elems.first().unwrap_or(&typed.pat), inner)
                        }
                        (pattern, _) => (pattern, ty),
                    };
                    let is_name = value.text.chars().all(|c| c.is_alphanumeric() || c == '_');
                    if let (Pat::Struct(_), true) = (pattern, is_name) {
                        let (condition, fields) = self.pattern(pattern, &Js::new(value.text.clone(), ty))?;
                        if condition.is_some() {
                            return Ok(None);
                        }
                        names.extend(fields);
                        continue;
                    }
                    let Pat::Ident(found) = pattern else { return Ok(None) };
                    let name = found.ident.to_string();
                    let is_shared = matches!(ty, Type::Ref(_)) && found.mutability.is_none();
                    let js = if found.mutability.is_some() {
                        let js = self.hoist_as(&name, value.clone())?.text;
                        self.fixed.remove(&js);
                        js
                    } else {
                        self.argument(&name, value, is_shared)?
                    };
                    let is_new = js != value.text;
                    if !is_used_once(&name, function) {
                        self.moved.remove(&js);
                    } else if is_new && !matches!(ty, Type::Ref(_)) {
                        self.moved.insert(js.clone());
                    }
                    names.push((name, Js::place(js, ty)));
                }
            }
        }
        Ok(Some(names))
    }

    /// A name for a value: its own, if it is a variable or a number, which stay as they are while the function runs; or if it is
    /// a place that is borrowed, which nothing replaces meanwhile.
    fn argument(&mut self, name: &str, value: &Js, is_borrowed: bool) -> Result<String> {
        let is_name = value.text.chars().all(|c| c.is_alphanumeric() || c == '_');
        let is_path = value.text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '$'));
        if is_name || is_borrowed && is_path {
            return Ok(value.text.clone());
        }
        Ok(self.hoist_as(name, value.clone())?.text)
    }
}

/// What is used this often is worth a name.
const OFTEN: usize = 3;

/// Whether a function does nothing but assign a value to a member: that is shorter than its call.
fn is_assignment_alone(function: &Function) -> bool {
    match function.block.stmts.as_slice() {
        [syn::Stmt::Expr(Expr::Assign(assign), _)] => matches!(*assign.right, Expr::Path(_)),
        _ => false,
    }
}

/// Whether a parameter is used once, and not in a loop: then its use is its last.
pub fn is_used_once(name: &str, function: &Function) -> bool {
    let (mut uses, mut loops) = (0, 0);
    count(function.block.to_token_stream(), name, &mut uses, &mut loops);
    uses == 1 && loops == 0
}

fn count(tokens: proc_macro2::TokenStream, name: &str, uses: &mut usize, loops: &mut usize) {
    // How many points stand before a token: behind one is a member.
    let mut points = 0;
    for token in tokens {
        match token {
            proc_macro2::TokenTree::Group(group) => count(group.stream(), name, uses, loops),
            proc_macro2::TokenTree::Ident(ident) => {
                *uses += usize::from(ident == name && points != 1);
                *loops += usize::from(ident == "for" || ident == "while" || ident == "loop");
            }
            proc_macro2::TokenTree::Punct(point) if point.as_char() == '.' => {
                points += 1;
                continue;
            }
            _ => {}
        }
        points = 0;
    }
}

fn uses_of(name: &str, function: &Function) -> usize {
    let mut uses = Uses(name, 0);
    uses.visit_block(&function.block);
    uses.1
}

struct Uses<'n>(&'n str, usize);

impl<'a> Visit<'a> for Uses<'_> {
    fn visit_expr_path(&mut self, path: &'a syn::ExprPath) {
        self.1 += usize::from(path.path.is_ident(self.0));
    }
}

/// Whether a block may end before its end.
struct Leaves(bool);

impl<'a> Visit<'a> for Leaves {
    fn visit_expr_return(&mut self, _: &'a syn::ExprReturn) {
        self.0 = true;
    }

    fn visit_expr_try(&mut self, _: &'a syn::ExprTry) {
        self.0 = true;
    }
}

/// Whether the value of a function is its last expression.
pub fn ends_in_value(function: &Function) -> bool {
    matches!(function.block.stmts.last(), Some(syn::Stmt::Expr(last, None)) if is_value(last))
}
