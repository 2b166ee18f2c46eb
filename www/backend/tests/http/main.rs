//! The whole router, in process, over a database in a temporary folder.
mod faults;
mod metrics;
mod packages;
mod site;
mod stars;
mod support;
