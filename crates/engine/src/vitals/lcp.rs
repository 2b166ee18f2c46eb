//! Largest Contentful Paint, <https://web.dev/articles/lcp>.

/// The largest paint so far, which is the newest candidate. Input makes it final, since later paints may be its effect;
/// so does hiding the page.
pub(super) struct Lcp<E> {
    candidate: Option<(f64, E)>,
    is_final: bool,
}

impl<E> Lcp<E> {
    pub(super) const fn new() -> Self {
        Self { candidate: None, is_final: false }
    }

    /// Takes a larger paint. Returns whether it counts.
    pub(super) fn paint(&mut self, value: f64, entry: E) -> bool {
        if !self.is_final {
            self.candidate = Some((value, entry));
        }
        !self.is_final
    }

    /// Takes the largest paint of a soft navigation, also after LCP became final: the browser already knows that it counts.
    pub(super) fn replace(&mut self, value: f64, entry: E) {
        self.candidate = Some((value, entry));
    }

    /// Later paints no longer count. Returns whether they did before.
    pub(super) fn finalize(&mut self) -> bool {
        !core::mem::replace(&mut self.is_final, true)
    }

    pub(super) fn is_final(&self) -> bool {
        self.is_final
    }

    pub(super) fn candidate(&self) -> Option<&(f64, E)> {
        self.candidate.as_ref()
    }
}
