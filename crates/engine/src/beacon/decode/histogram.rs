//! Reads histograms.
use super::super::beacon_limits as limits;
use super::error::{DecodeError, invalid};
use super::members::{Members, count};
use super::value::Value;
use crate::stats::{Histogram, Parts, PartsError};
use alloc::vec::Vec;

pub(super) fn histogram(value: &Value<'_>) -> Result<Histogram, DecodeError> {
    const FIELD: &str = "histograms";
    let members = Members(value.as_object().ok_or(invalid(FIELD, "must hold objects"))?);
    let number = |key: &'static str| {
        members
            .get(key)
            .and_then(Value::as_f64)
            .ok_or(invalid(FIELD, "must have numbers as sum, min and max"))
    };
    let integer = |key: &'static str| {
        let integer = members.get(key).and_then(Value::as_i64);
        integer
            .and_then(|integer| i32::try_from(integer).ok())
            .ok_or(invalid(FIELD, "must have integers as scale and offset"))
    };
    let zero = members.get("zero").map_or(Ok(0), |zero| count(zero, FIELD))?;
    let counts =
        members.get("counts").and_then(Value::as_list).ok_or(invalid(FIELD, "must have a list of counts"))?;
    let mut buckets = Vec::new();
    for entry in counts {
        match entry.as_i64() {
            Some(empty @ ..0) => {
                let empty = usize::try_from(empty.unsigned_abs()).unwrap_or(usize::MAX);
                if empty > Histogram::MAX_BUCKETS - buckets.len() {
                    return Err(DecodeError::InvalidHistogram(PartsError::TooManyBuckets));
                }
                buckets.resize(buckets.len() + empty, 0);
            }
            _ if buckets.len() == Histogram::MAX_BUCKETS => {
                return Err(DecodeError::InvalidHistogram(PartsError::TooManyBuckets));
            }
            _ => buckets.push(count(entry, FIELD)?),
        }
    }
    let scale =
        i8::try_from(integer("scale")?).map_err(|_| DecodeError::InvalidHistogram(PartsError::Scale))?;
    let histogram = Histogram::from_parts(&Parts {
        scale,
        offset: integer("offset")?,
        counts: &buckets,
        zero,
        sum: number("sum")?,
        min: number("min")?,
        max: number("max")?,
    })
    .map_err(DecodeError::InvalidHistogram)?;
    if histogram.count() > limits::COUNT {
        return Err(invalid(FIELD, "must have counts that add up to 2^53 - 1 at most"));
    }
    Ok(histogram)
}
