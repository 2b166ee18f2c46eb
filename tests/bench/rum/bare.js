// No library: the cost of the page itself.
