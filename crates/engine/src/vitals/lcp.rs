//! Largest Contentful Paint, <https://web.dev/articles/lcp>.

/// The newest candidate is the largest so far. Input ends the search, as what is painted after it may be its
/// effect; so does hiding the page.
pub(super) struct Lcp<E> {
    candidate: Option<(f64, E)>,
    ended: bool,
}

impl<E> Lcp<E> {
    pub(super) const fn new() -> Self {
        Self { candidate: None, ended: false }
    }

    /// A larger paint; says whether it counts.
    pub(super) fn paint(&mut self, value: f64, entry: E) -> bool {
        if !self.ended {
            self.candidate = Some((value, entry));
        }
        !self.ended
    }

    /// The largest paint by now, whether or not the search has ended: who tells of it knows that it counts.
    pub(super) fn replace(&mut self, value: f64, entry: E) {
        self.candidate = Some((value, entry));
    }

    /// No later paint counts; says whether one did until now.
    pub(super) fn end(&mut self) -> bool {
        !core::mem::replace(&mut self.ended, true)
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended
    }

    pub(super) fn candidate(&self) -> Option<&(f64, E)> {
        self.candidate.as_ref()
    }
}
