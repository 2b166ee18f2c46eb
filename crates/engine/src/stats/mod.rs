//! Exponential histograms and counters.
