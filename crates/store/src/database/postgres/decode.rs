//! Values as the server sends them: PostgreSQL's binary formats.
use tokio_postgres::types::{FromSql, Type};

use super::super::row::Columns;
use super::super::{Error, Result, Value};

/// The bytes of a value, and their type.
struct Raw<'a>(&'a [u8], Type);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(
        ty: &Type,
        raw: &'a [u8],
    ) -> std::result::Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(raw, ty.clone()))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

impl Columns for tokio_postgres::Row {
    fn value(&self, index: usize) -> Result<Value<'_>> {
        let raw: Option<Raw<'_>> =
            self.try_get(index).map_err(|_| Error::other(format!("there is no column {index}")))?;
        let Some(Raw(bytes, ty)) = raw else { return Ok(Value::Null) };
        value(bytes, &ty).ok_or_else(|| {
            Error::other(format!("column {index} holds a value of the type {ty}, which is not read"))
        })
    }
}

fn value<'a>(bytes: &'a [u8], ty: &Type) -> Option<Value<'a>> {
    Some(match *ty {
        Type::INT8 => Value::Integer(i64::from_be_bytes(bytes.try_into().ok()?)),
        Type::INT4 => Value::Integer(i32::from_be_bytes(bytes.try_into().ok()?).into()),
        Type::INT2 => Value::Integer(i16::from_be_bytes(bytes.try_into().ok()?).into()),
        Type::OID => Value::Integer(u32::from_be_bytes(bytes.try_into().ok()?).into()),
        Type::BOOL => Value::Integer((bytes.first()? != &0).into()),
        Type::FLOAT8 => Value::Real(f64::from_be_bytes(bytes.try_into().ok()?)),
        Type::FLOAT4 => Value::Real(f32::from_be_bytes(bytes.try_into().ok()?).into()),
        Type::TEXT | Type::VARCHAR | Type::NAME | Type::BPCHAR | Type::UNKNOWN => {
            Value::Text(std::str::from_utf8(bytes).ok()?)
        }
        Type::BYTEA => Value::Blob(bytes),
        Type::NUMERIC => numeric(bytes)?,
        Type::VOID => Value::Null,
        _ => return None,
    })
}

/// What `sum` of integers gives: four counts (digits, weight, sign, scale), then digits to the base of 10,000.
fn numeric(bytes: &[u8]) -> Option<Value<'static>> {
    let mut words = bytes.chunks_exact(2).map(|word| u16::from_be_bytes([word[0], word[1]]));
    let (count, weight, sign, _) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let weight = i32::from(weight.cast_signed());
    if sign != 0 && sign != 0x4000 {
        // No number, or an infinite one.
        return Some(Value::Null);
    }
    let digits: Vec<u16> = words.take(count.into()).collect();
    let negative = sign == 0x4000;
    if i32::try_from(digits.len()).ok()? <= weight + 1 {
        let whole = (0..=weight).try_fold(0_i64, |sum, place| {
            let digit = digits.get(usize::try_from(place).ok()?).copied().unwrap_or(0);
            sum.checked_mul(10_000)?.checked_add(digit.into())
        });
        if let Some(whole) = whole {
            return Some(Value::Integer(if negative { -whole } else { whole }));
        }
    }
    let number: f64 = digits
        .iter()
        .zip(0..)
        .map(|(digit, place): (_, i32)| f64::from(*digit) * 10_000_f64.powi(weight - place))
        .sum();
    Some(Value::Real(if negative { -number } else { number }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(words: &[u16], expected: Value<'_>) {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        assert_eq!(numeric(&bytes), Some(expected));
    }

    #[test]
    fn numerics_are_whole_where_they_can_be() {
        check(&[0, 0, 0, 0], Value::Integer(0));
        check(&[2, 1, 0, 0, 12, 3456], Value::Integer(123_456));
        check(&[1, 1, 0x4000, 0, 12], Value::Integer(-120_000));
        check(&[2, 0, 0, 2, 1, 5000], Value::Real(1.5));
        check(&[1, 0xffff, 0, 2, 2500], Value::Real(0.25));
        check(&[0, 0, 0xc000, 0], Value::Null);
        check(&[1, 9, 0, 0, 1], Value::Real(1e36));
    }
}
