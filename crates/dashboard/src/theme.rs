//! The colour scheme: the system's, unless the user has chosen one.
//!
//! The choice is an attribute of the root element, and is stored in `localStorage`. `assets/theme.js` sets the attribute
//! before the first paint.
use leptos::prelude::*;

/// The key in `localStorage`. `assets/theme.js` reads the same.
const STORAGE_KEY: &str = "whippet-theme";

/// A choice of colour scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// The system's.
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// Its name in `localStorage` and in the style sheet.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The next one when the button is pressed.
    pub fn next(self) -> Self {
        match self {
            Self::Auto => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::Auto,
        }
    }

    /// The stored choice.
    pub fn stored() -> Self {
        match storage().and_then(|storage| storage.get_item(STORAGE_KEY).ok().flatten()).as_deref() {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::Auto,
        }
    }

    /// Applies and stores the choice.
    pub fn apply(self) {
        if let Some(root) = document().document_element() {
            let _ = match self {
                Self::Auto => root.remove_attribute("data-theme"),
                _ => root.set_attribute("data-theme", self.name()),
            };
        }
        // Storage may be full or forbidden. Then the choice ends with the page.
        if let Some(storage) = storage() {
            let _ = match self {
                Self::Auto => storage.remove_item(STORAGE_KEY),
                _ => storage.set_item(STORAGE_KEY, self.name()),
            };
        }
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}
