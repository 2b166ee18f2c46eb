//! How early to begin, by what the connection is like.

/// What the Network Information API calls `effectiveType`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EffectiveType {
    /// `slow-2g`, or `2g`.
    Slow,
    /// `3g`.
    Medium,
    /// `4g`, and every connection of which nothing is known.
    #[default]
    Fast,
}

/// What is known of the way to the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Connection {
    /// How fast it is.
    pub effective_type: EffectiveType,
    /// The reader asks for as little as possible.
    pub save_data: bool,
}

impl Connection {
    /// What a margin around the viewport is to be multiplied with. Where loading takes longer it begins
    /// earlier, so that pictures are there in time, as browsers do for `loading="lazy"`; to save data, only
    /// what is about to be seen is loaded, however slow it is.
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
