//! Sessions in simulated time: inputs, and a log of their effects, line by line.
mod collecting;
mod fetching;
mod invalidating;
mod keys;
mod limits;
mod mutating;
mod naming;
mod observing;
mod properties;
mod sim;
mod trouble;
