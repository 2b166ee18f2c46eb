//! Gathers vitals and timings, and sends them.
