//! Operators and casts.
use super::lower::{Js, Lower};
use super::names::is_small;
use super::program::is_assignment;
use super::types::{Int, Type};
use anyhow::{Result, bail};
use quote::ToTokens as _;
use syn::{BinOp, UnOp};

impl Lower<'_> {
    pub fn unary(&mut self, unary: &syn::ExprUnary) -> Result<Js> {
        let value = self.expression(&unary.expr)?;
        Ok(match unary.op {
            UnOp::Deref(_) => match value.ty {
                Type::Ref(inner) => Js::place(value.text, *inner),
                ty => Js::place(value.text, ty),
            },
            UnOp::Not(_) if value.ty == Type::Bool => Js::new(format!("!{}", value.text), Type::Bool),
            UnOp::Not(_) => {
                let text = format!("~{}", value.text);
                self.fitted(text, value.ty)
            }
            UnOp::Neg(_) => Js::new(format!("(-{})", value.text), value.ty),
            _ => bail!("the sign of `{}` is not translated", unary.to_token_stream()),
        })
    }

    pub fn binary(&mut self, binary: &syn::ExprBinary) -> Result<Js> {
        if is_assignment(&binary.op) {
            return self.compound(binary);
        }
        let left = self.expression(&binary.left)?;
        let right = match binary.op {
            BinOp::And(_) | BinOp::Or(_) => self.unhoisted(|lower| lower.expression(&binary.right))?,
            _ => self.expression(&binary.right)?,
        };
        self.operation(&binary.op, left, right)
    }

    pub fn compound(&mut self, binary: &syn::ExprBinary) -> Result<Js> {
        let op: BinOp = match binary.op {
            BinOp::AddAssign(_) => syn::parse_quote!(+),
            BinOp::SubAssign(_) => syn::parse_quote!(-),
            BinOp::MulAssign(_) => syn::parse_quote!(*),
            BinOp::DivAssign(_) => syn::parse_quote!(/),
            BinOp::BitAndAssign(_) => syn::parse_quote!(&),
            BinOp::BitOrAssign(_) => syn::parse_quote!(|),
            BinOp::BitXorAssign(_) => syn::parse_quote!(^),
            BinOp::ShlAssign(_) => syn::parse_quote!(<<),
            BinOp::ShrAssign(_) => syn::parse_quote!(>>),
            _ => bail!("an assignment that is not translated"),
        };
        let place = self.expression(&binary.left)?;
        let value = self.expression(&binary.right)?;
        let name = place.text.clone();
        let by = value.text.clone();
        let value = self.operation(&op, place, value)?;
        let sign = quote::quote!(#op).to_string();
        let text = if value.text == format!("({name} {sign} {by})") {
            if by == "1" && matches!(sign.as_str(), "+" | "-") {
                format!("{name}{sign}{sign}")
            } else {
                format!("{name} {sign}= {by}")
            }
        } else {
            format!("{name} = {}", value.text)
        };
        Ok(Js::new(text, Type::Unit))
    }

    pub fn operation(&mut self, op: &BinOp, left: Js, right: Js) -> Result<Js> {
        // Spans and times are numbers; `a - b` of times is a span.
        let (a, b) = (left.ty.bare().clone(), right.ty.bare().clone());
        if let (Type::Named(name), BinOp::Add(_)) = (&a, op)
            && self.program.erased(name) == Some(Type::F64)
        {
            return Ok(Js::new(format!("({} + {})", left.text, right.text), a));
        }
        if let (Type::Named(name), BinOp::Sub(_) | BinOp::Add(_)) = (&a, op)
            && self.program.functions.contains_key(&(
                Some(name.clone()),
                if matches!(op, BinOp::Sub(_)) { "sub".into() } else { "add".into() },
            ))
        {
            let method = if matches!(op, BinOp::Sub(_)) { "sub" } else { "add" };
            return self.invoke(&(Some(name.clone()), method.into()), vec![left, right]);
        }
        let ty =
            if matches!(a, Type::Int(None)) && !matches!(op, BinOp::Shl(_) | BinOp::Shr(_)) { b } else { a };
        let wide = ty.is_wide();
        let fix = |text: &str| {
            if wide && text.chars().all(|c| c.is_ascii_digit()) {
                format!("{text}n")
            } else {
                text.to_owned()
            }
        };
        let (l, mut r) = (fix(&left.text), fix(&right.text));
        if wide && matches!(op, BinOp::Shl(_) | BinOp::Shr(_)) && !right.ty.is_wide() && !r.ends_with('n') {
            r = format!("BigInt({r})");
        }
        let compare = |sign: &str| Js::new(format!("({l} {sign} {r})"), Type::Bool);
        let plain = |sign: &str| format!("({l} {sign} {r})");
        Ok(match op {
            BinOp::Eq(_) => compare("==="),
            BinOp::Ne(_) => compare("!=="),
            BinOp::Lt(_) => compare("<"),
            BinOp::Le(_) => compare("<="),
            BinOp::Gt(_) => compare(">"),
            BinOp::Ge(_) => compare(">="),
            BinOp::And(_) => compare("&&"),
            BinOp::Or(_) => compare("||"),
            BinOp::Shl(_) if wide => {
                let Type::Int(Some(Int { bits, signed: false })) = ty else {
                    bail!("`{l}` is an i64, which is not shifted to the left")
                };
                Js::new(format!("BigInt.asUintN({bits}, {l} << {r})"), ty)
            }
            BinOp::Add(_) => Js::new(plain("+"), ty),
            BinOp::Sub(_) => Js::new(plain("-"), ty),
            BinOp::Mul(_) => Js::new(plain("*"), ty),
            BinOp::Div(_) if wide => Js::new(plain("/"), ty),
            BinOp::Div(_) if ty == Type::F64 => Js::new(plain("/"), ty),
            BinOp::Div(_) => Js::new(format!("Math.trunc({l} / {r})"), ty),
            BinOp::Rem(_) => Js::new(plain("%"), ty),
            BinOp::BitAnd(_) | BinOp::BitOr(_) | BinOp::BitXor(_) if ty == Type::Bool => Js::new(
                format!(
                    "({l} {} {r})",
                    if matches!(op, BinOp::BitXor(_)) {
                        "!=="
                    } else if matches!(op, BinOp::BitAnd(_)) {
                        "&&"
                    } else {
                        "||"
                    }
                ),
                ty,
            ),
            // Of numbers below 2^31, one of them suffices.
            BinOp::BitAnd(_) if is_low(&l, &left.ty) || is_low(&r, &right.ty) => Js::new(plain("&"), ty),
            BinOp::BitOr(_) if is_low(&l, &left.ty) && is_low(&r, &right.ty) => Js::new(plain("|"), ty),
            BinOp::BitAnd(_) => self.fitted(plain("&"), ty),
            BinOp::BitOr(_) => self.fitted(plain("|"), ty),
            BinOp::BitXor(_) => self.fitted(plain("^"), ty),
            BinOp::Shl(_) => self.fitted(plain("<<"), ty),
            BinOp::Shr(_) if matches!(ty, Type::Int(Some(Int { bits: 32, signed: false }))) => {
                Js::new(plain(">>>"), ty)
            }
            BinOp::Shr(_) => Js::new(plain(">>"), ty),
            other => bail!("the operation `{}` is not translated", other.to_token_stream()),
        })
    }

    /// The result of an operation on bits as a number of its type.
    pub fn fitted(&self, text: String, ty: Type) -> Js {
        let text = match ty {
            Type::Int(Some(Int { bits: 32, signed: false })) => format!("({text} >>> 0)"),
            Type::Int(Some(Int { bits: bits @ (8 | 16), signed: false })) if !text.contains(['|', '^']) => {
                format!("({text} & {})", (1u32 << bits) - 1)
            }
            _ => text,
        };
        Js::new(text, ty)
    }

    pub fn cast(&mut self, value: Js, ty: Type) -> Result<Js> {
        let text = match (value.ty.bare(), &ty) {
            (Type::Bool, Type::Int(Some(Int { bits: 64.., .. }))) => format!("BigInt({})", value.text),
            (Type::Bool, Type::Int(_)) => format!("+{}", value.text),
            (Type::F64, Type::Int(Some(Int { bits: 32, signed: false }))) => {
                self.needs.helpers.insert("toU32");
                format!("toU32({})", value.text)
            }
            (Type::F64, Type::F64) | (Type::Int(None), _) => value.text,
            (Type::F64, Type::F32) => value.text,
            (Type::F64, _) => bail!("a cast of an f64 to anything but an integer of 32 bits without a sign"),
            (Type::Int(Some(Int { bits: 128, .. })), Type::Int(Some(Int { bits: 64, signed: false }))) => {
                format!("BigInt.asUintN(64, {})", value.text)
            }
            (Type::Int(Some(Int { bits: 64.., .. })), Type::Int(Some(Int { bits: 64.., .. }))) => value.text,
            (Type::Int(Some(Int { bits: 64, .. })), Type::Int(Some(Int { bits, signed }))) => {
                format!("Number(BigInt.as{}N({bits}, {}))", if *signed { "Int" } else { "Uint" }, value.text)
            }
            (Type::Int(_), Type::Int(Some(Int { bits: 64.., .. }))) => format!("BigInt({})", value.text),
            (Type::Int(Some(from)), Type::Int(Some(to))) => match (from, to) {
                (Int { signed: true, .. }, Int { bits: 32, signed: false }) => {
                    format!("({} >>> 0)", value.text)
                }
                (Int { bits: 32, signed: false }, Int { bits: 32, signed: true }) => {
                    format!("({} | 0)", value.text)
                }
                (from, to) if from.bits < to.bits || from == to => value.text,
                // Narrower: the constants that are cast so fit.
                (_, to) if !to.signed => format!("({} & {})", value.text, (1u64 << to.bits) - 1),
                (_, to) => format!("({} << {} >> {})", value.text, 32 - to.bits, 32 - to.bits),
            },
            // A variant's place.
            (Type::Named(name), Type::Int(_)) if self.program.enums.contains_key(name) => value.text,
            (Type::Int(_), Type::F64) => value.text,
            (from, to) => bail!("a cast of `{}` from {from:?} to {to:?}", value.text),
        };
        Ok(Js::new(text, ty))
    }
}

/// Whether a value is not negative and below 2^31, so that an operation on bits gives it as it is.
fn is_low(text: &str, ty: &Type) -> bool {
    // `+condition` is 0 or 1.
    let is_condition = text.starts_with('+') && !text[1..].contains([' ', '+']);
    is_small(text)
        || is_condition
        || matches!(ty.bare(), Type::Int(Some(Int { bits: 8 | 16, signed: false })))
}
