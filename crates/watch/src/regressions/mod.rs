//! Whether a release, or time alone, made pages or backends slower: decided from counts.
//!
//! ```text
//! usual (histograms of the old release) ──► bins, and what slower releases would look like
//! hours (counts of old and new by page and device) ──► sequential ──► many ──► watch: reported, withdrawn
//! hours without a release ──► drift          histograms of two sides ──► compare
//! ```
//!
//! [`sequential`] is Turner, Ly and Grünwald's e-variable for two samples ("Generic E-variables for exact sequential k-sample
//! tests that allow for optional stopping", 2021), [`many`] Wang and Ramdas' e-BH ("False discovery rate control with
//! e-values", 2022), [`drift`] Page's CUSUM (1954) of likelihood ratios, [`compare`] Woodruff's interval (1952) and Zou and
//! Donner's for a difference (2008).
pub mod compare;
pub mod curve;
pub mod dispersion;
#[cfg(any(test, feature = "simulate"))]
pub mod draw;
pub mod drift;
pub mod effect;
pub mod many;
pub mod sequential;
pub mod settings;
#[cfg(any(test, feature = "simulate"))]
pub mod simulate;
pub mod spread;
pub mod usual;
pub mod watch;

pub use settings::RegressionSettings;
