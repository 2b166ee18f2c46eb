//! Items as beacons, one for each page view.
use whippet_engine::beacon::{Beacon, limits};

use super::draft::Draft;
use super::item::{Content, Item, Report};
use super::views::Views;

/// The most page views of one post. No SDK gathers more.
const MOST_VIEWS: usize = 64;

/// The kind of what was lost as there was no beacon for it.
const BEACONS: &str = "beacons";

/// The page of items that name none, when the browser does not say it either.
const UNKNOWN: &str = "(unknown)";

/// The beacons of a post, each named after `id`; `referred` is the page where an item names none. `now` is the collector's
/// clock. Items of more page views than a post may have count as lost: with the last beacon of their sender, or of the post where that
/// has none.
pub fn gather(
    reports: Vec<Report>,
    views: &Views,
    id: &str,
    referred: Option<&str>,
    now: i64,
) -> Vec<Beacon> {
    let mut beacons: Vec<Beacon> = Vec::new();
    let mut homeless: u64 = 0;
    for Report { sender, items } in reports {
        // Items that name no page are of the page that the others are of, or that the visitor was on before.
        let only =
            only_page(&items).or_else(|| referred.map(str::to_owned)).or_else(|| views.last_page(&sender));
        let mut drafts: Vec<Draft> = Vec::new();
        let mut surplus = 0;
        for mut item in items {
            let page = item.page.take().or_else(|| only.clone()).unwrap_or_else(|| UNKNOWN.to_owned());
            let view = match (&item.content, &item.mark) {
                // An error is no page view. It only has to stand in some beacon.
                (Content::Error(_) | Content::Lost(..), None) => {
                    drafts.iter().position(|draft| draft.has_page(&page))
                }
                _ => None,
            };
            let place = view.unwrap_or_else(|| {
                let is_view = !matches!(item.content, Content::Error(_) | Content::Lost(..));
                let view = match is_view {
                    true => views.place(&sender, &page, item.mark.as_ref(), item.at, now),
                    false => super::id::digest([id.as_bytes(), page.as_bytes()]),
                };
                drafts.iter().position(|draft| draft.is_of(&view, &page)).unwrap_or_else(|| {
                    if beacons.len() + drafts.len() < MOST_VIEWS {
                        drafts.push(Draft::new(&sender, view, page));
                        drafts.len() - 1
                    } else {
                        usize::MAX
                    }
                })
            });
            match drafts.get_mut(place) {
                Some(draft) => draft.add(item),
                None => surplus += 1,
            }
        }
        match drafts.last_mut() {
            Some(last) if surplus > 0 => {
                last.add(Item::new(None, 0, Content::Lost(BEACONS.to_owned(), surplus)));
            }
            Some(_) => {}
            None => homeless = homeless.saturating_add(surplus),
        }
        if let Some(last) = drafts.last() {
            views.visit(&sender, last.page(), now);
        }
        for draft in drafts {
            let number = beacons.len() + 1;
            beacons.push(draft.finish(format!("{id}-{number}")));
        }
    }
    if let Some(last) = beacons.last_mut().filter(|_| homeless > 0) {
        last.dropped = last.dropped.saturating_add(homeless);
        let has_room = last.drops.len() < limits::DROPS;
        match last.drops.iter_mut().find(|(kind, _)| kind == BEACONS) {
            Some((_, count)) => *count = count.saturating_add(homeless),
            None if has_room => last.drops.push((BEACONS.to_owned(), homeless)),
            // It counts as of another kind.
            None => {}
        }
    }
    beacons
}

/// The page that all items that name one are of.
fn only_page(items: &[Item]) -> Option<String> {
    let mut pages = items.iter().filter_map(|item| item.page.as_ref());
    let first = pages.next()?;
    pages.all(|page| page == first).then(|| first.clone())
}

#[cfg(test)]
mod tests {
    use whippet_engine::vitals::Metric;

    use super::*;
    use crate::intake::{Mark, Sender, Slot, error, vital};

    fn item(page: Option<&str>, content: Content) -> Item {
        Item::new(page.map(str::to_owned), 1000, content)
    }

    fn gathered(items: Vec<Item>) -> Vec<Beacon> {
        let sender = Sender::new("shop".to_owned(), "s".to_owned());
        gather(vec![Report { sender, items }], &Views::default(), "id", None, 1000)
    }

    #[test]
    fn items_of_one_view_are_one_beacon() {
        let lcp = vital(Metric::Lcp, 1200.0, whippet_engine::beacon::Attribution::default()).unwrap();
        let mark = Mark { slot: Slot::Vital(Metric::Lcp), id: "a".to_owned(), born: 1000 };
        let beacons = gathered(vec![
            Item { mark: Some(mark), ..item(Some("/a"), Content::Vital(lcp)) },
            item(None, Content::Counter("log.info".to_owned(), 2)),
            item(None, Content::Counter("log.info".to_owned(), 3)),
            item(Some("/a"), Content::Error(error("Error", "no", "", ""))),
        ]);
        assert_eq!(beacons.len(), 1, "{beacons:#?}");
        assert_eq!((beacons[0].page.as_str(), beacons[0].id.as_str()), ("/a", "id-1"));
        assert_eq!(beacons[0].counters, [("log.info".to_owned(), 5)]);
        assert_eq!((beacons[0].vitals.len(), beacons[0].errors.len()), (1, 1));
    }

    #[test]
    fn an_item_without_any_page_is_of_an_unknown_one() {
        let beacons = gathered(vec![item(None, Content::View)]);
        assert_eq!(beacons[0].page, UNKNOWN);
    }

    #[test]
    fn a_page_view_is_one_also_where_all_else_of_it_are_errors_or_losses() {
        let lost = || item(Some("/a"), Content::Lost("spans".to_owned(), 2));
        let broken = || item(Some("/a"), Content::Error(error("Error", "no", "", "")));
        let view = || item(Some("/a"), Content::View);
        for (items, is_view) in [
            (vec![lost()], false),
            (vec![broken(), lost()], false),
            (vec![view()], true),
            (vec![view(), lost()], true),
            (vec![view(), broken()], true),
        ] {
            let beacons = gathered(items);
            assert_eq!(
                (beacons.len(), whippet_store::tells_of_view(&beacons[0])),
                (1, is_view),
                "{beacons:#?}"
            );
        }
    }

    #[test]
    fn what_is_too_much_is_counted() {
        let many = |number: usize| format!("name{number}");
        let items = (0..200).map(|number| item(Some("/"), Content::Counter(many(number), 1)));
        let beacons = gathered(items.collect());
        assert_eq!((beacons[0].counters.len(), beacons[0].dropped), (64, 136));
        let pages = (0..100).map(|number| item(Some(&format!("/{}", many(number))), Content::View));
        let beacons = gathered(pages.collect());
        assert_eq!((beacons.len(), beacons[63].drops[0].1), (MOST_VIEWS, 36));
        let sender = |visitor: &str| Sender::new("shop".to_owned(), visitor.to_owned());
        let pages = |count: usize| -> Vec<Item> {
            (0..count).map(|number| item(Some(&format!("/{}", many(number))), Content::View)).collect()
        };
        let first = Report { sender: sender("first"), items: pages(MOST_VIEWS) };
        let later = Report { sender: sender("later"), items: pages(7) };
        let beacons = gather(vec![first, later], &Views::default(), "id", None, 1000);
        let lost = (beacons[63].drops.clone(), beacons[63].dropped);
        assert_eq!(
            (beacons.len(), lost),
            (MOST_VIEWS, (vec![(BEACONS.to_owned(), 7)], 7)),
            "of a later sender"
        );
        let values = (0..40).map(|number| item(None, Content::Timing("t".to_owned(), f64::from(number))));
        let beacons = gathered(values.collect());
        assert_eq!((beacons[0].timings[0].1.len(), beacons[0].histograms[0].1.count()), (16, 24));
    }
}
