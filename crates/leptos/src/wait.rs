//! How long something waits: a span, or a signal of one.
use leptos::prelude::*;
use whippet_engine::time::Duration;

/// A span, or a signal of one: a change takes effect with the next call.
#[derive(Clone, Copy)]
pub struct Wait(pub(crate) Signal<Duration>);

impl From<Duration> for Wait {
    fn from(span: Duration) -> Self {
        Self(Signal::stored(span))
    }
}

impl From<core::time::Duration> for Wait {
    fn from(span: core::time::Duration) -> Self {
        Duration::from(span).into()
    }
}

impl From<Signal<Duration>> for Wait {
    fn from(span: Signal<Duration>) -> Self {
        Self(span)
    }
}

impl From<RwSignal<Duration>> for Wait {
    fn from(span: RwSignal<Duration>) -> Self {
        Self(span.into())
    }
}

impl From<ReadSignal<Duration>> for Wait {
    fn from(span: ReadSignal<Duration>) -> Self {
        Self(span.into())
    }
}

impl From<Memo<Duration>> for Wait {
    fn from(span: Memo<Duration>) -> Self {
        Self(span.into())
    }
}
