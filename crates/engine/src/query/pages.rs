//! The pages of an infinite query: which is fetched next, and which are kept.
//!
//! The host keeps the pages and their parameters, and knows by the user's functions what parameter follows a page. A
//! fetch is a [`PageRun`]: of one page more, or of all pages again, one after another, as the parameter of each depends
//! on the page before it.
use alloc::vec::Vec;

/// At which end of the list a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// After the last page.
    Forward,
    /// Before the first page.
    Backward,
}

/// The user's functions: the parameter of the page beyond one end of a list that has at least one page; `None` if there is
/// none.
pub trait PageRules<T, P> {
    /// The parameter of the page beyond that end.
    fn beyond(&self, pages: &[T], params: &[P], end: Direction) -> Option<P>;
}

/// Adds a page and its parameter at one end. Where there are more than `most` then, the page at the other end goes; zero
/// keeps all.
pub fn add_page<T, P>(
    (pages, params): (&mut Vec<T>, &mut Vec<P>),
    (page, param): (T, P),
    end: Direction,
    most: usize,
) {
    match end {
        Direction::Forward => {
            pages.push(page);
            params.push(param);
        }
        Direction::Backward => {
            pages.insert(0, page);
            params.insert(0, param);
        }
    }
    let kept = if most == 0 { pages.len() } else { pages.len().min(most) };
    match end {
        Direction::Forward => {
            pages.drain(..pages.len() - kept);
            params.drain(..params.len() - kept);
        }
        Direction::Backward => {
            pages.truncate(kept);
            params.truncate(kept);
        }
    }
}

/// The parameter of the page beyond one end; `None` without pages.
pub fn param_beyond<T, P>(
    pages: &[T],
    params: &[P],
    end: Direction,
    rules: &impl PageRules<T, P>,
) -> Option<P> {
    if pages.is_empty() { None } else { rules.beyond(pages, params, end) }
}

/// A fetch of all pages, one after another, with its retries: an attempt continues with the page that failed.
#[derive(Clone, Debug)]
pub struct PageRun<T, P> {
    /// The pages that were fetched.
    pub pages: Vec<T>,
    /// Their parameters.
    pub params: Vec<P>,
    first: P,
    wanted: usize,
    fetched: usize,
}

impl<T, P: Clone> PageRun<T, P> {
    /// Fetches as many pages as there are in a list that begins with the parameter `first`; one where it has none.
    pub fn new(first: P, wanted: usize) -> Self {
        Self { pages: Vec::new(), params: Vec::new(), first, wanted: wanted.max(1), fetched: 0 }
    }

    /// The parameter of the page to fetch now; `None` once all are there. A list may have become shorter.
    pub fn next(&self, rules: &impl PageRules<T, P>) -> Option<P> {
        match self.fetched {
            0 => Some(self.first.clone()),
            fetched if fetched >= self.wanted => None,
            _ => param_beyond(&self.pages, &self.params, Direction::Forward, rules),
        }
    }

    /// The page of that parameter arrived. At most `most` are kept, all with zero.
    pub fn arrived(&mut self, page: T, param: P, most: usize) {
        self.fetched += 1;
        add_page((&mut self.pages, &mut self.params), (page, param), Direction::Forward, most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;

    /// Pages are numbers, and so are their parameters; they go from 0 to the number here.
    struct UpTo(i32);

    impl PageRules<i32, i32> for UpTo {
        fn beyond(&self, pages: &[i32], params: &[i32], end: Direction) -> Option<i32> {
            assert_eq!(pages, params);
            match end {
                Direction::Forward => pages.last().map(|page| page + 1).filter(|page| *page <= self.0),
                Direction::Backward => pages.first().map(|page| page - 1).filter(|page| *page >= 0),
            }
        }
    }

    fn added(mut pages: Vec<i32>, page: i32, end: Direction, most: usize) -> Vec<i32> {
        let mut params = pages.clone();
        add_page((&mut pages, &mut params), (page, page), end, most);
        assert_eq!(pages, params);
        pages
    }

    #[test]
    fn a_page_is_added_at_its_end_and_the_other_end_gives_way() {
        assert_eq!(added(vec![1, 2], 3, Direction::Forward, 0), [1, 2, 3]);
        assert_eq!(added(vec![1, 2], 0, Direction::Backward, 0), [0, 1, 2]);
        assert_eq!(added(vec![1, 2], 3, Direction::Forward, 2), [2, 3]);
        assert_eq!(added(vec![1, 2], 0, Direction::Backward, 2), [0, 1]);
        assert_eq!(added(vec![1, 2, 3], 4, Direction::Forward, 1), [4]);
        assert_eq!(added(vec![1, 2, 3], 0, Direction::Backward, 1), [0]);
        assert_eq!(added(vec![], 5, Direction::Backward, 3), [5]);
    }

    #[test]
    fn nothing_is_beyond_an_empty_list() {
        assert_eq!(param_beyond(&[], &[], Direction::Forward, &UpTo(3)), None);
        assert_eq!(param_beyond(&[3], &[3], Direction::Forward, &UpTo(3)), None);
        assert_eq!(param_beyond(&[3], &[3], Direction::Backward, &UpTo(3)), Some(2));
    }

    fn run(mut run: PageRun<i32, i32>, rules: &UpTo, most: usize) -> (Vec<i32>, u32) {
        let mut fetched = 0;
        while let Some(param) = run.next(rules) {
            run.arrived(param, param, most);
            fetched += 1;
        }
        (run.pages, fetched)
    }

    #[test]
    fn all_pages_are_fetched_again_from_the_first() {
        assert_eq!(run(PageRun::new(2, 3), &UpTo(9), 0), (vec![2, 3, 4], 3));
        assert_eq!(run(PageRun::new(0, 0), &UpTo(9), 0), (vec![0], 1));
    }

    #[test]
    fn a_list_that_became_shorter_ends_earlier() {
        assert_eq!(run(PageRun::new(0, 5), &UpTo(1), 0), (vec![0, 1], 2));
    }

    #[test]
    fn a_run_keeps_no_more_pages_than_it_may() {
        assert_eq!(run(PageRun::new(0, 4), &UpTo(9), 2), (vec![2, 3], 4));
    }

    #[test]
    fn an_attempt_continues_with_the_page_that_failed() {
        let mut run = PageRun::new(0, 3);
        run.arrived(0, 0, 0);
        // The page of 1 fails: the next attempt asks for it again.
        assert_eq!(run.next(&UpTo(9)), Some(1));
        assert_eq!(run.clone().next(&UpTo(9)), Some(1));
    }
}
