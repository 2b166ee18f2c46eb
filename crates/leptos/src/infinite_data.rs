//! The pages of an infinite query.
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The data of an infinite query: its pages, and what each was asked for by.
#[derive(Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InfiniteData<T, P> {
    /// The pages.
    pub pages: Vec<Arc<T>>,
    /// The parameter of each.
    pub page_params: Vec<P>,
}

impl<T, P> InfiniteData<T, P> {
    /// These pages, and the parameter of each; as many as the shorter list has.
    pub fn new(pages: Vec<Arc<T>>, page_params: Vec<P>) -> Self {
        let (mut pages, mut page_params) = (pages, page_params);
        let length = pages.len().min(page_params.len());
        pages.truncate(length);
        page_params.truncate(length);
        Self { pages, page_params }
    }

    /// What is on the pages, one after another.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use whippet_leptos::InfiniteData;
    ///
    /// let data = InfiniteData::new(vec![Arc::new(vec![1, 2]), Arc::new(vec![3])], vec![0, 1]);
    /// assert_eq!(data.items().copied().collect::<Vec<_>>(), [1, 2, 3]);
    /// ```
    pub fn items<'a, I: 'a>(&'a self) -> impl Iterator<Item = &'a I>
    where
        &'a T: IntoIterator<Item = &'a I>,
    {
        self.pages.iter().flat_map(|page| &**page)
    }
}

impl<T, P> Default for InfiniteData<T, P> {
    fn default() -> Self {
        Self { pages: Vec::new(), page_params: Vec::new() }
    }
}

impl<T, P: Clone> Clone for InfiniteData<T, P> {
    fn clone(&self) -> Self {
        Self { pages: self.pages.clone(), page_params: self.page_params.clone() }
    }
}

impl<T: PartialEq, P: PartialEq> PartialEq for InfiniteData<T, P> {
    fn eq(&self, other: &Self) -> bool {
        let same = |(a, b): (&Arc<T>, &Arc<T>)| Arc::ptr_eq(a, b) || a == b;
        self.pages.len() == other.pages.len()
            && self.page_params == other.page_params
            && self.pages.iter().zip(&other.pages).all(same)
    }
}
