//! Values of any section as bytes.
use super::section::{Cell, Section};
use super::targets::Targets;
use super::{Attribution, Errors, Histograms, Loading, Split, SplitTimings, Sums, Vitals, codec};

/// The value with what belonged to dropped names given to those that take it; `None` where nothing changes, or the bytes cannot be
/// read.
pub fn remapped(section: Section, bytes: &[u8], targets: &Targets) -> Option<Vec<u8>> {
    match section {
        Section::Vitals => of::<Vitals>(section, bytes, targets),
        Section::Attribution => of::<Attribution>(section, bytes, targets),
        Section::Histograms => of::<Histograms>(section, bytes, targets),
        Section::Sums => of::<Sums>(section, bytes, targets),
        Section::Loading => of::<Loading>(section, bytes, targets),
        Section::Errors => of::<Errors>(section, bytes, targets),
        _ if section.has_split_timings() => of::<SplitTimings>(section, bytes, targets),
        _ => of::<Split>(section, bytes, targets),
    }
}

fn of<T: Cell>(section: Section, bytes: &[u8], targets: &Targets) -> Option<Vec<u8>> {
    let before: T = codec::decode(bytes)?;
    let mut after = before.clone();
    after.remap(section, targets);
    (after != before).then(|| codec::encode(&after))
}
