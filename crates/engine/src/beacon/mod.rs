//! What browsers report, and how it is written.
