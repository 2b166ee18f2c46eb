//! Whole sessions under simulated time: inputs in, and the effects that came of them, line by line.
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
