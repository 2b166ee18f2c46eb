//! The modules of a crate, by path.
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use syn::{Item, ItemMod, Visibility};

/// The items of each module; the crate itself has the empty path.
pub struct CrateSource(BTreeMap<Vec<String>, Vec<Item>>);

impl CrateSource {
    /// Reads the folder of `lib.rs`.
    pub fn read(folder: &Path) -> Result<Self> {
        let mut modules = Self(BTreeMap::new());
        modules.add(&Vec::new(), &|path| {
            let name = path.join("/");
            let names = match path {
                [] => vec!["lib.rs".to_owned()],
                _ => vec![format!("{name}.rs"), format!("{name}/mod.rs")],
            };
            let file = names.iter().map(|name| folder.join(name)).find(|file| file.is_file());
            let file = file.with_context(|| format!("there is no module {name} in {}", folder.display()))?;
            Ok(fs::read_to_string(file)?)
        })?;
        Ok(modules)
    }

    /// Of files that are given by name.
    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Self {
        let mut modules = Self(BTreeMap::new());
        let text = |path: &[String]| {
            let name = if path.is_empty() { "lib.rs".to_owned() } else { format!("{}.rs", path.join("/")) };
            let file = files.iter().find(|(file, _)| *file == name).context(name)?;
            Ok(file.1.to_owned())
        };
        modules.add(&Vec::new(), &text).expect("the files are Rust");
        modules
    }

    /// The items of the module, if this crate has it.
    pub fn module(&self, path: &[String]) -> Option<&[Item]> {
        self.0.get(path).map(Vec::as_slice)
    }

    /// All modules.
    pub fn modules(&self) -> impl Iterator<Item = (&Vec<String>, &[Item])> {
        self.0.iter().map(|(path, items)| (path, items.as_slice()))
    }

    fn add(&mut self, path: &[String], text: &dyn Fn(&[String]) -> Result<String>) -> Result<()> {
        let file = syn::parse_file(&text(path)?).with_context(|| format!("in module {}", path.join("::")))?;
        self.add_items(path, file.items, text)
    }

    fn add_items(
        &mut self,
        path: &[String],
        items: Vec<Item>,
        text: &dyn Fn(&[String]) -> Result<String>,
    ) -> Result<()> {
        for item in &items {
            let Item::Mod(module) = item else { continue };
            if is_for_tests(module) {
                continue;
            }
            let mut inner = path.to_vec();
            inner.push(module.ident.to_string());
            match &module.content {
                Some((_, items)) => self.add_items(&inner, items.clone(), text)?,
                None => self.add(&inner, text)?,
            }
        }
        self.0.insert(path.to_vec(), items);
        Ok(())
    }
}

/// Modules that only tests have.
pub fn is_for_tests(module: &ItemMod) -> bool {
    module.ident == "tests"
        || module.attrs.iter().any(|it| {
            it.path().is_ident("cfg")
                && it.meta.require_list().is_ok_and(|list| list.tokens.to_string() == "test")
        })
}

/// Whether everybody may use it.
pub fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}
