use crate::query::*;
use crate::time::{Duration, Instant};
use std::vec;
use std::vec::Vec;

#[test]
fn a_query_is_found_by_key_and_prefix_until_it_is_removed() {
    let now = Instant::ZERO;
    let mut cache = Cache::new();
    let insert =
        |cache: &mut Cache, key: &[Segment]| cache.insert(now, key, State::default(), Duration::INFINITE);
    let (list, first, second) =
        (insert(&mut cache, &[1]), insert(&mut cache, &[1, 2]), insert(&mut cache, &[1, 3]));
    let beginning = |cache: &Cache, prefix: &[Segment]| {
        let mut found = Vec::new();
        cache.each(prefix, |query| found.push(query));
        found.sort();
        found
    };
    assert_eq!(cache.find(&[1, 3]), Some(second));
    assert_eq!(beginning(&cache, &[1]), vec![list, first, second]);
    assert_eq!(beginning(&cache, &[]), vec![list, first, second]);

    assert!(cache.remove(now, first));
    assert_eq!(cache.effects().collect::<Vec<_>>(), vec![Effect::SegmentFreed { segment: 2 }]);
    assert_eq!(beginning(&cache, &[1]), vec![list, second]);
    assert!(cache.uses(3) && !cache.uses(2));
}
