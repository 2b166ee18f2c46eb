//! Whether a function may run, given the network and the page's focus.

/// Whether the host is online and its page visible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Host {
    /// There is a network.
    pub online: bool,
    /// The page is visible.
    pub focused: bool,
}

impl Host {
    pub(crate) const DEFAULT: Self = Self { online: true, focused: true };
}

impl Default for Host {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// TanStack's `networkMode`: whether a function runs offline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NetworkMode {
    /// It only starts, and only retries, online.
    #[default]
    Online,
    /// It does not use the network.
    Always,
    /// It starts anyway (something nearer may answer), but retries only online.
    OfflineFirst,
}

impl NetworkMode {
    /// Whether a first attempt may be made now.
    pub fn can_start(self, host: Host) -> bool {
        self != Self::Online || host.online
    }

    /// Whether a retry may run now. Retries wait until the page is visible, as in TanStack Query.
    pub fn can_retry(self, host: Host) -> bool {
        host.focused && (self == Self::Always || host.online)
    }
}
