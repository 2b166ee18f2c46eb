//! What all beacons of a page view have in common.
use super::event::{Connection, Device};
use crate::vitals::Navigation;
use alloc::string::String;

/// What is the same in all beacons of a page view. [`Beacon`](super::Beacon) documents the members.
#[derive(Clone, Debug, PartialEq)]
pub struct Context {
    /// The session id of the visit: letters, digits, `-` and `_`.
    pub session: String,
    /// The id of the page view, of the same characters.
    pub view: String,
    /// The application.
    pub app: String,
    /// The application's release.
    pub release: Option<String>,
    /// The scrubbed path.
    pub page: String,
    /// How the page view began.
    pub navigation: Navigation,
    /// The class of the device.
    pub device: Device,
    /// The effective type of the network connection, if the browser gives it.
    pub connection: Option<Connection>,
    /// The device's memory in GiB, if the browser gives it.
    pub memory: Option<f64>,
    /// The share of visits that report.
    pub sample_rate: f64,
    /// The share of visits that report errors. If it differs from `sample_rate`, errors get beacons of their own.
    pub error_sample_rate: f64,
}
