//! Light or dark: as the system says, unless the reader chose.
//!
//! The choice is an attribute of the root element, which the style sheet goes by, and is kept in
//! `localStorage`. `assets/theme.js` sets it again before the page is first painted.
use leptos::prelude::*;

/// Where the choice is kept. `assets/theme.js` reads the same.
const KEPT_AS: &str = "whippet-theme";

/// Light or dark, or what the system says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// As the system says.
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// As it is kept and as the style sheet knows it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// What a press of the button makes of it.
    pub fn next(self) -> Self {
        match self {
            Self::Auto => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::Auto,
        }
    }

    /// What was chosen earlier.
    pub fn kept() -> Self {
        match storage().and_then(|storage| storage.get_item(KEPT_AS).ok().flatten()).as_deref() {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::Auto,
        }
    }

    /// Shows it, and keeps it for the next visit.
    pub fn apply(self) {
        if let Some(root) = document().document_element() {
            let _ = match self {
                Self::Auto => root.remove_attribute("data-theme"),
                _ => root.set_attribute("data-theme", self.name()),
            };
        }
        // Storage may be full or forbidden: then the choice lasts as long as the page.
        if let Some(storage) = storage() {
            let _ = match self {
                Self::Auto => storage.remove_item(KEPT_AS),
                _ => storage.set_item(KEPT_AS, self.name()),
            };
        }
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}
