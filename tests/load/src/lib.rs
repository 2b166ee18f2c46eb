//! A collector under load: beacons as sites send them, from many connections, to one collector or to several on one database.
//!
//! [`bench`] measures it; [`many`] compares several collectors with one; [`faults`] kills, pauses and fills up what they stand
//! on, and looks whether every acknowledged beacon is there.
pub mod bare;
pub mod beacons;
pub mod bench;
pub mod client;
pub mod faults;
pub mod insist;
pub mod many;
pub mod process;
pub mod proxy;
pub mod random;
pub mod reports;
pub mod send;
pub mod server;
pub mod site;
