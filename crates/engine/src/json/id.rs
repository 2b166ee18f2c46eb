//! The names of bodies.

/// Names a kept body. A name is never used again, so that of a dropped body finds nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BodyId(pub u32);

/// Names an arriving body until it is kept or discarded. After that, the next body may have the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IncomingId(pub u32);
