//! Named marks, as in User Timing.

/// The most marks that are kept.
const MARKS: usize = 256;

/// Times by name, ms since the time origin.
#[derive(Default)]
pub(super) struct Marks(Vec<(String, f64)>);

impl Marks {
    /// Sets a mark, unless there are too many names.
    pub(super) fn set(&mut self, name: &str, now: f64) {
        let has_room = self.0.len() < MARKS;
        match self.0.iter_mut().find(|mark| mark.0 == name) {
            Some(mark) => mark.1 = now,
            None if has_room => self.0.push((name.to_owned(), now)),
            None => {}
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<f64> {
        self.0.iter().find(|mark| mark.0 == name).map(|mark| mark.1)
    }
}
