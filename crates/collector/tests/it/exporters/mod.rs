//! What real exporters print: every signal that they tell is found, and its values are those that Prometheus computes.
mod compare;
mod signals;
mod texts;
