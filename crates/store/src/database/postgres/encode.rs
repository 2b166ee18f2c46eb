//! Parameters as the server wants them: PostgreSQL's binary formats, by the type that a statement has for each.
use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{IsNull, Kind, ToSql, Type, to_sql_checked};

use super::super::param::without_nul;
use super::super::{Error, Param, Result};

/// A parameter's bytes; none for NULL.
#[derive(Debug)]
pub struct Encoded(Option<Vec<u8>>);

impl ToSql for Encoded {
    fn to_sql(
        &self,
        _: &Type,
        out: &mut BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        Ok(match &self.0 {
            Some(bytes) => {
                out.put_slice(bytes);
                IsNull::No
            }
            None => IsNull::Yes,
        })
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// The parameters of a statement that has these types.
pub fn params(types: &[Type], params: &[Param<'_>]) -> Result<Vec<Encoded>> {
    if types.len() != params.len() {
        return Err(Error::other(format!(
            "a statement takes {} parameters, and got {}",
            types.len(),
            params.len()
        )));
    }
    types
        .iter()
        .zip(params)
        .map(|(ty, param)| {
            let mut bytes = Vec::new();
            Ok(Encoded(put(ty, *param, &mut bytes)?.then_some(bytes)))
        })
        .collect()
}

/// The columns of many rows, each as one array.
pub fn columns(types: &[Type], rows: &[Vec<Param<'_>>]) -> Result<Vec<Encoded>> {
    types.iter().enumerate().map(|(index, ty)| column(ty, index, rows)).collect()
}

fn column(array: &Type, index: usize, rows: &[Vec<Param<'_>>]) -> Result<Encoded> {
    let Kind::Array(ty) = array.kind() else {
        return Err(Error::other(format!("a column of rows has the type {array}, which is no array")));
    };
    let mut bytes = Vec::with_capacity(20 + 12 * rows.len());
    // One dimension, which may hold NULL, and begins at 1.
    bytes.put_i32(1);
    bytes.put_i32(1);
    bytes.put_u32(ty.oid());
    bytes.put_i32(length(rows.len())?);
    bytes.put_i32(1);
    for row in rows {
        let param = *row.get(index).ok_or_else(|| Error::other(format!("a row has no value {index}")))?;
        let start = bytes.len();
        bytes.put_i32(-1);
        if put(ty, param, &mut bytes)? {
            let length = length(bytes.len() - start - 4)?;
            bytes[start..start + 4].copy_from_slice(&length.to_be_bytes());
        }
    }
    Ok(Encoded(Some(bytes)))
}

fn length(length: usize) -> Result<i32> {
    length.try_into().map_err(|_| Error::other("a parameter is too long"))
}

/// Appends a value. Returns whether it is other than NULL.
fn put(ty: &Type, param: Param<'_>, out: &mut Vec<u8>) -> Result<bool> {
    match (param, ty) {
        (Param::Null, _) => return Ok(false),
        (Param::Real(value), _) if value.is_nan() => return Ok(false),
        (Param::Integer(value), &Type::INT8) => out.put_i64(value),
        (Param::Integer(value), &Type::INT4) => {
            out.put_i32(value.try_into().map_err(|_| Error::other("an integer is out of range"))?);
        }
        (Param::Integer(value), &Type::INT2) => {
            out.put_i16(value.try_into().map_err(|_| Error::other("an integer is out of range"))?);
        }
        (Param::Integer(value), &Type::BOOL) => out.put_u8((value != 0).into()),
        (Param::Integer(value), &Type::FLOAT8) => out.put_f64(value as f64),
        (Param::Real(value), &Type::FLOAT8) => out.put_f64(value),
        (Param::Real(value), &Type::FLOAT4) => out.put_f32(value as f32),
        (Param::Text(text), &Type::TEXT | &Type::VARCHAR | &Type::NAME | &Type::BPCHAR | &Type::UNKNOWN) => {
            out.put_slice(without_nul(text).as_bytes());
        }
        (Param::Blob(bytes), &Type::BYTEA) => out.put_slice(bytes),
        (param, ty) => {
            let kind = match param {
                Param::Integer(_) => "an integer",
                Param::Real(_) => "a number",
                Param::Text(_) => "a text",
                _ => "bytes",
            };
            return Err(Error::other(format!("a parameter is {kind} where the statement wants {ty}")));
        }
    }
    Ok(true)
}
