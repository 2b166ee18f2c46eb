//! The states of an element.

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// It is not near yet.
    Waiting,
    Loading,
    Loaded,
    /// All attempts failed.
    Error,
}

/// Those that have a class, in the order of the classes.
pub(super) const STATES: [State; 3] = [State::Loading, State::Loaded, State::Error];

impl State {
    /// The value of the attribute that tells it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Waiting => "",
            Self::Loading => "loading",
            Self::Loaded => "loaded",
            Self::Error => "error",
        }
    }
}
