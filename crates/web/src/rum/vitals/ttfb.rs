//! What TTFB is put down to: the phases it is made of.
use super::super::read;
use super::Seen;
use std::rc::Rc;
use whippet_engine::beacon::Attribution;
use whippet_engine::vitals::Report;

pub(super) fn attribute(report: &Report<Rc<Seen>>) -> Attribution {
    // Soft navigations, and pages that came back, asked no server.
    let Some(seen) = report.entries.first() else { return Attribution::default() };
    let entry = &seen.entry;
    let activation = read::positive(entry, "activationStart");
    let since = |name: &'static str| (read::positive(entry, name) - activation).max(0.0);
    let begun = if read::positive(entry, "workerStart") > 0.0 { "workerStart" } else { "fetchStart" };
    let (waited, lookup) = (since(begun), since("domainLookupStart"));
    let (connect, connected) = (since("connectStart"), since("connectEnd"));
    let parts = [
        ("waiting", waited),
        ("cache", lookup - waited),
        ("dns", connect - lookup),
        ("connection", connected - connect),
        ("request", report.value - connected),
    ];
    let parts = parts.map(|(name, ms)| (name.to_owned(), ms)).to_vec();
    Attribution { parts, ..Attribution::default() }
}
