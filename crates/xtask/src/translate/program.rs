//! The Rust sources of a module: what is declared in them, by name.
use anyhow::{Context, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use syn::spanned::Spanned as _;

pub struct Struct {
    /// The fields by name, in order; those of a tuple struct by number.
    pub fields: Vec<(String, syn::Type)>,
    pub is_tuple: bool,
    pub is_copy: bool,
    pub doc: Vec<String>,
}

#[derive(Clone)]
pub struct Function {
    pub source: String,
    pub line: usize,
    /// The type of its impl.
    pub this: Option<String>,
    pub signature: syn::Signature,
    pub block: syn::Block,
    pub doc: Vec<String>,
}

pub struct Constant {
    pub this: Option<String>,
    pub ty: syn::Type,
    pub value: syn::Expr,
    pub source: String,
}

/// What a module says about its names.
#[derive(Clone, Copy, Default)]
pub struct Words {
    /// Enums whose variants are words, as TypeScript has them.
    pub enums: &'static [&'static str],
    /// `Struct::field` by the name that TypeScript has for it.
    pub fields: &'static [(&'static str, &'static str)],
    /// `Struct::field` that nothing in the module reads.
    pub unread: &'static [&'static str],
    /// `Enum::Variant` that nothing in the module waits for.
    pub unheard: &'static [&'static str],
    /// Functions that have nothing to do in JavaScript.
    pub idle: &'static [&'static str],
    /// `Struct::field` whose members are the struct's own.
    pub flat: &'static [&'static str],
    /// Enums whose variants TypeScript knows by their numbers.
    pub told: &'static [&'static str],
    /// Whether a `u64` counts, and so fits a number.
    pub counts: bool,
}

impl Words {
    pub fn are_words(&self, of: &str) -> bool {
        self.enums.contains(&of)
    }

    pub fn is_unheard(&self, variant: &str) -> bool {
        self.unheard.contains(&variant)
    }

    pub fn is_flat(&self, of: &str, field: &str) -> bool {
        self.flat.iter().any(|flat| flat.split_once("::") == Some((of, field)))
    }

    pub fn is_unread(&self, of: &str, field: &str) -> bool {
        self.unread.iter().any(|unread| unread.split_once("::") == Some((of, field)))
    }
}

#[derive(Default)]
pub struct Program {
    pub words: Words,
    /// What the variants hold, by name or place.
    pub variant_fields: BTreeMap<(String, String), Vec<(String, syn::Type)>>,
    pub structs: BTreeMap<String, Struct>,
    /// The variants of each, and how many values each variant holds.
    pub enums: BTreeMap<String, Vec<(String, usize)>>,
    /// What a variant holds, by the names of its enum and its own.
    pub variants: BTreeMap<(String, String), syn::Type>,
    /// By the name of the type, if any, and their own.
    pub functions: BTreeMap<(Option<String>, String), Function>,
    pub constants: BTreeMap<(Option<String>, String), Constant>,
    /// What two sources declare, which would be one.
    twice: Option<String>,
    /// Numbers of `crates/boundary`.
    pub numbers: BTreeMap<String, f64>,
    pub statics: BTreeMap<String, (syn::Type, syn::Expr, String)>,
    /// What the rows of the module's table are.
    pub rows: Option<String>,
    /// Structs of which some field is assigned: two names for one of them would be one thing.
    pub mutated: BTreeSet<String>,
}

impl Program {
    pub fn read(root: &Path, sources: &[&str], rows: Option<&str>, words: Words) -> Result<Self> {
        let mut texts = Vec::new();
        for source in sources {
            let text =
                fs::read_to_string(root.join(source)).with_context(|| format!("cannot read {source}"))?;
            texts.push((*source, text));
        }
        Self::parse(&texts, rows, words)
    }

    /// The texts of sources, by their names.
    pub fn parse(sources: &[(&str, String)], rows: Option<&str>, words: Words) -> Result<Self> {
        let mut program = Self { rows: rows.map(Into::into), words, ..Self::default() };
        for (source, text) in sources {
            let file = syn::parse_file(text).with_context(|| format!("cannot parse {source}"))?;
            program.items(&file.items, source);
        }
        if let Some(twice) = &program.twice {
            anyhow::bail!("{twice} is declared twice in the sources of one module: rename one");
        }
        program.find_mutated();
        Ok(program)
    }

    fn items(&mut self, items: &[syn::Item], source: &str) {
        for item in items {
            match item {
                syn::Item::Struct(item) => {
                    let fields = item.fields.iter().filter(|field| !is_test(&field.attrs)).enumerate();
                    let name = |(place, field): (usize, &syn::Field)| {
                        let name = field.ident.as_ref().map_or(place.to_string(), ToString::to_string);
                        (name, field.ty.clone())
                    };
                    let found = Struct {
                        fields: fields.map(name).collect(),
                        is_tuple: matches!(item.fields, syn::Fields::Unnamed(_)),
                        is_copy: derives(&item.attrs, "Copy"),
                        doc: doc(&item.attrs),
                    };
                    if self.structs.insert(item.ident.to_string(), found).is_some() {
                        self.twice = Some(item.ident.to_string());
                    }
                }
                syn::Item::Enum(item) => {
                    let variants =
                        item.variants.iter().map(|variant| (variant.ident.to_string(), variant.fields.len()));
                    if self.enums.insert(item.ident.to_string(), variants.collect()).is_some() {
                        self.twice = Some(item.ident.to_string());
                    }
                    for variant in &item.variants {
                        let named = |(place, field): (usize, &syn::Field)| {
                            let name = field.ident.as_ref().map_or(place.to_string(), ToString::to_string);
                            (name, field.ty.clone())
                        };
                        self.variant_fields.insert(
                            (item.ident.to_string(), variant.ident.to_string()),
                            variant.fields.iter().enumerate().map(named).collect(),
                        );
                        if let Some(field) = variant.fields.iter().next() {
                            let key = (item.ident.to_string(), variant.ident.to_string());
                            self.variants.insert(key, field.ty.clone());
                        }
                    }
                }
                syn::Item::Use(item) => self.shared(&item.tree, Vec::new()),
                syn::Item::Const(item) => self.constant(None, &item.ident, &item.ty, &item.expr, source),
                syn::Item::Static(item) => {
                    let found = ((*item.ty).clone(), (*item.expr).clone(), source.into());
                    self.statics.insert(item.ident.to_string(), found);
                }
                syn::Item::Fn(item) if !is_test(&item.attrs) => {
                    self.function(None, &item.sig, &item.block, &item.attrs, source);
                }
                syn::Item::Impl(item) if !is_test(&item.attrs) => self.implementation(item, source),
                // What is public by the name of what it measures, such as the figures of a loader.
                syn::Item::Mod(item) if !is_test(&item.attrs) => {
                    if let Some((_, items)) = &item.content {
                        self.items(items, source);
                    }
                }
                _ => {}
            }
        }
    }

    /// Numbers of `crates/boundary`, by the names that a source gives them.
    fn shared(&mut self, tree: &syn::UseTree, mut path: Vec<String>) {
        match tree {
            syn::UseTree::Path(inner) => {
                path.push(inner.ident.to_string());
                self.shared(&inner.tree, path);
            }
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.shared(tree, path.clone());
                }
            }
            syn::UseTree::Name(name) => {
                self.shared_number(&path, &name.ident.to_string(), &name.ident.to_string())
            }
            syn::UseTree::Rename(name) => {
                self.shared_number(&path, &name.ident.to_string(), &name.rename.to_string())
            }
            syn::UseTree::Glob(_) => {
                let [of, file] = path.as_slice() else { return };
                if of == "whippet_boundary" {
                    for constant in constants_of(file) {
                        self.shared_number(&path, constant.name, constant.name);
                    }
                }
            }
        }
    }

    fn shared_number(&mut self, path: &[String], name: &str, here: &str) {
        let [of, file] = path else { return };
        if of != "whippet_boundary" {
            return;
        }
        for constant in constants_of(file).filter(|constant| constant.name == name) {
            if let whippet_boundary::Value::Number(number) = constant.value {
                self.numbers.insert(here.to_owned(), number);
            }
        }
    }

    fn implementation(&mut self, item: &syn::ItemImpl, source: &str) {
        let syn::Type::Path(path) = &*item.self_ty else { return };
        let Some(name) = path.path.segments.last().map(|last| last.ident.to_string()) else { return };
        for member in &item.items {
            match member {
                syn::ImplItem::Fn(member) if !is_test(&member.attrs) => {
                    self.function(Some(&name), &member.sig, &member.block, &member.attrs, source);
                }
                syn::ImplItem::Const(member) => {
                    self.constant(Some(&name), &member.ident, &member.ty, &member.expr, source);
                }
                _ => {}
            }
        }
    }

    fn function(
        &mut self,
        this: Option<&str>,
        signature: &syn::Signature,
        block: &syn::Block,
        attributes: &[syn::Attribute],
        source: &str,
    ) {
        let function = Function {
            source: source.into(),
            line: signature.span().start().line,
            this: this.map(Into::into),
            signature: signature.clone(),
            block: block.clone(),
            doc: doc(attributes),
        };
        let key = (this.map(Into::into), signature.ident.to_string());
        if self.functions.insert(key, function).is_some() {
            self.twice = Some(signature.ident.to_string());
        }
    }

    fn constant(
        &mut self,
        this: Option<&str>,
        name: &syn::Ident,
        ty: &syn::Type,
        value: &syn::Expr,
        source: &str,
    ) {
        let this = this.map(str::to_owned);
        let constant = Constant {
            this: this.clone(),
            ty: ty.clone(),
            value: value.clone(),
            source: format!("{source}:{}", name.span().start().line),
        };
        self.constants.insert((this, name.to_string()), constant);
    }

    /// By the names of fields that are assigned: a struct may be counted that is not, but none is missed.
    fn find_mutated(&mut self) {
        let mut assigned = Assigned::default();
        for function in self.functions.values() {
            syn::visit::Visit::visit_block(&mut assigned, &function.block);
        }
        let is_mutated = |found: &Struct| found.fields.iter().any(|(field, _)| assigned.0.contains(field));
        self.mutated = self
            .structs
            .iter()
            .filter(|(_, found)| is_mutated(found))
            .map(|(name, _)| name.clone())
            .collect();
    }
}

fn constants_of(file: &str) -> impl Iterator<Item = &'static whippet_boundary::Constant> {
    let files = whippet_boundary::FILES.iter().filter(move |found| found.name == file);
    files.flat_map(|file| file.constants.iter().copied().flatten())
}

#[derive(Default)]
struct Assigned(BTreeSet<String>);

impl Assigned {
    fn place(&mut self, place: &syn::Expr) {
        match place {
            syn::Expr::Field(field) => {
                self.0.insert(match &field.member {
                    syn::Member::Named(name) => name.to_string(),
                    syn::Member::Unnamed(place) => place.index.to_string(),
                });
                self.place(&field.base);
            }
            syn::Expr::Index(index) => self.place(&index.expr),
            syn::Expr::Paren(paren) => self.place(&paren.expr),
            _ => {}
        }
    }
}

impl<'a> syn::visit::Visit<'a> for Assigned {
    fn visit_expr(&mut self, expression: &'a syn::Expr) {
        match expression {
            syn::Expr::Assign(assign) => self.place(&assign.left),
            syn::Expr::Binary(binary) if is_assignment(&binary.op) => self.place(&binary.left),
            syn::Expr::Reference(reference) if reference.mutability.is_some() => self.place(&reference.expr),
            _ => {}
        }
        syn::visit::visit_expr(self, expression);
    }
}

pub fn is_assignment(op: &syn::BinOp) -> bool {
    use syn::BinOp;
    matches!(
        op,
        BinOp::AddAssign(_)
            | BinOp::SubAssign(_)
            | BinOp::MulAssign(_)
            | BinOp::DivAssign(_)
            | BinOp::RemAssign(_)
            | BinOp::BitAndAssign(_)
            | BinOp::BitOrAssign(_)
            | BinOp::BitXorAssign(_)
            | BinOp::ShlAssign(_)
            | BinOp::ShrAssign(_)
    )
}

/// Whether what bears these attributes is there in tests alone.
pub fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("test")
            || attribute.path().is_ident("cfg")
                && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
    })
}

fn derives(attributes: &[syn::Attribute], wanted: &str) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident("derive")).any(|attribute| {
        let mut found = false;
        let _ = attribute.parse_nested_meta(|meta| {
            found |= meta.path.is_ident(wanted);
            Ok(())
        });
        found
    })
}

fn doc(attributes: &[syn::Attribute]) -> Vec<String> {
    let line = |attribute: &syn::Attribute| {
        let syn::Meta::NameValue(meta) = &attribute.meta else { return None };
        let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &meta.value else { return None };
        meta.path.is_ident("doc").then(|| text.value().trim().to_owned())
    };
    attributes.iter().filter_map(line).collect()
}
