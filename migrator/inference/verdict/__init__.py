"""helm judges: it renders the values files as they will be written, and what still differs is classed."""
