//! Attribution of TTFB: its phases.
use super::super::read;
use super::observed_entry::ObservedEntry;
use std::rc::Rc;
use whippet_engine::beacon::Attribution;
use whippet_engine::vitals::Report;

pub(super) fn attribute(report: &Report<Rc<ObservedEntry>>) -> Attribution {
    // Soft navigations and restored pages requested no document.
    let Some(observed) = report.entries.first() else { return Attribution::default() };
    let entry = &observed.entry;
    let activation = read::positive(entry, "activationStart");
    let since = |name: &'static str| (read::positive(entry, name) - activation).max(0.0);
    let start = if read::positive(entry, "workerStart") > 0.0 { "workerStart" } else { "fetchStart" };
    let (waited, lookup) = (since(start), since("domainLookupStart"));
    let (connect, connected) = (since("connectStart"), since("connectEnd"));
    let phases = [
        ("waiting", waited),
        ("cache", lookup - waited),
        ("dns", connect - lookup),
        ("connection", connected - connect),
        ("request", report.value - connected),
    ];
    let phases = phases.map(|(name, ms)| (name.to_owned(), ms)).to_vec();
    Attribution { phases, ..Attribution::default() }
}
