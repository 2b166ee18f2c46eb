//! Which page view an item of a foreign SDK belongs to.
//!
//! An SDK posts many times for one page view, and most of it names no view. What it names are marks: the id of each vital, of
//! a navigation, of a view. A page view has one of each kind; so a second LCP of the same visitor on the same page is
//! another view, and a CLS that follows is one of the same. Where several views could be meant, it is the one that began
//! nearest to the mark.
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Mutex;

use super::id::digest;
use super::item::{Mark, Sender, Slot};

/// The most visitors' pages that are remembered.
const PAGES: usize = 20_000;
/// The most views of one visitor's page that are remembered.
const VIEWS: usize = 6;
/// The most marks of one view: one for each slot.
const MARKS: usize = 8;
/// A view is remembered as long after its last item, ms: the store accepts no later vitals either.
const OPEN: i64 = 6 * 60 * 60 * 1000;
/// How far apart the marks of one view are made at most, ms: a vital's id when the library starts, or when something was
/// painted first.
const APART: i64 = 30_000;

/// The page views of the last hours. In memory alone: after a restart an open view may begin anew.
#[derive(Default)]
pub struct Views {
    keys: RandomState,
    pages: Mutex<HashMap<u64, Page>>,
    /// The page that each visitor was last seen on, and when.
    last: Mutex<HashMap<u64, (String, i64)>>,
}

#[derive(Default)]
struct Page {
    /// The oldest first.
    views: Vec<View>,
    seen: i64,
}

struct View {
    id: String,
    /// When its earliest mark or item was made, by the device's clock.
    born: i64,
    marks: Vec<(Slot, u64)>,
}

impl Views {
    /// The page that the visitor was last seen on.
    pub fn last_page(&self, sender: &Sender) -> Option<String> {
        let key = self.keys.hash_one((&sender.app, &sender.visitor));
        let last = self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        last.get(&key).map(|(page, _)| page.clone())
    }

    /// Says that the visitor was on `page`.
    pub fn visit(&self, sender: &Sender, page: &str, now: i64) {
        let key = self.keys.hash_one((&sender.app, &sender.visitor));
        let mut last = self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if last.len() >= PAGES && !last.contains_key(&key) {
            let mut seen: Vec<i64> = last.values().map(|(_, seen)| *seen).collect();
            let middle = *seen.select_nth_unstable(PAGES / 2).1;
            last.retain(|_, (_, seen)| *seen > middle);
        }
        last.insert(key, (page.to_owned(), now));
    }

    /// The id of the page view that an item of `sender` on `page`, made `at`, belongs to; `now` is the collector's clock.
    pub fn place(&self, sender: &Sender, page: &str, mark: Option<&Mark>, at: i64, now: i64) -> String {
        let key = self.keys.hash_one((&sender.app, &sender.visitor, page));
        let mark_key = mark.map(|mark| (mark.slot, self.keys.hash_one(&mark.id)));
        let born = mark.map_or(at, |mark| mark.born);
        let mut pages = self.pages.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        make_room(&mut pages, key, now);
        let entry = pages.entry(key).or_default();
        if entry.seen < now - OPEN {
            entry.views.clear();
        }
        entry.seen = entry.seen.max(now);
        if let Some(view) = entry.find(mark_key, born) {
            if let Some(mark) = mark_key
                && !view.marks.contains(&mark)
                && view.marks.len() < MARKS
            {
                view.marks.push(mark);
                view.born = view.born.min(born);
            }
            return view.id.clone();
        }
        let id = match mark {
            Some(Mark { slot: Slot::View, id, .. }) if is_id(id) => id.clone(),
            Some(mark) => digest([sender.app.as_bytes(), mark.id.as_bytes()]),
            None => {
                let born = born.to_le_bytes();
                digest([sender.app.as_bytes(), sender.visitor.as_bytes(), page.as_bytes(), &born])
            }
        };
        if entry.views.len() == VIEWS {
            entry.views.remove(0);
        }
        entry.views.push(View { id: id.clone(), born, marks: mark_key.into_iter().collect() });
        id
    }
}

impl Page {
    fn find(&mut self, mark: Option<(Slot, u64)>, born: i64) -> Option<&mut View> {
        let Some(mark) = mark else {
            // The last view that had begun.
            let begun = self.views.iter().rposition(|view| view.born <= born);
            return self.views.get_mut(begun.unwrap_or(0));
        };
        if let Some(known) = self.views.iter().position(|view| view.marks.contains(&mark)) {
            return self.views.get_mut(known);
        }
        let away = |view: &View| (view.born.saturating_sub(born)).saturating_abs();
        self.views
            .iter_mut()
            .filter(|view| view.marks.iter().all(|(slot, _)| *slot != mark.0) && away(view) <= APART)
            .min_by_key(|view| away(view))
    }
}

/// An id as beacons may have it.
fn is_id(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

fn make_room(pages: &mut HashMap<u64, Page>, key: u64, now: i64) {
    if pages.len() < PAGES || pages.contains_key(&key) {
        return;
    }
    pages.retain(|_, page| page.seen >= now - OPEN);
    if pages.len() >= PAGES {
        // The half that was seen last stays.
        let mut seen: Vec<i64> = pages.values().map(|page| page.seen).collect();
        let (_, middle, _) = seen.select_nth_unstable(PAGES / 2);
        let middle = *middle;
        pages.retain(|_, page| page.seen > middle);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use whippet_engine::vitals::Metric;

    use super::*;

    const T: i64 = 1_790_000_000_000;

    fn sender(visitor: &str) -> Sender {
        Sender::new("shop".to_owned(), visitor.to_owned())
    }

    fn vital(metric: Metric, id: &str, born: i64) -> Mark {
        Mark { slot: Slot::Vital(metric), id: id.to_owned(), born }
    }

    #[test]
    fn the_vitals_of_one_load_are_one_view() {
        let views = Views::default();
        let place = |mark: Option<&Mark>, at| views.place(&sender("s"), "/", mark, at, at);
        let first = place(Some(&vital(Metric::Ttfb, "a", T)), T + 5);
        for (metric, id, born) in [(Metric::Fcp, "b", T), (Metric::Lcp, "c", T), (Metric::Cls, "d", T + 800)]
        {
            assert_eq!(place(Some(&vital(metric, id, born)), T + 1000), first);
        }
        assert_eq!(place(None, T + 60_000), first, "what names nothing is of the same view");
        assert_eq!(place(Some(&vital(Metric::Cls, "d", T + 800)), T + 90_000), first, "a later value");
        assert_ne!(place(Some(&vital(Metric::Ttfb, "z", T + 100_000)), T + 100_000), first, "a reload");
        assert_ne!(views.place(&sender("s"), "/b", None, T, T), first, "another page");
        assert_ne!(views.place(&sender("other"), "/", None, T, T), first, "another visitor");
    }

    #[test]
    fn what_is_late_goes_to_the_view_that_it_was_made_in() {
        let views = Views::default();
        let place = |mark: &Mark, at| views.place(&sender("s"), "/", Some(mark), at, at);
        let first = place(&vital(Metric::Ttfb, "a1", T), T);
        let second = place(&vital(Metric::Ttfb, "a2", T + 9_000), T + 9_000);
        assert_ne!(first, second);
        // Reported when the first view ended, as CLS always is.
        assert_eq!(place(&vital(Metric::Cls, "c1", T + 400), T + 9_100), first);
        assert_eq!(place(&vital(Metric::Cls, "c2", T + 9_400), T + 20_000), second);
    }

    #[test]
    fn a_named_view_is_its_own_id_and_takes_in_what_came_before() {
        let views = Views::default();
        let view = |id: &str, at| Mark { slot: Slot::View, id: id.to_owned(), born: at };
        let place = |mark: Option<&Mark>, at| views.place(&sender("s"), "/", mark, at, T);
        assert_eq!(place(Some(&view("feed-1", T)), T), "feed-1");
        assert_eq!(place(Some(&view("feed-2", T)), T + 1), "feed-2");
        assert_eq!(place(Some(&view("feed-1", T + 100_000)), T + 100_000), "feed-1");
        let unnamed = views.place(&sender("s"), "/b", None, T, T);
        assert_eq!(views.place(&sender("s"), "/b", Some(&view("feed-3", T + 10)), T + 10, T), unnamed);
    }

    #[test]
    fn memory_is_bounded() {
        let views = Views::default();
        for visitor in 0..PAGES + 10 {
            views.place(&sender(&visitor.to_string()), "/", None, T, T + visitor as i64);
        }
        assert!(views.pages.lock().unwrap().len() <= PAGES);
    }

    proptest! {
        /// Loads of one page by one visitor, at least a minute apart: as many views as loads, in whatever order posts arrive.
        #[test]
        fn there_are_as_many_views_as_loads(order in Just((0..20_usize).collect::<Vec<_>>()).prop_shuffle()) {
            let views = Views::default();
            let mut ids = std::collections::BTreeSet::new();
            for number in order {
                let (load, metric) = ((number / 5) as i64, Metric::ALL[number % 5]);
                let mark = vital(metric, &format!("{load}-{metric:?}"), T + load * 60_000);
                ids.insert(views.place(&sender("s"), "/", Some(&mark), mark.born, T));
            }
            prop_assert_eq!(ids.len(), 4);
        }
    }
}
