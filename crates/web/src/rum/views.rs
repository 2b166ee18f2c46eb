//! The page views of a document: which one a measurement is of.
use super::view::View;

/// Page views that may still get a vital.
const VIEWS: usize = 8;

/// One that ended may still get vitals, such as its CLS.
pub(super) struct Views {
    /// Oldest first; the last one is what the user sees. Never empty.
    list: Vec<View>,
    /// The number of the one that the document began, or its return from the back/forward cache.
    document: u32,
}

impl Views {
    /// With the document's own page view.
    pub(super) fn new(first: View) -> Self {
        Self { document: first.number.unwrap_or(0), list: vec![first] }
    }

    /// What the user sees now.
    pub(super) fn current(&self) -> &View {
        &self.list[self.list.len() - 1]
    }

    pub(super) fn current_mut(&mut self) -> &mut View {
        let last = self.list.len() - 1;
        &mut self.list[last]
    }

    /// The page view that the engine reports a vital of.
    pub(super) fn numbered(&mut self, number: u32) -> Option<&mut View> {
        self.list.iter_mut().find(|view| view.number == Some(number))
    }

    /// The page view that the document began.
    pub(super) fn document(&mut self) -> Option<&mut View> {
        self.numbered(self.document)
    }

    /// A new page view begins, which is what the user sees.
    pub(super) fn begin(&mut self, view: View) {
        self.list.push(view);
    }

    /// As [`begin`](Self::begin), of a document that came back.
    pub(super) fn restore(&mut self, number: u32, view: View) {
        self.document = number;
        self.list.push(View { number: Some(number), ..view });
    }

    /// The engine's page view of that `number` is the soft navigation `view`, unless one began with it already, as its
    /// route changed.
    pub(super) fn navigate(&mut self, number: u32, view: View) {
        // The route changes a moment after the interaction that the browser counts from.
        let begun = |known: &&mut View| {
            known.start >= view.start && known.route == view.route && known.number.is_none()
        };
        if let Some(known) = self.list.iter_mut().find(begun) {
            known.number = Some(number);
            return;
        }
        // It is what the user sees, unless another came since.
        let place = self.list.len() - usize::from(self.current().start > view.start);
        self.list.insert(place, View { number: Some(number), ..view });
    }

    /// All of them, oldest first.
    pub(super) fn each(&mut self) -> impl Iterator<Item = &mut View> {
        self.list.iter_mut()
    }

    /// Forgets the oldest of too many, but not the document's: its CLS and INP go on where soft navigations have none
    /// of their own.
    pub(super) fn bound(&mut self) {
        while self.list.len() > VIEWS {
            let at = usize::from(self.list[0].number == Some(self.document));
            self.list.remove(at);
        }
    }
}
