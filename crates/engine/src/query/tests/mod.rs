//! Sessions in simulated time: inputs, and a log of their effects, line by line.
mod collecting;
mod fetching;
mod invalidating;
mod keys;
mod limits;
mod mutating;
mod observing;
mod properties;
mod scopes_and_origins;
mod sim;
mod timeouts_and_breakers;
mod timers;
