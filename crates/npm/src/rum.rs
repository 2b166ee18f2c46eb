//! Real user monitoring.
