//! The collector, driven through its routes with a clock that the tests own; once as the real program.
mod beacons;
mod charts;
#[cfg(unix)]
mod crash;
mod dashboard;
mod hanging;
mod harness;
mod keeping;
mod loading;
mod measured;
mod ready;
mod scraping;
