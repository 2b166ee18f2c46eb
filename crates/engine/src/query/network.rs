//! What of the host decides whether a function may run now.

/// Whether the host is online and in front of its user, as the face last said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Host {
    /// There is a network.
    pub online: bool,
    /// The page is visible.
    pub focused: bool,
}

impl Default for Host {
    fn default() -> Self {
        Self { online: true, focused: true }
    }
}

/// What a function needs of the network.
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

    /// Whether a further attempt may be made now. Nobody waits for a page that is not looked at.
    pub fn can_retry(self, host: Host) -> bool {
        host.focused && (self == Self::Always || host.online)
    }
}
