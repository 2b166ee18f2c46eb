//! Moments that the page named.

/// Marks that are remembered.
const MARKS: usize = 256;

/// Moments by name, ms since the document began.
#[derive(Default)]
pub(super) struct Marks(Vec<(String, f64)>);

impl Marks {
    /// Notes `now` by `name`, unless there are too many names.
    pub(super) fn note(&mut self, name: &str, now: f64) {
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
