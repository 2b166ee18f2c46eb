//! Compares bodies with plain equality, and patched values with those of the whole text.
mod apply;
mod bodies;
mod collide;
mod edges;
mod model;
mod moved;
mod patches;
mod steps;
