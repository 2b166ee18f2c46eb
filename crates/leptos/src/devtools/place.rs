//! Where the panel and its button are.

/// Where the panel is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DevtoolsPosition {
    /// At the lower edge.
    #[default]
    Bottom,
    /// At the upper edge.
    Top,
    /// On the left.
    Left,
    /// On the right.
    Right,
}

/// Where the button is that opens the panel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DevtoolsButtonPosition {
    /// In the lower right corner.
    #[default]
    BottomRight,
    /// In the lower left corner.
    BottomLeft,
    /// In the upper right corner.
    TopRight,
    /// In the upper left corner.
    TopLeft,
}

/// How the devtools begin.
#[derive(Clone, Copy)]
#[cfg_attr(not(all(devtools_script, debug_assertions)), allow(dead_code, reason = "nothing is shown"))]
pub(super) struct Place {
    pub(super) is_open: bool,
    pub(super) position: DevtoolsPosition,
    pub(super) button: DevtoolsButtonPosition,
}
