//! Web vitals from performance entries.
