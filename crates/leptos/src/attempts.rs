//! What queries and mutations have in common: how their functions are tried again, and what becomes of their errors.
use crate::RetryHint;
use crate::thrown::Throw;
use std::any::Any;
use std::sync::Arc;
use whippet_engine::query::{Delay, NetworkMode, Retry, RunOptions, Verdict};
use whippet_engine::time::Duration;
use whippet_web::query::Judge;

/// The options that both have.
#[derive(Clone)]
pub(crate) struct Attempts {
    pub(crate) run: RunOptions,
    pub(crate) judge: Option<Judge>,
    /// Which errors an `<ErrorBoundary/>` shows.
    pub(crate) throw: Option<Throw>,
    /// Which of `run` the app has set.
    set: u32,
}

/// The bits of `Attempts::set`.
mod bit {
    pub(super) const RETRY: u32 = 1;
    pub(super) const DELAY: u32 = 2;
    pub(super) const NETWORK_MODE: u32 = 4;
}

/// Whether both are one function, or both none.
pub(crate) fn same<F: ?Sized>(a: Option<&Arc<F>>, b: Option<&Arc<F>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        (None, None) => true,
        _ => false,
    }
}

impl PartialEq for Attempts {
    /// Functions are equal where they are the same one.
    fn eq(&self, other: &Self) -> bool {
        same(self.judge.as_ref(), other.judge.as_ref())
            && same(self.throw.as_ref(), other.throw.as_ref())
            && self.run == other.run
            && self.set == other.set
    }
}

impl Attempts {
    pub(crate) fn new(run: RunOptions) -> Self {
        Self { run, judge: None, throw: None, set: 0 }
    }

    pub(crate) fn retry(&mut self, times: u32) {
        self.run.retry = Retry::Times(times);
        self.set |= bit::RETRY;
    }

    pub(crate) fn retry_if<E: 'static>(&mut self, retry: impl Fn(u32, &E) -> bool + Send + Sync + 'static) {
        self.judge = Some(Arc::new(move |failures, error: &dyn Any| Verdict {
            retry: error.downcast_ref().map(|error| retry(failures, error)),
            ..Verdict::default()
        }));
    }

    pub(crate) fn retry_by_error<E: RetryHint + 'static>(&mut self) {
        self.judge = Some(Arc::new(by_error::<E>));
    }

    pub(crate) fn retry_delay(&mut self, span: Duration) {
        self.run.delay = Delay::Fixed(span);
        self.set |= bit::DELAY;
    }

    pub(crate) fn network_mode(&mut self, mode: NetworkMode) {
        self.run.network_mode = mode;
        self.set |= bit::NETWORK_MODE;
    }

    /// Whether somebody has said what is retried.
    pub(crate) fn decides_retries(&self) -> bool {
        self.judge.is_some() || self.set & bit::RETRY != 0
    }

    /// Takes those of `defaults` in the place of what was not set.
    pub(crate) fn fill(&mut self, defaults: &Self) {
        if !self.decides_retries() {
            self.judge = defaults.judge.clone();
        }
        let missing = defaults.set & !self.set;
        if missing & bit::RETRY != 0 {
            self.run.retry = defaults.run.retry;
        }
        if missing & bit::DELAY != 0 {
            self.run.delay = defaults.run.delay;
        }
        if missing & bit::NETWORK_MODE != 0 {
            self.run.network_mode = defaults.run.network_mode;
        }
        self.throw = self.throw.take().or_else(|| defaults.throw.clone());
        self.set |= missing;
    }
}

/// The verdict of an error, which [`RetryHint`] says.
pub(crate) fn by_error<E: RetryHint + 'static>(_: u32, error: &dyn Any) -> Verdict {
    match error.downcast_ref::<E>() {
        Some(error) => Verdict {
            permanent: error.is_permanent(),
            retry_after: error.retry_after().unwrap_or(Duration::ZERO),
            ..Verdict::default()
        },
        None => Verdict::default(),
    }
}
