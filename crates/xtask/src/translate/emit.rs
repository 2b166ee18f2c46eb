//! Functions and structs as TypeScript.
use super::lower::{Js, Lower, Target};
use super::program::{Function, Program};
use super::splice::is_used_once;
use super::types::{self, Type};
use anyhow::{Context as _, Result, bail};
use syn::Pat;

impl Lower<'_> {
    /// A function of the module, as TypeScript.
    pub fn function(&mut self, function: &Function) -> Result<String> {
        let mut parameters = Vec::new();
        for input in &function.signature.inputs {
            match input {
                syn::FnArg::Receiver(receiver) => {
                    let this = function.this.clone().context("`self` in an impl")?;
                    let erased = self.program.erased(&this).is_some();
                    if receiver.reference.is_none() && !erased && receiver.mutability.is_some() {
                        bail!("`mut self` is a copy that changes: take `&mut self`, or return a new one");
                    }
                    let ty = Type::Named(this);
                    let name = self.fresh("self");
                    self.fixed.insert(name.clone());
                    parameters.push(format!("{name}: {}", ty.typescript(self.program)));
                    if let Some(name) = struct_name(&ty, self.program) {
                        self.needs.structs.insert(name);
                    }
                    self.bind("self", Js::new(name, if erased { ty } else { Type::Ref(Box::new(ty)) }));
                }
                syn::FnArg::Typed(typed) => {
                    let ty = types::read(&typed.ty, self.program, function.this.as_deref())?;
                    let pattern = match &*typed.pat {
                        // MemoId(id): MemoId
                        Pat::TupleStruct(found) => found.elems.first().context("a parameter")?.clone(),
                        pattern => pattern.clone(),
                    };
                    let erased = match (&*typed.pat, &ty) {
                        (Pat::TupleStruct(_), Type::Named(name)) => self.program.erased(name),
                        _ => None,
                    };
                    if let Some(name) = struct_name(ty.bare(), self.program) {
                        self.needs.structs.insert(name);
                    }
                    if let Pat::Ident(found) = &pattern {
                        let name = self.fresh(&found.ident.to_string());
                        parameters.push(format!("{name}: {}", ty.typescript(self.program)));
                        if found.mutability.is_none() {
                            self.fixed.insert(name.clone());
                        }
                        if is_used_once(&found.ident.to_string(), function) {
                            self.moved.insert(name.clone());
                        }
                        self.bind(&found.ident.to_string(), Js::place(name, erased.unwrap_or(ty)));
                    } else {
                        let name = self.fresh("given");
                        parameters.push(format!("{name}: {}", ty.typescript(self.program)));
                        let (_, names) = self.pattern(&pattern, &Js::new(name, ty))?;
                        for (name, js) in names {
                            self.bind(&name, js);
                        }
                    }
                }
            }
        }
        self.block(&function.block, &Target::Return)?;
        drop_unused(&mut self.lines);
        let name = self.name_of(&(function.this.clone(), function.signature.ident.to_string()));
        let doc = comment(&function.doc);
        if let Some(name) = struct_name(self.returns.bare(), self.program) {
            self.needs.structs.insert(name);
        }
        let returns = self.returns.typescript(self.program);
        let mut text = format!("{doc}export function {name}({}): {returns} {{\n", parameters.join(", "));
        text += &indented(&self.lines);
        text += "}\n";
        Ok(text)
    }
}

fn struct_name(ty: &Type, program: &Program) -> Option<String> {
    match ty {
        Type::Named(name) if program.erased(name).is_none() && program.structs.contains_key(name) => {
            Some(name.clone())
        }
        Type::Option(inner) | Type::Ref(inner) | Type::List(inner) => struct_name(inner, program),
        _ => None,
    }
}

/// The members of a struct, in TypeScript.
pub fn interface(name: &str, program: &Program) -> (String, Vec<String>) {
    let (flat, fields): (Vec<_>, Vec<_>) =
        program.fields(name).into_iter().partition(|(field, _)| program.words.is_flat(name, field));
    let mut others: Vec<_> = flat.iter().filter_map(|(_, ty)| struct_name(ty, program)).collect();
    let extends = others.first().map_or(String::new(), |base| format!(" extends {base}"));
    let mut text = comment(&program.structs[name].doc) + &format!("export interface {name}{extends} {{\n");
    for (field, ty) in fields {
        let optional = if matches!(ty, Type::Option(_)) { "?" } else { "" };
        text += &format!("  {}{optional}: {}\n", program.property(name, &field), ty.typescript(program));
        let inner = match &ty {
            Type::Option(inner)
            | Type::List(inner)
            | Type::Rows(inner)
            | Type::Slab(inner)
            | Type::Queue(inner) => (**inner).clone(),
            ty => ty.clone(),
        };
        others.extend(struct_name(inner.bare(), program));
    }
    (text + "}\n", others)
}

/// Leaves out values that nothing asks for, such as those for fields that nothing reads.
fn drop_unused(lines: &mut Vec<String>) {
    loop {
        let before = lines.len();
        for place in (0..lines.len()).rev() {
            // Numbers alone, where something had nothing to do.
            let is_idle =
                lines[place].parse::<f64>().is_ok() || matches!(lines[place].as_str(), "true" | "false");
            let declared = lines[place].strip_prefix("let ").and_then(|line| line.split_once(" = "));
            let is_unused = declared.is_some_and(|(name, value)| {
                let used =
                    lines.iter().enumerate().any(|(other, line)| other != place && has_word(line, name));
                !calls(value) && !value.contains("++") && !value.ends_with('{') && !used
            });
            if is_idle || is_unused {
                lines.remove(place);
            }
        }
        if lines.len() == before {
            return;
        }
    }
}

/// Whether an expression calls anything but the `get` of a `Map`.
fn calls(value: &str) -> bool {
    value.match_indices('(').any(|(place, _)| {
        let before = &value[..place];
        let is_called = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '$' | ')' | ']');
        before.ends_with(is_called) && !before.ends_with(".get")
    })
}

fn has_word(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(place, _)| {
        let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '$');
        !line[..place].ends_with(is_part) && !line[place + name.len()..].starts_with(is_part)
    })
}

/// Lines by the depth of the braces around them.
fn indented(lines: &[String]) -> String {
    let mut depth = 1_usize;
    let mut text = String::new();
    for line in lines {
        depth -= usize::from(line.starts_with('}'));
        text += &format!("{:1$}{line}\n", "", depth * 2);
        depth += usize::from(line.ends_with('{'));
    }
    text
}

fn comment(doc: &[String]) -> String {
    if doc.is_empty() { String::new() } else { format!("/** {} */\n", doc.join(" ")) }
}
