//! How a page view began.

/// How a page view began: web-vitals' `navigationType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Navigation {
    /// A link, the address bar, a form.
    Navigate,
    /// A reload.
    Reload,
    /// Back or forward, with a new load.
    BackForward,
    /// Back or forward, restored from the back/forward cache.
    BackForwardCache,
    /// Prerendered, then activated.
    Prerender,
    /// Loaded again after the browser had discarded the tab.
    Restore,
    /// A change of route within the document.
    SoftNavigation,
}

impl Navigation {
    /// All types.
    pub const ALL: [Self; 7] = [
        Self::Navigate,
        Self::Reload,
        Self::BackForward,
        Self::BackForwardCache,
        Self::Prerender,
        Self::Restore,
        Self::SoftNavigation,
    ];

    /// The type's name: `navigate`, `reload`, `back-forward`, `back-forward-cache`, `prerender`, `restore`
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

    /// The type of that name. Also accepts Navigation Timing's `back_forward`.
    pub fn from_name(name: &str) -> Option<Self> {
        if name == "back_forward" {
            return Some(Self::BackForward);
        }
        Self::ALL.into_iter().find(|navigation| navigation.as_str() == name)
    }
}
