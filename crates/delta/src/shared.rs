//! What all services of a layer share.
use crate::bodies::Bodies;
use crate::stats::Counters;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub struct Shared {
    bodies: Mutex<Bodies>,
    pub counters: Counters,
}

impl Shared {
    pub fn new(bodies: Bodies) -> Self {
        Self { bodies: Mutex::new(bodies), counters: Counters::default() }
    }

    pub fn bodies(&self) -> MutexGuard<'_, Bodies> {
        // A panic elsewhere leaves no body half kept.
        self.bodies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
