//! The page views of a document: from its load through soft navigations and restores until it is hidden for good.
use super::cls::Cls;
use super::inp::Inp;
use super::interaction_count::InteractionCountEstimate;
use super::lcp::Lcp;
use super::metric::Metric;
use super::navigation::Navigation;
use super::report::Report;
use super::slowest_interactions::SlowestInteractions;
use alloc::vec::Vec;

/// How and when the document was loaded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PageLoad {
    /// How the page view began.
    pub navigation: Navigation,
    /// `activationStart`: when a prerendered page was shown; 0 for all others.
    pub activation_start: f64,
    /// When the page was first hidden: 0 if it was loaded in the background, infinite if it was never hidden.
    pub first_hidden: f64,
}

/// A `layout-shift` entry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shift {
    /// `startTime`
    pub start: f64,
    /// `value`
    pub value: f64,
    /// `hadRecentInput`
    pub had_recent_input: bool,
}

/// An `event` or `first-input` entry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    /// `interactionId`; 0 if the event belongs to no interaction.
    pub interaction: f64,
    /// `startTime`
    pub start: f64,
    /// `duration`
    pub duration: f64,
    /// Whether it is a `first-input` entry, which counts even below the threshold.
    pub is_first: bool,
}

/// A `soft-navigation` entry: a change of route within the document.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SoftNavigation {
    /// `startTime`: when the interaction that caused it began.
    pub start: f64,
    /// When it was first painted: `presentationTime`, else `paintTime`; 0 if neither is known.
    pub painted: f64,
    /// `interactionId`
    pub interaction: f64,
}

/// An `interaction-contentful-paint` entry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InteractionPaint {
    /// `startTime`: when the interaction began.
    pub start: f64,
    /// When its largest paint was rendered.
    pub rendered: f64,
    /// `interactionId`, if the browser gives one.
    pub interaction: Option<f64>,
}

/// The vitals of one document, page view after page view. `E` is what the host wants back with a report, such as the
/// browser's entry.
///
/// All times are `DOMHighResTimeStamp`s of the document.
///
/// - Entries: [`handle_paint`](Self::handle_paint), [`handle_largest_paint`](Self::handle_largest_paint),
///   [`handle_shift`](Self::handle_shift), [`handle_event`](Self::handle_event),
///   [`handle_first_byte`](Self::handle_first_byte), [`handle_soft_navigation`](Self::handle_soft_navigation),
///   [`handle_interaction_paint`](Self::handle_interaction_paint); all in the order of their times.
/// - Lifecycle: [`handle_input`](Self::handle_input), [`handle_hidden`](Self::handle_hidden) (hand over all pending entries
///   first, or they are lost), [`handle_restored`](Self::handle_restored) and, once the page is painted,
///   [`handle_restored_paint`](Self::handle_restored_paint).
/// - Output: [`poll_report`](Self::poll_report) until it returns `None`; [`current`](Self::current) for listeners that
///   are added later.
pub struct PageView<E> {
    load: PageLoad,
    view: u32,
    lcp: Lcp<E>,
    cls: Cls<E>,
    inp: Inp<E>,
    fcp: Option<(f64, Option<E>)>,
    ttfb: Option<(f64, Option<E>)>,
    /// FCP and LCP of a page from the back/forward cache, for which browsers report no entries.
    restored_paint: Option<f64>,
    /// CLS is reported only for documents that have an FCP, as in the Chrome User Experience Report.
    was_painted: bool,
    estimate: InteractionCountEstimate,
    /// `performance.interactionCount`
    native_count: Option<f64>,
    /// Interactions of the document before this page view.
    count_before: f64,
    /// The `interactionId` of the soft navigation that began this page view.
    interaction: Option<f64>,
    /// The number and type of the document's own page view, which TTFB belongs to.
    document: (u32, Navigation),
    /// The document's TTFB, if a soft navigation came before it was known.
    document_ttfb: Option<Report<E>>,
    pending: [Pending; 5],
}

#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Pending {
    Nothing,
    Change,
    Settled,
}

impl<E: Clone> PageView<E> {
    /// The shortest event that counts, except for `first-input`, ms: two and a half frames at 60 Hz.
    pub const EVENT_THRESHOLD: f64 = 40.0;

    /// The first page view of a document.
    pub fn new(load: PageLoad) -> Self {
        Self {
            load,
            view: 0,
            lcp: Lcp::new(),
            cls: Cls::new(),
            inp: Inp::new(),
            fcp: None,
            ttfb: None,
            restored_paint: None,
            was_painted: false,
            estimate: InteractionCountEstimate::new(),
            native_count: None,
            count_before: 0.0,
            interaction: None,
            document: (0, load.navigation),
            document_ttfb: None,
            pending: [Pending::Nothing; 5],
        }
    }

    /// The number of the current page view in this document, from 0.
    pub fn view(&self) -> u32 {
        self.view
    }

    /// How the current page view began.
    pub fn navigation(&self) -> Navigation {
        self.load.navigation
    }

    /// Takes the `first-contentful-paint` entry.
    pub fn handle_paint(&mut self, start: f64, entry: E) {
        if self.fcp.is_some() || start >= self.load.first_hidden {
            return;
        }
        self.fcp = Some((self.since_activation(start), Some(entry)));
        self.mark(Metric::Fcp, Pending::Settled);
        self.painted();
    }

    /// Takes a `largest-contentful-paint` entry.
    pub fn handle_largest_paint(&mut self, start: f64, entry: E) {
        if start < self.load.first_hidden {
            let value = self.since_activation(start);
            if self.lcp.paint(value, entry) {
                self.mark(Metric::Lcp, Pending::Change);
            }
        }
    }

    /// Takes a `layout-shift` entry.
    pub fn handle_shift(&mut self, shift: Shift, entry: E) {
        if !shift.had_recent_input && self.cls.shift(shift.start, shift.value, entry) {
            self.mark(Metric::Cls, Pending::Change);
        }
    }

    /// Takes an `event` or `first-input` entry.
    pub fn handle_event(&mut self, event: Event, entry: E) {
        if event.interaction > 0.0 {
            self.estimate.note(event.interaction);
            if event.is_first || event.duration >= Self::EVENT_THRESHOLD {
                self.inp.event(event.interaction, event.start, event.duration, entry);
            }
        }
        self.mark(Metric::Inp, Pending::Change);
    }

    /// Takes `performance.interactionCount`, if the browser has it, after all events of a batch. Without it, the count is
    /// estimated from the events.
    pub fn handle_interaction_count(&mut self, count: Option<f64>) {
        if count.is_some() {
            self.native_count = count;
        }
    }

    /// Takes the navigation entry's `responseStart`, once the page is loaded.
    pub fn handle_first_byte(&mut self, response_start: f64, entry: E) {
        if self.ttfb.is_some() {
            return;
        }
        let value = self.since_activation(response_start);
        self.ttfb = Some((value, Some(entry.clone())));
        if self.interaction.is_some() {
            let (view, navigation) = self.document;
            let entries = alloc::vec![entry];
            self.document_ttfb =
                Some(Report { metric: Metric::Ttfb, value, settled: true, view, navigation, entries });
            self.ttfb = Some((0.0, None));
        }
        self.mark(Metric::Ttfb, Pending::Settled);
    }

    /// Takes a `soft-navigation` entry: it starts a new page view and has its first paint. Hand over all earlier entries
    /// and poll all reports first: they belong to the page view that ends.
    pub fn handle_soft_navigation(&mut self, navigation: SoftNavigation) {
        self.begin(Navigation::SoftNavigation);
        self.interaction = Some(navigation.interaction);
        let painted = navigation.painted - navigation.start;
        self.fcp = Some((if painted > 0.0 { painted } else { 0.0 }, None));
        self.mark(Metric::Fcp, Pending::Settled);
        self.mark(Metric::Cls, Pending::Change);
    }

    /// Takes an `interaction-contentful-paint` entry: the LCP of the page view that the interaction began. Entries of other
    /// interactions are ignored.
    pub fn handle_interaction_paint(&mut self, paint: InteractionPaint, entry: E) {
        let Some(interaction) = self.interaction else { return };
        if paint.interaction.is_some_and(|id| id != interaction) || paint.rendered >= self.load.first_hidden {
            return;
        }
        let value = paint.rendered - paint.start;
        self.lcp.replace(if value > 0.0 { value } else { 0.0 }, entry);
        self.mark(Metric::Lcp, Pending::Change);
    }

    /// Whether the interaction is one of the slowest, which INP may come from.
    pub fn is_candidate(&self, interaction: f64) -> bool {
        self.inp.is_candidate(interaction)
    }

    /// The user pressed a key or clicked: the largest paint is final.
    pub fn handle_input(&mut self) {
        if self.lcp.finalize() {
            self.mark(Metric::Lcp, Pending::Settled);
        }
    }

    /// The page is hidden and may never be shown again: all current values are reported.
    pub fn handle_hidden(&mut self, at: f64) {
        self.handle_input();
        self.mark(Metric::Cls, Pending::Settled);
        self.mark(Metric::Inp, Pending::Settled);
        if self.load.first_hidden == f64::INFINITY {
            self.load.first_hidden = at;
        }
    }

    /// The page came back from the back/forward cache: this starts a new page view, which loads nothing.
    pub fn handle_restored(&mut self, count: Option<f64>) {
        self.handle_interaction_count(count);
        self.begin(Navigation::BackForwardCache);
        self.interaction = None;
        self.document = (self.view, Navigation::BackForwardCache);
        // Browsers report no paint entries for a restored page.
        self.lcp.finalize();
    }

    /// Starts a page view that loads nothing and is visible from its beginning.
    fn begin(&mut self, navigation: Navigation) {
        self.count_before = self.count();
        // `activation_start` stays: the document's first byte may become known later.
        self.load = PageLoad { navigation, first_hidden: f64::INFINITY, ..self.load };
        self.view += 1;
        self.lcp = Lcp::new();
        self.cls = Cls::new();
        self.inp = Inp::new();
        self.fcp = None;
        self.restored_paint = None;
        self.pending = [Pending::Nothing; 5];
        // Only if the document had one: some browsers give no times for some navigations.
        if self.ttfb.is_some() {
            self.ttfb = Some((0.0, None));
            self.mark(Metric::Ttfb, Pending::Settled);
        }
    }

    /// The restored page was painted `after` ms after it was restored, which is its LCP and its FCP.
    pub fn handle_restored_paint(&mut self, after: f64) {
        self.restored_paint = Some(after);
        self.mark(Metric::Fcp, Pending::Settled);
        self.mark(Metric::Lcp, Pending::Settled);
        self.painted();
    }

    /// The next value to report.
    pub fn poll_report(&mut self) -> Option<Report<E>> {
        if let Some(report) = self.document_ttfb.take() {
            return Some(report);
        }
        for metric in Metric::ALL {
            let pending = core::mem::replace(&mut self.pending[metric as usize], Pending::Nothing);
            if pending != Pending::Nothing
                && let Some(report) = self.report(metric, pending == Pending::Settled)
            {
                return Some(report);
            }
        }
        None
    }

    /// The current value of a metric, for a listener that is added later; `None` while there is no value.
    pub fn current(&self, metric: Metric) -> Option<Report<E>> {
        let settled = match metric {
            Metric::Lcp => self.lcp.is_final(),
            Metric::Fcp | Metric::Ttfb => true,
            Metric::Cls | Metric::Inp => false,
        };
        self.report(metric, settled)
    }

    fn report(&self, metric: Metric, settled: bool) -> Option<Report<E>> {
        let list = |entry: &Option<E>| entry.iter().cloned().collect();
        let (value, entries): (f64, Vec<E>) = match (metric, self.restored_paint) {
            (Metric::Lcp | Metric::Fcp, Some(after)) => (after, Vec::new()),
            (Metric::Lcp, None) => {
                let (value, entry) = self.lcp.candidate()?;
                (*value, list(&Some(entry.clone())))
            }
            (Metric::Fcp, None) => self.fcp.as_ref().map(|(value, entry)| (*value, list(entry)))?,
            (Metric::Ttfb, _) => self.ttfb.as_ref().map(|(value, entry)| (*value, list(entry)))?,
            (Metric::Cls, _) if self.was_painted => (self.cls.value(), self.cls.entries().to_vec()),
            (Metric::Cls, _) => return None,
            (Metric::Inp, _) => self.interaction_to_next_paint()?,
        };
        Some(Report { metric, value, settled, view: self.view, navigation: self.load.navigation, entries })
    }

    fn interaction_to_next_paint(&self) -> Option<(f64, Vec<E>)> {
        let count = self.count() - self.count_before;
        match self.inp.value(count) {
            Some((value, entries)) => Some((value, entries.to_vec())),
            // There were interactions, all too short for an entry. In the first page view the browser would have reported
            // the first input, however short.
            None if count > 0.0 && self.view > 0 => Some((SlowestInteractions::TOO_SHORT, Vec::new())),
            None => None,
        }
    }

    fn painted(&mut self) {
        self.was_painted = true;
        self.mark(Metric::Cls, Pending::Change);
    }

    fn count(&self) -> f64 {
        self.native_count.unwrap_or(self.estimate.count())
    }

    fn since_activation(&self, at: f64) -> f64 {
        let since = at - self.load.activation_start;
        if since > 0.0 { since } else { 0.0 }
    }

    fn mark(&mut self, metric: Metric, pending: Pending) {
        let slot = &mut self.pending[metric as usize];
        if *slot < pending {
            *slot = pending;
        }
    }
}

#[cfg(test)]
mod tests;
