//! The public items of a crate, each on a line, with the path by which it is reached.
use super::crate_source::{CrateSource, is_for_tests, is_public};
use super::words::words;
use std::collections::HashSet;
use syn::{Fields, ImplItem, Item, ItemImpl, TraitItem, Type, UseTree, Visibility};

/// All of them.
pub fn lines(source: &CrateSource) -> Vec<String> {
    let mut listing = Listing { source, lines: Vec::new(), seen: HashSet::new() };
    listing.module(&[], &[]);
    listing.lines
}

struct Listing<'a> {
    source: &'a CrateSource,
    lines: Vec<String>,
    /// Modules that were listed under a path, as modules may name one another in circles.
    seen: HashSet<(Vec<String>, Vec<String>)>,
}

impl Listing<'_> {
    /// Lists what is public in the module at `path`, which is reached as `shown`.
    fn module(&mut self, path: &[String], shown: &[String]) {
        if !self.seen.insert((path.to_vec(), shown.to_vec())) {
            return;
        }
        let source = self.source;
        for item in source.module(path).unwrap_or_default() {
            match item {
                Item::Mod(module) if is_public(&module.vis) && !is_for_tests(module) => {
                    let name = module.ident.to_string();
                    self.module(&joined(path, &name), &joined(shown, &name));
                }
                Item::Use(import) if is_public(&import.vis) => self.import(path, shown, &import.tree, &[]),
                _ => {
                    if let Some(name) = public_name(item) {
                        self.item(path, shown, item, &name);
                    }
                }
            }
        }
    }

    fn import(&mut self, path: &[String], shown: &[String], tree: &UseTree, before: &[String]) {
        match tree {
            UseTree::Path(part) => {
                self.import(path, shown, &part.tree, &joined(before, &part.ident.to_string()));
            }
            UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.import(path, shown, tree, before));
            }
            UseTree::Name(name) => {
                self.named(path, shown, &joined(before, &name.ident.to_string()), &name.ident.to_string());
            }
            UseTree::Rename(name) => {
                self.named(path, shown, &joined(before, &name.ident.to_string()), &name.rename.to_string());
            }
            UseTree::Glob(_) => match self.resolve(path, before) {
                Some(module) if self.source.module(&module).is_some() => self.module(&module, shown),
                _ => self.lines.push(prefixed(shown, &format!("use {}::*", before.join("::")))),
            },
        }
    }

    /// `name` of the module at `path`, which is the item or module `target`.
    fn named(&mut self, path: &[String], shown: &[String], target: &[String], name: &str) {
        let local = self.resolve(path, target);
        if let Some(module) = local.as_ref().filter(|it| self.source.module(it).is_some()) {
            return self.module(module, &joined(shown, name));
        }
        let found = local.and_then(|mut local| {
            let wanted = local.pop()?;
            let item =
                self.source.module(&local)?.iter().find(|it| public_name(it).as_ref() == Some(&wanted))?;
            Some((local, item))
        });
        if let Some((module, item)) = found {
            return self.item(&module, shown, item, name);
        }
        // Through another `pub use`.
        if let Some((module, wanted)) = self.reexport(path, target) {
            return self.named(&module, shown, &wanted, name);
        }
        let as_name = target.last().filter(|last| *last != name).map(|_| format!(" as {name}"));
        let line = format!("use {}{}", target.join("::"), as_name.unwrap_or_default());
        self.lines.push(prefixed(shown, &line));
    }

    /// Where `target` is only passed on: the module that does, and what it names.
    fn reexport(&self, path: &[String], target: &[String]) -> Option<(Vec<String>, Vec<String>)> {
        let mut module = self.resolve(path, target)?;
        let wanted = module.pop()?;
        let items = self.source.module(&module)?;
        items.iter().find_map(|item| {
            let Item::Use(import) = item else { return None };
            if matches!(import.vis, Visibility::Inherited) {
                return None;
            }
            let found = find_in(&import.tree, &[], &wanted)?;
            Some((module.clone(), found))
        })
    }

    /// The path in this crate.
    fn resolve(&self, path: &[String], target: &[String]) -> Option<Vec<String>> {
        let (first, rest) = target.split_first()?;
        let mut base = match first.as_str() {
            "crate" => Vec::new(),
            "self" => path.to_vec(),
            "super" => path[..path.len().checked_sub(1)?].to_vec(),
            _ if self.source.module(&joined(path, first)).is_some() => joined(path, first),
            _ => return None,
        };
        base.extend(rest.iter().cloned());
        Some(base)
    }

    fn item(&mut self, path: &[String], shown: &[String], item: &Item, name: &str) {
        let mut add = |line: String| self.lines.push(prefixed(shown, &line));
        match item {
            Item::Fn(function) => {
                let mut signature = function.sig.clone();
                signature.ident = syn::Ident::new(name, signature.ident.span());
                // Documentation of components' properties is none of the signature.
                for input in &mut signature.inputs {
                    if let syn::FnArg::Typed(input) = input {
                        input.attrs.retain(|it| it.path().is_ident("prop"));
                    }
                }
                add(words(&signature));
            }
            Item::Const(item) => add(format!("const {name}: {}", words(&item.ty))),
            Item::Static(item) => add(format!("static {name}: {}", words(&item.ty))),
            Item::Type(item) => {
                add(format!("type {name}{} = {}", words(&item.generics), words(&item.ty)));
            }
            Item::Macro(_) => add(format!("macro {name}")),
            Item::Trait(item) => {
                add(format!("trait {name}{}{}", words(&item.generics), bounds(&item.supertraits)));
                for member in &item.items {
                    let text = match member {
                        TraitItem::Fn(function) => words(&function.sig),
                        TraitItem::Const(item) => format!("const {}: {}", item.ident, words(&item.ty)),
                        TraitItem::Type(item) => format!("type {}{}", item.ident, bounds(&item.bounds)),
                        _ => continue,
                    };
                    add(format!("trait {name} :: {text}"));
                }
            }
            Item::Struct(item) => {
                let owner = format!("struct {name}{}", words(&item.generics));
                let place = item.generics.where_clause.as_ref().map(|it| format!(" {}", words(it)));
                let place = place.unwrap_or_default();
                add(format!("{owner}{}{}", place.trim_end_matches(','), exhaustive(&item.attrs)));
                for (at, field) in item.fields.iter().enumerate().filter(|(_, field)| is_public(&field.vis)) {
                    let named = field.ident.as_ref().map_or_else(|| at.to_string(), ToString::to_string);
                    add(format!("{owner} :: {named}: {}", words(&field.ty)));
                }
                derives(&item.attrs).iter().for_each(|it| add(format!("{owner} :: derives {it}")));
                self.methods(path, shown, &item.ident.to_string(), &owner);
            }
            Item::Enum(item) => {
                let owner = format!("enum {name}{}", words(&item.generics));
                let variants = item.variants.iter().map(|variant| {
                    let fields = match &variant.fields {
                        Fields::Named(fields) => {
                            let fields = fields.named.iter().map(|it| {
                                let name = it.ident.as_ref().map(ToString::to_string).unwrap_or_default();
                                format!("{name}: {}", words(&it.ty))
                            });
                            format!(" {{ {} }}", fields.collect::<Vec<_>>().join(", "))
                        }
                        Fields::Unnamed(fields) => {
                            let types = fields.unnamed.iter().map(|it| words(&it.ty));
                            format!("({})", types.collect::<Vec<_>>().join(", "))
                        }
                        Fields::Unit => String::new(),
                    };
                    format!("{}{fields}", variant.ident)
                });
                let variants = variants.collect::<Vec<_>>().join(", ");
                add(format!("{owner} {{ {variants} }}{}", exhaustive(&item.attrs)));
                derives(&item.attrs).iter().for_each(|it| add(format!("{owner} :: derives {it}")));
                self.methods(path, shown, &item.ident.to_string(), &owner);
            }
            _ => {}
        }
    }

    /// What is implemented for the type `name` of the module at `path`, there or anywhere in the crate.
    fn methods(&mut self, path: &[String], shown: &[String], name: &str, owner: &str) {
        let source = self.source;
        let top = path.first();
        for (_, items) in source.modules().filter(|(module, _)| module.first() == top || module.is_empty()) {
            for item in items {
                let Item::Impl(block) = item else { continue };
                if is_of(&block.self_ty, name) {
                    self.block(shown, owner, block);
                }
            }
        }
    }

    fn block(&mut self, shown: &[String], owner: &str, block: &ItemImpl) {
        let mut add = |text: String| self.lines.push(prefixed(shown, &format!("{owner} :: {text}")));
        if let Some((not, path, _)) = &block.trait_ {
            let not = if not.is_some() { "!" } else { "" };
            return add(format!("implements {not}{}", words(path)));
        }
        for item in &block.items {
            match item {
                ImplItem::Fn(function) if is_public(&function.vis) => add(words(&function.sig)),
                ImplItem::Const(item) if is_public(&item.vis) => {
                    add(format!("const {}: {}", item.ident, words(&item.ty)));
                }
                _ => {}
            }
        }
    }
}

fn find_in(tree: &UseTree, before: &[String], wanted: &str) -> Option<Vec<String>> {
    match tree {
        UseTree::Path(part) => find_in(&part.tree, &joined(before, &part.ident.to_string()), wanted),
        UseTree::Group(group) => group.items.iter().find_map(|tree| find_in(tree, before, wanted)),
        UseTree::Name(name) => (name.ident == wanted).then(|| joined(before, wanted)),
        UseTree::Rename(name) => (name.rename == wanted).then(|| joined(before, &name.ident.to_string())),
        UseTree::Glob(_) => None,
    }
}

fn is_of(of: &Type, name: &str) -> bool {
    let Type::Path(path) = of else { return false };
    path.path.segments.last().is_some_and(|last| last.ident == name)
}

fn public_name(item: &Item) -> Option<String> {
    let (visibility, name) = match item {
        Item::Fn(it) => (&it.vis, &it.sig.ident),
        Item::Struct(it) => (&it.vis, &it.ident),
        Item::Enum(it) => (&it.vis, &it.ident),
        Item::Trait(it) => (&it.vis, &it.ident),
        Item::Type(it) => (&it.vis, &it.ident),
        Item::Const(it) => (&it.vis, &it.ident),
        Item::Static(it) => (&it.vis, &it.ident),
        Item::Macro(it) => {
            let exported = it.attrs.iter().any(|it| it.path().is_ident("macro_export"));
            return it.ident.as_ref().filter(|_| exported).map(ToString::to_string);
        }
        _ => return None,
    };
    is_public(visibility).then(|| name.to_string())
}

fn derives(attributes: &[syn::Attribute]) -> Vec<String> {
    let mut names = Vec::new();
    for attribute in attributes.iter().filter(|it| it.path().is_ident("derive")) {
        let _ = attribute.parse_nested_meta(|meta| {
            names.push(words(&meta.path));
            Ok(())
        });
    }
    names
}

fn exhaustive(attributes: &[syn::Attribute]) -> &'static str {
    if attributes.iter().any(|it| it.path().is_ident("non_exhaustive")) { ", non_exhaustive" } else { "" }
}

fn bounds(bounds: &syn::punctuated::Punctuated<syn::TypeParamBound, syn::Token![+]>) -> String {
    if bounds.is_empty() { String::new() } else { format!(": {}", words(bounds)) }
}

fn joined(path: &[String], name: &str) -> Vec<String> {
    path.iter().cloned().chain([name.to_owned()]).collect()
}

fn prefixed(shown: &[String], line: &str) -> String {
    if shown.is_empty() { line.to_owned() } else { format!("{}::{line}", shown.join("::")) }
}
