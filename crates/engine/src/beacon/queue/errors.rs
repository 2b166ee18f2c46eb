//! Queues JavaScript errors and counts equal ones.
use super::super::beacon_limits as limits;
use super::super::event::PageError;
use super::super::item::Section;
use super::Queue;
use super::value::is_id;
use crate::time::Instant;
use alloc::string::String;

impl Queue {
    /// Like [`page_error`](Self::page_error), with nothing but a message and a source.
    pub fn error(&mut self, now: Instant, message: &str, source: &str) {
        self.page_error(
            now,
            &PageError {
                message: String::from(message),
                source: String::from(source),
                stack: String::new(),
                fingerprint: String::new(),
                count: 1,
            },
        );
    }

    /// Adds a JavaScript error. Equal errors (by fingerprint, else by message and source) are counted. Long texts are cut;
    /// beyond the limit of different errors, the oldest is dropped.
    pub fn page_error(&mut self, now: Instant, error: &PageError) {
        let error = PageError {
            message: String::from(limits::cut(&error.message, limits::MESSAGE)),
            source: String::from(limits::cut(&error.source, limits::SOURCE)),
            stack: String::from(limits::cut(&error.stack, limits::STACK)),
            fingerprint: if is_id(&error.fingerprint) { error.fingerprint.clone() } else { String::new() },
            count: error.count,
        };
        let same = |known: &&mut PageError| {
            known.fingerprint == error.fingerprint
                && (!error.fingerprint.is_empty()
                    || known.message == error.message && known.source == error.source)
        };
        if let Some(known) = self.errors.iter_mut().find(same) {
            known.count = known.count.saturating_add(error.count).min(limits::COUNT);
        } else {
            if self.errors.len() == limits::ERRORS {
                self.drop_counts.add(Section::Errors, self.errors.remove(0).count);
            }
            self.size += error.message.len() + error.source.len() + error.stack.len() + 60;
            self.errors.push(error);
        }
        self.schedule(now);
    }
}
