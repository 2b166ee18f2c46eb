// Nothing: what the page costs by itself.
