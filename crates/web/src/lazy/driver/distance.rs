//! How far an element is from the middle of what is seen.
use super::dom::{self, Rect};

pub(super) type Point = (f64, f64);

/// The middle of a rectangle. An observer's bounds include the root margin; equal margins do not move the middle.
pub(super) fn middle(rect: &Rect) -> Point {
    ((rect.left() + rect.right()) / 2.0, (rect.top() + rect.bottom()) / 2.0)
}

pub(super) fn middle_of_window() -> Point {
    dom::WINDOW.with(|window| (window.inner_width() / 2.0, window.inner_height() / 2.0))
}

/// The distance of `rect` from a point, in px along both axes; 0 if it covers the point.
pub(super) fn distance(rect: &Rect, (x, y): Point) -> f64 {
    let gap = |start: f64, end: f64, point: f64| (start - point).max(point - end).max(0.0);
    gap(rect.left(), rect.right(), x) + gap(rect.top(), rect.bottom(), y)
}
