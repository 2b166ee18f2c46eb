//! Names of values: locals, constants, variants.
use super::lower::{Js, Key, Lower};
use super::names::{constant_name, literal_of, number};
use super::types::{self, Int, Type, word};
use anyhow::{Context as _, Result, bail};
use syn::{BinOp, Expr, UnOp};

impl Lower<'_> {
    pub fn path(&mut self, path: &syn::Path) -> Result<Js> {
        let names: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let last = names.last().cloned().unwrap_or_default();
        if let [name] = names.as_slice() {
            if let Some(js) = self.local(name) {
                return Ok(js.clone());
            }
            if name == "NoKeys" {
                return Ok(Js::new("0", Type::Named(name.clone())));
            }
            if name == "None" {
                return Ok(Js::new("undefined", Type::Option(Box::new(Type::Unknown))));
            }
        }
        let of = names.len().checked_sub(2).map(|place| names[place].clone());
        let of = if of.as_deref() == Some("Self") { self.this.clone() } else { of };
        let standard = match (of.as_deref(), last.as_str()) {
            (Some("f64"), "NAN") => Some(("NaN", Type::F64)),
            (Some("f64"), "INFINITY") => Some(("Infinity", Type::F64)),
            (Some("f64"), "MAX") => Some(("Number.MAX_VALUE", Type::F64)),
            (Some("f64"), "NEG_INFINITY") => Some(("(-Infinity)", Type::F64)),
            (Some("consts"), "SQRT_2") => Some(("1.4142135623730951", Type::F64)),
            (Some("u32" | "usize"), "MAX") => {
                Some(("4294967295", Type::Int(Some(Int { bits: 32, signed: false }))))
            }
            _ => None,
        };
        if let Some((text, ty)) = standard {
            return Ok(Js::new(text, ty));
        }
        if let Some(name) = &of
            && let Some(variants) = self.program.enums.get(name)
            && let Some(place) = variants.iter().position(|(variant, _)| *variant == last)
        {
            let text = match self.program.number_or_nothing(name) {
                Some(_) => "undefined".into(),
                None if self.program.words.are_words(name) => word(&last),
                None => place.to_string(),
            };
            return Ok(Js::new(text, Type::Named(name.clone())));
        }
        for key in [(of.clone(), last.clone()), (None, last.clone())] {
            if let Some(found) = self.constant(&key)? {
                return Ok(found);
            }
        }
        if self.program.statics.contains_key(&last) {
            self.needs.statics.insert(last.clone());
            return Ok(Js::new(last, self.static_type(&names[names.len() - 1])?));
        }
        bail!("`{}` is unknown", names.join("::"))
    }

    pub fn static_type(&self, name: &str) -> Result<Type> {
        let (ty, ..) = self.program.statics.get(name).context("a static")?;
        // State<T>
        let syn::Type::Path(path) = ty else { bail!("the type of `{name}`") };
        let Some(syn::PathSegment { arguments: syn::PathArguments::AngleBracketed(arguments), .. }) =
            path.path.segments.last()
        else {
            bail!("the type of `{name}`")
        };
        match arguments.args.first() {
            Some(syn::GenericArgument::Type(ty)) => types::read(ty, self.program, None),
            _ => bail!("the type of `{name}`"),
        }
    }

    pub fn constant(&mut self, key: &Key) -> Result<Option<Js>> {
        if let (None, Some(number)) = (&key.0, self.program.numbers.get(&key.1)) {
            if self.program.constants.contains_key(key) {
                bail!("`{}` is a number of the boundary, and another one", key.1);
            }
            return Ok(Some(Js::new(
                self::number(*number),
                Type::Int(Some(Int { bits: 32, signed: *number < 0.0 })),
            )));
        }
        let Some(found) = self.program.constants.get(key) else { return Ok(None) };
        let ty = types::read(&found.ty, self.program, found.this.as_deref())?;
        if let Some(value) = self.evaluate(&found.value) {
            let text = if ty.is_wide() { (value as u128).to_string() } else { number(value) };
            return Ok(Some(Js::new(text, ty)));
        }
        let (this, value) = (found.this.clone(), found.value.clone());
        // Short ones are written where they are used; a list once.
        if !matches!(ty, Type::List(_)) {
            let js = self.in_function(this, Vec::new(), |lower| lower.expression(&value))?;
            return Ok(Some(Js { ty, ..js }));
        }
        self.needs.constants.insert(key.clone());
        Ok(Some(Js::new(constant_name(key), ty)))
    }

    /// A constant number.
    pub fn evaluate(&self, expression: &Expr) -> Option<f64> {
        match expression {
            Expr::Lit(_) => {
                let Expr::Lit(literal) = expression else { return None };
                literal_of(&literal.lit).ok()?.text.parse().ok()
            }
            Expr::Paren(paren) => self.evaluate(&paren.expr),
            Expr::Cast(cast) => {
                let value = self.evaluate(&cast.expr)?;
                (value.fract() == 0.0 && value.abs() < 2_147_483_648.0).then_some(value)
            }
            Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => Some(-self.evaluate(&unary.expr)?),
            Expr::Binary(binary) => {
                let (a, b) = (self.evaluate(&binary.left)?, self.evaluate(&binary.right)?);
                let shift = |value: f64| (value.fract() == 0.0).then_some(value);
                match binary.op {
                    BinOp::Add(_) => Some(a + b),
                    BinOp::Sub(_) => Some(a - b),
                    BinOp::Mul(_) => Some(a * b),
                    BinOp::Div(_) if a.fract() != 0.0 || (a / b).fract() != 0.0 || a == 1.0 => Some(a / b),
                    BinOp::Shl(_) => Some(shift(a)? * 2f64.powf(shift(b)?)),
                    _ => None,
                }
            }
            Expr::Path(path) => {
                let names: Vec<_> =
                    path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
                let last = names.last()?.clone();
                let of = names.len().checked_sub(2).map(|place| names[place].clone());
                let of = if of.as_deref() == Some("Self") { self.this.clone() } else { of };
                let found = self.program.constants.get(&(of, last.clone()));
                self.evaluate(&found.or_else(|| self.program.constants.get(&(None, last)))?.value)
            }
            _ => None,
        }
    }
}
