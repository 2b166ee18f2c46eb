//! The collector, driven through its routes with a clock that the tests own; once as the real program.
mod beacons;
mod charts;
mod counters;
#[cfg(unix)]
mod crash;
mod dashboard;
mod figures;
mod harness;
mod keeping;
mod loading;
mod measured;
mod prometheus;
#[cfg(unix)]
mod room;
mod scraping;
