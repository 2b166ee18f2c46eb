//! Queues vitals and the phases of the navigation.
use super::super::beacon_limits as limits;
use super::super::event::{Attribution, Vital};
use super::super::item::Section;
use super::Queue;
use super::value::{LEAST, is_value, is_word};
use crate::time::Instant;
use crate::vitals::Metric;
use alloc::string::String;

impl Queue {
    /// Sets the page view's current value of a vital, in place of the one before. Negative numbers and NaN are ignored.
    pub fn vital(&mut self, now: Instant, name: Metric, value: f64) {
        self.vital_with_attribution(now, name, value, Attribution::default());
    }

    /// Like [`vital`](Self::vital), with the attribution. Long texts are cut.
    pub fn vital_with_attribution(
        &mut self,
        now: Instant,
        name: Metric,
        value: f64,
        attribution: Attribution,
    ) {
        if !is_value(value) {
            return;
        }
        let Attribution { target, url, state, mut phases } = attribution;
        // A phase that is left out took 0 ms.
        phases.retain(|phase| is_word(&phase.0) && is_value(phase.1) && phase.1 >= LEAST);
        phases.truncate(limits::VITAL_PHASES);
        let attribution = Attribution {
            target: limits::line(&target, limits::TARGET),
            url: String::from(limits::cut(&url, limits::URL)),
            state: if is_word(&state) { state } else { String::new() },
            phases,
        };
        let vital = Vital { name, value, rating: name.rate(value), attribution };
        match self.vitals.iter_mut().find(|vital| vital.name == name) {
            Some(before) => *before = vital,
            None => {
                self.size += 300;
                self.vitals.push(vital);
            }
        }
        self.schedule(now);
    }

    /// Sets a phase of the navigation by its name, such as `dns`, in place of the one before. Names that are not words are
    /// ignored; phases beyond the limit are dropped.
    pub fn phase(&mut self, now: Instant, name: &str, ms: f64) {
        if !is_value(ms) || !is_word(name) {
            return;
        }
        let room = self.phases.len() < limits::PHASES;
        match self.phases.iter_mut().find(|phase| phase.0 == name) {
            Some(phase) => phase.1 = ms,
            None if room => {
                self.size += name.len() + 16;
                self.phases.push((String::from(name), ms));
            }
            None => self.drop_counts.add(Section::Phases, 1),
        }
        self.schedule(now);
    }
}
