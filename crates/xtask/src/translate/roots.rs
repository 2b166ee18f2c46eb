//! The roots of a module: the functions that TypeScript calls.
use super::lower::Key;
use super::modules::Module;
use super::program::Program;
use super::types::{self, Type};
use std::collections::BTreeMap;

/// The list of the roots that make or change a machine, in the order of their names: a recorded session knows them by their places.
pub fn inputs(program: &Program, module: &Module) -> String {
    let changes = |root: &&&str| {
        let first = program.functions.get(&key_of(root)).and_then(|found| found.signature.inputs.first());
        match first {
            Some(syn::FnArg::Typed(typed)) => match &*typed.ty {
                syn::Type::Reference(machine) => machine.mutability.is_some(),
                _ => true,
            },
            _ => false,
        }
    };
    let roots: Vec<_> = module.roots.iter().filter(changes).copied().collect();
    let names: String = roots.iter().map(|root| format!("  {root},\n")).collect();
    format!(
        "// Written by `cargo xtask boundary` from {}: edit that.\nimport {{\n{names}}} from './{}.js'\n\n/** The functions that make or change a machine, in the order of their names. */\nexport const inputs: unknown[] = /* @__PURE__ */ [\n{names}]\n",
        module.sources.join(", "),
        module.name
    )
}

/// What roots do nothing but call, with their own arguments: it has their names, and they are left out.
pub fn aliases(program: &Program, module: &Module) -> BTreeMap<Key, String> {
    let mut aliases = BTreeMap::new();
    for root in module.roots {
        let Some(function) = program.functions.get(&key_of(root)) else { continue };
        let [syn::Stmt::Expr(syn::Expr::MethodCall(call), _)] = function.block.stmts.as_slice() else {
            continue;
        };
        // `m.field.method(…)`, where `m` is as good as `m.field`.
        let syn::Expr::Field(field) = &*call.receiver else { continue };
        let mut parameters = function.signature.inputs.iter().filter_map(|input| match input {
            syn::FnArg::Typed(typed) => Some(typed),
            syn::FnArg::Receiver(_) => None,
        });
        let Some(machine) = parameters.next() else { continue };
        let Ok(ty) = types::read(&machine.ty, program, None) else { continue };
        let (Type::Named(machine_type), syn::Member::Named(member)) = (ty.bare(), &field.member) else {
            continue;
        };
        if !program.words.is_flat(machine_type, &member.to_string()) {
            continue;
        }
        let fields = program.fields(machine_type);
        let Some((_, Type::Named(of))) = fields.into_iter().find(|(name, _)| member == name.as_str()) else {
            continue;
        };
        let is_name = |expression: &syn::Expr, pattern: &syn::Pat| match (expression, pattern) {
            (syn::Expr::Path(path), syn::Pat::Ident(name)) => path.path.is_ident(&name.ident),
            _ => false,
        };
        let parameters: Vec<_> = parameters.collect();
        let are_same = parameters.len() == call.args.len()
            && parameters.iter().zip(&call.args).all(|(parameter, given)| is_name(given, &parameter.pat));
        let key = (Some(of), call.method.to_string());
        if are_same && is_name(&field.base, &machine.pat) && program.functions.contains_key(&key) {
            aliases.entry(key).or_insert_with(|| (*root).to_owned());
        }
    }
    aliases
}

/// `Type::function`, or `function`.
pub fn key_of(root: &str) -> Key {
    match root.split_once("::") {
        Some((this, name)) => (Some(this.to_owned()), name.to_owned()),
        None => (None, root.to_owned()),
    }
}
