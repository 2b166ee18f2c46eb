//! Bodies against plain equality; patches against parsing the whole text.
mod apply;
mod bodies;
mod collide;
mod edges;
mod model;
mod patches;
mod steps;
