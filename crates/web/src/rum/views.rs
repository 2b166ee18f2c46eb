//! The page views of a document.
use super::view::View;

/// How many page views are kept.
const VIEWS: usize = 8;

/// The page views of a document. Those that ended are kept, since they may still get vitals, such as CLS.
pub(super) struct Views {
    /// Oldest first; the last one is the current page view. Never empty.
    list: Vec<View>,
    /// The number of the page view that started with the document, or with its last return from the back/forward cache.
    document: u32,
}

impl Views {
    /// Starts with the document's own page view.
    pub(super) fn new(first: View) -> Self {
        Self { document: first.number.unwrap_or(0), list: vec![first] }
    }

    /// The current page view.
    pub(super) fn current(&self) -> &View {
        &self.list[self.list.len() - 1]
    }

    pub(super) fn current_mut(&mut self) -> &mut View {
        let last = self.list.len() - 1;
        &mut self.list[last]
    }

    /// The page view with this number in the engine.
    pub(super) fn numbered(&mut self, number: u32) -> Option<&mut View> {
        self.list.iter_mut().find(|view| view.number == Some(number))
    }

    /// The page view that started with the document.
    pub(super) fn document(&mut self) -> Option<&mut View> {
        self.numbered(self.document)
    }

    /// Starts a new page view, which becomes the current one.
    pub(super) fn begin(&mut self, view: View) {
        self.list.push(view);
    }

    /// Like [`begin`](Self::begin), for a document from the back/forward cache.
    pub(super) fn restore(&mut self, number: u32, view: View) {
        self.document = number;
        self.list.push(View { number: Some(number), ..view });
    }

    /// Starts the soft navigation `view`, which has this number in the engine. If the change of its route has already started
    /// a page view, only sets that one's number.
    pub(super) fn navigate(&mut self, number: u32, view: View) {
        // The route changes a moment after the interaction, which is the start of a soft navigation.
        let is_same = |known: &&mut View| {
            known.start >= view.start && known.route == view.route && known.number.is_none()
        };
        if let Some(known) = self.list.iter_mut().find(is_same) {
            known.number = Some(number);
            return;
        }
        // It becomes the current page view, unless a later one exists.
        let place = self.list.len() - usize::from(self.current().start > view.start);
        self.list.insert(place, View { number: Some(number), ..view });
    }

    /// All of them, oldest first.
    pub(super) fn each(&mut self) -> impl Iterator<Item = &mut View> {
        self.list.iter_mut()
    }

    /// Drops the oldest beyond the limit, but neither the document's nor that of the last soft navigation. Browsers without soft
    /// navigations go on to report CLS and INP of the former, others of the latter, also after changes of the route that are none.
    pub(super) fn drop_oldest(&mut self) {
        let (document, last) = (Some(self.document), self.list.iter().filter_map(|view| view.number).max());
        while self.list.len() > VIEWS {
            let is_kept = |view: &View| view.number.is_some() && [document, last].contains(&view.number);
            let Some(at) = self.list.iter().position(|view| !is_kept(view)) else { return };
            self.list.remove(at);
        }
    }
}
