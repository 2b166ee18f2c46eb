//! What watches while nobody looks: levels, alerts, and releases that made pages slower.
//!
//! Everything here is sans-IO as the engine is: `now` is an argument, figures come in and decisions go out. Who reads the
//! figures from the store, keeps the states and sends what is to be sent stands in the collector.

/// Rules, and the states that they go through.
pub mod alerts;
/// Figures with their bounds, objectives over time, and error budgets.
pub mod levels;
/// What is sent to a receiver.
pub mod notification;
/// Whether a release, or time alone, made pages or backends slower.
pub mod regressions;
