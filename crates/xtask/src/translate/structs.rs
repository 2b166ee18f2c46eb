//! Structs, lists, and what they are made of.
use super::lower::{Js, Lower};
use super::types::{Type, word};
use anyhow::{Context as _, Result, bail};
use syn::{Expr, Member};

impl Lower<'_> {
    pub fn field(&mut self, field: &syn::ExprField) -> Result<Js> {
        let base = self.expression(&field.base)?;
        let name = match &field.member {
            Member::Named(name) => name.to_string(),
            Member::Unnamed(place) => place.index.to_string(),
        };
        self.member(&base, &name)
    }

    pub fn member(&mut self, base: &Js, name: &str) -> Result<Js> {
        match base.ty.bare() {
            Type::Tuple(types) => {
                let place: usize = name.parse()?;
                Ok(Js::new(format!("{}[{place}]", base.text), types.get(place).cloned().context("a tuple")?))
            }
            Type::Named(this) => {
                if let Some(inner) = self.program.erased(this) {
                    return Ok(Js::place(base.text.clone(), inner));
                }
                if (this.as_str(), name) == ("Cache", "index") {
                    return Ok(Js::new("0", Type::Named("NoKeys".into())));
                }
                let fields = self.program.fields(this);
                let (_, ty) = fields
                    .into_iter()
                    .find(|(field, _)| field == name)
                    .with_context(|| format!("`{this}` has no `{name}`"))?;
                if self.program.words.is_flat(this, name) {
                    return Ok(Js::new(base.text.clone(), ty));
                }
                Ok(Js::place(format!("{}.{}", base.text, self.program.property(this, name)), ty))
            }
            other => bail!("`{}`, a {other:?}, has no `{name}`", base.text),
        }
    }

    pub fn index(&mut self, index: &syn::ExprIndex) -> Result<Js> {
        let list = self.expression(&index.expr)?;
        let place = self.expression(&index.index)?;
        let Type::List(item) = list.ty.bare() else { bail!("`{}` is no list", list.text) };
        Ok(Js::place(format!("{}[{}]", list.text, place.text), (**item).clone()))
    }

    pub fn repeat(&mut self, repeat: &syn::ExprRepeat) -> Result<Js> {
        let value = self.expression(&repeat.expr)?;
        let Some(length) = self.evaluate(&repeat.len) else { bail!("the length of a list is a constant") };
        let ty = Type::List(Box::new(value.ty.clone()));
        if !(value.ty.is_number() || value.ty == Type::Bool) {
            bail!("a list of things that are no numbers is made one by one");
        }
        if length > 8.0 {
            return Ok(Js::new(format!("Array({length}).fill({})", value.text), ty));
        }
        let items = vec![value.text; length as usize];
        Ok(Js::new(format!("[{}]", items.join(", ")), ty))
    }

    pub fn struct_literal(&mut self, literal: &syn::ExprStruct) -> Result<Js> {
        if let Some(name) = self.variant(&literal.path) {
            return self.variant_literal(literal, &name);
        }
        let name = self.type_name(&literal.path);
        let mut texts = std::collections::BTreeMap::new();
        let mut rest = None;
        if let Some(base) = &literal.rest {
            rest = Some(self.rest(base, &name)?);
        }
        for field in &literal.fields {
            if super::program::is_test(&field.attrs) {
                continue;
            }
            let Member::Named(member) = &field.member else { bail!("a field without a name") };
            if self.program.words.is_unread(&name, &member.to_string()) {
                continue;
            }
            let value = self.expression(&field.expr)?;
            texts.insert(member.to_string(), self.by_value(value)?.text);
        }
        self.needs.structs.insert(name.clone());
        let mut members = Vec::new();
        let mut flat = None;
        // In one order, so that a browser sees one shape.
        for (field, _) in self.program.fields(&name) {
            let text = match texts.remove(&field) {
                Some(text) => text,
                None => {
                    let rest = rest.as_ref().with_context(|| format!("`{name}` without `{field}`"))?;
                    rest(&field).with_context(|| format!("`{name}` without `{field}`"))?
                }
            };
            if self.program.words.is_flat(&name, &field) {
                flat = Some(text);
                continue;
            }
            members.push(format!("{}: {text}", self.program.property(&name, &field)));
        }
        let own = format!("{{ {} }}", members.join(", "));
        let text = match flat {
            Some(flat) if members.is_empty() => flat,
            Some(flat) => format!("Object.assign({flat}, {own})"),
            None => own,
        };
        Ok(Js::new(text, Type::Named(name)))
    }

    /// What `..base` gives for a field.
    #[expect(clippy::type_complexity, reason = "one closure")]
    pub fn rest(&mut self, base: &Expr, name: &str) -> Result<Box<dyn Fn(&str) -> Option<String>>> {
        let fields = self.program.fields(name);
        if let Expr::Call(_) = base {
            let mut all = std::collections::BTreeMap::new();
            for (field, ty) in fields {
                let text = self.default_of_field(name, &field, &ty)?;
                all.insert(field, text);
            }
            return Ok(Box::new(move |field| all.get(field).cloned()));
        }
        if let Expr::Path(path) = base
            && let Some(last) = path.path.get_ident()
            && let Some(constant) = self.program.constants.get(&(None, last.to_string()))
            && let Expr::Struct(literal) = constant.value.clone()
        {
            let mut all = std::collections::BTreeMap::new();
            for field in &literal.fields {
                if let Member::Named(member) = &field.member {
                    let text = self.expression(&field.expr)?.text;
                    all.insert(member.to_string(), text);
                }
            }
            return Ok(Box::new(move |field| all.get(field).cloned()));
        }
        let base = self.expression(base)?.text;
        let properties: std::collections::BTreeMap<_, _> = fields
            .into_iter()
            .map(|(field, _)| {
                let property = self.program.property(name, &field);
                (field, property)
            })
            .collect();
        Ok(Box::new(move |field| Some(format!("{base}.{}", properties.get(field)?))))
    }

    pub fn type_name(&self, path: &syn::Path) -> String {
        let name = path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
        if name == "Self" { self.this.clone().unwrap_or(name) } else { name }
    }

    /// What `Default` gives.
    pub fn default_of(&mut self, ty: &Type) -> Result<Js> {
        let text = match ty {
            Type::Int(_) if ty.is_wide() => "0n".into(),
            Type::F64 | Type::Int(_) => "0".into(),
            Type::Bool => "false".into(),
            Type::Option(_) => "undefined".into(),
            Type::List(_) => "[]".into(),
            Type::Named(name) if self.program.words.are_words(name) => word(&self.program.enums[name][0].0),
            Type::Named(name) if self.program.number_or_nothing(name).is_some() => {
                if self.program.enums[name][0].1 > 0 {
                    bail!("the default of `{name}`: let its first variant hold nothing");
                }
                "undefined".into()
            }
            Type::Named(name) if self.program.enums.contains_key(name) => "0".into(),
            Type::Named(name) => {
                if self.program.erased(name).is_some() {
                    return Ok(Js::new("0", ty.clone()));
                }
                for key in
                    [(Some(name.clone()), "default".to_owned()), (Some(name.clone()), "new".to_owned())]
                {
                    let has = self
                        .program
                        .functions
                        .get(&key)
                        .is_some_and(|found| found.signature.inputs.is_empty());
                    if has {
                        return self.invoke(&key, Vec::new());
                    }
                }
                let mut members = Vec::new();
                for (field, ty) in self.program.fields(name) {
                    members.push(format!(
                        "{}: {}",
                        self.program.property(name, &field),
                        self.default_of_field(name, &field, &ty)?
                    ));
                }
                self.needs.structs.insert(name.clone());
                format!("{{ {} }}", members.join(", "))
            }
            Type::Rows(row) => format!("[{}]", self.default_of(row)?.text),
            other => bail!("the default of {other:?}"),
        };
        Ok(Js::new(text, ty.clone()))
    }

    /// The same of a field: that of an array has as many values as its type says.
    pub fn default_of_field(&mut self, name: &str, field: &str, ty: &Type) -> Result<String> {
        let fields = &self.program.structs[name].fields;
        if let Some((_, syn::Type::Array(array))) = fields.iter().find(|(found, _)| found == field) {
            let length = self.evaluate(&array.len).context("the length of an array is a constant")?;
            let Type::List(item) = ty else { bail!("an array") };
            return Ok(format!("[{}]", vec![self.default_of(item)?.text; length as usize].join(", ")));
        }
        Ok(self.default_of(ty)?.text)
    }
}
