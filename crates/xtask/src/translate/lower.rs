//! What is known while a function is written: its variables, its lines, and what it needs of the others.
pub use super::js::{Js, Key};
use super::names::{camel, function_name};
use super::program::Program;
use super::types::Type;
use anyhow::{Result, bail};
use std::collections::{BTreeMap, BTreeSet};

/// What becomes of an expression's value.
#[derive(Clone)]
pub enum Target {
    Discard,
    Return,
    Assign(String),
}

/// Where a call stands: its value goes there, and nothing else of the statement is written before or after it.
#[derive(Clone)]
pub enum Position {
    /// The value of a variable that is declared.
    Value,
    To(Target),
}

/// What all functions of a module leave to be written.
#[derive(Default)]
pub struct Needs {
    pub functions: Vec<Key>,
    pub constants: BTreeSet<Key>,
    pub statics: BTreeSet<String>,
    pub helpers: BTreeSet<&'static str>,
    /// Of `pkg/src/deadlines.ts`.
    pub imports: BTreeSet<&'static str>,
    pub structs: BTreeSet<String>,
    /// How often each function is called in what is written.
    pub calls: BTreeMap<Key, usize>,
    /// Those that are called once.
    pub single: BTreeSet<Key>,
    /// Functions by the names of the roots that only call them.
    pub aliases: BTreeMap<Key, String>,
}

pub struct Lower<'a> {
    pub program: &'a Program,
    pub needs: &'a mut Needs,
    pub this: Option<String>,
    pub returns: Type,
    pub lines: Vec<String>,
    /// The file and the line that are being translated.
    pub file: String,
    pub at: usize,
    scopes: Vec<BTreeMap<String, Js>>,
    names: BTreeSet<String>,
    /// Where the value of the `break` of each loop around goes.
    pub loops: Vec<Target>,
    /// The type of what was last assigned to a target.
    pub assigned: Type,
    /// Whether a statement may stand before the expression that is being written: it would run first, and always.
    pub may_hoist: bool,
    pub inlined: usize,
    /// The address of a call that is all of a statement, and where its value goes.
    pub standing: Option<(usize, Position)>,
    /// Whether the value of the expression that was written last is where it goes.
    pub is_delivered: bool,
    /// Variables by value that are used once: whoever uses one has it for its own.
    pub moved: BTreeSet<String>,
    /// Variables that keep their values.
    pub fixed: BTreeSet<String>,
    /// Variables that hold what an expression gave, for one use.
    temporaries: BTreeSet<String>,
}

impl<'a> Lower<'a> {
    pub fn new(program: &'a Program, needs: &'a mut Needs, this: Option<String>, returns: Type) -> Self {
        Self {
            program,
            needs,
            this,
            returns,
            lines: Vec::new(),
            file: String::new(),
            at: 0,
            scopes: vec![BTreeMap::new()],
            names: BTreeSet::new(),
            loops: Vec::new(),
            assigned: Type::Unknown,
            may_hoist: true,
            inlined: 0,
            standing: None,
            is_delivered: false,
            moved: BTreeSet::new(),
            fixed: BTreeSet::new(),
            temporaries: BTreeSet::new(),
        }
    }

    pub fn line(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }

    /// A name that no other variable of the function has.
    pub fn fresh(&mut self, wanted: &str) -> String {
        const RESERVED: [&str; 8] =
            ["delete", "default", "new", "function", "var", "arguments", "class", "in"];
        let base = camel(wanted.trim_start_matches('_'));
        let mut name = base.clone();
        let mut number = 2;
        // A function of that name may be called within.
        let is_taken = |name: &str| {
            RESERVED.contains(&name) || self.program.functions.contains_key(&(None, name.to_owned()))
        };
        while is_taken(&name) || !self.names.insert(name.clone()) {
            name = format!("{base}{number}");
            number += 1;
        }
        name
    }

    pub fn bind(&mut self, name: &str, js: Js) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name.to_owned(), js);
        }
    }

    pub fn local(&self, name: &str) -> Option<&Js> {
        self.scopes.iter().rev().find_map(|scope| scope.get(name))
    }

    /// Writes `body` with the names of the function that is being inlined alone.
    pub fn in_function<T>(
        &mut self,
        this: Option<String>,
        names: Vec<(String, Js)>,
        body: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        let scopes = std::mem::replace(&mut self.scopes, vec![names.into_iter().collect()]);
        let this = std::mem::replace(&mut self.this, this);
        self.inlined += 1;
        let result = body(self);
        self.inlined -= 1;
        self.this = this;
        self.scopes = scopes;
        result
    }

    /// The same for a function whose statements are written where it is called.
    pub fn in_spliced<T>(
        &mut self,
        this: Option<String>,
        names: Vec<(String, Js)>,
        body: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        self.in_function(this, names, |lower| {
            lower.inlined -= 1;
            let result = body(lower);
            lower.inlined += 1;
            result
        })
    }

    pub fn scoped<T>(&mut self, body: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.scopes.push(BTreeMap::new());
        let result = body(self);
        self.scopes.pop();
        result
    }

    /// The lines that `body` writes, which are not written yet.
    pub fn captured<T>(&mut self, body: impl FnOnce(&mut Self) -> Result<T>) -> Result<(T, Vec<String>)> {
        let outer = std::mem::take(&mut self.lines);
        let hoisted = std::mem::replace(&mut self.may_hoist, true);
        let result = body(self);
        self.may_hoist = hoisted;
        let lines = std::mem::replace(&mut self.lines, outer);
        Ok((result?, lines))
    }

    /// What a function is called in what is written.
    pub fn name_of(&self, key: &Key) -> String {
        self.needs.aliases.get(key).cloned().unwrap_or_else(|| function_name(key))
    }

    /// The value, unless using it would make two names of one thing that changes.
    pub fn by_value(&self, js: Js) -> Result<Js> {
        if self.moved.contains(&js.text) {
            return Ok(js);
        }
        if js.ty == Type::Place {
            bail!("`{}` is a place in a list: take it apart by `if let` or `let else`", js.text);
        }
        if let (true, Type::List(_)) = (js.is_place, &js.ty) {
            bail!("`{}` is a copy of a list: take what is needed of it", js.text);
        }
        if let (true, Type::Named(name)) = (js.is_place, &js.ty)
            && self.program.structs.get(name).is_some_and(|found| found.is_copy)
            && self.program.erased(name).is_none()
            && self.program.mutated.contains(name)
        {
            return Ok(Js::new(format!("{{ ...{} }}", js.text), js.ty));
        }
        Ok(js)
    }

    /// The value in a variable, which nothing writes.
    pub fn hoist(&mut self, js: Js) -> Result<Js> {
        if self.fixed.contains(&js.text) {
            return Ok(js);
        }
        self.hoist_as("found", js)
    }

    pub fn hoist_as(&mut self, wanted: &str, js: Js) -> Result<Js> {
        if !self.may_hoist {
            bail!("`{}` is needed twice where it may not run: give it a name before", js.text);
        }
        let name = self.fresh(wanted);
        self.line(format!("let {name} = {}", js.text));
        self.temporaries.insert(name.clone());
        self.fixed.insert(name.clone());
        Ok(Js::new(name, js.ty))
    }

    /// Whether a variable holds what an expression gave: whoever uses that may use the variable for its own.
    pub fn is_temporary(&self, name: &str) -> bool {
        self.temporaries.contains(name)
    }

    /// Writes an expression that may not run.
    pub fn unhoisted<T>(&mut self, body: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let before = std::mem::replace(&mut self.may_hoist, false);
        let result = body(self);
        self.may_hoist = before;
        result
    }
}
