//! Reads vitals in place of others, whose memory they keep. A list of pages adds up tens of thousands of cells: with a histogram of
//! its own for each of their metrics, most of the time would go to the allocator.
use std::collections::BTreeMap;
use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use whippet_engine::stats::StoredHistogram;

use super::values::Values;

/// Reads a value, as its `Deserialize` does. Metrics that the bytes do not have stay, without values.
pub struct Refill<'a, T>(pub &'a mut T);

impl<'de> DeserializeSeed<'de> for Refill<'_, BTreeMap<u8, Values>> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        for values in self.0.values_mut() {
            values.ratings = [0; 3];
            values.histogram.clear();
        }
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Refill<'_, BTreeMap<u8, Values>> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the values by metric")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(metric) = map.next_key::<u8>()? {
            map.next_value_seed(Refill(self.0.entry(metric).or_default()))?;
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Refill<'_, Values> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_tuple(2, self)
    }
}

impl<'de> Visitor<'de> for Refill<'_, Values> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ratings and values")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        self.0.ratings = fields.next_element()?.ok_or_else(|| A::Error::invalid_length(0, &"2 fields"))?;
        fields
            .next_element_seed(Refill(&mut self.0.histogram))?
            .ok_or_else(|| A::Error::invalid_length(1, &"2 fields"))
    }
}

impl<'de> DeserializeSeed<'de> for Refill<'_, StoredHistogram> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_bytes(self)
    }
}

impl Visitor<'_> for Refill<'_, StoredHistogram> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the bytes of a histogram")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<(), E> {
        self.0.read_bytes(bytes).map_err(E::custom)
    }
}
