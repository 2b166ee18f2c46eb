//! Sums the scripts of long animation frames.
use super::super::beacon_limits as limits;
use super::super::event::Script;
use super::super::item::Section;
use super::Queue;
use super::value::{capped, is_value};
use crate::time::Instant;
use alloc::vec::Vec;

impl Queue {
    /// Adds a script of a long animation frame. Long texts are cut. Beyond [`limits::SCRIPTS_WATCHED`], new scripts are
    /// dropped; a flush reports those that ran longest.
    pub fn script(&mut self, now: Instant, script: &Script) {
        let source = limits::line(&script.source, limits::URL);
        let invoker = limits::line(&script.invoker, limits::TARGET);
        if !is_value(script.duration) || !is_value(script.forced) {
            return;
        }
        let same = |known: &&mut Script| known.source == source && known.invoker == invoker;
        if let Some(known) = self.scripts.iter_mut().find(same) {
            known.count = known.count.saturating_add(script.count).min(limits::COUNT);
            known.duration = capped(known.duration + script.duration);
            known.forced = capped(known.forced + script.forced);
        } else if self.scripts.len() < limits::SCRIPTS_WATCHED {
            self.size += source.len() + invoker.len() + 70;
            self.scripts.push(Script { source, invoker, ..script.clone() });
        } else {
            self.drop_counts.add(Section::Scripts, script.count);
        }
        self.schedule(now);
    }

    /// Takes out the scripts to report, the longest first, and counts the others as dropped.
    pub(super) fn take_longest_scripts(&mut self) -> Vec<Script> {
        let mut longest = Vec::new();
        while longest.len() < limits::SCRIPTS && !self.scripts.is_empty() {
            let mut most = 0;
            for (place, script) in self.scripts.iter().enumerate() {
                if self.scripts.get(most).is_some_and(|most| script.duration > most.duration) {
                    most = place;
                }
            }
            longest.push(self.scripts.remove(most));
        }
        for script in &self.scripts {
            self.drop_counts.add(Section::Scripts, script.count);
        }
        longest
    }
}
