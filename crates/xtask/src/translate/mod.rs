//! Translates rules of the engine to TypeScript, for the npm package: a rule stands once, in Rust, and a page that needs a few of
//! them compiles no wasm.
//!
//! Not all of Rust: what these sources are made of, and nothing else. Anything else is an error that names the line. What the
//! translation takes for granted is what the compiler has proved of the sources and their tests have shown:
//!
//! * a mutable reference has no other name, so a thing can be replaced where it stands;
//! * sums, differences and products of integers of 32 bits do not overflow, unless by `wrapping_…`: debug builds would panic.
//!
//! `docs/decisions/rules-in-javascript.md` says why, and which tests hold both forms together.
mod calls;
mod constants;
mod containers;
mod emit;
mod expression;
mod js;
mod lists;
mod lower;
mod methods;
mod modules;
mod names;
mod operators;
mod patterns;
mod program;
mod roots;
mod splice;
mod statements;
mod structs;
#[cfg(test)]
mod tests;
mod types;

use crate::project::Project;
use anyhow::{Context as _, Result};
use lower::{Key, Lower, Needs};
use modules::{MODULES, Module};
use program::Program;
use roots::{aliases, inputs, key_of};
use std::collections::BTreeSet;
use std::fs;
use types::Type;

pub fn run(project: &Project) -> Result<()> {
    for module in MODULES {
        let program = Program::read(&project.root, module.sources, module.rows, module.words)?;
        let text =
            translate_program(&program, module).with_context(|| format!("rules of `{}`", module.name))?;
        write_rules(project, module.name, text)?;
        if module.name == "query" {
            write_rules(project, "inputs", inputs(&program, module))?;
        }
    }
    Ok(())
}

fn write_rules(project: &Project, name: &str, text: String) -> Result<()> {
    let path = project.path("pkg/src/rules").join(format!("{name}.ts"));
    if fs::read_to_string(&path).is_ok_and(|there| there == text) {
        return Ok(());
    }
    fs::create_dir_all(project.path("pkg/src/rules"))?;
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    println!("  wrote {}", path.display());
    Ok(())
}

fn translate_program(program: &Program, module: &Module) -> Result<String> {
    // Written twice: the first time tells which functions are called at one place.
    let mut needs = Needs::default();
    write(program, module, &mut needs)?;
    let aliases = aliases(program, module);
    let roots: Vec<_> = module.roots.iter().map(|root| key_of(root)).chain(aliases.keys().cloned()).collect();
    let once = needs.calls.into_iter().filter(|(key, calls)| *calls == 1 && !roots.contains(key));
    let mut needs = Needs { single: once.map(|(key, _)| key).collect(), aliases, ..Needs::default() };
    write(program, module, &mut needs)
}

fn write(program: &Program, module: &Module, needs: &mut Needs) -> Result<String> {
    let is_left_out = |root: &&str| needs.aliases.values().any(|alias| alias == *root);
    let roots: Vec<_> =
        module.roots.iter().filter(|root| !is_left_out(root)).map(|root| key_of(root)).collect();
    needs.functions.extend(roots.into_iter().chain(needs.aliases.keys().cloned()));
    let mut functions = String::new();
    let mut done = BTreeSet::<Key>::new();
    let mut statics = BTreeSet::new();
    let mut static_texts = String::new();
    loop {
        if let Some(key) = needs.functions.pop() {
            if !done.insert(key.clone()) {
                continue;
            }
            let function = program.functions.get(&key).with_context(|| format!("there is no `{key:?}`"))?;
            let returns = match &function.signature.output {
                syn::ReturnType::Default => Type::Unit,
                syn::ReturnType::Type(_, ty) => types::read(ty, program, function.this.as_deref())?,
            };
            let mut lower = Lower::new(program, needs, function.this.clone(), returns);
            (lower.file, lower.at) = (function.source.clone(), function.line);
            let written = lower.function(function);
            functions += &written.with_context(|| format!("{}:{}, `{}`", lower.file, lower.at, key.1))?;
            functions.push('\n');
            continue;
        }
        let Some(name) = needs.statics.iter().find(|name| !statics.contains(*name)).cloned() else { break };
        let (_, value, source) = &program.statics[&name];
        // State::new(value)
        let syn::Expr::Call(call) = value else { anyhow::bail!("{source}: the static `{name}`") };
        let mut lower = Lower::new(program, needs, None, Type::Unknown);
        let js = lower.expression(&call.args[0]).with_context(|| format!("{source}, `{name}`"))?;
        static_texts += &format!("const {name} = /* @__PURE__ */ {}\n", js.text);
        statics.insert(name);
    }
    let mut constants = String::new();
    for key in needs.constants.clone() {
        let constant = &program.constants[&key];
        let mut lower = Lower::new(program, needs, constant.this.clone(), Type::Unknown);
        let js = lower.expression(&constant.value).with_context(|| constant.source.clone())?;
        constants += &format!("const {} = {}\n", names::constant_name(&key), js.text);
    }
    let mut text = format!(
        "// Written by `cargo xtask boundary` from {}: edit that.\n// @ts-nocheck: the compiler of Rust has checked it.\n",
        module.sources.join(", ")
    );
    if !needs.imports.is_empty() {
        let names: Vec<_> = needs.imports.iter().copied().collect();
        text += &format!(
            "import {{ type Deadlines, type Handle, {} }} from '../deadlines.js'\n",
            names.join(", ")
        );
    }
    // Before all others: a bundler puts only these in the place of their names.
    for name in module.words.told {
        if let Some((least, most)) = program.told_fields(name) {
            let fields: String =
                (0..most).map(|place| if place < least { ", number" } else { ", number?" }).collect();
            text += &format!("export type {name} = [number{fields}]\n");
        }
        for (place, (variant, _)) in program.enums[*name].iter().enumerate() {
            text += &format!("export const {}_{} = {place}\n", shouted(name), shouted(variant));
        }
    }
    for helper in &needs.helpers {
        text += HELPERS.iter().find(|(name, _)| name == helper).map_or("", |(_, text)| text);
    }
    let mut structs: Vec<_> = needs.structs.iter().cloned().collect();
    let mut written = BTreeSet::new();
    while let Some(name) = structs.pop() {
        if written.insert(name.clone()) {
            let (interface, others) = emit::interface(&name, program);
            text += &interface;
            structs.extend(others);
        }
    }
    Ok(text + &constants + "\n" + &functions + &static_texts)
}

/// `CamelCase` as `CAMEL_CASE`.
fn shouted(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(letter.to_ascii_uppercase());
    }
    text
}

/// What JavaScript does in other words.
const HELPERS: &[(&str, &str)] = &[
    // A slab gives out its ids in order, and none twice.
    (
        "addTo",
        "const addTo = <T>(slab: Map<number, T> & { last$?: number }, thing: T): number => {\n  const id = (slab.last$ = (slab.last$ ?? 0) + 1)\n  slab.set(id, thing)\n  return id\n}\n",
    ),
    (
        "takeFrom",
        "const takeFrom = <T>(slab: Map<number, T>, id: number): T | undefined => {\n  const thing = slab.get(id)\n  slab.delete(id)\n  return thing\n}\n",
    ),
    (
        "toBits32",
        "const toBits32 = (value: number): number => new Uint32Array(new Float32Array([value]).buffer)[0]!\n",
    ),
    (
        "fromBits32",
        "const fromBits32 = (bits: number): number => new Float32Array(new Uint32Array([bits]).buffer)[0]!\n",
    ),
    // Rust's cast is never out of range.
    (
        "toU32",
        "const toU32 = (value: number): number => (value > 0 ? Math.floor(Math.min(value, 4294967295)) : 0)\n",
    ),
    ("rowOf", "const rowOf = <T>(rows: T[], number: number): T => rows[number] ?? rows[0]!\n"),
    (
        "toBits",
        "const toBits = (value: number): bigint => new BigUint64Array(new Float64Array([value]).buffer)[0]!\n",
    ),
];
