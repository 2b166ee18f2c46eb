//! The life of a page view: from its arrival until it is hidden for good, or restored as another.
use super::cls::Cls;
use super::count::CountEstimate;
use super::inp::Inp;
use super::lcp::Lcp;
use super::metric::Metric;
use super::navigation::Navigation;
use super::report::Report;
use alloc::vec::Vec;

/// How the document came about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arrival {
    /// How the page view began.
    pub navigation: Navigation,
    /// When a prerendered page was shown (`activationStart`); 0 for all others.
    pub activation: f64,
    /// When the page was first hidden: 0 if it was loaded in the background, infinite if it never was.
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
    /// `interactionId`; 0 where the event belongs to no interaction.
    pub interaction: f64,
    /// `startTime`
    pub start: f64,
    /// `duration`
    pub duration: f64,
    /// Whether it is a `first-input` entry, which counts however short it was.
    pub is_first: bool,
}

/// A `soft-navigation` entry: another route of the same document.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SoftNavigation {
    /// `startTime`: when the interaction began that caused it.
    pub start: f64,
    /// When it was first painted: `presentationTime`, or else `paintTime`; 0 where that is not known.
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
    /// `interactionId`, where the browser says.
    pub interaction: Option<f64>,
}

/// The vitals of one document, page view after page view. `E` is whatever the host wants back with a
/// report: the browser's entry, or nothing.
///
/// All times are `DOMHighResTimeStamp`s of the document.
///
/// - Entries: [`handle_paint`](Self::handle_paint), [`handle_largest_paint`](Self::handle_largest_paint),
///   [`handle_shift`](Self::handle_shift), [`handle_event`](Self::handle_event),
///   [`handle_first_byte`](Self::handle_first_byte), [`handle_soft_navigation`](Self::handle_soft_navigation),
///   [`handle_interaction_paint`](Self::handle_interaction_paint); all of them in the order of their times.
/// - The page's life: [`handle_input`](Self::handle_input), [`handle_hidden`](Self::handle_hidden) (take all
///   pending entries in first, or they are lost), [`handle_restored`](Self::handle_restored) and, once it is
///   painted, [`handle_restored_paint`](Self::handle_restored_paint).
/// - Output: [`poll_report`](Self::poll_report) until it gives `None`; [`current`](Self::current) for
///   listeners who come late.
pub struct PageView<E> {
    arrival: Arrival,
    view: u32,
    lcp: Lcp<E>,
    cls: Cls<E>,
    inp: Inp<E>,
    fcp: Option<(f64, Option<E>)>,
    ttfb: Option<(f64, Option<E>)>,
    /// A restored page has no paint entry to report.
    restored_paint: Option<f64>,
    /// CLS is reported of documents whose FCP is, as the Chrome User Experience Report does it.
    was_painted: bool,
    estimate: CountEstimate,
    native_count: Option<f64>,
    count_before: f64,
    /// The interaction that began this page view, where it is a soft navigation.
    interaction: Option<f64>,
    /// The document's page view: its first byte is known only once it is loaded.
    document: (u32, Navigation),
    late: Option<Report<E>>,
    pending: [Pending; 5],
}

#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Pending {
    Nothing,
    Change,
    Settled,
}

impl<E: Clone> PageView<E> {
    /// Shorter events are not looked at, `first-input` aside: two and a half frames at 60 Hz.
    pub const EVENT_THRESHOLD: f64 = 40.0;

    /// The first page view of a document.
    pub fn new(arrival: Arrival) -> Self {
        Self {
            arrival,
            view: 0,
            lcp: Lcp::new(),
            cls: Cls::new(),
            inp: Inp::new(),
            fcp: None,
            ttfb: None,
            restored_paint: None,
            was_painted: false,
            estimate: CountEstimate::new(),
            native_count: None,
            count_before: 0.0,
            interaction: None,
            document: (0, arrival.navigation),
            late: None,
            pending: [Pending::Nothing; 5],
        }
    }

    /// Counts the page views of this document, from 0.
    pub fn view(&self) -> u32 {
        self.view
    }

    /// How this page view began.
    pub fn navigation(&self) -> Navigation {
        self.arrival.navigation
    }

    /// The `first-contentful-paint` entry.
    pub fn handle_paint(&mut self, start: f64, entry: E) {
        if self.fcp.is_some() || start >= self.arrival.first_hidden {
            return;
        }
        self.fcp = Some((self.since_activation(start), Some(entry)));
        self.mark(Metric::Fcp, Pending::Settled);
        self.painted();
    }

    /// A `largest-contentful-paint` entry.
    pub fn handle_largest_paint(&mut self, start: f64, entry: E) {
        if start < self.arrival.first_hidden {
            let value = self.since_activation(start);
            if self.lcp.paint(value, entry) {
                self.mark(Metric::Lcp, Pending::Change);
            }
        }
    }

    /// A `layout-shift` entry.
    pub fn handle_shift(&mut self, shift: Shift, entry: E) {
        if !shift.had_recent_input && self.cls.shift(shift.start, shift.value, entry) {
            self.mark(Metric::Cls, Pending::Change);
        }
    }

    /// An `event` or `first-input` entry.
    pub fn handle_event(&mut self, event: Event, entry: E) {
        if event.interaction > 0.0 {
            self.estimate.note(event.interaction);
            if event.is_first || event.duration >= Self::EVENT_THRESHOLD {
                self.inp.event(event.interaction, event.start, event.duration, entry);
            }
        }
        self.mark(Metric::Inp, Pending::Change);
    }

    /// `performance.interactionCount` where there is one, after all events that came together. Without it,
    /// the count follows from the events.
    pub fn handle_interaction_count(&mut self, count: Option<f64>) {
        if count.is_some() {
            self.native_count = count;
        }
    }

    /// The navigation entry's `responseStart`, once the page is loaded.
    pub fn handle_first_byte(&mut self, response_start: f64, entry: E) {
        if self.ttfb.is_some() {
            return;
        }
        let value = self.since_activation(response_start);
        self.ttfb = Some((value, Some(entry.clone())));
        if self.interaction.is_some() {
            let (view, navigation) = self.document;
            let entries = alloc::vec![entry];
            self.late =
                Some(Report { metric: Metric::Ttfb, value, settled: true, view, navigation, entries });
            self.ttfb = Some((0.0, None));
        }
        self.mark(Metric::Ttfb, Pending::Settled);
    }

    /// A `soft-navigation` entry: a new page view, whose first paint it tells. Poll all reports first, and take in
    /// all entries of before: they belong to the page view that ends.
    pub fn handle_soft_navigation(&mut self, navigation: SoftNavigation) {
        // Whatever is still open is the document's, or that of the navigation before.
        self.begin(Navigation::SoftNavigation);
        self.interaction = Some(navigation.interaction);
        let painted = navigation.painted - navigation.start;
        self.fcp = Some((if painted > 0.0 { painted } else { 0.0 }, None));
        self.mark(Metric::Fcp, Pending::Settled);
        self.mark(Metric::Cls, Pending::Change);
    }

    /// An `interaction-contentful-paint` entry: LCP of the page view that the interaction began, or nothing.
    pub fn handle_interaction_paint(&mut self, paint: InteractionPaint, entry: E) {
        let Some(interaction) = self.interaction else { return };
        if paint.interaction.is_some_and(|id| id != interaction)
            || paint.rendered >= self.arrival.first_hidden
        {
            return;
        }
        let value = paint.rendered - paint.start;
        self.lcp.replace(if value > 0.0 { value } else { 0.0 }, entry);
        self.mark(Metric::Lcp, Pending::Change);
    }

    /// Whether the interaction is one of the slowest, which INP may come from.
    pub fn holds(&self, interaction: f64) -> bool {
        self.inp.holds(interaction)
    }

    /// A key or a click: the largest paint is final.
    pub fn handle_input(&mut self) {
        if self.lcp.end() {
            self.mark(Metric::Lcp, Pending::Settled);
        }
    }

    /// The page is hidden, and may never be seen again: everything is reported as it stands.
    pub fn handle_hidden(&mut self, at: f64) {
        self.handle_input();
        self.mark(Metric::Cls, Pending::Settled);
        self.mark(Metric::Inp, Pending::Settled);
        if self.arrival.first_hidden == f64::INFINITY {
            self.arrival.first_hidden = at;
        }
    }

    /// The page came back from the back/forward cache: a new page view, with nothing to load.
    pub fn handle_restored(&mut self, count: Option<f64>) {
        self.handle_interaction_count(count);
        self.begin(Navigation::BackForwardCache);
        self.interaction = None;
        self.document = (self.view, Navigation::BackForwardCache);
        // No entries will come of what is painted already.
        self.lcp.end();
    }

    /// A page view that loads nothing, and is seen from its beginning.
    fn begin(&mut self, navigation: Navigation) {
        self.count_before = self.count();
        // The document's activation stays: its first byte may be known only later.
        self.arrival = Arrival { navigation, first_hidden: f64::INFINITY, ..self.arrival };
        self.view += 1;
        self.lcp = Lcp::new();
        self.cls = Cls::new();
        self.inp = Inp::new();
        self.fcp = None;
        self.restored_paint = None;
        self.pending = [Pending::Nothing; 5];
        // Only where the first load had one: some browsers give no times for some navigations.
        if self.ttfb.is_some() {
            self.ttfb = Some((0.0, None));
            self.mark(Metric::Ttfb, Pending::Settled);
        }
    }

    /// The restored page was painted, `after` ms after it was restored: that is its LCP and its FCP.
    pub fn handle_restored_paint(&mut self, after: f64) {
        self.restored_paint = Some(after);
        self.mark(Metric::Fcp, Pending::Settled);
        self.mark(Metric::Lcp, Pending::Settled);
        self.painted();
    }

    /// What is to be reported next.
    pub fn poll_report(&mut self) -> Option<Report<E>> {
        if let Some(report) = self.late.take() {
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

    /// A metric as it stands, for a listener who comes late; `None` while it has no value.
    pub fn current(&self, metric: Metric) -> Option<Report<E>> {
        let settled = match metric {
            Metric::Lcp => self.lcp.has_ended(),
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
        Some(Report { metric, value, settled, view: self.view, navigation: self.arrival.navigation, entries })
    }

    fn interaction_to_next_paint(&self) -> Option<(f64, Vec<E>)> {
        let count = self.count() - self.count_before;
        match self.inp.value(count) {
            Some((value, entries)) => Some((value, entries.to_vec())),
            // There were interactions, all of them too short to be reported. On the first page view the first
            // input would be known, however short.
            None if count > 0.0 && self.view > 0 => Some((8.0, Vec::new())),
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
        let since = at - self.arrival.activation;
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
