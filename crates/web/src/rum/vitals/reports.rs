//! Reports new values with their attribution.
use super::observed_entry::ObservedEntry;
use super::page_event::{EntryScope, PageEvent, Vital};
use super::{Inner, cls, lcp, ttfb};
use std::rc::Rc;
use whippet_engine::beacon::Attribution;
use whippet_engine::vitals::{Metric, Navigation, PageView, Report};

impl Inner {
    /// Passes new values to the sink.
    pub(super) fn report(&self) {
        loop {
            // Nothing is borrowed while the sink runs.
            let report = self.page.borrow_mut().as_mut().and_then(PageView::poll_report);
            let Some(report) = report else { return };
            let delta = self.reporters.borrow_mut()[report.metric as usize].delta(&report);
            let is_later_view =
                matches!(report.navigation, Navigation::BackForwardCache | Navigation::SoftNavigation);
            // Measuring that started late does not report how the document was loaded.
            let is_unknown =
                self.scope != EntryScope::Buffered && report.metric == Metric::Ttfb && !is_later_view;
            // Of two paints of one time the second is the larger: the value is the same, and what it is put down to is not.
            let is_other_paint = report.metric == Metric::Lcp && !report.settled;
            if (delta.is_some() || is_other_paint) && !is_unknown && self.is_measured(report.metric) {
                let attribution = self.attribute(&report);
                let Report { view, navigation, metric, value, .. } = report;
                (self.sink)(PageEvent::Vital(Vital { view, navigation, metric, value, attribution }));
            }
        }
    }

    /// Whether the browser supports the metric's entries. Without layout shifts, a CLS of 0 would be wrong.
    pub(super) fn is_measured(&self, metric: Metric) -> bool {
        let kind = match metric {
            Metric::Lcp => "largest-contentful-paint",
            Metric::Cls => "layout-shift",
            Metric::Fcp => "paint",
            Metric::Inp => "event",
            Metric::Ttfb => return true,
        };
        self.supported.iter().any(|known| known == kind)
    }

    pub(super) fn attribute(&self, report: &Report<Rc<ObservedEntry>>) -> Attribution {
        match report.metric {
            Metric::Lcp => lcp::attribute(report, self.soft_start.get(), &self.resources.borrow()),
            Metric::Inp => self.interactions.borrow().attribute(report),
            Metric::Cls => cls::attribute(report),
            Metric::Ttfb => ttfb::attribute(report),
            Metric::Fcp => Attribution::default(),
        }
    }
}
