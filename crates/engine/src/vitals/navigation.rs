//! How a page view began.

/// How a page view began, in web-vitals' words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Navigation {
    /// A link, the address bar, a form.
    Navigate,
    /// A reload.
    Reload,
    /// Back or forward, loaded anew.
    BackForward,
    /// Back or forward, and the page was still there.
    BackForwardCache,
    /// Loaded ahead of time, then shown.
    Prerender,
    /// Discarded by the browser in the background, then loaded again.
    Restore,
    /// Another route of the same document.
    SoftNavigation,
}

impl Navigation {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Navigate,
        Self::Reload,
        Self::BackForward,
        Self::BackForwardCache,
        Self::Prerender,
        Self::Restore,
        Self::SoftNavigation,
    ];

    /// Its name: `navigate`, `reload`, `back-forward`, `back-forward-cache`, `prerender`, `restore`
    /// or `soft-navigation`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Navigate => "navigate",
            Self::Reload => "reload",
            Self::BackForward => "back-forward",
            Self::BackForwardCache => "back-forward-cache",
            Self::Prerender => "prerender",
            Self::Restore => "restore",
            Self::SoftNavigation => "soft-navigation",
        }
    }

    /// The navigation of that name; Navigation Timing's `back_forward` is understood too.
    pub fn from_name(name: &str) -> Option<Self> {
        if name == "back_forward" {
            return Some(Self::BackForward);
        }
        Self::ALL.into_iter().find(|navigation| navigation.as_str() == name)
    }
}
