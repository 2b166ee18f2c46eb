//! What a query cache needs of a browser: timer, fetch, focus and online events.
