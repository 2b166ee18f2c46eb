//! How early to begin loading, by the speed of the connection.

/// The Network Information API's `effectiveType`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EffectiveType {
    /// `slow-2g`, or `2g`.
    Slow,
    /// `3g`.
    Medium,
    /// `4g`, or unknown.
    #[default]
    Fast,
}

/// The connection, as far as the browser tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Connection {
    /// Its speed.
    pub effective_type: EffectiveType,
    /// Whether the user asks to save data (`saveData`).
    pub save_data: bool,
}

impl Connection {
    /// The factor for the root margin. On a slow connection, loading begins earlier, so that images arrive in time, as
    /// browsers do for `loading="lazy"`. To save data, only what is about to be seen is loaded, however slow the
    /// connection.
    pub fn margin_scale(self) -> f64 {
        if self.save_data {
            return 0.25;
        }
        match self.effective_type {
            EffectiveType::Slow => 3.0,
            EffectiveType::Medium => 2.0,
            EffectiveType::Fast => 1.0,
        }
    }
}
