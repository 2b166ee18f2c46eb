//! What the request itself says, where the SDK does not.

/// What the request itself says of its sender.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The application: `?app=`.
    pub app: Option<String>,
    /// The application where neither the address nor the SDK names one: the host of the page that sends.
    pub host: Option<String>,
    /// The page: `?page=`, or else `Referer`.
    pub page: Option<String>,
    /// What tells the visitor from others where there is no session: a hash of network and browser.
    pub visitor: String,
    /// `User-Agent`.
    pub user_agent: String,
    /// When it arrived, ms since the Unix epoch.
    pub now: i64,
}
